"""The hold of an account: who may ask for it, and the number that is said aloud."""

from __future__ import annotations

import pytest

from support.identities import HUB, REGISTRAR, START_MS, make_bundle
from volet_protocol.account_hold import (
    SKEW_MS,
    AccountHold,
    hold_body,
    hold_number,
    hold_number_hash,
    read_hold_number,
    spaced,
)
from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.keys import SigningKey
from volet_protocol.statements import Statement, sign

NUMBER = hold_number(bytes(range(32)))
SUBJECT = "5" * 64


def asked(key: SigningKey = REGISTRAR, time_ms: int = START_MS, **changes: JsonValue) -> Statement:
    body = hold_body(hub=HUB, registrar=key.public, subject=SUBJECT, time_ms=time_ms)
    return sign({**body, **changes}, key)


def reason(statement: Statement, now_ms: int = START_MS) -> Reason:
    with pytest.raises(ProtocolError) as refused:
        AccountHold.verify(statement, make_bundle(), now_ms)
    return refused.value.reason


def test_a_registrar_of_the_bundle_asks() -> None:
    hold = AccountHold.verify(asked(), make_bundle(), START_MS)
    assert (hold.registrar, hold.subject) == (REGISTRAR.public, SUBJECT)


def test_a_key_that_the_bundle_does_not_list_asks_nothing() -> None:
    assert reason(asked(SigningKey(b"\x33" * 32))) is Reason.NOT_TRUSTED


def test_another_key_does_not_sign_in_the_name_of_a_registrar() -> None:
    body = hold_body(hub=HUB, registrar=REGISTRAR.public, subject=SUBJECT, time_ms=START_MS)
    assert reason(sign(body, SigningKey(b"\x33" * 32))) is Reason.BAD_SIGNATURE


def test_what_was_asked_of_another_hub_or_at_another_time_serves_for_nothing() -> None:
    assert reason(asked(hub="https://other.example")) is Reason.WRONG_HUB
    assert reason(asked(), START_MS + SKEW_MS + 1) is Reason.STALE
    assert reason(asked(), START_MS - SKEW_MS - 1) is Reason.NOT_YET


def test_a_number_is_read_as_people_say_it() -> None:
    assert spaced(NUMBER).count(" ") == 3
    for typed in (NUMBER, spaced(NUMBER), spaced(NUMBER).replace(" ", "-"), f"  {spaced(NUMBER)}\n"):
        assert read_hold_number(typed) == NUMBER


def test_one_wrong_digit_or_two_exchanged_are_noticed_before_anything_is_asked() -> None:
    for at in range(len(NUMBER)):
        other = NUMBER[:at] + str((int(NUMBER[at]) + 1) % 10) + NUMBER[at + 1 :]
        with pytest.raises(ProtocolError, match="hold number"):
            read_hold_number(other)


@pytest.mark.parametrize("typed", ["", "1234", NUMBER + "0", "a" * 16, "٣" * 16, NUMBER[:-1] + "²"])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        read_hold_number(typed)
    assert refused.value.reason is Reason.MALFORMED


def test_every_client_makes_the_same_number_of_a_phrase() -> None:
    assert NUMBER == "0709370417347557"
    assert hold_number_hash(NUMBER) == "dee63b5fb8abd5424cb24085f1712e6b78be7759b15e90c323010bb39e1791e4"
