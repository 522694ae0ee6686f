"""Emergencies: who may answer one, with what, on which proof, for how long, and how many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from support.cases import MINUTE_MS, CaseWorld
from support.emergencies import (
    CALLER,
    ENTRY,
    STARTED,
    answer,
    composed_answer,
    declare,
    emergency,
    receipt,
    record,
    team,
)
from support.identities import seed32
from support.log_builder import LogBuilder
from volet_protocol import key_boxes, openings
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.emergencies import Quota, check_emergency_receipt, check_quota
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import Opposition
from volet_protocol.keys import SigningKey
from volet_protocol.merkle import leaf_hash
from volet_protocol.note import Note
from volet_protocol.note_keys import KeyType, NoteSigner
from volet_protocol.opening_links import OpeningLink, StartRef, UserRecipient
from volet_protocol.questions import EntryMeta
from volet_protocol.receipt import Receipt
from volet_protocol.statements import Statement

DAY_MS = 24 * 60 * MINUTE_MS


def entry(world: CaseWorld, author: str = "doctor", **changes: object) -> EntryMeta:
    meta = EntryMeta(ENTRY, world.user(author), 1, world.now_ms, "medical", 2)
    return replace(meta, **changes)  # type: ignore[arg-type]  # any field of the entry


def made(world: CaseWorld, statement: Statement, meta: EntryMeta) -> Reason | None:
    link = OpeningLink.read(statement)
    opener = world.main.openings[statement.hash]
    return _refusal(
        lambda: openings.check_made(world.main, link, opener.capacity, [meta], table=world.table, at_ms=world.now_ms)
    )


def released(world: CaseWorld, statement: Statement, meta: EntryMeta, to: str = CALLER) -> Reason | None:
    return _refusal(
        lambda: openings.check_release(
            world.main, statement.hash, meta, "body", world.user(to), table=world.table, at_ms=world.now_ms
        )
    )


def oppose(world: CaseWorld, scope: str) -> None:
    world.fact("person", Opposition(scope, from_ms=world.now_ms, expressed_by=GivenBy()), widens=False)


def _refusal(check: Callable[[], object]) -> Reason | None:
    try:
        check()
    except ProtocolError as error:
        return error.reason
    return None


class TestTheChain:
    def test_a_reader_answers_an_emergency_and_its_caller_gets_the_shares(self) -> None:
        world = team()
        declare(world)
        composed = composed_answer(world)
        statement = world.composed("doctor", composed)
        assert world.verdict(statement) is None
        caller = world.person(CALLER)
        shares = key_boxes.open_opening_box(
            world.main, statement, composed.boxes[caller.user], caller.user_key, user=caller.user
        )
        assert shares[ENTRY, "body"] == seed32(f"share {ENTRY} body")
        assert made(world, statement, entry(world)) is None
        assert released(world, statement, entry(world)) is None

    def test_an_answer_hands_out_no_key(self) -> None:
        world = team()
        declare(world)
        answer(world)
        assert world.user(CALLER) not in world.main.section("medical/2").readers
        assert not world.opens(CALLER, "medical/2", 1)

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"started": None}, Reason.MISSING_FIELD),
            ({"basis": ()}, Reason.UNKNOWN_REFERENCE),
            ({"exchange": seed32("exchange").hex()}, Reason.MALFORMED),
            ({"until_ms": 2**52}, Reason.EXPIRED),
        ],
    )
    def test_an_answer_that_says_too_little_or_too_much_is_void(self, changes: dict[str, Any], reason: Reason) -> None:
        world = team()
        declare(world)
        assert world.verdict(answer(world, **changes)) is reason

    def test_an_answer_that_lasts_longer_than_the_emergency_is_void(self) -> None:
        world = team()
        until_ms = world.now_ms + 60 * MINUTE_MS
        declare(world, until_ms=until_ms)
        assert world.verdict(answer(world, until_ms=until_ms + 1)) is Reason.EXPIRED

    def test_an_answer_to_somebody_else_is_void(self) -> None:
        world = team()
        declare(world)
        recipient = UserRecipient(world.user("nurse"), record(world).hash)
        assert world.verdict(answer(world, to="nurse", recipient=recipient)) is Reason.WRONG_RECIPIENT

    def test_an_answer_boxed_to_somebody_else_is_void(self) -> None:
        world = team()
        declare(world)
        assert world.verdict(answer(world, to="nurse")) is Reason.WRONG_RECIPIENT

    def test_an_answer_to_the_caller_in_another_capacity_is_void(self) -> None:
        world = team()
        declare(world)
        recipient = UserRecipient(world.user(CALLER), None)
        assert world.verdict(answer(world, recipient=recipient)) is Reason.WRONG_RECIPIENT

    def test_an_answer_after_the_emergency_is_void(self) -> None:
        world = team()
        declare(world)
        world.wait(24 * 60)
        assert world.verdict(answer(world, until_ms=world.now_ms + MINUTE_MS)) is Reason.EXPIRED

    def test_an_answer_before_the_emergency_is_void(self) -> None:
        world = team()
        declare(world, opened_ms=world.now_ms + 60 * MINUTE_MS)
        assert world.verdict(answer(world)) is Reason.NOT_YET

    def test_nobody_answers_their_own_emergency(self) -> None:
        world = team()
        declare(world, "doctor")
        assert world.verdict(answer(world, by="doctor", to="doctor")) is Reason.NOT_ENTITLED

    @pytest.mark.parametrize("scope", ["all", "emergency_access"])
    def test_the_person_who_opposed_is_obeyed(self, scope: str) -> None:
        world = team()
        oppose(world, scope)
        declare(world)
        assert world.verdict(answer(world)) is Reason.NOT_PERMITTED

    def test_only_a_health_professional_declares(self) -> None:
        world = team()
        assert world.verdict(declare(world, "driver")) is Reason.NOT_ENTITLED

    def test_an_emergency_is_declared_by_its_caller_only(self) -> None:
        world = team()
        assert world.verdict(declare(world, "doctor", user=world.user(CALLER))) is Reason.NOT_ENTITLED


class TestEntries:
    @pytest.mark.parametrize(
        "changes",
        [
            {"compartment": "social"}, {"compartment": "psychological"}, {"compartment": "budget", "level": 1},
            {"compartment": "transmissions", "level": 1},
        ],
    )  # fmt: skip
    def test_what_is_not_of_the_emergency_set_is_refused(self, changes: dict[str, Any]) -> None:
        world = team()
        declare(world)
        statement = answer(world)
        assert made(world, statement, entry(world, **changes)) is Reason.NOT_PERMITTED
        assert released(world, statement, entry(world, **changes)) is Reason.NOT_PERMITTED

    def test_a_masked_entry_is_refused_even_from_its_author(self) -> None:
        world = team()
        declare(world)
        statement = answer(world)
        masked = entry(world, mask="third_party")
        assert made(world, statement, masked) is Reason.NOT_ENTITLED
        assert released(world, statement, masked) is Reason.NOT_PERMITTED

    def test_who_may_not_read_an_entry_does_not_answer_with_it(self) -> None:
        world = team()
        declare(world)
        statement = answer(world, by="coordinator")
        assert made(world, statement, entry(world)) is Reason.NOT_ENTITLED

    def test_nothing_is_released_to_anybody_else(self) -> None:
        world = team()
        declare(world)
        assert released(world, answer(world), entry(world), to="nurse") is Reason.WRONG_RECIPIENT

    def test_an_opposition_stops_the_next_release(self) -> None:
        world = team()
        declare(world)
        statement = answer(world)
        oppose(world, "emergency_access")
        assert released(world, statement, entry(world)) is Reason.NOT_PERMITTED

    def test_nothing_is_released_after_the_end(self) -> None:
        world = team()
        declare(world)
        statement = answer(world)
        world.wait(24 * 60)
        assert released(world, statement, entry(world)) is Reason.EXPIRED

    def test_the_caller_ends_it_and_nobody_else_from_outside(self) -> None:
        world = team()
        declare(world)
        statement = answer(world)
        assert world.verdict(world.close("driver", statement.hash)) is Reason.NOT_ENTITLED
        assert world.verdict(world.close(CALLER, statement.hash)) is None
        assert released(world, statement, entry(world)) is Reason.CLOSED

    def test_an_emergency_names_nobody(self) -> None:
        world = team()
        declare(world)
        answer(world)
        assert openings.opened_to(world.main, ENTRY, world.now_ms) == frozenset()


class TestReceipts:
    def check(
        self, log: LogBuilder, world: CaseWorld, got: Receipt, *, agent: bool = False, case: str | None = None,
        verifier: LogVerifier | None = None,
    ) -> Reason | None:  # fmt: skip
        return _refusal(
            lambda: check_emergency_receipt(
                got, record(world), case=case or world.main.case, log=verifier or log.verifier, at_ms=world.now_ms,
                agent=agent,
            )
        )  # fmt: skip

    def test_the_receipt_of_the_leaf_is_named_by_the_answer(self) -> None:
        world, log = team(), LogBuilder()
        got = receipt(log, world, declare(world))
        started = check_emergency_receipt(
            got, record(world), case=world.main.case, log=log.verifier, at_ms=world.now_ms
        )
        assert started == StartRef(0, leaf_hash(got.leaf).hex(), 1, log.checkpoint().root.hex())

    def test_an_agent_answers_nothing_without_witnesses(self) -> None:
        world, log = team(), LogBuilder()
        assert self.check(log, world, receipt(log, world, declare(world)), agent=True) is Reason.NOT_TRUSTED

    def test_nobody_answers_when_the_witnesses_did_not_cosign(self) -> None:
        world, log = team(), LogBuilder(policy=_WITNESSED)
        assert self.check(log, world, receipt(log, world, declare(world))) is Reason.NOT_TRUSTED

    @pytest.mark.parametrize("agent", [False, True])
    def test_a_cosigned_receipt_is_enough_for_people_and_agents(self, *, agent: bool) -> None:
        world, log = team(), LogBuilder(policy=_WITNESSED)
        got = _cosigned(log, world, receipt(log, world, declare(world)))
        assert self.check(log, world, got, agent=agent) is None

    def test_the_receipt_of_another_act_is_refused(self) -> None:
        world, log = team(), LogBuilder()
        assert self.check(log, world, receipt(log, world, declare(world), act="fact")) is Reason.WRONG_TYPE

    def test_a_leaf_that_hides_the_emergency_is_refused(self) -> None:
        world, log = team(), LogBuilder()
        assert self.check(log, world, receipt(log, world, declare(world), emergency=False)) is Reason.WRONG_TYPE

    def test_the_receipt_of_another_emergency_is_refused(self) -> None:
        world, log = team(), LogBuilder()
        first = declare(world)
        declare(world)
        assert self.check(log, world, receipt(log, world, first)) is Reason.WRONG_REQUEST

    def test_the_receipt_of_another_capacity_is_refused(self) -> None:
        world, log = team(), LogBuilder()
        got = receipt(log, world, declare(world), structure="clinic")
        assert self.check(log, world, got) is Reason.WRONG_REQUEST

    def test_the_receipt_of_another_case_is_refused(self) -> None:
        world, log = team(), LogBuilder()
        got = receipt(log, world, declare(world))
        assert self.check(log, world, got, case=seed32("other case").hex()) is Reason.WRONG_CASE

    def test_the_receipt_of_another_user_is_refused(self) -> None:
        world, log = team(), LogBuilder()
        got = receipt(log, world, declare(world), user=world.user("nurse"))
        assert self.check(log, world, got) is Reason.WRONG_AUTHOR

    def test_a_receipt_without_the_identity_is_refused(self) -> None:
        world, log = team(), LogBuilder()
        got = receipt(log, world, declare(world)).for_person()
        assert self.check(log, world, got) is Reason.MISSING_FIELD

    def test_a_leaf_of_another_log_is_refused(self) -> None:
        world, log = team(), LogBuilder()
        got = receipt(log, world, declare(world))
        other = LogBuilder(origin="other.example").verifier
        assert self.check(log, world, got, verifier=other) is Reason.WRONG_ORIGIN

    def test_an_altered_leaf_is_refused(self) -> None:
        world, log = team(), LogBuilder()
        got = receipt(log, world, declare(world))
        got = replace(got, leaf=got.leaf[:20] + b"\x01" + got.leaf[21:])
        assert self.check(log, world, got) is Reason.BAD_PROOF

    def test_a_receipt_is_no_use_once_the_emergency_is_over(self) -> None:
        world, log = team(), LogBuilder()
        got = receipt(log, world, declare(world))
        world.wait(24 * 60)
        assert self.check(log, world, got) is Reason.EXPIRED


class TestQuotas:
    def test_a_caller_declares_so_many_in_a_window(self) -> None:
        world = team()
        declare(world)
        declare(world)
        past, new = world.main.facts.of(type(record(world).fact)), emergency(world)
        check_quota(past, new, world.now_ms, Quota(caller=3))
        with pytest.raises(ProtocolError, match="over-quota"):
            check_quota(past, new, world.now_ms, Quota(caller=2))
        check_quota(past, new, world.now_ms + DAY_MS, Quota(caller=2))

    def test_a_structure_declares_so_many_through_whomever(self) -> None:
        world = team()
        declare(world, "doctor")
        world.attest("registrar", "H1", "clinic")
        past, new = world.main.facts.of(type(record(world).fact)), emergency(world, "registrar")
        with pytest.raises(ProtocolError, match="over-quota"):
            check_quota(past, new, world.now_ms, Quota(structure=1))
        check_quota(past, emergency(world), world.now_ms, Quota(structure=1))

    def test_an_emergency_dated_back_counts_from_its_recording(self) -> None:
        world = team()
        declare(world, opened_ms=world.now_ms - DAY_MS + MINUTE_MS, until_ms=world.now_ms + MINUTE_MS)
        past = world.main.facts.of(type(record(world).fact))
        with pytest.raises(ProtocolError, match="over-quota"):
            check_quota(past, emergency(world), world.now_ms + 30 * MINUTE_MS, Quota(caller=1))


@pytest.mark.parametrize("changes", [{"index": 9}, {"size": 0}, {"leaf": "short"}, {"more": 1}])
def test_a_reference_to_a_leaf_outside_its_tree_is_no_reference(changes: dict[str, object]) -> None:
    world = team()
    declare(world)
    body = dict(composed_answer(world).body)
    body["started"] = {**STARTED.to_json(), **changes}  # type: ignore[dict-item]  # deliberately not a wire value
    with pytest.raises(ProtocolError):
        OpeningLink.read(world.person("doctor").sign(body))


_WITNESS = NoteSigner("w1.example", SigningKey(b"\x07" * 32), KeyType.COSIGNATURE)
_WITNESSED = f"witness w1 {_WITNESS.vkey}\nquorum w1\n"


def _cosigned(log: LogBuilder, world: CaseWorld, got: Receipt) -> Receipt:
    """The receipt with the line of the one witness of `_WITNESSED`."""
    line = _WITNESS.line(log.checkpoint().to_text(), world.now_ms // 1000)
    note = Note.parse(got.proof.checkpoint.encode())
    return replace(got, proof=replace(got.proof, checkpoint=str(replace(note, lines=(*note.lines, line)))))
