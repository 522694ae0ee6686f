"""Who plays in the story: accounts at the identity providers, capacities on the registrar's staff list.

All invented. Names stay where people are: the labels on the provider's buttons, the contacts of each profile. The
registrar's list holds subjects and codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from volet_protocol.canonical import JsonValue

DAC, PHYSIO, NURSES, AUDIT = "dac-vercors", "kine-vercors", "idel-vercors", "audit-vercors"
STRUCTURES: tuple[tuple[str, str, str], ...] = (
    (DAC, "DAC du Vercors", "dac"),
    (PHYSIO, "Cabinet de kinésithérapie des Clapiers", "practice"),
    (NURSES, "Cabinet infirmier de la Place", "practice"),
    (AUDIT, "Mission d'audit du Vercors", "operator"),
)
REGISTRAR_NAME = "Gestionnaire des habilitations du Vercors"
# Who keeps the list of which structures in a browser, at the registrar.
MANAGER, MANAGED = "mireille", (DAC, NURSES)
MANAGER_LABEL = "Mireille Astier, responsable d’équipe"


@dataclass(frozen=True)
class Role:
    """One party: the key of account and profile, the name others know, what the login page shows, the capacity."""

    key: str
    name: str
    label: str
    kind: str
    capacity: Mapping[str, JsonValue] | None = None

    @property
    def structure(self) -> str:
        """Where they work; empty for the person."""
        return str((self.capacity or {}).get("structure", ""))


def _at(structure: str, row: str, category: int | None, basis: str | None, **codes: str) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {
        "row": row,
        "structure": structure,
        "secret_basis": [basis] if basis else [],
        **codes,
    }
    return found if category is None else {**found, "category": category}


CAST: tuple[Role, ...] = (
    Role(
        "coord", "Coord", "Claire Ordener, coordinatrice de parcours", "professional",
        _at(DAC, "S13", 2, "L1110-4", role="R85:330"),
    ),
    Role(
        "mo", "Dr Mo", "Dr Antoine Moreau, médecin", "professional", _at(DAC, "H1", 1, "L1110-4", profession="G15:10")
    ),
    Role(
        "inf", "Inf", "Inès Ferrand, infirmière du DAC", "professional",
        _at(DAC, "H2", 1, "L1110-4", profession="G15:60"),
    ),
    Role(
        "ass", "Ass", "Aïcha Sansonnet, assistante sociale", "professional",
        _at(DAC, "S1", 2, "L411-3", profession="R94:41"),
    ),
    Role(
        "psy", "Psy", "Pierre Szymański, psychologue", "professional", _at(DAC, "S2", 2, "L1110-4", profession="R95:93")
    ),
    Role(
        "kine", "Kiné", "Karim Nédélec, kinésithérapeute libéral", "professional",
        _at(PHYSIO, "H4", 1, "L1110-4", profession="G15:70"),
    ),
    Role(
        "idel", "Ide-L", "Léa Idrissi, infirmière libérale", "professional",
        _at(NURSES, "H2", 1, "L1110-4", profession="G15:60"),
    ),
    Role("mme-a", "Mme A", "Mme A, la personne accompagnée", "person"),
    Role("audit", "Auditrice", "Odile Ravier, auditrice", "auditor", _at(AUDIT, "O14", None, None, role="auditor")),
)  # fmt: skip

# Accounts whose keys a browser draws: nobody plays them until somebody sits down at one.
GUESTS: tuple[Role, ...] = (
    Role(
        "web-pro", "Invitée", "Nora Vidal, infirmière du DAC (dans un navigateur)", "professional",
        _at(DAC, "H2", 1, "L1110-4", profession="G15:60"),
    ),
    Role("web-person", "M. B", "M. B, une personne accompagnée (dans un navigateur)", "person"),
    Role(
        "web-audit", "Auditeur", "Yann Le Goff, auditeur (dans un navigateur)", "auditor",
        _at(AUDIT, "O14", None, None, role="auditor"),
    ),
)  # fmt: skip
