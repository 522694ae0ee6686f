"""What was written to be fast says exactly what the plain way says."""

from __future__ import annotations

import base64
import hmac
import json
import string
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volet_protocol import canonical
from volet_protocol.canonical import MAX_DEPTH, MAX_INTEGER, JsonObject, JsonValue
from volet_protocol.encodings import from_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import hkdf_expand, hmac_sha256, sha256

TEXTS = st.one_of(
    st.sampled_from(
        [
            "",
            '"',
            "\\",
            'a"b',
            '":"',
            "\n",
            "é",
            "É̈",
            "\x00",
            "\x7f",
            "\x85",
            "\ud800",
            "\u2028",
            "\u0301",
            "e\u0301",
            "é\n",
            "é\x85",
            'à "b"',
            "{}",
        ]
    ),
    st.text(max_size=8),
)
NUMBERS = st.one_of(st.booleans(), st.sampled_from([0, -1, MAX_INTEGER, MAX_INTEGER + 1]), st.integers())
KEYS = st.one_of(st.sampled_from(["a", "z_9", "", "A", "é", '"']), st.text("abc_", min_size=1, max_size=3))
VALUES: st.SearchStrategy[JsonValue] = st.recursive(
    TEXTS | NUMBERS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12
)
OBJECTS: st.SearchStrategy[JsonObject] = st.dictionaries(KEYS, VALUES, max_size=4)


def outcome(run: object) -> object:
    assert callable(run)
    try:
        result: object = run()
    except ProtocolError as error:
        return error.reason
    return result


@given(OBJECTS)
def test_an_object_is_written_in_one_pass_as_when_each_value_is_checked_first(value: JsonObject) -> None:
    plain = outcome(lambda: canonical._encode_checked(value))
    assert outcome(lambda: canonical.encode(value)) == plain
    assert isinstance(plain, Reason) or plain == canonical.encode(json.loads(json.dumps(value)))


@pytest.mark.parametrize("value", [{1: 2}, {"a": 1, 2: 3}, {"a": 1.0}, {"a": None}, {"a": {3: "b"}}, {"a": [None]}])
def test_what_json_would_bend_into_shape_is_refused(value: JsonObject) -> None:
    assert outcome(lambda: canonical.encode(value)) is Reason.MALFORMED


def test_the_deepest_object_is_written_and_a_deeper_one_refused() -> None:
    value: JsonObject = {"a": 1}
    for _ in range(MAX_DEPTH - 1):
        value = {"a": value}
    assert canonical.encode(value) == canonical.encode(MappingProxyType(dict(value)))
    assert outcome(lambda: canonical.encode({"a": value})) is Reason.MALFORMED


@given(st.binary(max_size=200), st.lists(st.binary(max_size=200), max_size=3))
def test_an_hmac_is_the_one_of_the_standard_library(key: bytes, parts: list[bytes]) -> None:
    assert hmac_sha256(key, *parts) == hmac.digest(key, b"".join(parts), "sha256")
    assert sha256(*parts) == sha256(b"".join(parts))


def test_a_key_longer_than_one_block_of_output_is_expanded_as_the_rfc_says() -> None:
    info, key = b"volet/v1/name\nmore", bytes(range(32))
    first = hmac.digest(key, info + b"\1", "sha256")
    second = hmac.digest(key, first + info + b"\2", "sha256")
    assert hkdf_expand(key, "name", b"more", 50) == (first + second)[:50]
    assert hkdf_expand(key, "name", b"more") == first


@given(st.text(string.ascii_letters + string.digits + "-_+/=\né", max_size=9))
def test_bytes_are_read_from_the_one_spelling_that_writing_gives(text: str) -> None:
    data = outcome(lambda: from_base64url(text))
    if isinstance(data, bytes):
        assert base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text
    else:
        assert data in {Reason.MALFORMED, Reason.NOT_CANONICAL}
