"""Honest, forked, smaller and crossing requests in any order, and deaths: a witness cosigns one growing tree."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from support.log_builder import LogBuilder
from support.witness_log import NOW_S, SIGNERS, log_of, request
from volet_witness.judging import Answer, Witness
from volet_witness.store import Known, WitnessStore

SIZE = 12
# Three histories under one key, which part after 3 and after 7 leaves.
LOGS = tuple(
    log_of(*("same" if n < parts else name for n in range(SIZE))) for name, parts in (("a", SIZE), ("b", 3), ("c", 7))
)
LOG, SIZES = st.sampled_from(LOGS), st.integers(1, SIZE)


class Crossing(WitnessStore):
    """A store in which another request is answered between a look and what follows from it."""

    between: bytes | None = None
    answered: Answer | None = None

    def known(self, origin: str) -> Known | None:
        found = super().known(origin)
        if self.between is not None:
            data, self.between = self.between, None
            self.answered = Witness(self, SIGNERS).add_checkpoint(data, NOW_S)
        return found


class WitnessLives(RuleBasedStateMachine):
    """What it cosigned, in the order of its answers."""

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.cosigned: list[tuple[int, bytes]] = []
        self.start()
        self.store.add_log((LOGS[0].signer.verifier,))

    def start(self) -> None:
        self.store = Crossing(self.folder / "witness.sqlite")
        self.witness = Witness(self.store, SIGNERS)

    def held(self) -> int:
        known = self.store.known(LOGS[0].signer.name)
        assert known is not None
        return known.size

    def offer(self, log: LogBuilder, old: int, size: int) -> bytes:
        # Where no true proof can exist, the best that its own tree has.
        return request(log, old, size) if old <= size else request(log, old, size, ())

    def took(self, answer: Answer | None, log: LogBuilder, size: int) -> None:
        if answer is not None and answer.status == 200:
            self.cosigned.append((size, log.checkpoint(size).root))

    @rule(log=LOG, size=SIZES)
    def ask_from_what_it_holds(self, log: LogBuilder, size: int) -> None:
        self.took(self.witness.add_checkpoint(self.offer(log, self.held(), size), NOW_S), log, size)

    @rule(log=LOG, old=SIZES, size=SIZES)
    def ask_from_anywhere(self, log: LogBuilder, old: int, size: int) -> None:
        self.took(self.witness.add_checkpoint(self.offer(log, old, size), NOW_S), log, size)

    @rule(first=LOG, second=LOG, sizes=st.tuples(SIZES, SIZES))
    def two_requests_cross(self, first: LogBuilder, second: LogBuilder, sizes: tuple[int, int]) -> None:
        held = self.held()
        self.store.between, self.store.answered = self.offer(second, held, sizes[1]), None
        answer = self.witness.add_checkpoint(self.offer(first, held, sizes[0]), NOW_S)
        # The one in between was answered first.
        self.took(self.store.answered, second, sizes[1])
        self.took(answer, first, sizes[0])

    @rule(log=LOG, size=SIZES)
    def die_between_persisting_and_answering(self, log: LogBuilder, size: int) -> None:
        self.witness.add_checkpoint(self.offer(log, self.held(), size), NOW_S)
        self.store.close()
        self.start()

    @invariant()
    def it_cosigned_one_growing_tree(self) -> None:
        if not hasattr(self, "store"):
            return
        sizes = [size for size, _ in self.cosigned]
        assert sizes == sorted(sizes)
        assert any(all(log.checkpoint(size).root == root for size, root in self.cosigned) for log in LOGS)
        assert not self.cosigned or self.held() >= sizes[-1]

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)


WitnessLives.TestCase.settings = settings(
    max_examples=15, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
TestWitnessLives = WitnessLives.TestCase
