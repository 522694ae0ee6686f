"""The login statement: what a hub refuses before it looks at the signature."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.identities import START_MS, make_user
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.login import SKEW_MS, LoginStatement
from volet_protocol.statements import Preamble, UnverifiedStatement

USER = make_user(1)
GIVEN = LoginStatement(
    Preamble(USER.chain.hub, USER.user, USER.device.id, USER.head, START_MS), "login-1", b"\x05" * 32, "a" * 64
)


def check(statement: LoginStatement, now_ms: int = START_MS) -> None:
    statement.check(
        hub=USER.chain.hub,
        login="login-1",
        challenge=b"\x05" * 32,
        user=USER.user,
        device=USER.device.id,
        now_ms=now_ms,
    )


def test_what_is_signed_reads_back() -> None:
    assert LoginStatement.read(UnverifiedStatement(GIVEN.body(), b"")) == GIVEN
    person = replace(GIVEN, capacity=None)
    assert "capacity" not in person.body()
    assert LoginStatement.read(UnverifiedStatement(person.body(), b"")) == person
    check(GIVEN)


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (replace(GIVEN, login="login-2"), Reason.WRONG_REQUEST),
        (replace(GIVEN, challenge=b"\x06" * 32), Reason.WRONG_REQUEST),
        (replace(GIVEN, preamble=replace(GIVEN.preamble, hub="https://other.example")), Reason.WRONG_HUB),
        (replace(GIVEN, preamble=replace(GIVEN.preamble, user="b" * 64)), Reason.WRONG_AUTHOR),
        (replace(GIVEN, preamble=replace(GIVEN.preamble, device="b" * 64)), Reason.WRONG_AUTHOR),
    ],
)
def test_a_statement_for_something_else_is_refused(statement: LoginStatement, reason: Reason) -> None:
    with pytest.raises(ProtocolError) as refused:
        check(statement)
    assert refused.value.reason is reason


def test_a_statement_more_than_two_minutes_off_is_refused() -> None:
    check(GIVEN, START_MS + SKEW_MS)
    for now_ms, reason in ((START_MS + SKEW_MS + 1, Reason.STALE), (START_MS - SKEW_MS - 1, Reason.NOT_YET)):
        with pytest.raises(ProtocolError) as refused:
            check(GIVEN, now_ms)
        assert refused.value.reason is reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"challenge": "AA"}, Reason.MALFORMED),
        ({"capacity": "x"}, Reason.MALFORMED),
        ({"more": 1}, Reason.UNKNOWN_FIELD),
        ({"type": "entry"}, Reason.WRONG_TYPE),
        ({"v": 2}, Reason.WRONG_VERSION),
    ],
)
def test_another_shape_is_refused(change: dict[str, str | int], reason: Reason) -> None:
    with pytest.raises(ProtocolError) as refused:
        LoginStatement.read(UnverifiedStatement({**GIVEN.body(), **change}, b""))
    assert refused.value.reason is reason
