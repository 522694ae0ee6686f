"""Logs as a witness meets them: honest, forked, rolled back; and the requests they send."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.log_builder import ORIGIN, LogBuilder
from volet_protocol.keys import SigningKey
from volet_protocol.mldsa import MldsaKey
from volet_protocol.note import Note
from volet_protocol.note_keys import KeyType, NoteSigner
from volet_protocol.witness_request import WitnessRequest
from volet_witness.judging import Witness
from volet_witness.store import WitnessStore

NOW_S = 1_760_000_000
SIGNERS = (
    NoteSigner("w.example", SigningKey(b"\x07" * 32), KeyType.COSIGNATURE),
    NoteSigner("w.example", MldsaKey(b"\x08" * 32), KeyType.MLDSA),
)


def log_of(*leaves: str, origin: str = ORIGIN) -> LogBuilder:
    builder = LogBuilder(origin)
    for leaf in leaves:
        builder.append(leaf.encode())
    return builder


def request(log: LogBuilder, old: int, size: int | None = None, proof: tuple[bytes, ...] | None = None) -> bytes:
    """What a log sends: its checkpoint at `size`, and the proof from `old` (the true one unless another is given)."""
    note = Note.parse(log.checkpoint(size).note.encode())
    true = log.consistency(old, size) if proof is None else proof
    return WitnessRequest(old, true, note).to_bytes()


@contextmanager
def witness(folder: Path, *logs: LogBuilder) -> Iterator[tuple[Witness, WitnessStore]]:
    """A witness of these logs, with both kinds of key."""
    store = WitnessStore(folder / "witness.sqlite")
    for log in logs:
        store.add_log((log.signer.verifier,))
    try:
        yield Witness(store, SIGNERS), store
    finally:
        store.close()
