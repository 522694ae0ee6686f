"""Facts: what is signed about a case and decides who may know (docs/spec/facts.md).

A fact is a canonical JSON object `{v, type, salt, annex?, ...}` of codes, ids and instants: never a word, which
stays in the encrypted annex named by its hash. The chain carries the fact's hash; the body travels beside the link
and may be erased. Readers here check shape only; `case_facts` judges who may make it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias, cast

from volet_protocol import (
    canonical,
    fact_absences,
    fact_emergencies,
    fact_invitations,
    fact_meetings,
    fact_notices,
    fact_people,
    fact_powers,
    fact_requests,
)
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_absences import Absence
from volet_protocol.fact_codec import Shape
from volet_protocol.fact_emergencies import EmergencyEnd, EmergencyReason, EmergencyReview
from volet_protocol.fact_invitations import Invitation
from volet_protocol.fact_masks import MASK_END, MaskEnd
from volet_protocol.fact_meetings import CaseLink, CaseLinkEnd, Conference, ConferenceEnd
from volet_protocol.fact_notices import Consent, ConsentWithdrawal, Notice, Opposition, OppositionEnd
from volet_protocol.fact_people import (
    Death,
    Episode,
    EpisodeEnd,
    Participation,
    ParticipationEnd,
    Person,
    Referent,
    Retention,
)
from volet_protocol.fact_powers import (
    Ability,
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
from volet_protocol.fields import Fields
from volet_protocol.hashing import labelled_hash

VERSION = 1
SALT_SIZE = 16

Fact: TypeAlias = (
    Ability
    | Absence
    | CaseLink
    | CaseLinkEnd
    | Conference
    | ConferenceEnd
    | Consent
    | ConsentWithdrawal
    | Death
    | Designation
    | Emergency
    | EmergencyEnd
    | EmergencyReason
    | EmergencyReview
    | Episode
    | EpisodeEnd
    | FactEnd
    | Invitation
    | Mandate
    | MandateEnd
    | MaskEnd
    | MinorSecret
    | MinorSecretEnd
    | Notice
    | Opposition
    | OppositionEnd
    | Participation
    | ParticipationEnd
    | Person
    | Procedure
    | Referent
    | Request
    | RequestAnswer
    | Retention
)

_SHAPES: Final[Mapping[str, Shape[Fact]]] = cast(
    "Mapping[str, Shape[Fact]]",
    {
        Ability.type: fact_powers.ABILITY,
        Absence.type: fact_absences.ABSENCE,
        CaseLink.type: fact_meetings.CASE_LINK,
        CaseLinkEnd.type: fact_meetings.CASE_LINK_END,
        Conference.type: fact_meetings.CONFERENCE,
        ConferenceEnd.type: fact_meetings.CONFERENCE_END,
        Consent.type: fact_notices.CONSENT,
        ConsentWithdrawal.type: fact_notices.CONSENT_WITHDRAWAL,
        Death.type: fact_people.DEATH,
        Designation.type: fact_powers.DESIGNATION,
        Emergency.type: fact_powers.EMERGENCY,
        EmergencyEnd.type: fact_emergencies.EMERGENCY_END,
        EmergencyReason.type: fact_emergencies.EMERGENCY_REASON,
        EmergencyReview.type: fact_emergencies.EMERGENCY_REVIEW,
        Episode.type: fact_people.EPISODE,
        EpisodeEnd.type: fact_people.EPISODE_END,
        FactEnd.type: fact_powers.FACT_END,
        Invitation.type: fact_invitations.INVITATION,
        Mandate.type: fact_powers.MANDATE,
        MandateEnd.type: fact_powers.MANDATE_END,
        MaskEnd.type: MASK_END,
        MinorSecret.type: fact_powers.MINOR_SECRET,
        MinorSecretEnd.type: fact_powers.MINOR_SECRET_END,
        Notice.type: fact_notices.NOTICE,
        Opposition.type: fact_notices.OPPOSITION,
        OppositionEnd.type: fact_notices.OPPOSITION_END,
        Participation.type: fact_people.PARTICIPATION,
        ParticipationEnd.type: fact_people.PARTICIPATION_END,
        Person.type: fact_people.PERSON,
        Procedure.type: fact_powers.PROCEDURE,
        Referent.type: fact_people.REFERENT,
        Request.type: fact_requests.REQUEST,
        RequestAnswer.type: fact_requests.REQUEST_ANSWER,
        Retention.type: fact_people.RETENTION,
    },
)
FACT_TYPES = frozenset(_SHAPES)


def read_fact(body: JsonObject) -> Fact:
    """Return the fact that a body states; raise `ProtocolError` on an unknown type, field, or a contradiction."""
    fields = Fields(body, "fact")
    if fields.integer("v") != VERSION:
        raise ProtocolError(Reason.WRONG_VERSION, "fact")
    type_ = fields.text("type", 64)
    if type_ not in _SHAPES:
        raise ProtocolError(Reason.WRONG_TYPE, "fact")
    fields.what = type_
    fields.data("salt", SALT_SIZE)
    fields.optional("annex", fields.hash)
    return _SHAPES[type_].read(fields)


def fact_body(fact: Fact, salt: bytes, annex: str | None = None) -> dict[str, JsonValue]:
    """Return the body that states a fact; `salt` is 16 random bytes, `annex` the hash of its encrypted words.

    The body is read again before it is returned, so nobody signs a fact that a reader refuses.
    """
    body: dict[str, JsonValue] = {"v": VERSION, "type": fact.type, "salt": to_base64url(salt)}
    if annex is not None:
        body["annex"] = annex
    body.update(_SHAPES[fact.type].to_json(fact))
    read_fact(body)
    return body


def fact_hash(body: JsonObject) -> str:
    """Return the hash by which a link names the body: labelled_hash(`fact`, canonical(body)), in hex."""
    return labelled_hash("fact", canonical.encode(body)).hex()
