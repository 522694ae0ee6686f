"""The order in which a person reads who looked: odd ones first, screens apart from devices, weeks by reader."""

from __future__ import annotations

import datetime as dt

import pytest

from support.identities import seed32
from volet_client.access_rules import title_of
from volet_client.accesses import NEW_FOR_MS, Odd, reading
from volet_client.audit import Access
from volet_client.cli.access_words import ActWords
from volet_protocol.capacities import DAY_MS
from volet_protocol.leaf import Leaf, LeafType
from volet_protocol.log_payload import ViewPayload

# A Monday, at noon.
NOON_MS = int(dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC).timestamp() * 1000)
HOUR_MS = 3_600_000
LATER_MS = NOON_MS + 2 * NEW_FOR_MS
ANN, BOB = "a" * 64, "b" * 64


def local(at_ms: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(at_ms / 1000, dt.UTC)


def act(index: int, at_ms: int, view: ViewPayload | None) -> Access:
    leaf = Leaf(LeafType.ACT, at_ms, seed32(f"tag {index}"), seed32("commitment"), b"")
    return Access(index, at_ms, "act", view, None, leaf)


def look(
    index: int, at_ms: int = NOON_MS, *, intent: str = "open", who: str | None = ANN, row: str | None = "H2",
    emergency: bool = False, to: str | None = None,
) -> Access:  # fmt: skip
    view = ViewPayload(
        "release", at_ms, part="body", intent=intent, purpose="care", compartment="medical", level=1, row=row,
        structure="clinic", participation=who, emergency=emergency, to=to, rules=("R14",),
    )  # fmt: skip
    return act(index, at_ms, view)


def odd_of(*acts: Access, now_ms: int = LATER_MS) -> dict[int, tuple[Odd, ...]]:
    return {one.index: why for one, why in reading(acts, now_ms, local).odd}


def test_an_ordinary_look_by_day_of_somebody_known_is_not_odd() -> None:
    assert odd_of(look(1), look(2, NOON_MS + HOUR_MS)) == {}


@pytest.mark.parametrize("hours", [-7, 9, 14])
def test_a_look_at_night_is_odd(hours: int) -> None:
    assert odd_of(look(1, NOON_MS + hours * HOUR_MS)) == {1: (Odd.NIGHT,)}


@pytest.mark.parametrize("hours", [-6, 8])
def test_a_look_at_the_edge_of_the_day_is_not(hours: int) -> None:
    assert odd_of(look(1, NOON_MS + hours * HOUR_MS)) == {}


def test_what_a_device_fetches_at_night_by_itself_is_not_odd() -> None:
    assert odd_of(look(1, NOON_MS + 12 * HOUR_MS, intent="sync")) == {}


def test_the_persons_own_look_at_night_is_not_odd_and_does_not_hide_a_professionals() -> None:
    own = [look(n, NOON_MS + 12 * HOUR_MS, who=None, row=None) for n in range(1, 7)]
    assert odd_of(look(0, NOON_MS + 12 * HOUR_MS), *own) == {0: (Odd.NIGHT,)}


def test_the_first_look_of_somebody_is_odd_for_thirty_days_and_the_second_is_not() -> None:
    assert odd_of(look(1), look(2), now_ms=NOON_MS + DAY_MS) == {1: (Odd.NEW,)}
    assert odd_of(look(1), look(2), now_ms=NOON_MS + NEW_FOR_MS) == {}


def test_the_persons_own_first_look_is_no_news() -> None:
    assert odd_of(look(1, who=None, row=None), now_ms=NOON_MS) == {}


def test_an_emergency_a_print_an_export_and_a_late_fact_are_odd() -> None:
    late = act(5, NOON_MS, ViewPayload("fact", NOON_MS, late="no_network", collected_ms=NOON_MS - DAY_MS))
    declared = act(1, NOON_MS, ViewPayload("emergency-start", NOON_MS))
    acts = (declared, look(2, emergency=True), look(3, intent="print"), look(4, intent="export", to="O7"), late)
    assert odd_of(*acts) == {
        1: (Odd.EMERGENCY,), 2: (Odd.EMERGENCY,), 3: (Odd.TAKEN_OUT,), 4: (Odd.TAKEN_OUT,), 5: (Odd.LATE,),
    }  # fmt: skip


def test_the_newest_odd_act_comes_first() -> None:
    assert list(odd_of(look(1, intent="print"), look(2, intent="print"))) == [2, 1]


def test_what_was_opened_on_a_screen_is_counted_apart_from_what_a_device_received() -> None:
    acts = [look(n, intent=intent) for n, intent in enumerate(("open", "open", "sync", "offline", "search", "print"))]
    read = reading(acts, LATER_MS, local)
    assert (read.opened, read.delivered, read.taken_out) == (2, 3, 1)
    assert [(one.opened, one.delivered, one.taken_out, one.count) for one in read.groups] == [(2, 3, 1, 6)]


def test_looks_are_grouped_by_reader_and_week_the_newest_first() -> None:
    acts = [look(1), look(2, NOON_MS + DAY_MS), look(3, NOON_MS + 2 * DAY_MS, who=BOB), look(4, NOON_MS + 7 * DAY_MS)]
    groups = reading(acts, LATER_MS, local).groups
    assert [(one.reader.participation, one.monday.day, one.count) for one in groups] == [
        (ANN, 9, 1), (BOB, 2, 1), (ANN, 2, 2),
    ]  # fmt: skip


def test_a_refusal_is_counted_apart_and_an_erased_act_says_nothing() -> None:
    refusal = act(1, NOON_MS, ViewPayload("refusal", NOON_MS, rules=("R16",), row="H2", structure="clinic"))
    read = reading([refusal, act(2, NOON_MS, None)], LATER_MS, local)
    assert (read.refused, read.groups, read.odd) == (1, (), ())


def test_a_line_says_by_what_title_and_never_a_code() -> None:
    words = ActWords({"clinic": "Clinique des Tilleuls"})
    one = look(7)
    line = words.line(one.index, one.time_ms, one.view, "Mme Dubois").fr
    assert "n° 7" in line
    assert "Mme Dubois (" in line
    assert "Clinique des Tilleuls" in line
    assert line.endswith("équipe de soins")
    assert "H2" not in line
    assert "R14" not in line


def test_a_rule_without_words_of_its_own_is_said_as_a_rule_of_the_case() -> None:
    said = title_of(("R999",))
    assert said is not None
    assert said.fr == "règles du dossier"
    assert title_of(()) is None
