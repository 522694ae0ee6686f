"""Keys of a part, and chunks that open at one position only."""

from __future__ import annotations

import pytest

from support.entries import hex_id, seed
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.sealing import (
    CHUNK_SIZE,
    TAG_SIZE,
    ChunkOpener,
    ChunkSealer,
    PartSecret,
    chunk_count,
    client_share_from_section,
    derive_part_secret,
    share_hash,
)

PADDED = 2 * CHUNK_SIZE
SECRET = derive_part_secret(hex_id("entry"), "body", seed("client"), seed("server"))


def _seal(secret: PartSecret = SECRET) -> list[bytes]:
    sealer, out = ChunkSealer(secret, PADDED), memoryview(bytearray(CHUNK_SIZE + TAG_SIZE))
    return [bytes(out[: sealer.seal_into(bytes([n]) * CHUNK_SIZE, out)]) for n in range(2)]


def _open(chunks: list[bytes], secret: PartSecret = SECRET) -> bytes:
    opener, out = ChunkOpener(secret, PADDED), memoryview(bytearray(CHUNK_SIZE))
    return b"".join(bytes(out[: opener.open_into(chunk, out)]) for chunk in chunks)


def test_chunks_open_in_their_order() -> None:
    assert _open(_seal()) == b"\0" * CHUNK_SIZE + b"\1" * CHUNK_SIZE


@pytest.mark.parametrize("order", [(1, 0), (0, 0), (1, 1)])
def test_a_chunk_at_another_position_does_not_open(order: tuple[int, int]) -> None:
    chunks = _seal()
    with pytest.raises(ProtocolError) as caught:
        _open([chunks[position] for position in order])
    assert caught.value.reason is Reason.BAD_CIPHERTEXT


def test_a_chunk_after_the_last_is_refused() -> None:
    chunks = _seal()
    with pytest.raises(ProtocolError) as caught:
        _open([*chunks, chunks[1]])
    assert caught.value.reason is Reason.BAD_CIPHERTEXT


def test_a_part_is_sealed_once_to_its_last_position_and_no_further() -> None:
    sealer, out = ChunkSealer(SECRET, PADDED), memoryview(bytearray(CHUNK_SIZE + TAG_SIZE))
    for _ in range(2):
        sealer.seal_into(bytes(CHUNK_SIZE), out)
    with pytest.raises(ProtocolError) as caught:
        sealer.seal_into(bytes(CHUNK_SIZE), out)
    assert sealer.done
    assert caught.value.reason is Reason.ALREADY


def test_a_short_chunk_is_refused_before_it_takes_a_position() -> None:
    sealer, out = ChunkSealer(SECRET, PADDED), memoryview(bytearray(CHUNK_SIZE + TAG_SIZE))
    with pytest.raises(ProtocolError):
        sealer.seal_into(bytes(CHUNK_SIZE - 1), out)
    assert sealer.seal_into(bytes(CHUNK_SIZE), out) == CHUNK_SIZE + TAG_SIZE


@pytest.mark.parametrize(
    "other",
    [
        derive_part_secret(hex_id("other"), "body", seed("client"), seed("server")),
        derive_part_secret(hex_id("entry"), "title", seed("client"), seed("server")),
        derive_part_secret(hex_id("entry"), "body", seed("other"), seed("server")),
        derive_part_secret(hex_id("entry"), "body", seed("client"), seed("other")),
        derive_part_secret(hex_id("entry"), "body", seed("server"), seed("client")),
    ],
)
def test_entry_part_and_each_share_change_key_and_commitment(other: PartSecret) -> None:
    assert other.key != SECRET.key
    assert other.commitment != SECRET.commitment
    assert other.key != other.commitment


def test_client_shares_of_two_parts_and_two_entries_differ() -> None:
    shares = {client_share_from_section(seed("key"), hex_id(name), part) for name in "ab" for part in ("title", "body")}
    assert len(shares) == 4


def test_a_part_that_does_not_exist_has_no_key() -> None:
    with pytest.raises(ProtocolError) as caught:
        client_share_from_section(seed("key"), hex_id("entry"), "annex")
    assert caught.value.reason is Reason.WRONG_PART


@pytest.mark.parametrize("share", [b"", bytes(31), bytes(33)])
def test_a_share_of_another_length_is_refused(share: bytes) -> None:
    with pytest.raises(ProtocolError):
        share_hash(share)
    with pytest.raises(ProtocolError):
        derive_part_secret(hex_id("entry"), "body", share, seed("server"))


def test_a_secret_is_not_printed() -> None:
    assert "key" not in repr(SECRET)


def test_a_size_that_no_padding_gives_has_no_chunks() -> None:
    with pytest.raises(ProtocolError) as caught:
        chunk_count(300)
    assert caught.value.reason is Reason.BAD_PADDING
