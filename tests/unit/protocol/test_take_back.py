"""Only its author takes an entry back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from support.entries import CASE, DEVICE_KEY, PREAMBLE, hex_id, seal
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.statements import sign
from volet_protocol.take_back import TakeBack

ENTRY = seal().entry
TAKE_BACK = TakeBack(PREAMBLE, CASE, ENTRY.id, "wrong_recipient")


def test_the_author_takes_an_entry_back() -> None:
    read = TakeBack.read(sign(TAKE_BACK.to_json(), DEVICE_KEY))
    read.check(ENTRY)
    assert read == TAKE_BACK
    assert "reason" not in replace(TAKE_BACK, reason=None).to_json()


@pytest.mark.parametrize(
    ("take_back", "reason"),
    [
        (replace(TAKE_BACK, case=hex_id("other")), Reason.WRONG_CASE),
        (replace(TAKE_BACK, entry=hex_id("other")), Reason.UNKNOWN_REFERENCE),
        (replace(TAKE_BACK, preamble=replace(PREAMBLE, user=hex_id("other"))), Reason.WRONG_AUTHOR),
        (replace(TAKE_BACK, preamble=replace(PREAMBLE, time_ms=1)), Reason.TIME_BACKWARDS),
    ],
)
def test_another_case_entry_author_or_an_earlier_time_is_refused(take_back: TakeBack, reason: Reason) -> None:
    with pytest.raises(ProtocolError) as caught:
        take_back.check(ENTRY)
    assert caught.value.reason is reason
