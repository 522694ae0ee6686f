"""Paths and bundles of the static log: one spelling each, and the same as somebody else writes."""

from __future__ import annotations

import pytest
from aics_tlog import tiles as theirs
from hypothesis import given
from hypothesis import strategies as st

from volet_protocol.errors import ProtocolError
from volet_protocol.tiles import TilePath, bundle, tiles_of, unbundle


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (TilePath(0, 5), "0/005"),
        (TilePath(0, 1000), "0/x001/000"),
        (TilePath(2, 12_034_567), "2/x012/x034/567"),
        (TilePath(1, 0, 44), "1/000.p/44"),
        (TilePath(None, 67), "entries/067"),
        (TilePath(None, 999, 1), "entries/999.p/1"),
        (TilePath(63, 0), "63/000"),
    ],
)
def test_a_path_has_one_spelling(path: TilePath, text: str) -> None:
    assert (str(path), TilePath.parse(text)) == (text, path)


@pytest.mark.parametrize(
    "text",
    [
        "", "0", "0/", "0/5", "0/05", "0/0005", "0/x000/005", "0/x001/5", "0/x1/000", "0/001/000", "64/000", "00/000",
        "-1/000", "0/000.p/0", "0/000.p/256", "0/000.p/257", "0/000.p/01", "0/000.p/", "0/000.p", "entries/000.p/999",
        "Entries/000", "0/00٣", "0/000\n", " 0/000", "0//000", "0/000/", "../0/000", "0/x001/x000",
    ],
)  # fmt: skip
def test_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError):
        TilePath.parse(text)


@given(st.none() | st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_any_path_reads_back(level: int | None, number: int, width: int) -> None:
    path = TilePath(level, number, width)
    assert TilePath.parse(str(path)) == path


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (0, []),
        (1, ["entries/000.p/1", "0/000.p/1"]),
        (256, ["entries/000", "0/000", "1/000.p/1"]),
        (300, ["entries/000", "entries/001.p/44", "0/000", "0/001.p/44", "1/000.p/1"]),
    ],
)
def test_a_tree_has_these_tiles_and_no_others(size: int, expected: list[str]) -> None:
    assert [str(path) for path in tiles_of(size)] == expected
    others = {path.removeprefix("tile/") for path in theirs.materialise_tiles([b""] * size)}
    assert others == set(expected)


def test_a_large_tree_has_the_partial_tiles_that_its_size_says() -> None:
    partial = [str(path) for path in tiles_of(196_865) if path.width != 256]
    assert partial == ["entries/769.p/1", "0/769.p/1", "1/003.p/1", "2/000.p/3"]


def test_a_bundle_reads_back_and_is_what_others_write() -> None:
    leaves = [b"", b"a", b"b" * 300, b"c" * 65_535]
    assert unbundle(bundle(leaves)) == leaves == theirs.parse_entry_bundle(bundle(leaves))
    assert theirs.build_entry_bundle(leaves) == bundle(leaves)


@pytest.mark.parametrize("data", [b"\x00", b"\x00\x01", b"\x00\x02a", b"\x00\x00\x00", bytes(2 * 257)])
def test_a_bundle_that_ends_inside_a_leaf_or_is_too_long_is_refused(data: bytes) -> None:
    with pytest.raises(ProtocolError):
        unbundle(data)


def test_a_leaf_that_no_bundle_can_hold_is_refused() -> None:
    with pytest.raises(ProtocolError):
        bundle([bytes(65_536)])
