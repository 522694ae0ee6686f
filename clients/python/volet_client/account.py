"""Making the identity of a new profile: device, user key, recovery slot, and the first link of the user's chain."""

from __future__ import annotations

from volet_client.author import draw
from volet_client.profile import Identity, KeyPair
from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.keys import BoxKey, SigningKey
from volet_protocol.recovery_phrase import ENTROPY_SIZE, RecoveryPhrase
from volet_protocol.statements import sign
from volet_protocol.user_bodies import create_body
from volet_protocol.user_keys import seal_user_seeds
from volet_protocol.user_links import RECOVERY, key_context, with_boxes


def draw_identity(hub: str, now_ms: int) -> Identity:
    """Draw every key of a new user of this hub; `create` holds the first link with its boxes, as it is deposited."""
    device = KeyPair(SigningKey(draw(32)), BoxKey(draw(32)))
    phrase = draw(ENTROPY_SIZE)
    recovery = slot_of(phrase)
    seed = draw(32)
    body = create_body(
        hub=hub, time_ms=now_ms, salt=draw(16), device=device.public, recovery=recovery.public,
        user_box=BoxKey(seed).public,
    )  # fmt: skip
    recipients = {device.public.id: device.public.box, RECOVERY: recovery.public.box}
    boxes = seal_user_seeds(seed, recipients, key_context(body))
    create = sign(with_boxes(body, boxes), device.sign)
    link: dict[str, JsonValue] = {
        "statement": create.to_json(),
        "boxes": {to: to_base64url(box) for to, box in boxes.items()},
    }
    return Identity(device, None, {1: seed}, link, create.hash, phrase=phrase)


def slot_of(phrase: bytes) -> KeyPair:
    """Return the recovery slot that 32 bytes of a phrase make."""
    made = RecoveryPhrase(phrase, "fr")
    return KeyPair(made.sign, made.box)
