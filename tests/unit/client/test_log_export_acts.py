"""Acts in an exported log that nobody signs: checked by their hash, and no act of a user passes for one."""

from __future__ import annotations

import pytest

from volet_client.log_export import _check_request
from volet_protocol import canonical
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import sha256
from volet_protocol.log_payload import IdentityPayload

ACT: JsonObject = {"type": "start-without-witnesses", "reason": "maintenance", "time_ms": 1}
HASH = sha256(canonical.encode(ACT)).hex()


@pytest.mark.parametrize("act", ["admin", "erase", "web-version"])
def test_an_act_of_the_hub_is_checked_by_its_hash(act: str) -> None:
    assert _check_request(act, IdentityPayload(request=ACT, request_hash=HASH), {}) == 0


@pytest.mark.parametrize(
    ("act", "identity"),
    [
        ("admin", IdentityPayload(request=ACT, request_hash="0" * 64)),
        ("admin", IdentityPayload(request={**ACT, "reason": "other"}, request_hash=HASH)),
        ("release", IdentityPayload(request=ACT, request_hash=HASH)),
        ("grant", IdentityPayload(request=ACT, request_hash=HASH)),
        ("erase", IdentityPayload(user="1" * 64, device="2" * 64, request=ACT, request_hash=HASH)),
    ],
)
def test_another_object_or_an_act_that_a_user_signs_is_refused(act: str, identity: IdentityPayload) -> None:
    with pytest.raises(ProtocolError) as refused:
        _check_request(act, identity, {})
    assert refused.value.reason is Reason.WRONG_HASH
