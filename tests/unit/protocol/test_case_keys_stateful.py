"""Random lives of a section against a naive oracle of who can open what.

The oracle knows nothing of chains: it keeps members, holders and hand-overs in plain dictionaries. After every act:
who left derives no key of an epoch that began after they left; a newcomer without history derives nothing sealed before
they came; a void link confers nothing; the chain and the oracle agree on everybody, every epoch, every step.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from support.cases import CaseWorld
from volet_protocol import debts
from volet_protocol.errors import ProtocolError

SECTION = "medical/2"
DOCTORS = ("ada", "ben", "cleo", "dan")
EVERYBODY = (*DOCTORS, "carer")


@dataclass
class Oracle:
    """Who takes part since when, who holds which steps of which epochs, when each step began."""

    epoch: int = 0
    step: int = 0
    starts: dict[tuple[int, int], int] = field(default_factory=dict)
    members: dict[str, int] = field(default_factory=dict)
    holders: dict[str, dict[int, int]] = field(default_factory=dict)
    ever: dict[str, dict[int, int]] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    left_at_epoch: dict[str, int] = field(default_factory=dict)

    def may_read(self, name: str) -> bool:
        return name in self.members and name != "carer"

    def staying(self) -> list[str]:
        return [name for name in self.holders if self.may_read(name) and name not in self.revoked]

    def give(self, name: str, epoch: int, step: int) -> None:
        for held in (self.holders.setdefault(name, dict(self.ever.get(name, {}))), self.ever.setdefault(name, {})):
            held[epoch] = min(step, held.get(epoch, step))

    def next_epoch(self, now_ms: int, readers: list[str]) -> None:
        self.epoch, self.step = self.epoch + 1, 0
        self.starts[self.epoch, 0] = now_ms
        self.holders = {}
        for name in readers:
            self.give(name, self.epoch, 0)

    def may_grant(self, granter: str, reader: str, start: tuple[int, int] | None) -> bool:
        held = self.holders.get(granter)
        if held is None or not self.may_read(granter) or not self.may_read(reader):
            return False
        if start is None:
            return True
        needed = [start, *((epoch, 0) for epoch in range(start[0] + 1, self.epoch + 1))]
        if not all(epoch in held and held[epoch] <= step for epoch, step in needed):
            return False
        return self.starts[start] >= self.members[reader]


class SectionLives(RuleBasedStateMachine):
    """Joins, ends, claims, grants, revocations and rotations in any order, some of them not entitled."""

    @initialize()
    def open_case(self) -> None:
        self.world = CaseWorld.team()
        self.world.leave("doctor")
        self.world.leave("nurse")
        self.oracle = Oracle(members={"carer": self.world.now_ms})

    # -- people --------------------------------------------------------------------------------------------------

    @rule(name=st.sampled_from(DOCTORS), since_start=st.booleans())
    def join(self, name: str, since_start: bool) -> None:  # noqa: FBT001 - drawn by the state machine
        if name in self.oracle.members:
            return
        self.world.wait()
        history_from_ms = 0 if since_start else None
        self.world.join(name, "H1", "clinic", history_from_ms=history_from_ms)
        self.oracle.members[name] = 0 if since_start else self.world.now_ms
        self.oracle.left_at_epoch.pop(name, None)

    @rule(name=st.sampled_from(DOCTORS))
    def leave(self, name: str) -> None:
        if name not in self.oracle.members:
            return
        self.world.wait()
        assert self.world.verdict(self.world.leave(name)) is None
        del self.oracle.members[name]
        self.oracle.left_at_epoch[name] = self.oracle.epoch

    # -- keys ----------------------------------------------------------------------------------------------------

    @rule(author=st.sampled_from(EVERYBODY))
    def claim(self, author: str) -> None:
        self.world.wait()
        entitled = self.oracle.may_read(author) and not self.oracle.staying()
        statement = self.world.claim(author, SECTION)
        assert (self.world.verdict(statement) is None) == entitled
        if entitled:
            self.oracle.revoked.discard(author)
            self.oracle.next_epoch(self.world.now_ms, [author])

    @precondition(lambda self: self.oracle.epoch > 0)
    @rule(data=st.data(), granter=st.sampled_from(DOCTORS), reader=st.sampled_from(EVERYBODY))
    def grant(self, data: st.DataObject, granter: str, reader: str) -> None:
        self.world.wait()
        oracle = self.oracle
        start = data.draw(st.sampled_from([None, *sorted(oracle.starts)]))
        entitled = oracle.may_grant(granter, reader, start)
        try:
            composed = self.world.composed_grant(granter, reader, {SECTION: start})
        except ProtocolError:
            # The granter's own ring does not reach that far.
            assert not entitled
            return
        statement = self.world.composed(granter, composed)
        assert (self.world.verdict(statement) is None) == entitled
        if not entitled:
            assert oracle.epoch in self.world.main.section(SECTION).tainted
            return
        oracle.revoked.discard(reader)
        if start is None:
            oracle.step += 1
            oracle.starts[oracle.epoch, oracle.step] = self.world.now_ms
            oracle.give(reader, oracle.epoch, oracle.step)
            return
        oracle.give(reader, *start)
        for epoch in range(start[0] + 1, oracle.epoch + 1):
            oracle.give(reader, epoch, 0)

    @precondition(lambda self: self.oracle.staying())
    @rule(author=st.sampled_from(DOCTORS))
    def rotate(self, author: str) -> None:
        self.world.wait()
        stay = self.oracle.staying()
        entitled = author in self.oracle.holders and author in stay
        composed = self.world.composed_rotate(author, SECTION)
        statement = self.world.composed(author, composed)
        assert (self.world.verdict(statement) is None) == entitled
        if entitled:
            self.oracle.next_epoch(self.world.now_ms, stay)

    @rule(author=st.sampled_from(EVERYBODY), reader=st.sampled_from(DOCTORS))
    def revoke(self, author: str, reader: str) -> None:
        self.world.wait()
        oracle = self.oracle
        entitled = author in oracle.members and reader in oracle.holders and reader not in oracle.revoked
        statement = self.world.revoke(author, reader, SECTION)
        assert (self.world.verdict(statement) is None) == entitled
        if entitled:
            oracle.revoked.add(reader)

    # -- what must hold ------------------------------------------------------------------------------------------

    @invariant()
    def everybody_derives_exactly_what_they_were_validly_given(self) -> None:
        for name in EVERYBODY:
            held = self.oracle.ever.get(name, {})
            for epoch, step in self.oracle.starts:
                assert self.world.opens(name, SECTION, epoch, step) == (epoch in held and held[epoch] <= step)

    @invariant()
    def who_left_derives_no_later_epoch(self) -> None:
        for name, epoch in self.oracle.left_at_epoch.items():
            later = range(epoch + 1, self.oracle.epoch + 1)
            assert not any(self.world.opens(name, SECTION, one, self.oracle.step) for one in later)

    @invariant()
    def a_newcomer_without_history_derives_nothing_from_before(self) -> None:
        for name, since_ms in self.oracle.members.items():
            earlier = self.oracle.ever.get(name, {})
            given_before = name in self.oracle.left_at_epoch or not earlier
            for (epoch, step), started_ms in self.oracle.starts.items():
                if given_before and started_ms < since_ms:
                    assert not self.world.opens(name, SECTION, epoch, step)

    @invariant()
    def the_chain_knows_the_holders_and_the_debt(self) -> None:
        state = self.world.main.section(SECTION)
        users = {self.world.user(name): name for name in EVERYBODY}
        assert {users[user] for user in state.readers} == set(self.oracle.holders)
        assert (state.epoch, state.step) == (self.oracle.epoch, self.oracle.step)
        debt = debts.debt(self.world.main, SECTION, self.world.table, self.world.now_ms, self.world.directory)
        assert {users[user] for user in debt.leaving} == set(self.oracle.holders) - set(self.oracle.staying())


SectionLives.TestCase.settings = settings(
    max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestSectionLives = SectionLives.TestCase
