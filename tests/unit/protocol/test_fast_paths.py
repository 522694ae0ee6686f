"""What was written to be fast says exactly what the plain way says."""

from __future__ import annotations

import base64
import hmac
import itertools
import json
import re
import string
from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volet_protocol import canonical
from volet_protocol.canonical import MAX_DEPTH, MAX_INTEGER, JsonObject, JsonValue
from volet_protocol.encodings import from_base64, from_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.flat_object import FlatForm, Written
from volet_protocol.hashing import hkdf_expand, hmac_sha256, sha256
from volet_protocol.leaf import (
    Leaf,
    LeafType,
    TagKey,
    act_bytes,
    commitment,
    identity_commitment,
    pair_commitment,
    tag,
    view_commitment,
)
from volet_protocol.log_payload import ACTS, IdentityPayload, ViewPayload
from volet_protocol.statements import UnverifiedStatement

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


MAYBE = st.none() | TEXTS
VIEWS = st.builds(
    ViewPayload,
    act=st.sampled_from(sorted(ACTS - {"release", "deposit", "refusal"})),
    time_ms=NUMBERS, row=MAYBE, category=st.none() | NUMBERS, structure=MAYBE, participation=MAYBE, compartment=MAYBE,
    level=st.none() | NUMBERS, part=MAYBE, entries=st.lists(TEXTS, max_size=3).map(tuple), intent=MAYBE, purpose=MAYBE,
    rules=st.lists(TEXTS, max_size=2).map(tuple), policy=MAYBE, emergency=st.booleans(), count=st.none() | NUMBERS,
    to=MAYBE, role=MAYBE,
)  # fmt: skip
NUMBERED = st.none() | st.tuples(TEXTS, NUMBERS)


def as_written(value: JsonObject) -> Written | JsonObject:
    """The object as the log receives it; what has no canonical form stays what it is, to be refused."""
    try:
        return Written(value, canonical.encode(value).decode())
    except ProtocolError:
        return value


@given(VIEWS, NUMBERED)
def test_a_view_is_committed_in_the_bytes_of_its_canonical_form(
    view: ViewPayload, numbered: tuple[str, int] | None
) -> None:
    class_, seq = numbered or (None, None)
    whole = view if numbered is None else replace(view, class_=class_, case_seq=seq)
    assert outcome(lambda: view.to_bytes(class_, seq)) == outcome(lambda: canonical.encode(whole.to_json()))


@given(st.lists(MAYBE, min_size=7, max_size=7), st.lists(TEXTS, max_size=3).map(tuple), st.none() | OBJECTS)
def test_an_identity_is_committed_in_the_bytes_of_its_canonical_form(
    texts: list[str | None], facts: tuple[str, ...], request: JsonObject | None
) -> None:
    user, device, level, row, refusal, hash_, shares = texts
    device = None if user is None else device or "d"
    identity = IdentityPayload(
        user, device, level, row, refusal, facts, hash_ or "h", shares, None if request is None else as_written(request)
    )
    plain = replace(identity, request=request)
    assert outcome(identity.to_bytes) == outcome(lambda: canonical.encode(plain.to_json()))


@pytest.mark.parametrize("value", [None, 1.0, -1, MAX_INTEGER + 1, [1], {"a": 1}])
def test_what_is_out_of_the_ordinary_is_left_to_who_judges_it(value: object) -> None:
    assert FlatForm(("a",)).write([[value]]) is None
    assert FlatForm(("a",)).write([value]) == (None if value is not None else b"{}")


@pytest.mark.parametrize("depth", range(MAX_DEPTH - 3, MAX_DEPTH + 1))
def test_a_request_too_deep_to_be_read_again_is_not_written_into_the_log(depth: int) -> None:
    body: JsonObject = {"type": "login"}
    for _ in range(depth - 1):
        body = {"type": "login", "a": body}
    statement = UnverifiedStatement(body, bytes(64))
    identity = IdentityPayload("u", "d", request_hash=statement.hash, request=statement.written())
    assert statement.written().text == canonical._ENCODER.encode(statement.to_json())
    wanted = outcome(lambda: canonical.encode({**identity.to_json(), "request": statement.to_json()}))
    assert outcome(identity.to_bytes) == wanted
    assert (wanted is Reason.MALFORMED) == (depth + 2 > MAX_DEPTH)


@given(st.binary(max_size=200), st.lists(st.binary(max_size=200), max_size=3))
def test_an_hmac_is_the_one_of_the_standard_library(key: bytes, parts: list[bytes]) -> None:
    assert hmac_sha256(key, *parts) == hmac.digest(key, b"".join(parts), "sha256")
    assert sha256(*parts) == sha256(b"".join(parts))


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.binary(max_size=99), st.binary())
def test_a_leaf_commits_to_both_payloads_by_the_hmacs_of_the_standard_library(
    first: bytes, second: bytes, view: bytes, identity: bytes
) -> None:
    def plain(label: str, data: bytes) -> bytes:
        return hmac.digest(f"volet-access-commit/v1/{label}".encode(), data, "sha256")

    v, i = plain("view", first + view), plain("identity", second + identity)
    assert (v, i) == (view_commitment(first, view), identity_commitment(second, identity))
    assert commitment(first, view, second, identity) == plain("pair", v + i) == pair_commitment(v, i)


@given(st.binary(min_size=32, max_size=32), st.integers(0, MAX_INTEGER))
def test_tags_under_a_kept_key_are_those_of_the_formula(key: bytes, seq: int) -> None:
    plain = hmac.digest(key, b"volet-access-tag/v1" + seq.to_bytes(8, "big"), "sha256")
    assert TagKey(key).tag(seq) == tag(key, seq) == plain


@pytest.mark.parametrize("type_", LeafType)
def test_a_leaf_without_body_is_packed_as_a_leaf_or_refused(type_: LeafType) -> None:
    tag_, commit = bytes([1]) * 32, bytes([2]) * 32
    wanted = outcome(lambda: Leaf(type_, 5, tag_, commit).to_bytes())
    assert outcome(lambda: act_bytes(type_, 5, tag_, commit)) == wanted
    for wrong in ((-1, tag_, commit), (5, tag_[1:], commit), (5, tag_, commit + b"x")):
        assert outcome(lambda wrong=wrong: act_bytes(type_, *wrong)) is Reason.MALFORMED


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


def plain_base64(text: str) -> object:
    """What base64 with padding reads as, told slowly."""
    if len(text) % 4 or not re.fullmatch(r"[A-Za-z0-9+/]*={0,2}", text, re.ASCII):
        return Reason.MALFORMED
    data = base64.b64decode(text)
    return data if base64.b64encode(data).decode() == text else Reason.NOT_CANONICAL


@pytest.mark.parametrize("length", range(9))
def test_base64_with_padding_has_one_spelling_and_two_ways_to_be_refused(length: int) -> None:
    for spelled in itertools.product("AB=-" if length > 4 else "ABw4=-+\né", repeat=length):
        text = "".join(spelled)
        assert outcome(lambda text=text: from_base64(text)) == plain_base64(text)
