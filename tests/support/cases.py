"""A case with people in it, driven link by link through the real state machine, boxes and key rings.

world = CaseWorld(table)
world.join("doctor", "H1", "clinic")
world.claim("doctor", "medical/2")
world.grant("doctor", "nurse", {"medical/2": (1, 0)})

Every method signs a link as its author's client would, extends the chain, and lets whoever it names open their box.
Keys come from integers; only box encapsulation draws randomness.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from support.identities import HUB, START_MS, TestUser, attest, capacity, make_bundle, make_user, seed32
from support.small_table import small_table
from volet_protocol import case_chain, compose, key_boxes
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import Attestation, Capacity, verify_attestation
from volet_protocol.case_links import CaseCreate, ClassCreate, FactLink, Fresh, LinkHead, SectionAt
from volet_protocol.case_state import CaseChain
from volet_protocol.compose import Composed
from volet_protocol.departures import AttestationEnd, ended
from volet_protocol.entry_list import EntryListHead, list_id
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_notices import Notice, NoticeLine
from volet_protocol.fact_people import Participation, ParticipationEnd, Person
from volet_protocol.facts import Fact, fact_body, fact_hash
from volet_protocol.key_links import RevokeLink, RotateLink
from volet_protocol.link_reading import read_link
from volet_protocol.opening_links import (
    FunctionRecipient,
    OpenedEntry,
    OpeningCloseLink,
    OpeningLink,
    UserRecipient,
)
from volet_protocol.places import MAIN
from volet_protocol.policy_table import PolicyTable
from volet_protocol.section_access import SectionAccess, standings
from volet_protocol.sections import KeyId, SectionKeys
from volet_protocol.statements import HeadRef, Statement, UnverifiedStatement
from volet_protocol.user_state import UserChain

MINUTE_MS = 60_000
YEAR_MS = 365 * 86_400_000
EPISODE = seed32("episode").hex()


@dataclass
class PeopleDirectory:
    """Verified users and attestations, as new as the test has made them."""

    users: dict[str, UserChain] = field(default_factory=dict)
    attestations: dict[str, Attestation] = field(default_factory=dict)

    def user(self, user: str) -> UserChain:
        if user not in self.users:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "user")
        return self.users[user]

    def attestation(self, attestation: str) -> Attestation:
        if attestation not in self.attestations:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "attestation")
        return self.attestations[attestation]

    def end(self, statements: Iterable[UnverifiedStatement]) -> None:
        """Leave the attestations as these ends do, whoever signed them."""
        ends = [AttestationEnd.read(one, HUB) for one in statements]
        self.attestations = {id_: ended(held, ends) for id_, held in self.attestations.items()}


@dataclass(frozen=True)
class Sent:
    """One link as it travels: statement, fact body, boxes."""

    statement: Statement
    fact: JsonObject | None = None
    boxes: Mapping[str, bytes] = field(default_factory=dict)


class CaseWorld:
    """One case, its people and what each of their clients holds."""

    def __init__(
        self, table: PolicyTable, opener: str = "coordinator", row: str = "S10", structure: str = "dac"
    ) -> None:
        self.table = table
        self.tables: Mapping[str, PolicyTable] = {table.hash: table}
        self.bundle = make_bundle()
        self.directory = PeopleDirectory()
        self.people: dict[str, TestUser] = {}
        self.capacities: dict[str, str] = {}
        self.now_ms = START_MS
        self.sent: dict[str, list[Sent]] = {}
        self.rings: dict[tuple[str, str], SectionKeys] = {}
        self._drawn = 0
        self.person(opener)
        self.attest(opener, row, structure)
        self.main = self._create(opener, structure)

    @classmethod
    def team(cls) -> CaseWorld:
        """A coordinator, a doctor, a nurse and a carer in one team, the person informed, nobody with a key."""
        world = cls(small_table())
        world.join("coordinator", "S10", "dac")
        world.inform()
        world.join("doctor", "H1", "clinic")
        world.join("nurse", "H2", "clinic")
        world.join("carer", "S1", "ssiad")
        return world

    def wait(self, minutes: int = 1) -> None:
        """Let time pass."""
        self.now_ms += minutes * MINUTE_MS

    # -- people --------------------------------------------------------------------------------------------------

    def person(self, name: str) -> TestUser:
        """Return a user, made at first mention."""
        if name not in self.people:
            self.people[name] = make_user(1000 + len(self.people))
            self.directory.users[self.people[name].user] = self.people[name].chain
        return self.people[name]

    def user(self, name: str) -> str:
        return self.person(name).user

    def update(self, name: str, user: TestUser) -> None:
        """Take a longer chain of a user: a new device, a new generation."""
        self.people[name] = user
        self.directory.users[user.user] = user.chain

    def attest(self, name: str, row: str, structure: str) -> str:
        """Give a user the capacity they act in from now on; return its id."""
        statement = attest(self.person(name), row, structure)
        attestation = verify_attestation(statement, self.bundle, START_MS)
        self.directory.attestations[attestation.id] = attestation
        self.capacities[name] = attestation.id
        return attestation.id

    def capacity(self, name: str) -> Capacity | None:
        id_ = self.capacities.get(name)
        return None if id_ is None else self.directory.attestations[id_].capacity

    # -- chain ---------------------------------------------------------------------------------------------------

    def _create(self, opener: str, structure: str) -> CaseChain:
        create = CaseCreate(
            preamble=self.person(opener).preamble(self.now_ms),
            salt=seed32("case salt")[:16],
            kind="care",
            structure=structure,
            capacity=self.capacities[opener],
            policy=self.table.hash,
            controller="Département du Val",
            log_key_hash=seed32("log key").hex(),
            episode=EPISODE,
        )
        statement = self.person(opener).sign(create.body())
        self.sent[MAIN] = [Sent(statement)]
        return case_chain.start_case(statement, self.directory, self.tables)

    def class_create(self, class_: str, author: str = "coordinator") -> CaseChain:
        create = ClassCreate(
            self.person(author).preamble(self.now_ms), self.main.case, class_, seed32(f"salt {class_}")
        )
        statement = self.person(author).sign(create.body())
        self.sent[class_] = [Sent(statement)]
        return case_chain.start_class(statement, self.main, self.directory)

    def fresh(self, age_ms: int = MINUTE_MS) -> Fresh:
        return Fresh(7, seed32("root").hex(), self.now_ms - age_ms)

    def head(self, author: str, *, widens: bool = True, state: CaseChain | None = None) -> LinkHead:
        """The common fields of the next link, as its author's client composes them."""
        state = state or self.main
        return compose.next_head(
            state,
            self.person(author).preamble(self.now_ms),
            self.table.hash,
            capacity=self.capacities.get(author),
            fresh=self.fresh() if widens else None,
            main_head=None if state.class_ == MAIN else self.main.head,
        )

    def add(
        self, author: str, body: JsonObject, fact: JsonObject | None = None, boxes: Mapping[str, bytes] | None = None
    ) -> Statement:
        """Sign a body, append it to `main`, and let everybody it boxed open what they got."""
        statement = self.person(author).sign(body)
        self.main = case_chain.extend(self.main, statement, fact, self.directory, self.tables)
        self.sent[MAIN].append(Sent(statement, fact, boxes or {}))
        if statement.hash not in self.main.voids:
            self._deliver(statement, boxes or {})
        return statement

    def verdict(self, statement: Statement) -> Reason | None:
        """Why a link of `main` is void, None when it is valid."""
        return self.main.voids.get(statement.hash)

    # -- facts ---------------------------------------------------------------------------------------------------

    def fact(self, author: str, fact: Fact, *, widens: bool = True, lists: Iterable[str] = ()) -> Statement:
        body = fact_body(fact, self.draw("fact salt")[:16])
        at = tuple(SectionAt(section, self.list_head(section)) for section in sorted(lists))
        link = FactLink(self.head(author, widens=widens), fact_hash(body), at)
        return self.add(author, link.body(), body)

    def inform(self, by: str = "coordinator") -> Statement:
        """Record that the person was told of the team (R23)."""
        return self.fact(by, Notice((NoticeLine("general"),), self.now_ms, "oral"))

    def join(
        self,
        name: str,
        row: str,
        structure: str,
        *,
        by: str = "coordinator",
        start_ms: int | None = None,
        until_ms: int | None = None,
        history_from_ms: int | None = None,
    ) -> str:
        """Let a capacity take part; return the hash of the fact."""
        attestation = self.attest(name, row, structure)
        participation = Participation(
            user=self.user(name), attestation=attestation, capacity=capacity(row, structure), regime="care", limb=1,
            start_ms=self.now_ms if start_ms is None else start_ms, until_ms=until_ms, episode=EPISODE,
            history_from_ms=history_from_ms,
        )  # fmt: skip
        statement = self.fact(by, participation)
        assert self.verdict(statement) is None
        return str(statement.body["fact"])

    def leave(self, name: str, *, by: str = "coordinator") -> Statement:
        """End whatever participation a user has now."""
        record = self.main.facts.participations_of(self.user(name), self.now_ms)[0]
        return self.fact(by, ParticipationEnd(record.hash, self.now_ms), widens=False)

    def account(self, name: str) -> Statement:
        """Give the person of the case an account."""
        return self.fact("coordinator", Person("VALI", user=self.user(name)))

    def participation(self, name: str) -> str | None:
        """The hash of a user's participation in force, None for the person."""
        records = self.main.facts.participations_of(self.user(name), self.now_ms)
        return records[0].hash if records else None

    # -- keys ----------------------------------------------------------------------------------------------------

    def draw(self, name: str) -> bytes:
        """32 bytes that were never drawn before."""
        self._drawn += 1
        return seed32(name, self._drawn)

    def list_head(self, section: str) -> EntryListHead:
        listed = self.main.section(section).listed
        return listed or EntryListHead.start(list_id(self.main.case, f"section:{section}"))

    def access(self) -> SectionAccess:
        return SectionAccess.at(self.table, self.main.facts, self.main.instant(self.now_ms))

    def ring(self, name: str) -> SectionKeys:
        return self.rings.get((self.user(name), self.main.chain), SectionKeys(self.main.chain))

    def composed(self, author: str, composed: Composed) -> Statement:
        return self.add(author, composed.body, boxes=composed.boxes)

    def claim(self, author: str, *sections: str) -> Statement:
        keys = {section: self.draw(f"key {section}") for section in sections}
        lists = {section: self.list_head(section) for section in sections}
        return self.composed(
            author, compose.compose_claim(self.main, self.head(author), self.person(author).chain, keys, lists)
        )

    def facts_for(self, reader: str, sections: Iterable[str]) -> set[str]:
        """The hashes of the facts that a grant's decisions use."""
        access, user = self.access(), self.user(reader)
        used: set[str] = set()
        for standing in standings(self.main.facts, user, access.at_ms):
            for section in sections:
                used.update(access.decision("read", user, standing.capacity, section).facts)
        return used

    def composed_grant(self, author: str, reader: str, starts: Mapping[str, tuple[int, int] | None]) -> Composed:
        return compose.compose_grant(
            self.main,
            self.head(author),
            self.ring(author),
            self.person(reader).chain,
            reader_capacity=self.participation(reader),
            starts=starts,
            facts=sorted(self.facts_for(reader, starts)),
            not_after_ms=self.now_ms + 10 * MINUTE_MS,
        )

    def grant(self, author: str, reader: str, starts: Mapping[str, tuple[int, int] | None]) -> Statement:
        return self.composed(author, self.composed_grant(author, reader, starts))

    def composed_rotate(self, author: str, *sections: str, deferred: Mapping[str, str] | None = None) -> Composed:
        keys = {section: self.draw(f"key {section}") for section in sections}
        lists = {section: self.list_head(section) for section in sections}
        states = {section: self.main.section(section) for section in sections}
        return compose.compose_rotate(
            self.main,
            self.head(author),
            keys,
            lists,
            readers=self.access().next_readers(states, states),
            chains=self.directory.users,
            deferred=deferred,
        )

    def rotate(self, author: str, *sections: str, deferred: Mapping[str, str] | None = None) -> Statement:
        return self.composed(author, self.composed_rotate(author, *sections, deferred=deferred))

    def revoke(self, author: str, reader: str, *sections: str) -> Statement:
        at = tuple(SectionAt(section, self.list_head(section)) for section in sorted(sections))
        return self.add(author, RevokeLink(self.head(author, widens=False), self.user(reader), at).body())

    # -- openings ------------------------------------------------------------------------------------------------

    def composed_opening(
        self,
        author: str,
        recipient: UserRecipient | FunctionRecipient,
        entries: Sequence[str],
        to: Sequence[str],
        until_ms: int | None = None,
    ) -> Composed:
        link = OpeningLink(
            head=self.head(author),
            entries=tuple(OpenedEntry(entry, ("title", "body")) for entry in sorted(entries)),
            recipient=recipient,
            basis=(),
            until_ms=self.now_ms + YEAR_MS if until_ms is None else until_ms,
            boxes=(),
        )
        shares = {(entry, part): seed32(f"share {entry} {part}") for entry in entries for part in ("title", "body")}
        return compose.compose_opening(link, shares, {self.user(name): self.person(name).chain for name in to})

    def open_to(self, author: str, name: str, *entries: str, until_ms: int | None = None) -> Statement:
        recipient = UserRecipient(self.user(name), self.participation(name))
        return self.composed(author, self.composed_opening(author, recipient, entries, [name], until_ms))

    def close(self, author: str, opening: str) -> Statement:
        return self.add(author, OpeningCloseLink(self.head(author, widens=False), opening).body())

    # -- what clients do with what they get ------------------------------------------------------------------------

    def _deliver(self, statement: Statement, boxes: Mapping[str, bytes]) -> None:
        for person in self.people.values():
            box = boxes.get(person.user)
            if box is None or statement.type == "opening":
                continue
            ring = self.rings.get((person.user, self.main.chain), SectionKeys(self.main.chain))
            match statement.type:
                case "claim":
                    opened = key_boxes.open_claim_box(self.main, statement, box, person.user_key, ring)
                case "grant":
                    opened = key_boxes.open_grant_box(self.main, statement, box, person.user_key, ring)
                case _:
                    opened = key_boxes.open_rotate_box(
                        self.main, statement, box, person.user_key, ring, user=person.user
                    )
            self.rings[person.user, self.main.chain] = opened.ring

    def opens(self, name: str, section: str, epoch: int, step: int = 0) -> bool:
        """Whether somebody's client can derive a key, from everything it was ever validly given."""
        return self.ring(name).holds(KeyId(section, epoch, step))


def rotation(statement: Statement) -> RotateLink:
    link = read_link(statement)
    assert isinstance(link, RotateLink)
    return link


def moved(head: LinkHead, to: HeadRef) -> LinkHead:
    """A link head that claims another place in the chain."""
    return replace(head, seq=to.seq + 1, prev=to.hash)
