"""Padding: one size for each length, one accepted spelling for each plaintext."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.padding import BUCKETS, Unpadder, is_padded_size, pad, padded_size, unpad


@given(st.binary(max_size=3000))
def test_unpadding_gives_back_what_was_padded(plaintext: bytes) -> None:
    assert unpad(pad(plaintext)) == plaintext


@given(st.binary(max_size=600), st.lists(st.integers(1, 400), min_size=1, max_size=12))
def test_a_stream_unpads_alike_however_it_is_cut(plaintext: bytes, cuts: list[int]) -> None:
    padded, out, start = memoryview(pad(plaintext + b"\x80\0\0")), bytearray(), 0
    unpadder = Unpadder(out.extend)
    for cut in cuts:
        unpadder.feed(padded[start : start + cut])
        start += cut
    unpadder.feed(padded[start:])
    assert unpadder.finish() == len(plaintext) + 3
    assert bytes(out) == plaintext + b"\x80\0\0"


@given(st.integers(0, 2**42 - 1))
def test_padding_costs_at_most_an_eighth_above_the_buckets_and_its_size_is_recognised(size: int) -> None:
    padded = padded_size(size)
    assert padded > size
    assert is_padded_size(padded)
    assert padded <= BUCKETS[-1] or padded <= (size + 1) * 9 // 8


@pytest.mark.parametrize("size", [0, 255, 257, 1023, 65537, 70000, 2**42 + 2**38])
def test_a_size_that_no_plaintext_has_is_not_a_padded_size(size: int) -> None:
    assert not is_padded_size(size)


def test_a_larger_bucket_than_needed_is_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        unpad(b"short\x80".ljust(1024, b"\0"))
    assert caught.value.reason is Reason.BAD_PADDING


def test_a_stream_without_mark_is_refused() -> None:
    unpadder = Unpadder(bytearray().extend)
    unpadder.feed(memoryview(bytes(256)))
    with pytest.raises(ProtocolError):
        unpadder.finish()


def test_a_plaintext_above_four_tebibytes_is_refused() -> None:
    with pytest.raises(ProtocolError) as caught:
        padded_size(2**42)
    assert caught.value.reason is Reason.TOO_LARGE
