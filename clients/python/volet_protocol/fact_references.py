"""Which fact each fact ends or rests on, in one table (docs/spec/facts.md, rule 17)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_absences import Absence
from volet_protocol.fact_emergencies import EmergencyEnd, EmergencyReason, EmergencyReview
from volet_protocol.fact_invitations import Invitation
from volet_protocol.fact_meetings import CaseLink, CaseLinkEnd, Conference, ConferenceEnd
from volet_protocol.fact_notices import Consent, ConsentWithdrawal, Opposition, OppositionEnd
from volet_protocol.fact_people import Episode, EpisodeEnd, Participation, ParticipationEnd, Referent
from volet_protocol.fact_powers import (
    Designation,
    Emergency,
    FactEnd,
    Mandate,
    MandateEnd,
    MinorSecret,
    MinorSecretEnd,
    Procedure,
)
from volet_protocol.fact_requests import Request, RequestAnswer

if TYPE_CHECKING:
    from volet_protocol.facts import Fact


class Recorded(Protocol):
    """The facts of a case, which read this table when they fold an end: records by type."""

    @property
    def records(self) -> Mapping[str, tuple[Any, ...]]:
        """The records of each type, in chain order."""
        ...


# What ends something: the field that names it, and the types it may be of. An episode is named by its own id.
_ENDS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    ParticipationEnd.type: ("participation", (Participation.type,)),
    EpisodeEnd.type: ("episode", ()),
    ConsentWithdrawal.type: ("consent", (Consent.type,)),
    OppositionEnd.type: ("opposition", (Opposition.type,)),
    MandateEnd.type: ("mandate", (Mandate.type,)),
    MinorSecretEnd.type: ("secret", (MinorSecret.type,)),
    FactEnd.type: ("ended", (Absence.type, Designation.type, Invitation.type, Procedure.type, Referent.type)),
    ConferenceEnd.type: ("conference", (Conference.type,)),
    EmergencyEnd.type: ("emergency", (Emergency.type,)),
    CaseLinkEnd.type: ("link", (CaseLink.type,)),
}
_RESTS_ON: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = {
    **_ENDS,
    Absence.type: ("participation", (Participation.type,)),
    Referent.type: ("participation", (Participation.type,)),
    Consent.type: ("supersedes", (Consent.type,)),
    EmergencyReason.type: ("emergency", (Emergency.type,)),
    EmergencyReview.type: ("emergency", (Emergency.type,)),
    RequestAnswer.type: ("request", (Request.type,)),
}


def ended_by(fact: Fact) -> tuple[str, int] | None:
    """Return the hash (or the episode) that a fact ends, and when; None for what ends nothing."""
    named = _ENDS.get(fact.type)
    return None if named is None else (cast("str", getattr(fact, named[0])), cast("int", getattr(fact, "at_ms")))  # noqa: B009 - of the types in the table


def check_references(facts: Recorded, fact: Fact) -> None:
    """Refuse a fact that names what is not in the chain: unknown-reference."""
    field, types = _RESTS_ON.get(fact.type, ("", ()))
    named = getattr(fact, field) if types else None
    if named is not None and all(record.hash != named for type_ in types for record in facts.records.get(type_, ())):
        raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"{fact.type} {str(named)[:16]}")
    episode = fact.episode if isinstance(fact, Consent | Participation | EpisodeEnd) else None
    if episode is not None and all(record.fact.episode != episode for record in facts.records.get(Episode.type, ())):
        raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"episode of a {fact.type}")
