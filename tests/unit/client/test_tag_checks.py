"""What the keys of the tags show: acts left out, told twice, or marked falsely."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.identities import seed32
from volet_client import tag_checks
from volet_client.tag_checks import Finding, Flaw, ShownLeaf, check_key, check_periods
from volet_protocol.completeness import LogKey
from volet_protocol.erasures import retention
from volet_protocol.hashing import sha256
from volet_protocol.leaf import Erasure, Leaf, LeafType, tag
from volet_protocol.places import MAIN

KEY = seed32("case log key")
HIDDEN = "child_protection"
KEYS = {MAIN: KEY, HIDDEN: seed32("hidden log key")}
NEXT = seed32("log key after a mandate ended")
OTHER = seed32("log key of another case")


def check_shown(keys: dict[str, bytes], shown: list[ShownLeaf], leaves: list[bytes]) -> list[Finding]:
    """The check of a case whose keys never changed, in the first log."""
    periods = {class_: [LogKey(0, key)] for class_, key in keys.items()}
    return tag_checks.check_shown(periods, shown, dict(enumerate(leaves)))


def leaf(key: bytes, number: int) -> Leaf:
    return Leaf(LeafType.ACT, 1_767_600_000_000, tag(key, number), seed32(f"commitment {number}"), b"")


def log(*numbers: int) -> tuple[list[ShownLeaf], list[bytes]]:
    """A log of one case whose leaves have these numbers, every second leaf of somebody else."""
    shown: list[ShownLeaf] = []
    leaves: list[bytes] = []
    for place, number in enumerate(numbers):
        mine = leaf(KEY, number)
        shown.append(ShownLeaf(len(leaves), mine, MAIN, number))
        leaves += [mine.to_bytes(), leaf(OTHER, place).to_bytes()]
    return shown, leaves


def test_acts_that_are_all_shown_once_leave_nothing_to_say() -> None:
    shown, leaves = log(0, 1, 2, 3)
    assert check_shown({MAIN: KEY}, shown, leaves) == []


def test_an_act_left_out_between_others_is_found_with_its_place() -> None:
    shown, leaves = log(0, 1, 2, 3)
    assert check_shown({MAIN: KEY}, [*shown[:1], *shown[2:]], leaves) == [Finding(Flaw.WITHHELD, MAIN, 1, (2,))]


def test_acts_left_out_at_the_end_are_found() -> None:
    shown, leaves = log(0, 1, 2, 3)
    found = check_shown({MAIN: KEY}, shown[:2], leaves)
    assert found == [Finding(Flaw.WITHHELD, MAIN, 2, (4,)), Finding(Flaw.WITHHELD, MAIN, 3, (6,))]


def test_a_number_that_was_never_logged_is_found() -> None:
    shown, leaves = log(0, 2)
    assert check_shown({MAIN: KEY}, shown, leaves) == [Finding(Flaw.WITHHELD, MAIN, 1)]


def test_two_leaves_of_one_number_are_found_when_both_are_shown() -> None:
    shown, leaves = log(0, 1, 1)
    assert check_shown({MAIN: KEY}, shown, leaves) == [Finding(Flaw.TWICE, MAIN, 1, (2, 4))]


def test_two_leaves_of_one_number_are_found_when_one_is_shown() -> None:
    shown, leaves = log(0, 1, 1)
    assert check_shown({MAIN: KEY}, shown[:2], leaves) == [Finding(Flaw.TWICE, MAIN, 1, (2, 4))]


def test_a_leaf_with_a_false_tag_is_found() -> None:
    shown, leaves = log(0, 1, 2)
    false = leaf(OTHER, 9)
    leaves[2] = false.to_bytes()
    found = check_shown({MAIN: KEY}, [shown[0], replace(shown[1], leaf=false), shown[2]], leaves)
    assert found == [Finding(Flaw.FALSE_TAG, MAIN, 1, (2,))]


def tombstone(erasure: Erasure) -> bytes:
    """The leaf of an erasure, counted among the acts of another case."""
    return Leaf(LeafType.ERASE, 1_767_600_000_000, tag(OTHER, 7), seed32("tombstone"), erasure.to_bytes()).to_bytes()


def emptied(shown: list[ShownLeaf], place: int) -> list[ShownLeaf]:
    return [*shown[:place], replace(shown[place], class_=None, number=None), *shown[place + 1 :]]


def test_a_leaf_whose_content_was_erased_still_counts() -> None:
    shown, leaves = log(0, 1, 2)
    for place in (1, 2):
        gone = tombstone(Erasure(shown[place].index, 2, 2))
        assert check_shown({MAIN: KEY}, emptied(shown, place), [*leaves, gone]) == []


def test_a_leaf_whose_retention_is_over_still_counts() -> None:
    shown, leaves = log(0, 1, 2)
    assert check_shown({MAIN: KEY}, emptied(shown, 1), [*leaves, tombstone(retention(LeafType.ACT, 3))]) == []


@pytest.mark.parametrize(
    "other",
    [Erasure(0, 2, 2), Erasure(3, 2, 2), retention(LeafType.ACT, 2), retention(LeafType.FACT, 3)],
    ids=["the act before", "another case's act", "acts before it", "another type"],
)
def test_content_withheld_under_the_pretext_of_an_erasure_that_the_log_does_not_hold_is_found(other: Erasure) -> None:
    shown, leaves = log(0, 1, 2)
    found = check_shown({MAIN: KEY}, emptied(shown, 1), [*leaves, tombstone(other)])
    assert found == [Finding(Flaw.NO_TOMBSTONE, indexes=(2,))]


def test_an_erased_leaf_of_another_case_does_not_fill_a_gap() -> None:
    shown, leaves = log(0, 1, 2)
    foreign = ShownLeaf(3, leaf(OTHER, 1), None, None)
    found = check_shown({MAIN: KEY}, [shown[0], foreign, shown[2]], leaves)
    assert {one.flaw for one in found} == {Flaw.FALSE_TAG, Flaw.WITHHELD, Flaw.NO_TOMBSTONE}


def test_a_class_of_which_nothing_is_shown_is_found_when_it_is_in_the_log() -> None:
    shown, leaves = log(0, 1)
    leaves.append(leaf(KEYS[HIDDEN], 0).to_bytes())
    assert check_shown(KEYS, shown, leaves) == [Finding(Flaw.WITHHELD, HIDDEN, 0, (4,))]


def test_a_class_whose_key_was_not_handed_over_cannot_be_counted_and_that_is_said() -> None:
    shown, leaves = log(0, 1)
    assert check_shown({}, shown, leaves) == [Finding(Flaw.NO_KEY, MAIN)]


def test_a_key_that_the_case_did_not_announce_is_found_and_hidden_classes_announce_none() -> None:
    assert check_key({MAIN: [LogKey(0, KEY)]}, sha256(KEY).hex()) == []
    assert check_key({MAIN: [LogKey(0, KEY)]}, sha256(OTHER).hex()) == [Finding(Flaw.WRONG_KEY, MAIN)]
    assert check_key({HIDDEN: [LogKey(0, OTHER)]}, sha256(KEY).hex()) == []


def test_each_flaw_is_a_sentence_in_both_languages() -> None:
    for flaw in Flaw:
        said = Finding(flaw, MAIN, 3, (7,)).said()
        assert said.fr[0].isupper()
        assert said.fr.endswith("(n° 3), journal n° 7.")
        assert said.en.endswith(".")


def periods(first: int, key: bytes | None = KEY) -> dict[str, list[LogKey]]:
    """Two periods: the second key counts from number `first` on."""
    return {MAIN: [LogKey(0, key), LogKey(first, NEXT)]}


def two_periods() -> tuple[list[ShownLeaf], dict[int, bytes]]:
    """Numbers 0 and 1 under one key, 2 and 3 under the next, as the log's leaves 0 to 3."""
    leaves = [leaf(KEY, 0), leaf(KEY, 1), leaf(NEXT, 2), leaf(NEXT, 3)]
    return (
        [ShownLeaf(number, one, MAIN, number) for number, one in enumerate(leaves)],
        {number: one.to_bytes() for number, one in enumerate(leaves)},
    )


