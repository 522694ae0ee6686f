"""The account of who received what: what left apart from what was looked at, and nothing told that is not there."""

from __future__ import annotations

import pytest

from support.identities import seed32
from volet_client.audit import Access
from volet_client.disclosures import Account, Foot, account, closing, page, sections
from volet_protocol.leaf import Leaf, LeafType
from volet_protocol.log_payload import ViewPayload

AT_MS = 1_767_600_000_000
ANN, BOB = "a" * 64, "b" * 64


def act(index: int, view: ViewPayload | None, at_ms: int = AT_MS) -> Access:
    return Access(index, at_ms, "act", view, None, Leaf(LeafType.ACT, at_ms, seed32("tag"), seed32("commit"), b""))


def look(index: int, intent: str = "open", who: str = ANN, *, emergency: bool = False, to: str | None = None) -> Access:
    view = ViewPayload(
        "release", AT_MS, part="body", intent=intent, purpose="care", compartment="medical", level=1, row="H2",
        structure="clinic", participation=who, emergency=emergency, to=to,
    )  # fmt: skip
    return act(index, view)


def of(*acts: Access) -> Account:
    return account(acts, AT_MS, AT_MS + 1)


def test_what_left_is_told_apart_from_what_was_put_before_somebody_and_from_emergencies() -> None:
    opened, exchanged = act(3, ViewPayload("opening", AT_MS)), act(4, ViewPayload("exchange", AT_MS))
    found = of(look(1, "print"), look(2, "export", to="O7"), opened, exchanged, look(5, emergency=True))
    assert [one.index for one in found.left] == [1, 2]
    assert [one.index for one in found.communicated] == [3, 4]
    assert [one.index for one in found.emergencies] == [5]
    assert found.consulted == ()


def test_looks_are_counted_by_who_looked() -> None:
    found = of(look(1), look(2, "sync"), look(3, who=BOB))
    assert [(one.index, count) for one, count in found.consulted] == [(2, 2), (3, 1)]


def test_refusals_writings_and_looks_at_the_log_are_no_disclosure() -> None:
    acts = [act(n, ViewPayload(kind, AT_MS)) for n, kind in enumerate(("log-look", "fact", "case", "take-back"))]
    assert of(*acts) == Account((), (), (), (), 0)


@pytest.mark.parametrize("at_ms", [AT_MS - 1, AT_MS + 1])
def test_what_lies_outside_the_period_is_not_told(at_ms: int) -> None:
    assert of(act(1, ViewPayload("opening", at_ms), at_ms)).communicated == ()


@pytest.mark.parametrize(
    ("complete", "said"), [(True, "complet"), (False, "n'y est PAS"), (None, "n'a pas été vérifié")]
)
def test_the_account_never_says_more_of_itself_than_was_counted(complete: bool | None, said: str) -> None:  # noqa: FBT001 - three answers of one question
    foot = Foot("c" * 64, AT_MS, AT_MS, complete, "log.example", 7, "e" * 64)
    ending = closing(of(act(1, None)), foot, "fr")
    assert said in ending[0]
    assert any("effacé par décision" in line for line in ending)


def test_what_somebody_named_is_escaped_on_the_page() -> None:
    found = of(look(1, "print"), look(2))
    parts = sections(found, {1: "<script>alert(1)</script>"}, {2: "A & B <b>"}, "fr")
    printed = page(parts, ["fin <i>"], "fr")
    assert "<script>" not in printed
    assert "<b>" not in printed
    assert "<i>" not in printed
    assert "A &amp; B" in printed
    assert "Rien." in printed
