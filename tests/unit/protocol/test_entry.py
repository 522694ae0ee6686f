"""Sealing and opening an entry, and each way to serve something else than what was deposited."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.entries import (
    AUTHOR,
    BODY,
    BOX_KEYS,
    DEVICE_KEY,
    HEADER,
    READER,
    RECIPIENTS,
    TITLE,
    client_shares,
    hex_id,
    seal,
    seed,
    server_shares,
)
from volet_protocol import canonical, statements
from volet_protocol.canonical import JsonValue
from volet_protocol.entry import (
    UnverifiedEntry,
    check_chunks,
    open_part,
    read_entry,
    read_verified_entry,
    seal_part,
    sign_entry,
    split_chunks,
)
from volet_protocol.entry_header import EntryHeader
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.named_box import box_shares, open_shares, unboxed_readers
from volet_protocol.places import Place
from volet_protocol.sealing import PARTS
from volet_protocol.statements import UnverifiedStatement, sign

SEALED = seal()
SHARES = client_shares(SEALED.entry.header)


def _reason(run: object) -> Reason:
    assert callable(run)
    with pytest.raises(ProtocolError) as caught:
        run()
    return caught.value.reason


@given(st.binary(max_size=2000), st.text(st.characters(min_codepoint=97, max_codepoint=122), max_size=200))
@settings(max_examples=30, deadline=None)
def test_what_was_sealed_opens(body: bytes, title: str) -> None:
    sealed = seal(title={"title": title}, body=body)
    shares = client_shares(sealed.entry.header)
    opened = {
        part: open_part(sealed.entry, part, sealed.parts[part], shares[part], sealed.server_shares[part])
        for part in PARTS
    }
    assert opened == {"title": canonical.encode({"title": title}), "body": body}


def test_a_body_of_several_chunks_opens() -> None:
    body = bytes(range(256)) * 600
    sealed = seal(body=body)
    assert len(sealed.parts["body"]) == 3
    shares = client_shares(sealed.entry.header)
    ciphertext = b"".join(sealed.parts["body"])
    chunks = split_chunks(ciphertext)
    assert open_part(sealed.entry, "body", chunks, shares["body"], sealed.server_shares["body"]) == body


def test_the_id_read_from_the_signed_bytes_is_the_hash_of_the_header() -> None:
    entry = read_entry(statements.parse(SEALED.statement.to_bytes()))
    assert entry.id == entry.header.id == SEALED.entry.id
    assert entry.header == SEALED.entry.header


def test_swapped_parts_do_not_open() -> None:
    assert (
        _reason(
            lambda: open_part(SEALED.entry, "title", SEALED.parts["body"], SHARES["title"], server_shares()["title"])
        )
        is Reason.WRONG_HASH
    )


def test_another_server_share_is_the_hubs_fault_and_refused_first() -> None:
    assert (
        _reason(lambda: open_part(SEALED.entry, "title", SEALED.parts["title"], SHARES["title"], seed("other")))
        is Reason.BAD_SHARE
    )


def test_another_client_share_fails_the_commitment() -> None:
    share = server_shares()["title"]
    assert (
        _reason(lambda: open_part(SEALED.entry, "title", SEALED.parts["title"], seed("other"), share))
        is Reason.BAD_COMMITMENT
    )


def test_a_share_of_the_other_part_fails_the_commitment() -> None:
    share = server_shares()["title"]
    assert (
        _reason(lambda: open_part(SEALED.entry, "title", SEALED.parts["title"], SHARES["body"], share))
        is Reason.BAD_COMMITMENT
    )


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda chunks: chunks[:-1], Reason.BAD_CIPHERTEXT),
        (lambda chunks: [*chunks, chunks[0]], Reason.BAD_CIPHERTEXT),
        (lambda chunks: [chunks[1], chunks[0], chunks[2]], Reason.WRONG_HASH),
        (lambda chunks: [chunks[0], chunks[1], chunks[2][:-1]], Reason.WRONG_HASH),
        (lambda chunks: [chunks[0][:-1] + bytes([chunks[0][-1] ^ 1]), *chunks[1:]], Reason.WRONG_HASH),
    ],
)
def test_truncated_extended_reordered_or_altered_chunks_are_refused_by_deposit_and_reader(
    change: object, reason: Reason
) -> None:
    assert callable(change)
    sealed = seal(body=bytes(150_000))
    chunks = change(list(sealed.parts["body"]))
    shares = client_shares(sealed.entry.header)
    assert _reason(lambda: check_chunks(sealed.entry, "body", chunks)) is reason
    assert _reason(lambda: open_part(sealed.entry, "body", chunks, shares["body"], server_shares()["body"])) is reason


def test_a_plaintext_of_another_bucket_than_the_header_says_is_not_sealed() -> None:
    assert _reason(lambda: seal_part(HEADER, "body", bytes(300), seed("c"), seed("s"))) is Reason.BAD_PADDING


def test_a_statement_with_a_changed_part_does_not_verify() -> None:
    seals = {"title": SEALED.entry.seals["body"], "body": SEALED.entry.seals["title"]}
    swapped = sign_entry(SEALED.entry.header, seals, DEVICE_KEY).statement
    forged = UnverifiedStatement(swapped.body, SEALED.statement.signature)
    assert _reason(lambda: forged.verify(DEVICE_KEY.public)) is Reason.BAD_SIGNATURE


HIDDEN: Mapping[str, JsonValue] = {"compartment": "child_protection"}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"class": "hidden"}, Reason.MALFORMED),
        ({"class": "child_protection"}, Reason.MALFORMED),
        ({"class": "minor_secret"}, Reason.MALFORMED),
        (HIDDEN, Reason.MALFORMED),
        ({"level": 1}, Reason.MALFORMED),
        ({"level": 3}, Reason.MALFORMED),
        ({"place": "section:medical/3"}, Reason.MALFORMED),
        ({"place": "masked:medical/2"}, Reason.MALFORMED),
        ({"place": "exchange:medical/2"}, Reason.MALFORMED),
        ({"mask": "person"}, Reason.MALFORMED),
        ({"form": "exchange"}, Reason.MALFORMED),
        ({"form": "named"}, Reason.WRONG_EPOCH),
        ({"epoch": 0}, Reason.MALFORMED),
        ({"epoch": None}, Reason.WRONG_EPOCH),
        ({"step": None}, Reason.WRONG_EPOCH),
        ({"named": [{"user": AUTHOR, "generation": 1, "box": hex_id("box")}]}, Reason.WRONG_READERS),
        ({"sizes": {"title": 256, "body": 300}}, Reason.BAD_PADDING),
        ({"sizes": {"title": 16384, "body": 256}}, Reason.MALFORMED),
        ({"salt": "AAAA"}, Reason.MALFORMED),
        ({"purpose": "care"}, Reason.UNKNOWN_FIELD),
        ({"policy": None}, Reason.MISSING_FIELD),
        ({"type": "entry-take-back"}, Reason.WRONG_TYPE),
        ({"v": 2}, Reason.WRONG_VERSION),
    ],
)
def test_a_header_whose_fields_contradict_each_other_is_refused(
    changes: Mapping[str, JsonValue | None], reason: Reason
) -> None:
    body = {**SEALED.statement.body, **changes}
    statement = sign({name: value for name, value in body.items() if value is not None}, DEVICE_KEY)
    assert _reason(lambda: read_entry(statement)) is reason


def _named(header: EntryHeader = HEADER) -> EntryHeader:
    readers = unboxed_readers(RECIPIENTS)
    return replace(header, form="named", epoch=None, step=None, named=readers)


NAMED_SHARES = {part: seed(f"named {part}") for part in PARTS}


def test_a_named_entry_opens_for_each_reader_from_their_own_box() -> None:
    header, boxes = box_shares(_named(), RECIPIENTS, NAMED_SHARES)
    sealed = seal(header, shares=NAMED_SHARES)
    for user in (AUTHOR, READER):
        shares = open_shares(sealed.entry.header, user, boxes[user], BOX_KEYS[user])
        opened = open_part(sealed.entry, "title", sealed.parts["title"], shares["title"], server_shares()["title"])
        assert opened == canonical.encode(TITLE)


def test_a_masked_entry_is_named_and_stands_in_a_list_of_its_own() -> None:
    header = replace(_named(), place=Place("masked", "medical/2"), mask="minor_secret", class_="minor_secret")
    assert header.list != HEADER.list
    assert read_entry(seal(header, shares=NAMED_SHARES).statement).header.mask == "minor_secret"


def test_a_box_is_for_one_reader_of_one_header() -> None:
    header, boxes = box_shares(_named(), RECIPIENTS, NAMED_SHARES)
    other, other_boxes = box_shares(replace(_named(), salt=seed("other")[:16]), RECIPIENTS, NAMED_SHARES)
    assert _reason(lambda: open_shares(header, hex_id("x"), boxes[READER], BOX_KEYS[READER])) is Reason.WRONG_RECIPIENT
    assert _reason(lambda: open_shares(header, READER, other_boxes[READER], BOX_KEYS[READER])) is Reason.WRONG_HASH
    moved = replace(header, named=other.named)
    assert _reason(lambda: open_shares(moved, READER, other_boxes[READER], BOX_KEYS[READER])) is Reason.BAD_BOX


def test_a_named_entry_without_its_author_is_refused() -> None:
    assert _reason(lambda: replace(_named(), named=unboxed_readers(RECIPIENTS[1:]))) is Reason.WRONG_READERS


def test_a_reader_named_twice_is_refused() -> None:
    readers = unboxed_readers((*RECIPIENTS, RECIPIENTS[0]))
    assert _reason(lambda: replace(_named(), named=readers)) is Reason.WRONG_READERS


def test_boxes_for_other_readers_than_the_header_names_are_refused() -> None:
    assert _reason(lambda: box_shares(_named(), RECIPIENTS[:1], NAMED_SHARES)) is Reason.WRONG_READERS


def test_an_exchange_entry_has_an_epoch_and_no_step() -> None:
    place = Place("exchange", hex_id("exchange"))
    header = replace(HEADER, place=place, form="exchange", step=None)
    assert read_entry(seal(header).statement).header.place == place
    assert _reason(lambda: replace(header, step=0)) is Reason.WRONG_EPOCH


def test_a_statement_of_another_type_is_not_an_entry() -> None:
    statement = sign({**SEALED.statement.body, "type": "login"}, DEVICE_KEY)
    assert _reason(lambda: read_verified_entry(statement)) is Reason.WRONG_TYPE


def test_a_verified_entry_is_not_what_parsing_gives() -> None:
    parsed: UnverifiedEntry = read_entry(statements.parse(SEALED.statement.to_bytes()))
    assert type(parsed) is UnverifiedEntry
    assert BODY["kind"] == TITLE["kind"]