def test_a_count_goes_on_under_the_next_key() -> None:
    assert tag_checks.check_shown(periods(2), *two_periods()) == []


def test_a_leaf_under_the_key_of_another_period_bears_a_false_tag() -> None:
    shown, log_ = two_periods()
    assert Finding(Flaw.FALSE_TAG, MAIN, 2, (2,)) in tag_checks.check_shown(periods(3), shown, log_)
    assert Finding(Flaw.FALSE_TAG, MAIN, 1, (1,)) in tag_checks.check_shown(periods(1), shown, log_)


@pytest.mark.parametrize("number", [1, 3])
def test_an_act_left_out_at_the_end_of_a_period_is_found(number: int) -> None:
    shown, log_ = two_periods()
    found = tag_checks.check_shown(periods(2), [one for one in shown if one.number != number], log_)
    assert found == [Finding(Flaw.WITHHELD, MAIN, number, (number,))]


def test_an_act_beyond_the_end_of_a_period_is_found_under_its_old_key() -> None:
    shown, log_ = two_periods()
    found = tag_checks.check_shown(periods(2), shown, {**log_, 4: leaf(KEY, 2).to_bytes()})
    assert found == [Finding(Flaw.WITHHELD, MAIN, 2, (4,))]


def test_a_representative_counts_from_their_own_first_period() -> None:
    assert tag_checks.check_shown({MAIN: [LogKey(2, NEXT)]}, *two_periods()) == []
    assert check_periods({MAIN: [LogKey(2, NEXT)]}, whole=False) == []


@pytest.mark.parametrize(
    "handed", [[LogKey(2, NEXT)], [LogKey(2, NEXT), LogKey(0, KEY)], [LogKey(0, KEY), LogKey(0, NEXT)], []]
)
def test_to_the_person_the_periods_begin_at_the_first_act_and_follow_each_other(handed: list[LogKey]) -> None:
    assert check_periods({MAIN: handed}, whole=True) == [Finding(Flaw.NO_KEY, MAIN)]


def test_a_key_in_use_that_is_said_to_be_destroyed_is_found() -> None:
    assert check_periods({MAIN: [LogKey(0, None)]}, whole=False) == [Finding(Flaw.NO_KEY, MAIN)]


def test_a_period_whose_records_are_all_over_has_no_key_and_every_leaf_its_tombstone() -> None:
    shown, log_ = two_periods()
    gone = emptied(emptied(shown, 0), 1)
    told = {**log_, 4: tombstone(retention(LeafType.ACT, 2))}
    assert tag_checks.check_shown(periods(2, None), gone, told) == []
    flaws = {one.flaw for one in tag_checks.check_shown(periods(2, None), gone[1:], told)}
    assert flaws == {Flaw.FALSE_TAG}
    assert Flaw.NO_TOMBSTONE in {one.flaw for one in tag_checks.check_shown(periods(2, None), gone, log_)}
