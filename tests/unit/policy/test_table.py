"""Exhaustive invariants over the committed table: every closed question it answers."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from support.policy_story import POLICIES, shipped
from volet_protocol import canonical
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.policy_table import DENY, KEYS, PERMIT, Outcome, PolicyTable
from volet_protocol.vocabulary import COMPARTMENTS, ROWS
from volet_service.adapters.policy.build import build
from volet_service.adapters.policy.loader import load
from volet_service.domain.policy_codes import is_rule

TABLE = (POLICIES / "table.json").read_bytes()
MANDATES = {"S7a", "S7b", "O2", "O3", "O4", "O5"}


def answers(table: str) -> list[tuple[tuple[str, ...], Outcome]]:
    found = [(key[1:], outcome) for key, outcome in shipped().answers().items() if key[0] == table]
    assert found
    return found


def test_the_committed_table_equals_a_fresh_build() -> None:
    assert build(load(POLICIES)) == TABLE, "run `volet policy build`"


def test_every_answer_names_a_rule_that_exists_and_the_lines_that_gave_it() -> None:
    for key, outcome in shipped().answers().items():
        assert outcome.rules, key
        assert all(is_rule(rule) for rule in outcome.rules), key
        assert outcome.lines, key


def test_every_shield_denies_for_every_row() -> None:
    assert all(outcome.effect == DENY for _, outcome in answers("shield"))
    opposed = {row for (code, row), _ in answers("shield") if code == "opposed"}
    assert opposed == set(ROWS)


def test_an_operator_reads_nothing_whatever_the_relation() -> None:
    table = shipped()
    for compartment in COMPARTMENTS:
        assert table.cell("O14", compartment) == "x"
    for (_, relation, _, _), outcome in answers("standing"):
        assert relation != "operator" or outcome.effect == DENY


def test_no_party_without_account_has_a_cell_that_reads_in_the_hub() -> None:
    table = shipped()
    for row in table.rows().values():
        if row.account:
            continue
        assert table.ask("shield", "no_account_row", row.row).effect == DENY
        assert table.ask("shield", "no_account_row", row.row).hidden
        for cell in row.cells.values():
            assert cell in {"0", "x", "s", "s1", "s2"}, row.row


def test_nothing_above_the_ceiling_is_read_or_written() -> None:
    for (action, _, reach, _), outcome in answers("standing"):
        if action in {"read", "write"} and reach not in {"within", "-"}:
            assert outcome.effect == DENY


def test_only_a_notice_or_a_consent_that_covers_gives_a_permit() -> None:
    deferred = {"cross_deferred", "given_cross_deferred"}
    good = {"same", "cross", "given_same", "given_cross", "given", "law", "-"} | deferred
    for (action, relation, _, cover), outcome in answers("standing"):
        if outcome.effect == PERMIT:
            same = action == "exchange_receive" and cover == "general_missing"
            assert cover in good or same, (action, relation, cover)
            owed = {"inform_person_after", "record_in_file"}
            assert cover not in deferred or owed <= set(outcome.obligations)


def test_a_refusal_is_never_conditional() -> None:
    for (_, _, _, cover), outcome in answers("standing"):
        if cover in {"refused", "conflict"}:
            assert outcome.effect == DENY


def test_what_is_not_in_the_table_is_denied() -> None:
    outcome = shipped().ask("standing", "read", "team", "within", "invented")
    assert (outcome.effect, outcome.rules, outcome.hidden) == (DENY, ("R1",), True)


@pytest.mark.parametrize("relation", ["none", "unqualified", "outside_list", "unbound", "other_capacity"])
def test_a_stranger_gets_an_answer_identical_to_absence(relation: str) -> None:
    for (_, code, _, _), outcome in answers("standing"):
        if code == relation:
            assert outcome.hidden


def test_the_emergency_set_is_the_one_of_the_law() -> None:
    opened = {key for key, outcome in answers("emergency") if outcome.effect == PERMIT}
    assert opened == {
        ("identity", "1"), ("protection", "1"), ("autonomy", "1"),
        ("medical", "1"), ("medical", "2"), ("medication", "1"), ("medication", "2"),
    }  # fmt: skip


def test_nobody_writes_without_a_w() -> None:
    table = shipped()
    for row in ROWS:
        for compartment in COMPARTMENTS:
            for level in (1, 2):
                if table.can_write(row, compartment, level):
                    assert table.cell(row, compartment).endswith("w")


def test_only_health_writes_the_medical_sections() -> None:
    table = shipped()
    assert table.writing_categories("medical", 2) == (1,)
    assert table.writing_categories("transmissions", 2) == (1, 2)
    assert table.writing_categories("social", 2) == (2,)


def test_only_mandate_rows_hold_mandate_cells() -> None:
    for row in shipped().rows().values():
        if any(cell.startswith("m") for cell in row.cells.values()):
            assert row.row in MANDATES


def _changed(change: Callable[[dict[str, object]], None]) -> PolicyTable:
    document: dict[str, object] = json.loads(TABLE)
    change(document)
    narrow: JsonObject = document  # type: ignore[assignment]  # parsed JSON
    return PolicyTable.load(canonical.encode(narrow))


def _cell(row: str, part: str, code: str) -> Callable[[dict[str, object]], None]:
    def change(document: dict[str, object]) -> None:
        rows: list[dict[str, dict[str, str]]] = document["rows"]  # type: ignore[assignment]  # parsed JSON
        next(one for one in rows if one["row"] == row)["cells"][part] = code  # type: ignore[comparison-overlap]  # idem

    return change


@pytest.mark.parametrize(
    ("row", "part", "code"),
    [("H2", "psychological", "1"), ("S11", "medical", "0"), ("H4", "medical", "2"), ("S7a", "medical", "1"),
     ("H1", "child_protection", "s2"), ("O14", "identity", "x*"), ("S13", "plan", "2w"), ("H3", "medical", "1w")],
)  # fmt: skip
def test_a_table_wider_in_one_cell_is_found_out(row: str, part: str, code: str) -> None:
    if shipped().cell(row, part) == code:
        assert _changed(_cell(row, part, code)).wider_than(shipped()) == []
        return
    wider = _changed(_cell(row, part, code)).wider_than(shipped())
    assert any(place.startswith(f"{row}/{part}") for place in wider)


@pytest.mark.parametrize(
    ("row", "part", "code"),
    [("H1", "medical", "2"), ("H1", "medical", "1w"), ("H1", "medical", "0"), ("H1", "medical", "x"),
     ("S1", "budget", "m2w"), ("M1", "medical", "x")],
)  # fmt: skip
def test_a_narrower_table_is_not_wider(row: str, part: str, code: str) -> None:
    assert _changed(_cell(row, part, code)).wider_than(shipped()) == []


def test_a_permit_in_place_of_a_deny_is_found_out() -> None:
    def change(document: dict[str, object]) -> None:
        outcomes: list[dict[str, object]] = document["outcomes"]  # type: ignore[assignment]  # parsed JSON
        next(one for one in outcomes if one["lines"] == ["oppose"])["effect"] = PERMIT

    assert "shield/opposed/H1" in _changed(change).wider_than(shipped())


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"type":"policy-table"', b'"type":"policy-tabel"', Reason.WRONG_TYPE),
        (b'"v":1}', b'"v":2}', Reason.WRONG_VERSION),
        (b'"v":1}', b'"v":1,"w":1}', Reason.UNKNOWN_FIELD),
        (b'"medical":"2w"', b'"medical":"9w"', Reason.MALFORMED),
        (b'"medical":"2w"', b'"medicam":"2w"', Reason.MISSING_FIELD),
        (b'"effect":"deny"', b'"effect":"dany"', Reason.MALFORMED),
        (b'"row":"H1"', b'"row":"H2"', Reason.MALFORMED),
        (b'{"outcomes"', b'{ "outcomes"', Reason.NOT_CANONICAL),
    ],
)
def test_a_damaged_table_does_not_load(old: bytes, new: bytes, reason: Reason) -> None:
    assert old in TABLE
    with pytest.raises(ProtocolError) as caught:
        PolicyTable.load(TABLE.replace(old, new, 1))
    assert caught.value.reason is reason


def test_every_table_has_questions() -> None:
    assert {key[0] for key in shipped().answers()} == set(KEYS)
