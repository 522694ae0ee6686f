"""What somebody with a hub's folder and its log key can make of the log: any history at all, signed and consistent.

Nothing of the hub's own code: SQL, hashes, and the key that lies in the folder.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from support.databases import Disk, copy_database, open_disk
from support.folders import SHARES
from support.log_builder import LogBuilder
from volet_protocol.leaf import Leaf, LeafType, commitment
from volet_protocol.note_keys import NoteSigner
from volet_service.adapters.high_water import HighWater

FORGED = "forged"


def copy_of(folder: Path, target: Path) -> Path:
    """The folder of a running hub, as a backup takes it."""
    shutil.copytree(folder, target, ignore=shutil.ignore_patterns("*.sqlite", "*-wal", "*-shm"))
    with closing(sqlite3.connect(folder / SHARES)) as source, closing(sqlite3.connect(target / SHARES)) as copy:
        source.backup(copy)
    copy_database(folder, target)
    return target


def leaves_of(folder: Path) -> list[bytes]:
    with open_disk(folder) as disk:
        return [leaf for (leaf,) in disk.execute("SELECT leaf FROM log_entry ORDER BY idx")]


def forged_leaf(ts_ms: int) -> bytes:
    """An act that nobody did."""
    return Leaf(LeafType.ACT, ts_ms, bytes(32), commitment(b"\x09" * 32, b"{}", b"\x0a" * 32, b"{}")).to_bytes()


def at_time(leaf: bytes, ts_ms: int) -> bytes:
    return replace(Leaf.parse(leaf), ts_ms=ts_ms).to_bytes()


def rewrite(folder: Path, leaves: Sequence[bytes], *, key: bool = True) -> None:
    """Put another history in place of a stopped hub's; without the key, what was signed stays as it was."""
    signer = NoteSigner.parse_private((folder / "keys" / "log.key").read_text("ascii").strip())
    log = LogBuilder(signer.name, signer.key.seed)
    for leaf in leaves:
        log.append(leaf)
    with open_disk(folder) as disk:
        disk.drop_triggers()
        for table in ("log_entry", "log_node"):
            disk.execute(f"DELETE FROM {table}")  # noqa: S608 -- tables of ours
        disk.executemany(
            "INSERT INTO log_entry (idx, leaf_hash, leaf) VALUES (?, ?, ?)",
            [(node.number, hash_, leaves[node.number]) for node, hash_ in log.nodes.items() if node.level == 0],
        )
        disk.executemany(
            "INSERT INTO log_node (level, idx, hash) VALUES (?, ?, ?)",
            [(node.level, node.number, hash_) for node, hash_ in log.nodes.items() if node.level],
        )
        if key:
            _sign_anew(disk, log)
    if key:
        (folder / "high-water").unlink()
        HighWater.create(folder / "high-water")


def _sign_anew(disk: Disk, log: LogBuilder) -> None:
    """Checkpoints of the sizes that were signed before, as far as the new history goes, and of its end."""
    size, parsed = log.tree.size, [Leaf.parse(leaf) for leaf in log.leaves]
    sizes = {row[0] for row in disk.execute("SELECT size FROM log_checkpoint")}
    disk.execute("DELETE FROM log_checkpoint")
    for signed in sorted({one for one in sizes if one < size} | {size}):
        checkpoint = log.checkpoint(signed)
        row = (signed, checkpoint.root, parsed[signed - 1].ts_ms, checkpoint.note)
        disk.execute("INSERT INTO log_checkpoint (size, root, signed_ms, note) VALUES (?, ?, ?, ?)", row)
    disk.execute("DELETE FROM log_payload WHERE idx >= ?", (size,))
    heads = max(index for index, leaf in enumerate(parsed) if leaf.type is LeafType.CHAIN_HEADS)
    disk.execute(
        "UPDATE log_head SET size = ?, compact_range = ?, last_ts_ms = ?, heads_leaf = ?",
        (size, b"".join(log.tree.hashes), parsed[-1].ts_ms, heads),
    )
