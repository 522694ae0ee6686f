"""Being away from a case, with a colleague as relay; and who is away among those one is about to write to.

Rules: docs/spec/facts.md, A1 to A5.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from volet_client.errors import UsageError
from volet_client.facts import in_force
from volet_client.facts_recording import Make
from volet_client.words import Said
from volet_protocol import absences
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.fact_absences import LONGEST_MS, Absence
from volet_protocol.fact_people import Participation


@dataclass(frozen=True)
class StandIn:
    """Somebody away at an instant, until when, and who takes what comes for them."""

    absent: str
    relay: str
    until_ms: int


def absence(user: str, relay: str, from_ms: int, until_ms: int) -> Make:
    """Compose that `user` is away, with `relay` as colleague; raise `UsageError` for one who cannot be."""

    def make(facts: CaseFacts, at_ms: int) -> Absence:
        if until_ms <= max(from_ms, at_ms) or until_ms > from_ms + LONGEST_MS:
            raise UsageError(
                Said("La fin vient après le début, et avant un an.", "The end is after the start, within a year."),
                Said("Au-delà, passez vos dossiers.", "For longer, hand your cases over."),
            )
        desk = _desk(facts, user, relay, at_ms)
        if desk is None:
            raise UsageError(
                Said(
                    "Votre relais participe au dossier, avec la même fonction que vous dans la même structure.",
                    "Your relay takes part in the case, in the same function as you, in the same structure.",
                ),
                Said("Ajoutez d'abord cette personne : volet member add NOM", "Add them first: volet member add NAME"),
            )
        return Absence(desk[0].hash, desk[1].hash, from_ms, until_ms)

    return make


def _desk(
    facts: CaseFacts, user: str, relay: str, at_ms: int
) -> tuple[Record[Participation], Record[Participation]] | None:
    """Return the newest participations of both at one desk."""
    for mine in reversed(facts.participations_of(user, at_ms)):
        for theirs in reversed(facts.participations_of(relay, at_ms) if relay != user else ()):
            if absences.is_same_desk(mine.fact, theirs.fact):
                return mine, theirs
    return None


def own_absences(facts: CaseFacts, user: str, at_ms: int) -> list[Record[Absence]]:
    """Return the absences of a user that hold or are to come."""
    return [record for record in in_force(facts, Absence, at_ms) if absences.absent_of(facts, record) == user]


def stand_ins(facts: CaseFacts, users: Iterable[str], at_ms: int) -> list[StandIn]:
    """Return who of these users is away, each with their relay."""
    found: list[StandIn] = []
    for user in users:
        record = absences.absence_of(facts, user, at_ms)
        if record is not None:
            relay = facts.find(Participation, record.fact.relay).fact.user
            found.append(StandIn(user, relay, record.fact.until_ms))
    return found
