"""Composing the links of a user chain (docs/spec/users.md).

Each function returns a body still without its boxes: seal the seed with `user_keys.seal_user_seeds` under
`key_context(body)`, add the hashes with `with_boxes`, then sign. `generation_fields` is for links that start a
generation: `device-revoke`, `user-key`, `recovery-set`, `recover`.
"""

from __future__ import annotations

from collections.abc import Iterable

from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.keys import SigningKey
from volet_protocol.statements import ALGORITHM, VERSION, HeadRef, Preamble
from volet_protocol.user_links import PublicKeys, consent_bytes


def create_body(
    *, hub: str, time_ms: int, salt: bytes, device: PublicKeys, recovery: PublicKeys, user_box: bytes
) -> dict[str, JsonValue]:
    """Return a `user-create` body; `salt` is 16 random bytes, `user_box` the public key of generation 1."""
    return {
        "v": VERSION, "type": "user-create", "alg": ALGORITHM, "hub": hub, "time_ms": time_ms,
        "salt": to_base64url(salt), "device": device.to_json(), "recovery": recovery.to_json(),
        **generation_fields(1, user_box, None),
    }  # fmt: skip


def generation_fields(number: int, user_box: bytes, sealed: bytes | None) -> dict[str, JsonValue]:
    """Return the fields of a generation but its boxes; `sealed` is the previous seed under the new one."""
    fields: dict[str, JsonValue] = {"generation": number, "user_box": to_base64url(user_box)}
    if sealed is not None:
        fields["sealed"] = to_base64url(sealed)
    return fields


def next_preamble(*, hub: str, user: str, author: str, head: HeadRef, time_ms: int) -> Preamble:
    """Return the preamble of the link after `head`; `author` is a device id, or the id of the recovery slot."""
    return Preamble(hub=hub, user=user, device=author, user_head=head, time_ms=time_ms)


def _body(type_: str, preamble: Preamble, head: HeadRef, fields: JsonObject) -> dict[str, JsonValue]:
    return {**preamble.to_json(type_), "seq": head.seq + 1, "prev": head.hash, **fields}


def device_add_body(preamble: Preamble, device: PublicKeys) -> dict[str, JsonValue]:
    """Return a `device-add` body; the seed of the current generation is boxed to the new device alone."""
    return _body("device-add", preamble, preamble.user_head, {"device": device.to_json()})


def device_revoke_body(preamble: Preamble, target: str, generation: JsonObject) -> dict[str, JsonValue]:
    """Return a `device-revoke` body with the next generation, boxed to the devices that stay and to the slot."""
    return _body("device-revoke", preamble, preamble.user_head, {"target": target, **generation})


def crossing_revoke_body(preamble: Preamble, head: HeadRef, target: str) -> dict[str, JsonValue]:
    """Return the revocation by a device that was just revoked, of the device that revoked it.

    `preamble.user_head` is the position before that revocation, `head` the current one. It freezes the account.
    """
    return _body("device-revoke", preamble, head, {"target": target})


def user_key_body(preamble: Preamble, generation: JsonObject) -> dict[str, JsonValue]:
    """Return a `user-key` body."""
    return _body("user-key", preamble, preamble.user_head, generation)


def recovery_set_body(preamble: Preamble, recovery: PublicKeys, generation: JsonObject) -> dict[str, JsonValue]:
    """Return a `recovery-set` body: add the boxes, then the old key's consent with `with_consent`."""
    return _body("recovery-set", preamble, preamble.user_head, {"recovery": recovery.to_json(), **generation})


def with_consent(body: JsonObject, old_recovery: SigningKey) -> dict[str, JsonValue]:
    """Return a complete `recovery-set` body with the signature of the recovery key in force."""
    return {**body, "consent": to_base64url(old_recovery.sign(consent_bytes(body)))}


def recovery_replace_body(preamble: Preamble, recovery: PublicKeys) -> dict[str, JsonValue]:
    """Return a `recovery-replace` body."""
    return _body("recovery-replace", preamble, preamble.user_head, {"recovery": recovery.to_json()})


def recovery_veto_body(preamble: Preamble, replace: str) -> dict[str, JsonValue]:
    """Return a `recovery-veto` body."""
    return _body("recovery-veto", preamble, preamble.user_head, {"replace": replace})


def recover_body(
    preamble: Preamble,
    *,
    not_mine: Iterable[str],
    keep: Iterable[str],
    device: PublicKeys,
    recovery: PublicKeys,
    generation: JsonObject,
) -> dict[str, JsonValue]:
    """Return a `recover` body, to be signed by the recovery key; `keep` lists the devices that stay."""
    fields: dict[str, JsonValue] = {
        "not_mine": sorted(not_mine), "keep": sorted(keep), "device": device.to_json(),
        "recovery": recovery.to_json(), **generation,
    }  # fmt: skip
    return _body("recover", preamble, preamble.user_head, fields)


def chain_close_body(preamble: Preamble) -> dict[str, JsonValue]:
    """Return a `chain-close` body."""
    return _body("chain-close", preamble, preamble.user_head, {})
