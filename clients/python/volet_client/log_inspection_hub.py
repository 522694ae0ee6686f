"""What an inspection asks beside one case (F18): rules in force, retention, the operator; or of one structure.

From the records of who watches the whole hub; a scope of some cases does not show acts of none, and the sheet says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from volet_client.log_cases import case_of, created
from volet_client.log_inspection import SHORT, Day, at, counted, members, on, replayed
from volet_client.log_replay import Logged
from volet_protocol.canonical import JsonObject
from volet_protocol.case_reference import reference_of
from volet_protocol.case_state import Directory
from volet_protocol.erasures import ErasureAuthority, ErasureReason, retained_type
from volet_protocol.errors import ProtocolError
from volet_protocol.leaf import Erasure, LeafType
from volet_protocol.policy_table import PolicyTable

_OVERRIDES = {
    "start-without-witnesses": "démarrage sans attendre les témoins (dérogation)",
    "log-key": "changement de clé du journal",
    "trust-bundle": "fichier de confiance mis en vigueur",
}
_WHY = {
    ErasureReason.PERSON_ASKED: "à la demande de la personne",
    ErasureReason.UNLAWFUL: "recueilli sans droit", ErasureReason.WRONG_PERSON: "dossier d'une autre personne",
    ErasureReason.COURT_ORDER: "décision de justice",
}  # fmt: skip
_WHOSE = {
    ErasureAuthority.AUTHOR: "son auteur",
    ErasureAuthority.DATA_PROTECTION_OFFICER: "le délégué à la protection des données",
    ErasureAuthority.SUPERVISOR: "l'autorité de contrôle", ErasureAuthority.COURT: "un tribunal",
}  # fmt: skip


def inspect_hub(acts: Sequence[Logged], day: Day, *, whole: bool) -> list[str]:
    """Return the lines about what is of no case; `whole`: the reader watches the whole hub."""
    past = [act for act in acts if act.leaf.ts_ms < day.end_ms and act.view is not None]
    lines = ["Règles en vigueur :", *_or(_rules(past), "celles d'origine"), ""]
    if not whole:
        return [*lines, "Conservation, effacements et actes de l'exploitant : hors du périmètre de ce contrôle."]
    return [
        *lines,
        "Durées de conservation appliquées et effacements :", *_or(_erased(past), "aucun"), "",
        "Actes de l'exploitant ce jour-là :", *_or(_operated(past, day), "aucun"),
    ]  # fmt: skip


def inspect_structure(
    acts: Sequence[Logged], directory: Directory, tables: Mapping[str, PolicyTable], structure: str, day: Day
) -> list[str]:
    """Return the sheet of one structure: its staff in each case that day, and what they did."""
    lines = [f"Contrôle du journal des accès : structure {structure}, le {on(day.start_ms)}", ""]
    broken: list[str] = []
    shown = 0
    for case in dict.fromkeys(case for act in acts if (case := created(act)) is not None):
        own = [act for act in acts if case_of(act) == case]
        try:
            found = replayed(own, directory, tables, day)
        except ProtocolError:
            broken.append(case)
            continue
        if found is None:
            continue
        staff = list(members(found, day, structure))
        done = [
            act
            for act in found.acts
            if day.holds(act.leaf.ts_ms) and act.view is not None and act.view.structure == structure
        ]
        if staff or done:
            shown += 1
            lines += [f"Dossier {reference_of(case)} :", *_or(staff, "personne de la structure"), *counted(done), ""]
    if not shown:
        lines += ["Aucun dossier où la structure avait accès ce jour-là, ni n'a agi.", ""]
    lines += [f"Suite d'actes rompue, dossier non reconstitué : {reference_of(case)}." for case in broken]
    kept_back = (
        "Ne peut être montré : les noms, qui ne sont pas dans le journal ; les contenus, chiffrés ; "
        "les dossiers hors du périmètre ou dont l'ouverture a été effacée."
    )
    return [*lines, kept_back]


def _rules(acts: Iterable[Logged]) -> Iterator[str]:
    activated = [act for act in acts if act.view is not None and act.view.act == "policy"]
    for act in activated[-1:]:
        if act.view is not None and act.view.policy is not None:
            yield f"- {act.view.policy[:SHORT]}, depuis le {at(act.leaf.ts_ms)} (journal n° {act.index})"


def _erased(acts: Iterable[Logged]) -> Iterator[str]:
    for act in acts:
        if act.leaf.type is not LeafType.ERASE or not act.leaf.body:
            continue
        erasure = Erasure.parse(act.leaf.body)
        # What authors take back is of their cases: an incident where somebody had opened it.
        if erasure.reason == ErasureReason.TAKEN_BACK:
            continue
        type_ = retained_type(erasure)
        if type_ is not None:
            what = (
                f"actes de classe « {type_.name.lower()} » sous le n° {erasure.index} : fin de la durée de conservation"
            )
        else:
            why = {int(one): said for one, said in _WHY.items()}.get(erasure.reason, "")
            whose = {int(one): said for one, said in _WHOSE.items()}.get(erasure.authority, "")
            what = f"acte n° {erasure.index} : {why}, décidé par {whose}"
        yield f"- {at(act.leaf.ts_ms)} : {what} (journal n° {act.index})"


def _operated(acts: Iterable[Logged], day: Day) -> Iterator[str]:
    for act in acts:
        if act.view is None or act.view.act != "admin" or not day.holds(act.leaf.ts_ms):
            continue
        stated: JsonObject = {} if act.identity is None or act.identity.request is None else act.identity.request
        what = _OVERRIDES.get(str(stated.get("type")), str(stated.get("type", "acte")))
        reason = f", motif « {stated['reason']} »" if "reason" in stated else ""
        yield f"- {at(act.leaf.ts_ms)} : {what}{reason} (journal n° {act.index})"


def _or(lines: Iterable[str], none: str) -> list[str]:
    return list(lines) or [f"- {none}"]
