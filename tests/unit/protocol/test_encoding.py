"""What vectors cannot hold: values without a canonical form, properties, and one error class out of every reader."""

from __future__ import annotations

import contextlib
import json
import unicodedata
from types import MappingProxyType
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volet_protocol import canonical, statements
from volet_protocol.boxes import open_box, seal_box
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import from_base64, from_base64url, to_base64, to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.keys import BoxKey, SigningKey, verify

TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"])).map(lambda text: unicodedata.normalize("NFC", text))
KEYS = st.text("abcxyz019_", min_size=1, max_size=4)
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    st.booleans() | st.integers(0, 2**53 - 1) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=4)


@given(OBJECTS)
def test_an_object_is_read_back_from_its_only_spelling(value: JsonObject) -> None:
    data = canonical.encode(value)
    assert canonical.decode(data) == value
    for other in (json.dumps(value).encode(), b" " + data, data + b"\n"):
        if other != data:
            with pytest.raises(ProtocolError):
                canonical.decode(other)


@given(st.binary(max_size=200))
def test_any_bytes_leave_the_reader_as_an_object_or_one_error(data: bytes) -> None:
    with contextlib.suppress(ProtocolError):
        assert canonical.encode(canonical.decode(data)) == data


@given(OBJECTS, st.integers(0, 10_000), st.integers(0, 7))
def test_a_flipped_bit_of_a_statement_is_refused(value: JsonObject, position: int, bit: int) -> None:
    key = SigningKey(bytes(32))
    data = bytearray(statements.sign({**value, "type": "login"}, key).to_bytes())
    data[position % len(data)] ^= 1 << bit
    with pytest.raises(ProtocolError):
        statements.parse(bytes(data)).verify(key.public)


def test_values_outside_json_have_no_canonical_form() -> None:
    for value in (b"bytes", {1, 2}, None, 1.0, object()):
        with pytest.raises(ProtocolError) as caught:
            # What a caller without a type checker might pass.
            canonical.encode(cast("JsonObject", {"a": value}))
        assert caught.value.reason is Reason.MALFORMED


def test_a_read_only_mapping_and_a_tuple_encode_like_dict_and_list() -> None:
    assert canonical.encode(MappingProxyType({"b": (1, 2), "a": MappingProxyType({})})) == b'{"a":{},"b":[1,2]}'


def test_an_object_above_the_limit_is_refused_unread() -> None:
    with pytest.raises(ProtocolError) as caught:
        canonical.decode(b"[" * 101, limit=100)
    assert caught.value.reason is Reason.TOO_LARGE


def test_a_hundred_thousand_lists_do_not_exhaust_the_stack() -> None:
    with pytest.raises(ProtocolError) as caught:
        canonical.decode(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    assert caught.value.reason is Reason.MALFORMED


@given(st.binary(max_size=80))
def test_bytes_have_one_spelling_in_each_alphabet(data: bytes) -> None:
    assert from_base64url(to_base64url(data)) == data
    assert from_base64(to_base64(data)) == data


@given(st.text(max_size=12))
def test_a_second_spelling_of_bytes_is_refused(text: str) -> None:
    with contextlib.suppress(ProtocolError):
        assert to_base64url(from_base64url(text)) == text
    with contextlib.suppress(ProtocolError):
        assert to_base64(from_base64(text)) == text


@given(st.binary(max_size=64), st.integers(0, 63), st.integers(0, 7))
def test_a_flipped_bit_of_a_signature_is_refused(message: bytes, position: int, bit: int) -> None:
    key = SigningKey(b"\x03" * 32)
    signature = bytearray(key.sign(message))
    verify(key.public, bytes(signature), message)
    signature[position] ^= 1 << bit
    with pytest.raises(ProtocolError) as caught:
        verify(key.public, bytes(signature), message)
    assert caught.value.reason is Reason.BAD_SIGNATURE


def test_a_box_opens_once_sealed_and_never_beside_another_statement() -> None:
    key = BoxKey(b"\x04" * 32)
    box = seal_box(b"secret", key.public, "grant", bytes(32))
    assert open_box(box, key, "grant", bytes(32)) == b"secret"
    with pytest.raises(ProtocolError):
        open_box(box, key, "grant", b"\x01" * 32)


def test_a_secret_never_stands_in_a_representation() -> None:
    for key in (SigningKey(b"\x05" * 32), BoxKey(b"\x05" * 32)):
        assert "05050505" not in repr(key)
        assert "\\x05" not in repr(key)


def test_a_reader_refuses_each_field_of_another_type() -> None:
    wrong: JsonObject = {"t": 1, "i": True, "b": 1, "h": "AB" * 32, "d": "AA==", "n": [], "l": {}, "c": ["a", "a"]}
    fields = Fields(wrong, "x")
    reads = (
        lambda: fields.text("t"), lambda: fields.integer("i"), lambda: fields.boolean("b"), lambda: fields.hash("h"),
        lambda: fields.data("d"), lambda: fields.nested("n"), lambda: fields.items("l"), lambda: fields.codes("c"),
    )  # fmt: skip
    for read in reads:
        with pytest.raises(ProtocolError):
            read()


def test_an_unknown_field_and_a_missing_one_are_refused() -> None:
    fields = Fields({"a": 1}, "x")
    for reason, read in ((Reason.MISSING_FIELD, lambda: fields.text("b")), (Reason.UNKNOWN_FIELD, fields.done)):
        with pytest.raises(ProtocolError) as caught:
            read()
        assert caught.value.reason is reason


def test_a_list_of_byte_strings_holds_strings_of_one_size() -> None:
    assert Fields({"a": ["AAAA"]}, "x").datas("a", 3) == [bytes(3)]
    for items in (["AAAA", "AA"], [1], ["A" * 4000], "AAAA"):
        with pytest.raises(ProtocolError):
            Fields({"a": items}, "x").datas("a", 3)
