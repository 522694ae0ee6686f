"""Runs `tests/vectors/encoding.json`, `keys.json`, `boxes.json` and `statements.json`."""

from __future__ import annotations

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol import boxes, canonical, keys, statements
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import from_base64, from_base64url, from_decimal, to_base64url
from volet_protocol.fields import Fields
from volet_protocol.hashing import hkdf_expand, labelled_hash


def _decode(fields: Fields) -> JsonObject:
    return {"value": canonical.decode(fields.data("json"))}


def _encode(fields: Fields) -> JsonObject:
    return {"json": to_base64url(canonical.encode(fields.raw("value")))}


def _base64url(fields: Fields) -> JsonObject:
    return {"hex": from_base64url(fields.text("text")).hex()}


def _base64(fields: Fields) -> JsonObject:
    return {"hex": from_base64(fields.text("text")).hex()}


def _decimal(fields: Fields) -> JsonObject:
    return {"number": from_decimal(fields.text("text"))}


def _label(fields: Fields) -> JsonObject:
    return {"text": fields.label("text")}


def _labelled_hash(fields: Fields) -> JsonObject:
    return {"hash": labelled_hash(fields.text("name"), fields.data("data")).hex()}


def _hkdf(fields: Fields) -> JsonObject:
    name, context = fields.text("name"), fields.data("context")
    return {"key": to_base64url(hkdf_expand(fields.data("key"), name, context, fields.integer("size")))}


ENCODING = {
    "decode": Operation(_decode, frozenset({"json"})),
    "encode": Operation(_encode, frozenset({"value"})),
    "base64url": Operation(_base64url, frozenset({"text"})),
    "base64": Operation(_base64, frozenset({"text"})),
    "decimal": Operation(_decimal, frozenset({"text"})),
    "label": Operation(_label, frozenset({"text"})),
    "labelled_hash": Operation(_labelled_hash, frozenset({"name", "data"})),
    "hkdf_expand": Operation(_hkdf, frozenset({"key", "name", "context", "size"})),
}


@pytest.mark.parametrize("vector", load("encoding", ENCODING), ids=str)
def test_encoding_vector(vector: Vector) -> None:
    vector.check()


def _public_key(fields: Fields) -> None:
    keys.check_public_key(fields.data("public"))


def _verify(fields: Fields) -> None:
    keys.verify(fields.data("public"), fields.data("signature"), fields.data("message"))


def _sign(fields: Fields) -> JsonObject:
    key = keys.SigningKey(fields.data("seed"))
    return {"public": to_base64url(key.public), "signature": to_base64url(key.sign(fields.data("message")))}


def _box_public(fields: Fields) -> None:
    keys.load_box_public(fields.data("public"))


def _box_key(fields: Fields) -> JsonObject:
    return {"public": to_base64url(keys.BoxKey(fields.data("seed")).public)}


KEYS = {
    "public_key": Operation(_public_key, frozenset({"public"})),
    "verify": Operation(_verify, frozenset({"public", "signature", "message"})),
    "sign": Operation(_sign, frozenset({"seed", "message"})),
    "box_public": Operation(_box_public, frozenset({"public"})),
    "box_key": Operation(_box_key, frozenset({"seed"})),
}


@pytest.mark.parametrize("vector", load("keys", KEYS), ids=str)
def test_keys_vector(vector: Vector) -> None:
    vector.check()


def _open(fields: Fields) -> JsonObject:
    key = keys.BoxKey(fields.data("seed"))
    plaintext = boxes.open_box(fields.data("box"), key, fields.text("label"), fields.data("context"))
    return {"plaintext": to_base64url(plaintext)}


BOXES = {"open": Operation(_open, frozenset({"box", "seed", "label", "context"}))}


@pytest.mark.parametrize("vector", load("boxes", BOXES), ids=str)
def test_boxes_vector(vector: Vector) -> None:
    vector.check()


def _parse_statement(fields: Fields) -> JsonObject:
    statement = statements.parse(fields.data("bytes"))
    return {"type": statement.type, "hash": statement.hash}


def _verify_statement(fields: Fields) -> JsonObject:
    statement = statements.from_json(fields.raw("statement")).verify(fields.data("public"))
    return {"hash": statement.hash}


def _sign_statement(fields: Fields) -> JsonObject:
    statement = statements.sign(fields.raw("body"), keys.SigningKey(fields.data("seed")))
    return {"statement": statement.to_json(), "hash": statement.hash}


def _preamble(fields: Fields) -> JsonObject:
    type_ = fields.text("type")
    body = Fields(fields.raw("body"), type_)
    preamble = statements.Preamble.read(body, type_)
    body.done()
    return preamble.to_json(type_)


STATEMENTS = {
    "parse": Operation(_parse_statement, frozenset({"bytes"})),
    "verify": Operation(_verify_statement, frozenset({"statement", "public"})),
    "sign": Operation(_sign_statement, frozenset({"body", "seed"})),
    "preamble": Operation(_preamble, frozenset({"body", "type"})),
}


@pytest.mark.parametrize("vector", load("statements", STATEMENTS), ids=str)
def test_statements_vector(vector: Vector) -> None:
    vector.check()
