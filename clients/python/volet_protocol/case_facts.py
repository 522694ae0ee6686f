"""The facts of one case, folded in chain order into an immutable state (docs/spec/facts.md).

This module folds and answers; who may make a fact is judged by `fact_entitlement.record_fact`, which reads this state.
Nothing is updated in place and nothing is forgotten: ends are facts too, and every question names its instant. A record
holds from its start included to its end excluded (P4).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import Generic, TypeVar, cast

from volet_protocol import fact_rules
from volet_protocol.capacities import Capacity
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_folds import FactFolds
from volet_protocol.fact_groups import FactGroups, Keys
from volet_protocol.fact_instants import entries_of, moments
from volet_protocol.fact_people import Death, Episode, Participation, Person, Referent, Retention
from volet_protocol.fact_powers import Ability
from volet_protocol.fact_references import ended_by
from volet_protocol.facts import Fact

F = TypeVar("F", bound=Fact)
FOREVER = 2**63
_NONE: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True)
class FactAuthor:
    """Who signed the link: a user, in the capacity the link names (None: as person or representative)."""

    user: str
    capacity: Capacity | None = None


@dataclass(frozen=True)
class Record(Generic[F]):
    """A fact in its place: its hash, its position in the chain, its author, when, and with which power."""

    fact: F
    hash: str
    position: int
    author: FactAuthor
    recorded_ms: int
    power: str = fact_rules.MEMBER

    @property
    def reported(self) -> bool:
        """Tell whether a professional recorded it for the person (protocol 6.3)."""
        return self.power not in {fact_rules.PERSON, fact_rules.REPRESENTATIVE}


_NO_RECORDS: Mapping[str, tuple[Record[Fact], ...]] = MappingProxyType({})


@dataclass(frozen=True)
class CaseFacts:
    """The state of the facts of one case at one position of its chain. Immutable."""

    case: str
    kind: str
    structure: str
    created_ms: int
    opener: FactAuthor
    records: Mapping[str, tuple[Record[Fact], ...]] = field(default_factory=lambda: _NO_RECORDS)
    ends: Mapping[str, int] = field(default_factory=lambda: _NONE)
    hashes: frozenset[str] = frozenset()
    _groups: FactGroups = field(default_factory=FactGroups, compare=False, repr=False)

    @staticmethod
    def start(  # noqa: PLR0917 - the six things a case-create states, in its order
        case: str,
        kind: str,
        structure: str,
        created_ms: int,
        author: str,
        capacity: Capacity | None,
        episode: str | None = None,
    ) -> CaseFacts:
        """Return the facts of a case just created by `author`; `episode` opens with it, under its own id as hash."""
        opener = FactAuthor(author, capacity)
        facts = CaseFacts(case, kind, structure, created_ms, opener)
        if episode is None:
            return facts
        return facts.with_record(Record(Episode(episode, created_ms), episode, 0, opener, created_ms))

    def with_record(self, record: Record[Fact]) -> CaseFacts:
        """Return the state with a record folded in: its entitlement was judged elsewhere."""
        type_ = record.fact.type
        records = dict(self.records)
        records[type_] = (*records.get(type_, ()), record)
        ends = dict(self.ends)
        ended = ended_by(record.fact)
        if ended is not None:
            target, at_ms = ended
            # The earliest end counts: a later one cannot reopen what was closed.
            ends[target] = min(at_ms, ends.get(target, FOREVER))
        # The chain keeps this state; what was remembered of it is asked of the next one.
        self.folds.forget()
        groups = self._groups.after(self.records.get(type_, ()), records[type_])
        return replace(self, records=records, ends=ends, hashes=self.hashes | {record.hash}, _groups=groups)

    def with_ends(self, ends: Mapping[str, int]) -> CaseFacts:
        """Return the state with ends that no fact of the chain says, by what they end; the earliest of each counts."""
        merged = {target: min(at_ms, self.ends.get(target, FOREVER)) for target, at_ms in ends.items()}
        return replace(self, ends={**self.ends, **merged})

    @cached_property
    def folds(self) -> FactFolds:
        """What these facts were found to come to, by question."""
        return FactFolds(lambda: moments(one.fact for records in self.records.values() for one in records))

    @cached_property
    def singled_out(self) -> frozenset[str]:
        """The entries that some fact names one by one: of any other the facts say what they say of its section."""
        return frozenset(
            one for records in self.records.values() for record in records for one in entries_of(record.fact)
        )

    def is_widening(self, fact: Fact) -> bool:
        """Tell whether a fact may open something; such a link names a fresh head proof (protocol 6.1)."""
        return fact_rules.is_widening(fact)

    def of(self, type_: type[F]) -> tuple[Record[F], ...]:
        """Return the records of one type, in chain order."""
        return cast("tuple[Record[F], ...]", self.records.get(type_.type, ()))

    def find(self, type_: type[F], fact_hash: str) -> Record[F]:
        """Return the record of that type and hash, or raise unknown-reference."""
        for record in self.of(type_) if fact_hash in self.hashes else ():
            if record.hash == fact_hash:
                return record
        raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"{type_.type} {fact_hash[:16]}")

    def under(self, type_: type[F], keys: Keys, *asked: Hashable) -> tuple[Record[F], ...]:
        """Return the records of one type that `keys` puts under one of the keys asked, each once, in chain order."""
        return self._groups.under(self.of(type_), keys, asked)

    # -- the person ----------------------------------------------------------------------------------------------

    @cached_property
    def person(self) -> Person | None:
        """The latest record of the person, or None before there is one."""
        records = self.of(Person)
        return records[-1].fact if records else None

    @cached_property
    def person_users(self) -> frozenset[str]:
        """The accounts of the person."""
        return frozenset(record.fact.user for record in self.of(Person) if record.fact.user is not None)

    def is_minor(self, at_ms: int) -> bool:
        """Tell whether the person is not yet of age at that instant (C. civ. 388, 413-7)."""
        person = self.person
        return person is not None and person.majority_ms is not None and at_ms < person.majority_ms

    def ability(self, at_ms: int) -> str:
        """Return `able`, `assisted` or `unable`: of the records in force, the latest; none = able."""
        state = "able"
        for record in self.of(Ability):
            if record.fact.from_ms <= at_ms < _end(record.fact.until_ms):
                state = record.fact.state
        return state

    @cached_property
    def death_ms(self) -> int | None:
        """The instant of the person's death, or None."""
        return min((record.fact.at_ms for record in self.of(Death)), default=None)

    @cached_property
    def retention(self) -> Retention | None:
        """The latest word on last contact and archiving, or None."""
        records = self.of(Retention)
        return records[-1].fact if records else None

    # -- periods -------------------------------------------------------------------------------------------------

    def episode_end(self, episode: str | None) -> int:
        """Return the end of an episode; `FOREVER` when open or when none is named; 0 for an unknown one."""
        if episode is None:
            return FOREVER
        ends = [
            min(_end(record.fact.until_ms), self.ends.get(episode, FOREVER))
            for record in self.of(Episode)
            if record.fact.episode == episode
        ]
        return min(ends, default=0)

    def participation_end(self, record: Record[Participation]) -> int:
        """Return when a participation ends: its own end, the act that ended it, or the end of its episode."""
        known = self._ended.get(record.hash)
        if known is None:
            fact = record.fact
            known = min(_end(fact.until_ms), self.ends.get(record.hash, FOREVER), self.episode_end(fact.episode))
            self._ended[record.hash] = known
        return known

    def in_force(self, record: Record[Participation], at_ms: int) -> bool:
        """Tell whether a participation holds at that instant."""
        return record.fact.start_ms <= at_ms < self.participation_end(record)

    def participations_of(self, user: str, at_ms: int | None = None) -> tuple[Record[Participation], ...]:
        """Return the participations of a user: all of them, or those in force at an instant."""
        every = self.under(Participation, _by_user, user)
        return every if at_ms is None else tuple(record for record in every if self.in_force(record, at_ms))

    # A rotation asks of every reader of every section: what one state answers alike each time is found once.

    @cached_property
    def _ended(self) -> dict[str, int]:
        return {}

    def referents(self, at_ms: int) -> frozenset[str]:
        """Return the users who follow the case at that instant, through a participation still in force."""
        users: set[str] = set()
        for record in self.of(Referent):
            if not record.fact.from_ms <= at_ms < min(_end(record.fact.until_ms), self.ended_at(record.hash)):
                continue
            participation = self.find(Participation, record.fact.participation)
            if self.in_force(participation, at_ms):
                users.add(participation.fact.user)
        return frozenset(users)

    def ended_at(self, fact_hash: str) -> int:
        """Return the instant at which a fact was ended by another, or `FOREVER`."""
        return self.ends.get(fact_hash, FOREVER)


def _by_user(fact: Participation) -> tuple[str, ...]:
    return (fact.user,)


def _end(until_ms: int | None) -> int:
    return FOREVER if until_ms is None else until_ms
