"""The table that a client decides by: activated by the pinned controllers, and no wider than the pinned ceiling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pytest

from support.identities import CONTROLLER, HUB, REGISTRAR, bundle_body
from volet_client.errors import VerificationError
from volet_client.hub import Hub
from volet_client.resources import policies, shipped_table
from volet_client.rules import Rules
from volet_client.trust import TrustState
from volet_protocol import canonical
from volet_protocol.activation import activation_body, sign_activation
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import Reason
from volet_protocol.hashing import sha256
from volet_protocol.keys import SigningKey
from volet_protocol.note_keys import NoteSigner
from volet_protocol.trust_bundle import TrustBundle, sign_bundle

CEILING = shipped_table()
CEILING_BYTES = (policies() / "table.json").read_bytes()
LOG = NoteSigner("log.example", SigningKey(bytes(32)))
BODY = {
    **bundle_body(ceiling=CEILING.hash, log_vkey=LOG.vkey),
    "log_policy": f"log {LOG.vkey}\nquorum none\n",
}
BUNDLE = TrustBundle.read(sign_bundle(BODY, [CONTROLLER])).verify(None)


@dataclass
class Served:
    """A hub that serves one policy: profile, transport and trust at once, as `Rules` asks for them."""

    answer: JsonObject
    bundle: TrustBundle = BUNDLE

    @property
    def transport(self) -> Served:
        return self

    @property
    def profile(self) -> Served:
        return self

    @property
    def trust(self) -> TrustState:
        return TrustState(self.bundle)

    def get(self, path: str) -> JsonObject:
        assert path == "/v1/policy"
        return self.answer


def changed(effect: str, other: str) -> bytes:
    """The shipped table with the first outcome of one effect turned into another."""
    body = dict(canonical.decode(CEILING_BYTES, len(CEILING_BYTES)))
    outcomes = [dict(cast("JsonObject", one)) for one in cast("list[JsonValue]", body["outcomes"])]
    first = next(one for one in outcomes if one["effect"] == effect)
    first["effect"] = other
    first.pop("hidden", None)
    return canonical.encode({**body, "outcomes": cast("JsonValue", outcomes)})


def rules(data: bytes, activation: bytes | None = None) -> Rules:
    answer: dict[str, JsonValue] = {"table": to_base64url(data)}
    if activation is not None:
        answer["activation"] = canonical.decode(activation)
    return Rules(cast("Hub", Served(answer)))


def activated(data: bytes, signer: SigningKey = CONTROLLER, hub: str = HUB) -> bytes:
    body = activation_body(hub=hub, table=sha256(data).hex(), version=1, from_ms=0, previous=None)
    return sign_activation(body, [signer])


def refused(made: Rules, reason: Reason) -> None:
    with pytest.raises(VerificationError) as caught:
        _ = made.table
    assert caught.value.reason is reason


def test_the_ceiling_itself_needs_no_activation() -> None:
    assert rules(CEILING_BYTES).table.hash == CEILING.hash


def test_an_activated_ceiling_is_active_from_its_date() -> None:
    made = rules(CEILING_BYTES, activated(CEILING_BYTES))
    assert made.table.hash == CEILING.hash
    assert list(made.tables) == [CEILING.hash]


def test_a_table_wider_than_the_ceiling_is_refused_although_the_controllers_activated_it() -> None:
    wider = changed("deny", "permit")
    refused(rules(wider, activated(wider)), Reason.POLICY_TOO_WIDE)


def test_a_narrower_table_is_used_only_with_an_activation() -> None:
    narrower = changed("permit", "deny")
    refused(rules(narrower), Reason.WRONG_POLICY)
    assert rules(narrower, activated(narrower)).table.hash == sha256(narrower).hex()


def test_an_activation_of_another_table_is_refused() -> None:
    refused(rules(CEILING_BYTES, activated(changed("permit", "deny"))), Reason.WRONG_POLICY)


def test_an_activation_signed_by_others_is_refused() -> None:
    refused(rules(CEILING_BYTES, activated(CEILING_BYTES, REGISTRAR)), Reason.NOT_TRUSTED)


def test_an_activation_of_another_hub_is_refused() -> None:
    refused(rules(CEILING_BYTES, activated(CEILING_BYTES, hub="https://other.example")), Reason.WRONG_HUB)
