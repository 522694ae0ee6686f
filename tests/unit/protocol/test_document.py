"""Documents in a stream: one pass, constant memory, nothing altered is decrypted, nothing partial is finished."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.entries import DEVICE_KEY, HEADER, client_shares, seal, server_shares
from volet_protocol.document import DocumentOpener, DocumentSealer
from volet_protocol.entry import VerifiedEntry, open_part, seal_part, sign_entry
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.padding import padded_size
from volet_protocol.sealing import CHUNK_SIZE, chunk_leaf

TITLE_SEAL = seal().entry.seals["title"]
SHARE = server_shares()["body"]


def _content(size: int) -> bytes:
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def _sealed(content: bytes, step: int = 50_000) -> tuple[VerifiedEntry, list[bytes], bytes]:
    """Return the entry, its ciphertext chunks and the client share of its body."""
    header = replace(HEADER, body_size=padded_size(len(content)))
    chunks: list[bytes] = []
    share = client_shares(header)["body"]
    sealer = DocumentSealer(
        header,
        "body",
        len(content),
        client_share=share,
        server_share=SHARE,
        write=lambda chunk: chunks.append(bytes(chunk)),
    )
    for start in range(0, len(content), step):
        sealer.update(content[start : start + step])
    return sign_entry(header, {"title": TITLE_SEAL, "body": sealer.finish()}, DEVICE_KEY), chunks, share


def _opener(entry: VerifiedEntry, chunks: list[bytes], share: bytes, out: bytearray) -> DocumentOpener:
    leaves = b"".join(chunk_leaf(chunk) for chunk in chunks)
    return DocumentOpener(entry, "body", leaves, client_share=share, server_share=SHARE, write=out.extend)


CONTENT = _content(200_000)
ENTRY, CHUNKS, CLIENT_SHARE = _sealed(CONTENT)


@given(st.integers(0, 300_000), st.integers(500, 150_000))
@settings(max_examples=25, deadline=None)
def test_a_document_opens_to_what_was_sealed_however_the_stream_is_cut(size: int, step: int) -> None:
    content, out = _content(size), bytearray()
    entry, chunks, share = _sealed(content, step)
    opener = _opener(entry, chunks, share, out)
    for chunk in chunks:
        opener.feed(chunk)
    assert opener.finish() == size
    assert bytes(out) == content


def test_streamed_and_sealed_in_memory_are_the_same_bytes() -> None:
    header = ENTRY.header
    whole = seal_part(header, "body", CONTENT, CLIENT_SHARE, SHARE)
    assert whole.seal == ENTRY.seals["body"]
    assert list(whole.chunks) == CHUNKS
    assert open_part(ENTRY, "body", CHUNKS, CLIENT_SHARE, SHARE) == CONTENT


def test_zeros_and_marks_inside_a_document_are_content() -> None:
    content = b"\x80" + bytes(3 * CHUNK_SIZE) + b"end\x80" + bytes(100)
    entry, chunks, share = _sealed(content)
    out = bytearray()
    opener = _opener(entry, chunks, share, out)
    for chunk in chunks:
        opener.feed(chunk)
    opener.finish()
    assert bytes(out) == content


@pytest.mark.parametrize(
    ("before", "wrong"), [(0, 1), (1, 0), (1, 2), (0, 3)], ids=["swapped", "repeated", "skipped", "last-first"]
)
def test_chunks_out_of_order_are_refused_before_they_are_decrypted(before: int, wrong: int) -> None:
    out = bytearray()
    opener = _opener(ENTRY, CHUNKS, CLIENT_SHARE, out)
    for chunk in CHUNKS[:before]:
        opener.feed(chunk)
    with pytest.raises(ProtocolError) as caught:
        opener.feed(CHUNKS[wrong])
    assert caught.value.reason is Reason.WRONG_HASH
    assert bytes(out) == CONTENT[: before * CHUNK_SIZE]


def test_a_document_cut_short_is_never_finished() -> None:
    opener = _opener(ENTRY, CHUNKS, CLIENT_SHARE, bytearray())
    for chunk in CHUNKS[:-1]:
        opener.feed(chunk)
    with pytest.raises(ProtocolError) as caught:
        opener.finish()
    assert caught.value.reason is Reason.BAD_CIPHERTEXT


def test_a_chunk_after_the_last_is_refused() -> None:
    opener = _opener(ENTRY, CHUNKS, CLIENT_SHARE, bytearray())
    for chunk in CHUNKS:
        opener.feed(chunk)
    with pytest.raises(ProtocolError) as caught:
        opener.feed(CHUNKS[-1])
    assert caught.value.reason is Reason.WRONG_HASH


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda chunks: chunks[:-1], Reason.BAD_CIPHERTEXT),
        (lambda chunks: [*chunks, chunks[0]], Reason.BAD_CIPHERTEXT),
        (lambda chunks: [chunks[1], chunks[0], *chunks[2:]], Reason.WRONG_HASH),
    ],
)
def test_a_list_of_leaves_that_is_not_the_signed_one_is_refused_before_any_chunk(
    change: Callable[[list[bytes]], list[bytes]], reason: Reason
) -> None:
    with pytest.raises(ProtocolError) as caught:
        _opener(ENTRY, change(CHUNKS), CLIENT_SHARE, bytearray())
    assert caught.value.reason is reason


def test_a_wrong_client_share_is_refused_before_any_chunk() -> None:
    with pytest.raises(ProtocolError) as caught:
        _opener(ENTRY, CHUNKS, bytes(32), bytearray())
    assert caught.value.reason is Reason.BAD_COMMITMENT


@pytest.mark.parametrize("given_size", [199_999, 200_001])
def test_a_document_of_another_size_than_announced_is_not_sealed(given_size: int) -> None:
    header = replace(HEADER, body_size=padded_size(200_000))
    sealer = DocumentSealer(
        header, "body", 200_000, client_share=CLIENT_SHARE, server_share=SHARE, write=bytearray().extend
    )

    def run() -> None:
        sealer.update(bytes(given_size))
        sealer.finish()

    with pytest.raises(ProtocolError) as caught:
        run()
    assert caught.value.reason is Reason.MALFORMED


def test_a_sealer_finishes_once() -> None:
    header = replace(HEADER, body_size=256)
    sealer = DocumentSealer(header, "body", 0, client_share=CLIENT_SHARE, server_share=SHARE, write=bytearray().extend)
    sealer.finish()
    with pytest.raises(ProtocolError):
        sealer.finish()
