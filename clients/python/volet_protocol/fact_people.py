"""Who is around a case, and when: person, episodes, participations, referent, retention, death (docs/spec/facts.md).

Participation: CSP L1110-4 II, L1110-12 (R16, R29). Majority: C. civ. 388, 413-7. Retention: R74. Death: R65.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, cast

from volet_protocol.canonical import JsonValue
from volet_protocol.capacities import SALT_SIZE, Capacity
from volet_protocol.fact_codec import HASH, LABEL, MS, Codec, Shape, choice, data, integer, nested, refuse
from volet_protocol.fields import Fields
from volet_protocol.keys import SIGNATURE_SIZE

IDENTITY_STATUSES = frozenset({"PROV", "RECUP", "VALI", "QUAL"})
REGIMES = frozenset({"care", "child_protection", "mdph"})
NOT_IN_TEAM, RECOGNISED_LIMB = 0, 2
# Two years later a file leaves active use (R74): the year has to be one that a calendar knows, on each side of a clock.
LATEST_CONTACT_MS = 253_307_692_800_000


@dataclass(frozen=True)
class Person:
    """The person of the case: their account if they have one, when they come of age, how sure the identity is."""

    type: ClassVar[str] = "person"
    identity_status: str
    user: str | None = None
    majority_ms: int | None = None


@dataclass(frozen=True)
class Episode:
    """A care episode: its end is the expiry of what was consented to for it (R21). Id: the fact's hash."""

    type: ClassVar[str] = "episode"
    episode: str
    start_ms: int
    until_ms: int | None = None


@dataclass(frozen=True)
class EpisodeEnd:
    """The end of an episode that began open."""

    type: ClassVar[str] = "episode-end"
    episode: str
    at_ms: int


@dataclass(frozen=True)
class Recognition:
    """How and when the person recognised a professional as member of their team (CSP L1110-12 2°)."""

    means: str
    at_ms: int


@dataclass(frozen=True)
class Answer:
    """How somebody invited shows that they are the one named and have the code (docs/spec/invitations.md).

    `salt` opens the subject of the attestation; `sig` is made by the key of the invitation.
    """

    iss: str
    sub: str
    salt: bytes
    sig: bytes


@dataclass(frozen=True)
class Participation:
    """A capacity takes part in the case from a start to an end; limb 0 = in the care, not in the team."""

    type: ClassVar[str] = "participation"
    user: str
    attestation: str
    capacity: Capacity
    regime: str
    limb: int
    start_ms: int
    until_ms: int | None = None
    episode: str | None = None
    history_from_ms: int | None = None
    recognised: Recognition | None = None
    invitation: str | None = None
    answer: Answer | None = None


@dataclass(frozen=True)
class ParticipationEnd:
    """The end of a participation."""

    type: ClassVar[str] = "participation-end"
    participation: str
    at_ms: int


@dataclass(frozen=True)
class Referent:
    """Who follows the case, by participation."""

    type: ClassVar[str] = "referent"
    participation: str
    from_ms: int
    until_ms: int | None = None


@dataclass(frozen=True)
class Retention:
    """The last contact, and what was decided when the case left active use (R74)."""

    type: ClassVar[str] = "retention"
    last_contact_ms: int
    decision: str = "none"


@dataclass(frozen=True)
class Death:
    """The person died: the case is frozen (R65)."""

    type: ClassVar[str] = "death"
    at_ms: int


def _capacity(fields: Fields, name: str) -> object:
    return Capacity.read(fields.nested(name))


def _capacity_json(value: object) -> JsonValue:
    return cast("Capacity", value).to_json()


def _check_participation(fact: Participation) -> None:
    if (fact.recognised is not None) != (fact.limb == RECOGNISED_LIMB):
        raise refuse("participation: limb 2 rests on the person's recognition, and no other does")
    if fact.until_ms is not None and fact.until_ms <= fact.start_ms:
        raise refuse("participation: ends before it starts")
    if (fact.invitation is None) != (fact.answer is None):
        raise refuse("participation: an invitation and its answer stand together")


PERSON = Shape(
    Person,
    {"identity_status": choice(IDENTITY_STATUSES), "user": HASH, "majority_ms": MS},
    optional=frozenset({"user", "majority_ms"}),
)
EPISODE = Shape(Episode, {"episode": HASH, "start_ms": MS, "until_ms": MS}, optional=frozenset({"until_ms"}))
EPISODE_END = Shape(EpisodeEnd, {"episode": HASH, "at_ms": MS})
CAPACITY = Codec(_capacity, _capacity_json)
LIMB = integer(NOT_IN_TEAM, 3)
RECOGNITION = Shape(Recognition, {"means": choice(frozenset({"oral", "written", "electronic"})), "at_ms": MS})
_ANSWER = Shape(Answer, {"iss": LABEL, "sub": LABEL, "salt": data(SALT_SIZE), "sig": data(SIGNATURE_SIZE)})
PARTICIPATION = Shape(
    Participation,
    {
        "user": HASH, "attestation": HASH, "capacity": CAPACITY, "regime": choice(REGIMES), "limb": LIMB,
        "start_ms": MS, "until_ms": MS, "episode": HASH, "history_from_ms": MS,
        "recognised": nested(RECOGNITION), "invitation": HASH, "answer": nested(_ANSWER),
    },
    optional=frozenset({"until_ms", "episode", "history_from_ms", "recognised", "invitation", "answer"}),
    check=_check_participation,
)  # fmt: skip
PARTICIPATION_END = Shape(ParticipationEnd, {"participation": HASH, "at_ms": MS})
REFERENT = Shape(Referent, {"participation": HASH, "from_ms": MS, "until_ms": MS}, optional=frozenset({"until_ms"}))
RETENTION = Shape(
    Retention,
    {"last_contact_ms": integer(0, LATEST_CONTACT_MS), "decision": choice(frozenset({"none", "archived", "deleted"}))},
)
DEATH = Shape(Death, {"at_ms": MS})
