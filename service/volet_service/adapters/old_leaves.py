"""What others kept of a log that a backup brought back too old: a mirror's folder, or an exported file.

FOLDER/checkpoint, FOLDER/tile/entries/...     `volet log mirror` (C2SP tlog-tiles)
FILE                                           `volet log export`
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from volet_protocol.checkpoint import LogVerifier
from volet_protocol.encodings import from_base64url
from volet_protocol.erasures import retained_type
from volet_protocol.errors import ProtocolError
from volet_protocol.leaf import Erasure, Leaf, LeafType
from volet_protocol.log_positions import base_of
from volet_protocol.merkle import leaf_hash, root_of
from volet_protocol.tiles import tiles_of, unbundle


class WrongLeaves(Exception):  # noqa: N818 -- the sentence is for the operator
    """What is there is not this log."""


@dataclass(frozen=True)
class OldLeaves:
    """The leaves of one log, from the first one on, under a checkpoint that the log signed."""

    leaves: Sequence[Leaf]
    hashes: Sequence[bytes]

    @staticmethod
    def read(path: Path, log: LogVerifier) -> OldLeaves:
        """Read a folder or file and rebuild its root; raise `WrongLeaves`."""
        try:
            note, raw = _export(path) if path.is_file() else _mirror(path)
            checkpoint, leaves = log.open(note), [Leaf.parse(leaf) for leaf in raw]
        except (OSError, ValueError, KeyError, TypeError, ProtocolError) as error:
            raise WrongLeaves(f"{path} holds no leaves of {log.origin}") from error
        hashes = [leaf_hash(leaf) for leaf in raw]
        if len(hashes) != checkpoint.size or root_of(hashes) != checkpoint.root:
            raise WrongLeaves(f"the leaves in {path} are not those that its checkpoint signs")
        return OldLeaves(leaves, hashes)

    def tombstones(self, held: int, root: bytes) -> list[Erasure]:
        """Return the erasures that a database of the first `held` leaves does not know; raise `WrongLeaves`."""
        if len(self.hashes) < held:
            return []
        if root_of(self.hashes[:held]) != root:
            raise WrongLeaves("these leaves are of another history than the database")
        return [Erasure.parse(leaf.body) for leaf in self.leaves[held:] if leaf.type is LeafType.ERASE]


def known(erasures: Sequence[Erasure], log: int, held: int) -> list[Erasure]:
    """Return those about a leaf that a database of `held` leaves of that log holds, or about a whole class."""
    end = base_of(log) + held
    return [one for one in erasures if retained_type(one) is not None or one.index < end]


def _mirror(folder: Path) -> tuple[str, list[bytes]]:
    note = (folder / "checkpoint").read_text("utf-8")
    size = int(note.split("\n")[1])
    paths = (path for path in tiles_of(size) if path.level is None)
    return note, [leaf for path in paths for leaf in unbundle((folder / "tile" / str(path)).read_bytes())]


def _export(file: Path) -> tuple[str, list[bytes]]:
    value: Any = json.loads(file.read_text("utf-8"))
    return str(value["checkpoint"]), [from_base64url(leaf) for leaf in value["leaves"]]
