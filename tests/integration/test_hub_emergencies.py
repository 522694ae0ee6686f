"""An emergency at a live hub: declared from outside, answered on its leaf, released while it lasts, then nothing."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from support.cases import CaseWorld
from support.hub import HubCase
from support.hub_entries import post, problem, release, release_request
from support.identities import seed32
from volet_protocol import compose, key_boxes
from volet_protocol.case_links import FactLink
from volet_protocol.emergencies import check_emergency_receipt
from volet_protocol.emergency_course import to_tell
from volet_protocol.emergency_words import context, seal_words
from volet_protocol.entry import SealedEntry
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_emergencies import LEGITIMATE, URGENT_CARE, EmergencyEnd, EmergencyReason, EmergencyReview
from volet_protocol.fact_notices import Opposition
from volet_protocol.fact_powers import EMERGENCY_MAX_MS, Emergency
from volet_protocol.facts import Fact, fact_body, fact_hash
from volet_protocol.leaf import LeafType
from volet_protocol.log_payload import ViewPayload
from volet_protocol.opening_links import OpenedEntry, OpeningCloseLink, OpeningLink, StartRef, UserRecipient
from volet_protocol.receipt import Receipt
from volet_protocol.sealing import PARTS, client_share_from_section
from volet_protocol.sections import KeyId
from volet_protocol.statements import Statement
from volet_service.application.emergency_records import Declared

MEDICAL = "medical/2"


class Called:
    """A case with one medical entry, and a doctor of another structure who knows its reference."""

    def __init__(self, case: HubCase) -> None:
        self.case = case
        self.entry: SealedEntry = post(case, "doctor")
        case.attest("caller", "H1", "practice")
        self.started: StartRef | None = None
        self.declaration = ""

    def declare(self, name: str = "caller", **changes: Any) -> httpx.Response:  # noqa: ANN401 -- any field of the fact
        case, capacity = self.case, self.case.capacity(name)
        assert capacity is not None
        fields: dict[str, Any] = {
            "user": case.user(name), "row": capacity.row, "structure": capacity.structure, "opened_ms": case.now_ms,
            "until_ms": case.now_ms + EMERGENCY_MAX_MS, **changes,
        }  # fmt: skip
        body = fact_body(Emergency(**fields), case.draw("fact salt")[:16])
        link = FactLink(case.head(name), fact_hash(body), ()).body()
        answer = case.offer(name, case.person(name).sign(link), body)
        if answer.is_success:
            CaseWorld.add(case, name, link, body)
            self.declaration = fact_hash(body)
        return answer

    def say_why(self, name: str = "caller", **changes: Any) -> httpx.Response:  # noqa: ANN401 -- any field of the fact
        """Record the reason, its words sealed to whoever is to be told."""
        case = self.case
        bound = context(case.main.case, EmergencyReason.type, self.declaration, URGENT_CARE)
        told = to_tell(case.main.facts, case.user(name), case.now_ms)
        readers = {user: case.directory.user(user) for user in told}
        words = seal_words("Malaise, traitement inconnu.", readers, bound)
        fields: dict[str, Any] = {
            "emergency": self.declaration, "reason": URGENT_CARE, "words": words, **changes,
        }  # fmt: skip
        return self.offer_fact(name, EmergencyReason(**fields))

    def offer_fact(self, name: str, fact: Fact) -> httpx.Response:
        """Send a fact to the hub; what it takes is in the world too."""
        case = self.case
        body = fact_body(fact, case.draw("fact salt")[:16])
        link = FactLink(case.head(name), fact_hash(body), ()).body()
        answer = case.offer(name, case.person(name).sign(link), body)
        if answer.is_success:
            CaseWorld.add(case, name, link, body)
        return answer

    def start(self, *, reasoned: bool = True) -> ViewPayload:
        answer = self.declare()
        assert answer.is_success, answer.text
        receipt = Receipt.read(answer.json()["receipt"])
        record = self.case.main.facts.find(Emergency, self.declaration)
        self.started = check_emergency_receipt(
            receipt, record, case=self.case.main.case, log=self.case.hub.verifier, at_ms=self.case.now_ms
        )
        if reasoned:
            self.case.wait()
            said = self.say_why()
            assert said.is_success, said.text
        return ViewPayload.read(receipt.verify(self.case.hub.verifier).view)

    def shares(self, sealed: SealedEntry) -> dict[tuple[str, str], bytes]:
        header = sealed.entry.header
        which = KeyId(MEDICAL, header.epoch or 0, header.step or 0)
        key = self.case.ring("doctor").key(which, self.case.main.section(MEDICAL).commitment(which.epoch, which.step))
        return {(sealed.entry.id, part): client_share_from_section(key, sealed.entry.id, part) for part in PARTS}

    def composed(self, **changes: Any) -> compose.Composed:  # noqa: ANN401 -- any field of the link
        case = self.case
        fields: dict[str, Any] = {
            "head": case.head("doctor"), "entries": (OpenedEntry(self.entry.entry.id, PARTS),),
            "recipient": UserRecipient(case.user("caller"), self.declaration), "basis": (self.declaration,),
            "until_ms": case.now_ms + EMERGENCY_MAX_MS // 2, "boxes": (), "started": self.started, **changes,
        }  # fmt: skip
        caller = case.person("caller")
        return compose.compose_opening(OpeningLink(**fields), self.shares(self.entry), {caller.user: caller.chain})

    def offered(self, **changes: Any) -> httpx.Response:  # noqa: ANN401 -- any field of the link
        composed = self.composed(**changes)
        return self.case.offer("doctor", self.case.person("doctor").sign(composed.body), None, composed.boxes)

    def answer(self) -> tuple[Statement, bytes]:
        composed = self.composed()
        statement = self.case.add("doctor", composed.body, boxes=composed.boxes)
        return statement, composed.boxes[self.case.user("caller")]

    def log_in_again(self) -> None:
        case = self.case
        case.clients["caller"] = case.hub.login(case.person("caller"), case.capacities["caller"])

    def released(self, name: str = "caller") -> httpx.Response:
        return release(self.case, name, [self.entry.entry.id])


@pytest.fixture
def called(team: HubCase) -> Called:
    return Called(team)


def test_an_emergency_is_declared_answered_released_and_ended(called: Called) -> None:
    case = called.case
    assert called.released().status_code == 404
    view = called.start()
    assert (view.act, view.emergency, view.structure) == ("emergency-start", True, "practice")
    case.wait()
    statement, box = called.answer()
    links = case.clients["caller"].get(f"/v1/cases/{case.main.case}/chains/main").json()["links"]
    assert links[-1]["box"]
    caller = case.person("caller")
    shares = key_boxes.open_opening_box(case.main, statement, box, caller.user_key, user=caller.user)
    assert shares == called.shares(called.entry)
    answer = called.released()
    assert answer.is_success, answer.text
    seen = case.hub.receipt(answer.json()["receipt"])
    released = ViewPayload.read(seen.view)
    assert (released.act, released.emergency) == ("release", True)
    assert {"P5", "R12", "R24"} <= set(released.rules)

    case.wait()
    case.add("caller", OpeningCloseLink(case.head("caller", widens=False), statement.hash).body())
    stopped = ViewPayload.read(case.receipts[-1].view)
    assert (stopped.act, stopped.emergency) == ("emergency-stop", True)
    assert case.receipts[-1].leaf.type is LeafType.ACT
    assert problem(called.released()) in {"denied", "not-found"}


def test_nothing_is_readable_by_the_declaration_alone(called: Called) -> None:
    called.start()
    assert problem(called.released()) in {"denied", "not-found"}


def test_a_caller_is_served_who_takes_part_and_not_what_the_person_agreed_to(called: Called) -> None:
    called.start()
    case = called.case
    links = case.clients["caller"].get(f"/v1/cases/{case.main.case}/chains/main").json()["links"]
    served = {link["fact"]["type"] for link in links if "fact" in link}
    assert "participation" in served
    assert "notice" not in served


def test_nobody_but_a_health_professional_gets_a_foot_in_the_door(called: Called) -> None:
    called.case.attest("driver", "S1", "ssiad")
    assert problem(called.declare("driver")) == "not-found"


def test_an_emergency_in_the_name_of_another_is_denied(called: Called) -> None:
    assert problem(called.declare(user=called.case.user("nurse"))) == "denied"


@pytest.mark.parametrize("minutes", [-10, 10])
def test_an_emergency_dated_elsewhere_is_refused(called: Called, minutes: int) -> None:
    opened_ms = called.case.now_ms + minutes * 60_000
    assert not called.declare(opened_ms=opened_ms, until_ms=opened_ms + EMERGENCY_MAX_MS // 2).is_success


def test_the_person_who_opposed_is_obeyed_and_the_attempt_is_logged(called: Called) -> None:
    case = called.case
    case.account("person")
    case.fact("person", Opposition("emergency_access", case.now_ms, GivenBy()), widens=False)
    before = case.hub.running.hub.log.size
    assert problem(called.declare()) == "denied"
    assert case.hub.running.hub.log.size == before + 1


def test_an_opposition_stops_the_next_release(called: Called) -> None:
    case = called.case
    case.account("person")
    called.start()
    case.wait()
    called.answer()
    assert called.released().is_success
    case.fact("person", Opposition("all", case.now_ms, GivenBy()), widens=False)
    assert problem(called.released()) in {"denied", "not-found"}


def test_the_fourth_emergency_of_a_day_is_one_too_many(called: Called) -> None:
    for _ in range(3):
        assert called.declare().is_success
        called.case.wait()
    assert problem(called.declare()) == "too-many-requests"


def test_nothing_is_released_after_the_last_instant(called: Called) -> None:
    called.start()
    called.case.wait()
    called.answer()
    called.case.wait(12 * 60)
    called.log_in_again()
    assert problem(called.released()) in {"denied", "not-found"}
    called.case.wait(12 * 60)
    called.log_in_again()
    assert problem(called.released()) == "not-found"


def test_an_answer_without_the_leaf_is_denied(called: Called) -> None:
    called.start()
    called.case.wait()
    assert problem(called.offered(started=None)) == "denied"


@pytest.mark.parametrize("change", ["index", "leaf", "size", "root"])
def test_an_answer_on_another_leaf_is_refused(called: Called, change: str) -> None:
    called.start()
    called.case.wait()
    assert called.started is not None
    good = called.started.to_json()
    other: dict[str, Any] = {"index": 0, "leaf": seed32("leaf").hex(), "size": called.started.size + 9,
                             "root": seed32("root").hex()}  # fmt: skip
    bad: dict[str, Any] = {**good, change: other[change]}
    assert not called.offered(started=StartRef(**bad)).is_success
    assert called.offered().is_success


def test_what_is_not_of_the_set_is_not_opened_and_nobody_else_is_served(called: Called) -> None:
    case = called.case
    case.join("carer", "S1", "ssiad")
    called.start()
    case.wait()
    called.answer()
    statement = release_request(case, "carer", [called.entry.entry.id])
    answer = case.clients["carer"].post("/v1/releases", json={"statement": statement.to_json()})
    assert problem(answer) in {"denied", "not-found"}


def test_nothing_is_answered_before_the_caller_said_why(called: Called) -> None:
    called.start(reasoned=False)
    called.case.wait()
    assert called.offered().json()["reason"] == "missing-field"
    assert called.say_why().is_success
    called.case.wait()
    assert called.offered().is_success


def test_nothing_is_answered_while_the_words_leave_out_the_person(called: Called) -> None:
    called.case.account("person")
    called.start(reasoned=False)
    called.case.wait()
    told = called.say_why(words=())
    assert told.is_success
    called.case.wait()
    assert called.offered().json()["reason"] == "missing-field"


def test_a_second_reason_is_refused(called: Called) -> None:
    called.start()
    called.case.wait()
    assert called.say_why().json()["reason"] == "already"


def test_nobody_gives_the_reason_of_somebody_elses_emergency(called: Called) -> None:
    called.start(reasoned=False)
    called.case.wait()
    assert problem(called.say_why("doctor")) == "denied"


def test_an_emergency_without_any_answer_is_ended_at_once(called: Called) -> None:
    case = called.case
    called.start()
    ended = called.offer_fact("caller", EmergencyEnd(called.declaration, case.now_ms))
    assert ended.is_success, ended.text
    view = ViewPayload.read(case.hub.receipt(ended.json()["receipt"]).view)
    assert (view.act, view.emergency) == ("emergency-stop", True)
    assert problem(case.clients["caller"].get(f"/v1/cases/{case.main.case}/chains/main")) == "not-found"
    case.wait()
    assert problem(called.offered()) == "denied"


def test_ending_an_emergency_stops_the_next_release(called: Called) -> None:
    called.start()
    called.case.wait()
    called.answer()
    assert called.released().is_success
    assert called.offer_fact("nurse", EmergencyEnd(called.declaration, called.case.now_ms)).is_success
    assert problem(called.released()) in {"denied", "not-found"}


def test_who_takes_no_part_ends_no_emergency(called: Called) -> None:
    called.case.attest("driver", "S1", "ssiad")
    called.start()
    assert problem(called.offer_fact("driver", EmergencyEnd(called.declaration, called.case.now_ms))) == "not-found"


def test_the_quota_of_a_caller_counts_every_case_of_the_hub(called: Called) -> None:
    count_elsewhere(called, user=called.case.user("caller"), structure="elsewhere", times=3)
    assert problem(called.declare()) == "too-many-requests"


def test_the_quota_of_a_structure_counts_what_colleagues_declared_elsewhere(called: Called) -> None:
    count_elsewhere(called, user=seed32("colleague").hex(), structure="practice", times=9)
    assert called.declare().is_success
    called.case.wait()
    assert problem(called.declare()) == "too-many-requests"


def test_a_day_later_the_quota_is_whole_again(called: Called) -> None:
    count_elsewhere(called, user=called.case.user("caller"), structure="practice", times=3)
    called.case.wait(24 * 60)
    called.log_in_again()
    assert called.declare().is_success


def test_a_declaration_over_the_quota_is_in_the_log_as_a_refusal(called: Called) -> None:
    count_elsewhere(called, user=called.case.user("caller"), structure="practice", times=3)
    before = called.case.hub.running.hub.log.size
    assert problem(called.declare()) == "too-many-requests"
    assert called.case.hub.running.hub.log.size == before + 1


def count_elsewhere(called: Called, *, user: str, structure: str, times: int) -> None:
    """Emergencies of other cases, as the hub counts them."""
    store = called.case.hub.running.hub.store
    for number in range(times):
        fact = seed32(f"elsewhere {structure} {number}").hex()
        record = Declared(fact, seed32("other case").hex(), user, structure, called.case.now_ms, number)
        asyncio.run(store.write(lambda uow, /, record=record: uow.emergencies.add(record, record.fact)))


class TestReviews:
    def over(self, called: Called) -> None:
        called.start()
        assert called.offer_fact("caller", EmergencyEnd(called.declaration, called.case.now_ms)).is_success
        called.case.wait()
        called.case.attest("auditor", "O14", "dac")

    def review(self, called: Called, name: str) -> httpx.Response:
        return called.offer_fact(name, EmergencyReview(called.declaration, LEGITIMATE, called.case.now_ms))

    @pytest.mark.parametrize("name", ["coordinator", "auditor"])
    def test_who_follows_the_case_or_an_auditor_closes_an_emergency(self, called: Called, name: str) -> None:
        self.over(called)
        assert self.review(called, name).is_success

    @pytest.mark.parametrize("name", ["doctor", "nurse"])
    def test_a_member_who_does_not_follow_the_case_does_not(self, called: Called, name: str) -> None:
        self.over(called)
        assert problem(self.review(called, name)) == "denied"

    def test_the_caller_does_not_judge_themself(self, called: Called) -> None:
        self.over(called)
        assert problem(self.review(called, "caller")) == "not-found"

    def test_an_emergency_that_lasts_is_not_reviewed_yet(self, called: Called) -> None:
        called.start()
        called.case.wait()
        assert self.review(called, "coordinator").json()["reason"] == "not-yet"

    def test_an_auditor_writes_nothing_else_into_a_case(self, called: Called) -> None:
        self.over(called)
        assert (
            problem(called.offer_fact("auditor", EmergencyEnd(called.declaration, called.case.now_ms))) == "not-found"
        )

    def test_an_auditor_is_served_no_chain_and_no_entry(self, called: Called) -> None:
        self.over(called)
        case = called.case
        assert problem(case.clients["auditor"].get(f"/v1/cases/{case.main.case}/chains/main")) == "not-found"
        assert problem(case.clients["auditor"].get(f"/v1/entries/{called.entry.entry.id}")) == "not-found"

    def test_an_auditor_finds_every_emergency_in_one_list(self, called: Called) -> None:
        self.over(called)
        listed = called.case.clients["auditor"].get("/v1/emergencies").json()["emergencies"]
        assert [one["emergency"] for one in listed] == [called.declaration]
        types = [link["fact"]["type"] for link in listed[0]["links"]]
        assert types == ["emergency", "emergency-reason", "emergency-end"]

    @pytest.mark.parametrize("name", ["doctor", "caller"])
    def test_that_list_is_for_auditors(self, called: Called, name: str) -> None:
        self.over(called)
        assert problem(called.case.clients[name].get("/v1/emergencies")) == "denied"

    def test_the_receipt_of_a_declaration_is_for_who_stands_in_the_case(self, called: Called) -> None:
        called.start()
        case = called.case
        path = f"/v1/cases/{case.main.case}/emergencies/{called.declaration}"
        case.attest("stranger", "H1", "practice")
        assert problem(case.clients["stranger"].get(path)) == "not-found"
        answer = case.clients["nurse"].get(path).json()
        record = case.main.facts.find(Emergency, called.declaration)
        started = check_emergency_receipt(
            Receipt.read(answer["started"]), record, case=case.main.case, log=case.hub.verifier, at_ms=case.now_ms
        )
        assert called.started is not None
        assert (started.index, started.leaf) == (called.started.index, called.started.leaf)

    def test_there_is_no_receipt_of_what_nobody_declared(self, called: Called) -> None:
        path = f"/v1/cases/{called.case.main.case}/emergencies/{seed32('nothing').hex()}"
        assert problem(called.case.clients["doctor"].get(path)) == "not-found"
