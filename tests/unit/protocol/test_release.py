"""What a hub can lie about in a release, each refused before a share is used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from support.entries import (
    DEVICE_KEY,
    HEADER,
    TITLE,
    client_shares,
    hex_id,
    identity_of,
    items_of,
    request_for,
    respond,
    sealed_list,
    seed,
    signed,
    verified,
    view_of,
)
from support.log_builder import LogBuilder
from volet_protocol import canonical
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.entry import open_part, split_chunks
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.log_view import LogView
from volet_protocol.receipt import Receipt, VerifiedReceipt
from volet_protocol.release import (
    CLOCK_TOLERANCE_MS,
    ListRange,
    ReleasedItem,
    ReleaseRequest,
    shares_hash,
    verify_release,
)
from volet_protocol.statements import Statement, sign

ENTRIES = sealed_list(3)
IDS = [one.entry.id for one in ENTRIES]
REQUEST = signed(request_for(IDS))
ITEMS = items_of(ENTRIES)
VIEW = view_of(ITEMS)
IDENTITY = identity_of(REQUEST, ITEMS)
LOG = LogBuilder()
ANSWER = respond(LOG, ITEMS, VIEW, IDENTITY)


def _check(value: JsonObject) -> VerifiedReceipt:
    return Receipt.read(value).accept(LogView(LOG.verifier), LOG.signer.name)


def _released(response: JsonObject, request: Statement = REQUEST) -> Mapping[str, ReleasedItem]:
    return verify_release(request, response, verified(ENTRIES), _check)


def _reason(response: JsonObject, request: Statement = REQUEST) -> Reason:
    with pytest.raises(ProtocolError) as caught:
        _released(response, request)
    return caught.value.reason


def test_an_honest_release_gives_shares_that_open_what_was_sealed() -> None:
    released = _released(ANSWER)
    for one in ENTRIES:
        item = released[one.entry.id]
        assert item.ciphertext is not None
        share = client_shares(one.entry.header)["title"]
        opened = open_part(one.entry, "title", split_chunks(item.ciphertext), share, item.share)
        assert opened == canonical.encode(TITLE)


def test_fewer_entries_than_asked_are_a_gap_not_a_fault() -> None:
    items = ITEMS[:2]
    answer = respond(LOG, items, view_of(items), identity_of(REQUEST, items))
    assert list(_released(answer)) == IDS[:2]


def test_a_receipt_of_another_request_is_refused() -> None:
    other = signed(request_for(IDS, "another request"))
    assert _reason(respond(LOG, ITEMS, VIEW, identity_of(other, ITEMS))) is Reason.WRONG_REQUEST


def test_an_entry_that_was_not_asked_for_is_refused() -> None:
    request = signed(request_for(IDS[:2]))
    assert _reason(respond(LOG, ITEMS, VIEW, identity_of(request, ITEMS)), request) is Reason.WRONG_REQUEST


def test_an_entry_served_twice_is_refused() -> None:
    items = [ITEMS[0], ITEMS[0]]
    answer = respond(LOG, items, replace(VIEW, entries=(IDS[0],)), identity_of(REQUEST, items))
    assert _reason(answer) is Reason.WRONG_REQUEST


def test_the_other_part_is_refused() -> None:
    items = items_of(ENTRIES, "body")
    assert _reason(respond(LOG, items, VIEW, identity_of(REQUEST, items))) is Reason.WRONG_PART


def test_a_share_that_its_author_did_not_sign_is_refused() -> None:
    items = [replace(ITEMS[0], share=seed("forged")), *ITEMS[1:]]
    assert _reason(respond(LOG, items, VIEW, identity_of(REQUEST, items))) is Reason.BAD_SHARE


def test_a_receipt_over_other_shares_is_refused() -> None:
    identity = replace(IDENTITY, shares_hash=shares_hash(ITEMS[:1]))
    assert _reason(respond(LOG, ITEMS, VIEW, identity)) is Reason.BAD_SHARE


@pytest.mark.parametrize(
    "view",
    [
        replace(VIEW, entries=tuple(IDS[:2])),
        replace(VIEW, entries=(*IDS, hex_id("more"))),
        replace(VIEW, purpose="audit"),
        replace(VIEW, intent="sync"),
        replace(VIEW, part="body"),
        replace(VIEW, act="deposit"),
    ],
    ids=["entry-hidden", "entry-added", "purpose", "intent", "part", "act"],
)
def test_a_receipt_that_would_show_the_person_something_else_is_refused(view: object) -> None:
    assert isinstance(view, type(VIEW))
    assert _reason(respond(LOG, ITEMS, view, IDENTITY)) is Reason.WRONG_REQUEST


def test_a_receipt_that_tells_the_person_another_time_is_refused() -> None:
    view = replace(VIEW, time_ms=VIEW.time_ms + 10 * CLOCK_TOLERANCE_MS)
    assert _reason(respond(LOG, ITEMS, view, IDENTITY)) is Reason.STALE


def test_a_receipt_of_another_log_is_refused() -> None:
    other = LogBuilder(seed=seed("another log"))
    assert _reason(respond(other, ITEMS, VIEW, IDENTITY)) is Reason.NOT_TRUSTED


def test_a_receipt_without_the_identity_payload_does_not_serve_a_release() -> None:
    receipt = Receipt.read(_raw(ANSWER["receipt"])).for_person().to_json()
    assert _reason({**ANSWER, "receipt": receipt}) is Reason.WRONG_TYPE


def test_an_entry_of_another_list_is_refused() -> None:
    request = signed(replace(request_for(IDS), list=hex_id("another list")))
    assert _reason(respond(LOG, ITEMS, VIEW, identity_of(request, ITEMS)), request) is Reason.WRONG_LIST


def test_an_entry_that_the_client_has_not_verified_is_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        verify_release(REQUEST, ANSWER, verified(ENTRIES[:1]), _check)
    assert caught.value.reason is Reason.UNKNOWN_REFERENCE


def test_a_range_gives_only_what_stands_at_its_indexes() -> None:
    request = _range()
    answer = respond(LOG, ITEMS, VIEW, identity_of(request, ITEMS))
    assert len(verify_release(request, answer, verified(ENTRIES), _check, in_range=IDS)) == 3
    with pytest.raises(ProtocolError):
        verify_release(request, answer, verified(ENTRIES), _check, in_range=IDS[:2])


def _range() -> Statement:
    return signed(replace(request_for(IDS), ids=(), range=ListRange(1, 3, hex_id("h"))))


def _raw(value: JsonValue) -> JsonObject:
    assert isinstance(value, Mapping)
    return value


def test_a_request_is_read_back_from_its_statement() -> None:
    assert ReleaseRequest.read(REQUEST) == request_for(IDS)
    assert ReleaseRequest.read(_range()).range == ListRange(1, 3, hex_id("h"))


@pytest.mark.parametrize("offset", [CLOCK_TOLERANCE_MS + 1, -CLOCK_TOLERANCE_MS - 1])
def test_a_request_more_than_two_minutes_off_is_refused(offset: int) -> None:
    request = request_for(IDS)
    request.check_time(request.preamble.time_ms + CLOCK_TOLERANCE_MS)
    with pytest.raises(ProtocolError) as caught:
        request.check_time(request.preamble.time_ms + offset)
    assert caught.value.reason is Reason.STALE


@pytest.mark.parametrize(
    "changes",
    [
        {"ids": []},
        {"ids": [IDS[0], IDS[0]]},
        {"ids": [hex_id(str(n)) for n in range(51)]},
        {"range": {"from": 1, "to": 3, "h": hex_id("h")}},
        {"intent": "browse"},
        {"purpose": "curiosity"},
        {"part": "both"},
        {"request_id": "AAAA"},
        {"note": "x"},
    ],
)
def test_a_request_with_a_field_out_of_its_list_is_refused(changes: JsonObject) -> None:
    statement = sign({**REQUEST.body, **changes}, DEVICE_KEY)
    with pytest.raises(ProtocolError):
        ReleaseRequest.read(statement)


@pytest.mark.parametrize(("first", "last"), [(0, 3), (3, 2), (1, 51)])
def test_a_range_is_not_empty_and_at_most_a_page(first: int, last: int) -> None:
    with pytest.raises(ProtocolError):
        ListRange(first, last, HEADER.list)
