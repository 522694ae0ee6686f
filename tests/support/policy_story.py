"""The people of the story, and a case whose facts are made through `apply`, as a chain makes them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from volet_protocol.access import Decision, EntryMeta, Question, decide
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts, FactAuthor
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_entitlement import record_fact
from volet_protocol.fact_notices import (
    Consent,
    DeliveredNotice,
    Information,
    Notice,
    NoticeLine,
    Recipients,
    ToFunction,
)
from volet_protocol.fact_people import Participation, Person, Recognition, Referent
from volet_protocol.facts import Fact, fact_body, fact_hash
from volet_protocol.policy_table import PolicyTable

POLICIES = Path(__file__).resolve().parents[2] / "policies"
HOUR = 3_600_000
DAY = 24 * HOUR
T0 = 1_770_000_000_000


def named(name: str) -> str:
    """A synthetic id or hash."""
    return hashlib.sha256(name.encode()).hexdigest()


@lru_cache(maxsize=1)
def shipped() -> PolicyTable:
    """The committed table."""
    return PolicyTable.load((POLICIES / "table.json").read_bytes())


@dataclass(frozen=True)
class Actor:
    """A user in one capacity; None = the person."""

    user: str
    capacity: Capacity | None = None

    @property
    def author(self) -> FactAuthor:
        return FactAuthor(self.user, self.capacity)


def professional(name: str, row: str, category: int | None, structure: str, profession: str | None = None) -> Actor:
    basis = ("L1110-4",) if row != "O14" else ()
    return Actor(named(name), Capacity(row, category, profession, None, structure, basis))


MO = professional("dr-mo", "H1", 1, "samsah", "G15:10")
INF = professional("inf", "H2", 1, "samsah", "G15:60")
ASS = professional("ass", "S1", 2, "samsah", "R94:41")
PSY = professional("psy", "S2", 2, "samsah", "R95:93")
COORD = professional("coord", "S13", 2, "dac-y")
KINE = professional("kine", "H4", 1, "cabinet-k", "G15:70")
IDE = professional("ide-l", "H2", 1, "cabinet-l", "G15:60")
AUDITOR = professional("auditor", "O14", None, "hub")
STRANGER = professional("stranger", "S5", 2, "foyer-w")
PERSON = Actor(named("mme-a"))
EPISODE = named("episode")


class Story:
    """A case under construction: each fact goes through its body, its hash and the judge of its author."""

    def __init__(self) -> None:
        self.facts = CaseFacts.start(named("case"), "care", "dac-y", T0, COORD.user, COORD.capacity, EPISODE)
        self._position = 0

    def apply(self, fact: Fact, by: Actor, at_ms: int = T0) -> str:
        self._position += 1
        body = fact_body(fact, self._position.to_bytes(16, "big"))
        name = fact_hash(body)
        self.facts = record_fact(self.facts, fact, name, self._position, by.author, at_ms)
        return name

    def add(self, actor: Actor, limb: int = 1, by: Actor = COORD, start_ms: int = T0, **more: object) -> str:
        assert actor.capacity is not None
        fact = Participation(
            user=actor.user,
            attestation=named("attestation"),
            capacity=actor.capacity,
            regime="care",
            limb=limb,
            start_ms=start_ms,
            recognised=Recognition("oral", start_ms) if limb == 2 else None,
        )
        return self.apply(replace(fact, **more), by)  # type: ignore[arg-type]  # fields given by name

    def ask(self, actor: Actor, action: str, compartment: str, level: int, **more: object) -> Decision:
        question = Question(action, actor.user, actor.capacity, compartment, level, None, T0 + DAY, via="any")
        return decide(shipped(), self.facts, replace(question, **more))  # type: ignore[arg-type]  # idem


def crossing(compartment: str, level: int, from_category: int, to: Actor) -> NoticeLine:
    """The line that tells the person a function of the other category will know something."""
    assert to.capacity is not None
    return NoticeLine(
        "cross_category",
        (Information(compartment, level),),
        from_category,
        ToFunction(to.capacity.row, to.capacity.structure),
    )


def team() -> Story:
    """Coord's case with one team notice, the team, Kiné recognised, Ide-L outside, the person with an account."""
    story = Story()
    lines = [NoticeLine("general")]
    for reader, parts in (
        (COORD, ("medical/1", "medication/1", "plan/2", "transmissions/1", "autonomy/2", "identity/2")),
        (ASS, ("medical/1", "plan/2", "transmissions/1", "autonomy/2")),
        (PSY, ("medical/1", "psychological/2", "plan/2", "transmissions/2")),
    ):
        for part in parts:
            compartment, level = part.split("/")
            lines.append(crossing(compartment, int(level), 1, reader))
    for reader in (MO, INF):
        lines += [crossing("social", 1, 2, reader), crossing("plan", 2, 2, reader)]
        lines.append(crossing("transmissions", 2, 2, reader))
    story.apply(Person("QUAL", PERSON.user), COORD)
    mine = story.add(COORD)
    story.apply(Referent(mine, T0), COORD)
    story.apply(Notice(tuple(lines), T0, "oral"), COORD)
    for actor in (MO, INF, ASS, PSY):
        story.add(actor)
    story.add(KINE, limb=2)
    story.add(IDE, limb=0)
    return story


def report(author: Actor, level: int = 2, compartment: str = "medical", **more: object) -> EntryMeta:
    """An entry written an hour after the case opened."""
    category = author.capacity.category if author.capacity else None
    meta = EntryMeta(named(f"{compartment}/{level}"), author.user, category, T0 + HOUR, compartment, level)
    return replace(meta, **more)  # type: ignore[arg-type]  # idem


def agreement(at_ms: int = T0 + 2 * HOUR, **more: object) -> Consent:
    """The person's consent to nurses, for medical and medication, after its notice."""
    consent = Consent(
        kind="share_outside_team",
        decision="given",
        information=(Information("medical", 2), Information("medication", 2)),
        recipients=Recipients(professions=("G15:60",)),
        given_by=GivenBy(),
        given_ms=at_ms,
        means="electronic",
        notice=DeliveredNotice(named("notice text"), at_ms - HOUR),
        episode=EPISODE,
    )
    return replace(consent, **more)  # type: ignore[arg-type]  # idem
