"""Runs `tests/vectors/invitation.json` (docs/spec/invitations.md)."""

from __future__ import annotations

import pytest

from support.vectors import Operation, Vector, load
from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import to_base64url
from volet_protocol.fields import Fields
from volet_protocol.invitation_codes import (
    CodeUse,
    Direction,
    InvitationCode,
    Terms,
    join_name,
    read_shown,
    read_spoken,
)

_DIRECTIONS = frozenset(one.value for one in Direction)


def _code(fields: Fields) -> InvitationCode:
    return InvitationCode(fields.data("secret"))


def _terms(fields: Fields) -> Terms:
    given = fields.nested("terms")
    terms = Terms(
        given.text("hub"),
        given.text("inviter"),
        given.text("about"),
        given.text("invitee"),
        given.integer("expires_ms"),
    )
    given.done()
    return terms


def _direction(fields: Fields) -> Direction:
    return Direction(fields.choice("direction", _DIRECTIONS))


def _spoken(fields: Fields) -> JsonObject:
    return {"spoken": _code(fields).spoken()}


def _read_spoken(fields: Fields) -> JsonObject:
    return {"secret": to_base64url(read_spoken(fields.text("typed")).secret)}


def _shown(fields: Fields) -> JsonObject:
    return {"shown": _code(fields).shown()}


def _read_shown(fields: Fields) -> JsonObject:
    return {"secret": to_base64url(read_shown(fields.text("text")).secret)}


def _proof(fields: Fields) -> JsonObject:
    return {"proof": to_base64url(_code(fields).proof(_terms(fields), _direction(fields)))}


def _join_name(fields: Fields) -> JsonObject:
    return {"name": join_name(_code(fields))}


def _check(fields: Fields) -> None:
    _code(fields).check(_terms(fields), _direction(fields), fields.data("proof"), fields.integer("now_ms"))


def _answer(fields: Fields) -> JsonObject:
    use = CodeUse(fields.integer("wrong"), fields.boolean("answered"))
    after, refused = _code(fields).answer(use, _terms(fields), fields.data("proof"), fields.integer("now_ms"))
    said: JsonObject = {} if refused is None else {"refused": refused.value}
    return {"wrong": after.wrong, "answered": after.answered, **said}


OPERATIONS = {
    "spoken": Operation(_spoken, frozenset({"secret"})),
    "read_spoken": Operation(_read_spoken, frozenset({"typed"})),
    "shown": Operation(_shown, frozenset({"secret"})),
    "read_shown": Operation(_read_shown, frozenset({"text"})),
    "proof": Operation(_proof, frozenset({"secret", "terms", "direction"})),
    "join_name": Operation(_join_name, frozenset({"secret"})),
    "check": Operation(_check, frozenset({"secret", "terms", "direction", "proof", "now_ms"})),
    "answer": Operation(_answer, frozenset({"secret", "wrong", "answered", "terms", "proof", "now_ms"})),
}


@pytest.mark.parametrize("vector", load("invitation", OPERATIONS), ids=str)
def test_invitation_vector(vector: Vector) -> None:
    vector.check()
