"""Each report finds the act it is for, and leaves alone the one beside it that is in order."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from dataclasses import replace

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from fhir.resources.R4B.bundle import Bundle

from volet_client.log_acts import COLUMNS, audit_event, to_csv, to_fhir, to_json_lines
from volet_client.log_replay import Logged
from volet_client.log_reports import BULK, PARIS, REPORTS, Wanted
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.facts import fact_hash
from volet_protocol.leaf import ZERO, Leaf, LeafType
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.statements import UnverifiedStatement

CASE, DOCTOR, NURSE, PART = ("c" * 64, "d" * 64, "e" * 64, "f" * 64)
HUB = "https://hub.example"


def paris(day: int, hour: int) -> int:
    """An hour of March 2026 in Paris, in ms; the 3rd is a Tuesday, the 8th a Sunday."""
    return int(dt.datetime(2026, 3, day, hour, tzinfo=PARIS).timestamp() * 1000)


def logged(view: ViewPayload, *, user: str = DOCTOR, fact: JsonObject | None = None, **body: JsonValue) -> Logged:
    signed: JsonObject = {"type": "release-request", "case": CASE, **body}
    hash_ = UnverifiedStatement(signed, b"").hash
    refusal = "denied" if view.act == "refusal" else None
    who = IdentityPayload(
        user=user, device="a" * 64, refusal=refusal, request_hash=hash_, request={"body": signed, "sig": ""}
    )
    return Logged(7, Leaf(LeafType.ACT, view.time_ms, ZERO, bytes(31) + b"1"), view, who, fact)


IN_ORDER = ViewPayload(
    "release", paris(3, 12), row="H1", structure="clinic", participation=PART, compartment="medical", level=2,
    part="body", intent="open", purpose="care", entries=("1" * 64,), rules=("R12",),
)  # fmt: skip
REFUSED = replace(IN_ORDER, act="refusal", rules=("R1",))
EMERGENCY: JsonObject = {"type": "emergency", "v": 1}
STARTED = logged(ViewPayload("emergency-start", paris(3, 12)), fact=EMERGENCY, type="fact", fact_hash="x")
REVIEW: JsonObject = {"type": "emergency-review", "emergency": fact_hash(EMERGENCY)}
PERSON: JsonObject = {"type": "person", "user": DOCTOR}
MANY = [logged(replace(IN_ORDER, entries=(f"{number:064x}",))) for number in range(BULK + 1)]
FACT = ViewPayload("fact", paris(3, 12))
LOOK = ViewPayload("log-look", paris(3, 12), purpose="audit", row="O14")
TAKEN_BACK = logged(ViewPayload("take-back", paris(3, 13), entries=("1" * 64,)))

FOUND = {
    "no-team": [logged(replace(IN_ORDER, participation=None))],
    "emergencies": [STARTED],
    "refusals": [logged(REFUSED)],
    "bulk": MANY,
    "hours": [logged(replace(IN_ORDER, time_ms=paris(8, 12)))],
    "own-file": [logged(FACT, fact=PERSON), logged(IN_ORDER)],
    "taken-back": [logged(IN_ORDER, user=NURSE), TAKEN_BACK],
    "exports": [logged(replace(IN_ORDER, intent="print"))],
    "rights": [logged(FACT, fact={"type": "participation"})],
    "look-ups": [logged(LOOK, reason="complaint")],
    "lifted": [logged(LOOK, reason="complaint", scope={"case": CASE, "user": NURSE})],
}
IN_ORDER_OF = {
    "no-team": [logged(IN_ORDER), logged(replace(IN_ORDER, participation=None, emergency=True))],
    "emergencies": [STARTED, logged(FACT, fact=REVIEW)],
    "refusals": [logged(IN_ORDER)],
    "bulk": [logged(replace(act.view, intent="sync")) for act in MANY if act.view is not None],
    "hours": [logged(IN_ORDER), logged(replace(IN_ORDER, time_ms=paris(3, 23), intent="sync"))],
    "own-file": [logged(FACT, fact=PERSON), logged(IN_ORDER, user=NURSE), logged(replace(IN_ORDER, row=None))],
    "taken-back": [
        logged(IN_ORDER),
        logged(replace(IN_ORDER, entries=("2" * 64,)), user=NURSE),
        logged(replace(IN_ORDER, part="title"), user=NURSE),
        TAKEN_BACK,
    ],
    "exports": [logged(IN_ORDER)],
    "rights": [logged(FACT, fact={"type": "notice"})],
    "look-ups": [logged(replace(LOOK, purpose="own_access"))],
    "lifted": [logged(LOOK), logged(replace(LOOK, purpose="own_access"))],
}


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_a_report_finds_what_it_is_for(name: str) -> None:
    (line,) = REPORTS[name](FOUND[name])
    assert line.indexes


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_a_report_leaves_alone_what_is_in_order(name: str) -> None:
    assert not list(REPORTS[name](IN_ORDER_OF[name]))


@pytest.mark.parametrize("intent", ["open", "search", "print", "export"])
def test_what_somebody_asked_for_counts_as_read_in_bulk_and_at_night(intent: str) -> None:
    views = [replace(act.view, intent=intent, time_ms=paris(3, 23)) for act in MANY if act.view is not None]
    acts = [logged(view) for view in views]
    assert len(list(REPORTS["bulk"](acts))) == 1
    assert len(list(REPORTS["hours"](acts))) == len(acts)


@pytest.mark.parametrize("intent", ["sync", "offline"])
def test_what_a_device_fetched_by_itself_does_not(intent: str) -> None:
    views = [replace(act.view, intent=intent, time_ms=paris(3, 23)) for act in MANY if act.view is not None]
    assert not [line for name in ("bulk", "hours") for line in REPORTS[name]([logged(view) for view in views])]


def test_as_many_entries_in_a_day_as_is_usual_are_not_read_in_bulk() -> None:
    assert not list(REPORTS["bulk"](MANY[:BULK]))


def test_a_pseudonym_lifted_names_the_account_and_the_reason() -> None:
    (line,) = REPORTS["lifted"](FOUND["lifted"])
    assert (line.what["lifted"], line.what["reason"], line.what["case"]) == (NURSE, "complaint", CASE)


def test_a_report_of_night_hours_follows_the_clock_of_paris() -> None:
    night = [logged(replace(IN_ORDER, time_ms=paris(3, hour))) for hour in (6, 7, 19, 20)]
    assert [line.time_ms for line in REPORTS["hours"](night)] == [paris(3, 6), paris(3, 20)]


def test_refusals_are_counted_by_reason_with_those_told_together() -> None:
    (line,) = REPORTS["refusals"]([logged(REFUSED), logged(replace(REFUSED, count=4))])
    assert (line.what["count"], line.what["rules"], line.what["problem"]) == (5, "R1", "denied")


def test_a_look_up_names_its_reason() -> None:
    (line,) = REPORTS["look-ups"](FOUND["look-ups"])
    assert line.what["reason"] == "complaint"


@pytest.mark.parametrize(
    ("asked", "fits"),
    [
        (Wanted(), True), (Wanted(user=DOCTOR[:8]), True), (Wanted(user=NURSE), False), (Wanted(act="refusal"), False),
        (Wanted(row="H1", compartment="medical"), True), (Wanted(structure="dac"), False),
        (Wanted(since_ms=paris(3, 12)), True), (Wanted(until_ms=paris(3, 12)), False), (Wanted(emergency=True), False),
    ],
)  # fmt: skip
def test_a_search_shows_only_what_fits_every_question(asked: Wanted, fits: bool) -> None:  # noqa: FBT001 -- a table
    assert asked.fits(logged(IN_ORDER)) is fits


def test_csv_and_json_lines_say_the_same_of_each_act() -> None:
    acts = [logged(IN_ORDER), logged(REFUSED)]
    rows = list(csv.DictReader(io.StringIO(to_csv(acts, HUB))))
    lines = [json.loads(line) for line in to_json_lines(acts, HUB).splitlines()]
    assert set(rows[0]) == set(COLUMNS)
    assert [row["act"] for row in rows] == [line["act"] for line in lines] == ["release", "refusal"]
    assert rows[0]["case"] == lines[0]["case"] == CASE
    assert rows[1]["refusal"] == "denied"


@pytest.mark.parametrize("acts", [FOUND[name] for name in sorted(FOUND)], ids=sorted(FOUND))
def test_every_act_is_a_valid_audit_event(acts: list[Logged]) -> None:
    bundle = json.loads(Bundle.model_validate_json(to_fhir(acts, HUB)).model_dump_json())
    assert len(bundle["entry"]) == len(acts)


def test_a_release_is_a_patient_read_and_a_refusal_a_failure() -> None:
    read, refused = (
        json.loads(AuditEvent.model_validate(audit_event(logged(view), HUB)).model_dump_json())
        for view in (IN_ORDER, REFUSED)
    )
    assert (read["action"], read["outcome"], refused["outcome"]) == ("R", "0", "4")
    assert [profile.rsplit("/", 1)[1] for profile in read["meta"]["profile"]] == ["IHE.BasicAudit.PatientRead"]
    assert [entity["what"]["identifier"]["system"] for entity in read["entity"]] == [
        "urn:volet:case", "urn:volet:entry", "urn:volet:request",
    ]  # fmt: skip
