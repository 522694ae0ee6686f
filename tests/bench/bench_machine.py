"""What the machine costs at this moment: the operations that everything else is made of."""

from __future__ import annotations

from collections.abc import Callable

from bench.figures import Figure, Size, each_cpu
from volet_protocol.boxes import open_box, seal_box
from volet_protocol.keys import BoxKey, SigningKey, verify

_TIMES = 200


def measure(size: Size) -> list[Figure]:
    """One signature of a statement's size, one box."""
    key, box_key, message, context = SigningKey(bytes(32)), BoxKey(bytes(32)), bytes(1500), bytes(32)
    signature, public = key.sign(message), box_key.public
    box = seal_box(bytes(64), public, "grant", context)
    times = min(_TIMES, size.entries)

    def figure(what: str, run: Callable[[], object]) -> Figure:
        return Figure(what, each_cpu(run, size.rounds, times) * 1000, "ms")

    return [
        figure("one Ed25519 verification on this machine now", lambda: verify(key.public, signature, message)),
        figure("one Ed25519 signature", lambda: key.sign(message)),
        figure("one box sealed (X-Wing, AES-256-GCM)", lambda: seal_box(bytes(64), public, "grant", context)),
        figure("one box opened", lambda: open_box(box, box_key, "grant", context)),
    ]
