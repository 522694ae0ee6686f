"""Seeds of the user key: boxed to devices and recovery slot, each sealed under the next (docs/spec/users.md).

A generation is a 32-byte seed, from which the X-Wing key is made that section keys are boxed to. Whoever opens the
seed of generation g walks back to 1: seed g-1 is sealed under a key derived from seed g. A sealed seed is compared
with the public key of its generation before use, because AES-GCM does not commit to its key.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from volet_protocol.boxes import open_box, seal_box
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import hkdf_expand, same
from volet_protocol.keys import SEED_SIZE, BoxKey
from volet_protocol.user_links import Generation

BOX_LABEL = "user-key"
# One key seals one seed once: (user, generation) is in the derivation, so the nonce never meets a second plaintext.
_NONCE = bytes(12)


def seal_user_seed(seed: bytes, public: bytes, context: bytes) -> bytes:
    """Return the box of a seed for one device or recovery slot; `context` is `key_context(body)` of the link."""
    _check(seed)
    return seal_box(seed, public, BOX_LABEL, context)


def seal_user_seeds(seed: bytes, recipients: Mapping[str, bytes], context: bytes) -> dict[str, bytes]:
    """Return one box each; `recipients` maps device id or `recovery` to an X-Wing public key."""
    return {to: seal_user_seed(seed, public, context) for to, public in recipients.items()}


def open_user_seed(box: bytes, key: BoxKey, context: bytes, user_box: bytes) -> bytes:
    """Return the seed in a box; refuse one that does not make the generation's public key: bad-box, bad-key."""
    return _matching(open_box(box, key, BOX_LABEL, context), user_box)


def seal_previous_seed(previous: bytes, seed: bytes, user: str, generation: int) -> bytes:
    """Return the seed of `generation` - 1, sealed under the seed of `generation` (48 bytes)."""
    _check(previous)
    return AESGCM(_sealing_key(seed, user, generation)).encrypt(_NONCE, previous, None)


def open_previous_seed(sealed: bytes, seed: bytes, user: str, generation: int, previous_box: bytes) -> bytes:
    """Return the seed of `generation` - 1; raise bad-ciphertext, or bad-key when it is not that generation's."""
    try:
        previous = AESGCM(_sealing_key(seed, user, generation)).decrypt(_NONCE, sealed, None)
    except InvalidTag:
        raise ProtocolError(Reason.BAD_CIPHERTEXT, f"seed of generation {generation - 1}") from None
    return _matching(previous, previous_box)


def open_older_seeds(seed: bytes, user: str, generations: Sequence[Generation]) -> dict[int, bytes]:
    """Return every seed by generation that `seed` gives, from the newest of `generations` backwards.

    It stops, without error, at a generation that a recovery started without the previous seed.
    """
    newest = generations[-1]
    seeds = {newest.number: _matching(seed, newest.user_box)}
    for later, earlier in zip(reversed(generations), reversed(generations[:-1]), strict=False):
        if later.sealed is None:
            break
        seeds[earlier.number] = open_previous_seed(
            later.sealed, seeds[later.number], user, later.number, earlier.user_box
        )
    return seeds


def _sealing_key(seed: bytes, user: str, generation: int) -> bytes:
    _check(seed)
    return hkdf_expand(seed, "previous-seed", bytes.fromhex(user) + generation.to_bytes(8, "big"))


def _check(seed: bytes) -> None:
    if len(seed) != SEED_SIZE:
        raise ProtocolError(Reason.BAD_KEY, "user seed")


def _matching(seed: bytes, user_box: bytes) -> bytes:
    _check(seed)
    if not same(BoxKey(seed).public, user_box):
        raise ProtocolError(Reason.BAD_KEY, "user seed of another generation")
    return seed
