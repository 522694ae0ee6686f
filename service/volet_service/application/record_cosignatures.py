"""Take what witnesses answered to a checkpoint: lines that verified, and the checkpoint once it has enough of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from volet_protocol.note_keys import SignatureLine
from volet_service.application.ports import UnitOfWork


@dataclass(frozen=True)
class RecordCosignatures:
    """Verified lines under the checkpoint of `size`, each with its time in POSIX seconds; `note` when published."""

    size: int
    lines: Sequence[tuple[SignatureLine, int]]
    note: str | None


def record_cosignatures(command: RecordCosignatures, uow: UnitOfWork) -> None:
    """Store them. No leaf: a cosignature is about the log, not about anybody."""
    uow.cosignatures.add(command.size, command.lines)
    if command.note is not None:
        uow.cosignatures.publish(command.size, command.note)
