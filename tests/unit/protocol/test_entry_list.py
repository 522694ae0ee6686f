"""Lists: nothing left out, moved or added; gaps shown as gaps; an epoch owns exactly its indexes."""

from __future__ import annotations

import pytest

from support.entries import AUTHOR, CASE, HEADER, hex_id
from volet_protocol.entry_list import (
    EntryListHead,
    Listed,
    check_author,
    check_epoch,
    check_page,
    check_seen,
    list_id,
)
from volet_protocol.errors import ProtocolError, Reason

START = EntryListHead.start(HEADER.list)
ITEMS = [Listed(n, hex_id(f"entry {n}"), gap=n == 3) for n in range(1, 6)]
STARTS = {1: 0, 2: 3, 3: 3}


def _end(items: list[Listed]) -> EntryListHead:
    head = START
    for item in items:
        head = head.append(item.entry_hash)
    return head


def test_a_page_gives_the_head_at_each_index_and_a_gap_keeps_its_place() -> None:
    heads = check_page(START, ITEMS, _end(ITEMS))
    assert [head.n for head in heads] == [0, 1, 2, 3, 4, 5]
    assert check_page(heads[2], ITEMS[2:], heads[5]) == heads[2:]


@pytest.mark.parametrize(
    ("items", "reason"),
    [
        (ITEMS[1:], Reason.WRONG_SEQUENCE),
        ([*ITEMS[:2], *ITEMS[3:]], Reason.WRONG_SEQUENCE),
        ([ITEMS[1], ITEMS[0], *ITEMS[2:]], Reason.WRONG_SEQUENCE),
        ([ITEMS[0], ITEMS[0], *ITEMS[1:]], Reason.WRONG_SEQUENCE),
        (ITEMS[:-1], Reason.WRONG_LIST),
        ([*ITEMS[:-1], Listed(5, hex_id("other"), gap=False)], Reason.WRONG_LIST),
    ],
)
def test_a_page_with_an_entry_left_out_moved_or_replaced_is_refused(items: list[Listed], reason: Reason) -> None:
    with pytest.raises(ProtocolError) as caught:
        check_page(START, items, _end(ITEMS))
    assert caught.value.reason is reason


def test_two_places_of_a_case_have_two_lists() -> None:
    lists = {list_id(CASE, place) for place in ("section:medical/2", "section:medical/1", "masked:medical/2")}
    assert len(lists) == 3


@pytest.mark.parametrize(("epoch", "n"), [(1, 1), (1, 3), (3, 4), (3, 90)])
def test_an_entry_inside_the_range_of_its_epoch_is_accepted(epoch: int, n: int) -> None:
    check_epoch(epoch, n, STARTS)


@pytest.mark.parametrize(("epoch", "n"), [(1, 4), (2, 3), (2, 4), (3, 3), (4, 5), (0, 1)])
def test_an_entry_outside_the_range_of_its_epoch_is_refused(epoch: int, n: int) -> None:
    with pytest.raises(ProtocolError) as caught:
        check_epoch(epoch, n, STARTS)
    assert caught.value.reason is Reason.WRONG_EPOCH


def test_an_entry_after_its_authors_end_is_refused() -> None:
    check_author(AUTHOR, 4, {AUTHOR: 4})
    with pytest.raises(ProtocolError) as caught:
        check_author(AUTHOR, 5, {AUTHOR: 4})
    assert caught.value.reason is Reason.NOT_ENTITLED


def test_an_entry_that_saw_another_list_is_a_fork() -> None:
    check_seen(START, 1, {0: START.h})
    with pytest.raises(ProtocolError) as caught:
        check_seen(EntryListHead(2, hex_id("other")), 3, {2: hex_id("h2")})
    assert caught.value.reason is Reason.FORKED


def test_an_entry_cannot_have_seen_itself() -> None:
    with pytest.raises(ProtocolError) as caught:
        check_seen(EntryListHead(3, hex_id("h")), 3, {})
    assert caught.value.reason is Reason.WRONG_SEQUENCE
