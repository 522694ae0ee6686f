"""A hub's folder as somebody with the disk sees it: nothing but SQL and hashes, never the hub's own code.

`contents` is compared before and after a refusal. `check` tells whether a folder is whole: a log without gap whose
every signed root is the tree of its leaves, chains and lists in their order, each entry with its parts and shares.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support.databases import Disk, database_of
from support.hub import LiveHub
from volet_protocol.canonical import JsonValue
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.merkle import CompactRange, leaf_hash
from volet_protocol.receipt import Receipt
from volet_protocol.sealing import CHUNK_SIZE, TAG_SIZE
from volet_protocol.statements import from_json
from volet_service.adapters.store.engine import open_database

HUB, SHARES = "hub", "shares.sqlite"
CHUNK = CHUNK_SIZE + TAG_SIZE
# How many signatures of checkpoints are verified; their roots all are.
NEWEST = 50
# What a request may leave behind although it is refused: its own log, and sessions which have their own tests.
_LOG = frozenset({"log_entry", "log_node", "log_checkpoint", "log_head", "log_payload", "log_case"})


def database(folder: Path, name: str = HUB) -> Disk:
    return Disk(database_of(folder) if name == HUB else open_database(folder / name))


def contents(folder: Path) -> dict[str, str]:
    """Table or folder to a hash of all it holds; of the log only its size."""
    found: dict[str, str] = {}
    for name in (HUB, SHARES):
        with closing(database(folder, name)) as connection:
            for table in connection.tables():
                rows = connection.all(f'SELECT * FROM "{table}"')  # noqa: S608 -- our own tables
                whole = repr(sorted(rows, key=repr))
                found[table] = str(len(rows)) if table in _LOG else hashlib.sha256(whole.encode()).hexdigest()
    found["blobs"] = repr(sorted((path.name, path.stat().st_size) for path in (folder / "blobs" / "kept").rglob("*.*")))
    return found


@contextmanager
def unchanged(hub: LiveHub, *, leaves: int = 0) -> Iterator[None]:
    """Assert that a block leaves everything as it was, but for the leaves of refusals."""
    before = contents(hub.folder)
    yield
    after = contents(hub.folder)
    grown = int(after["log_entry"]) - int(before["log_entry"])
    assert grown == leaves
    if leaves:
        before, after = ({k: v for k, v in one.items() if k not in _LOG} for one in (before, after))
    assert after == before


@dataclass(frozen=True)
class Shown:
    """What a verified receipt committed the hub to: a leaf in its place, in a tree of this size and root."""

    size: int
    root: bytes
    index: int
    leaf: bytes

    @staticmethod
    def by(receipt: Mapping[str, Any], verifier: LogVerifier) -> Shown:
        given = Receipt.read(receipt)
        seen = given.verify(verifier)
        return Shown(seen.checkpoint.size, seen.checkpoint.root, seen.index, given.leaf)


@dataclass(frozen=True)
class Whole:
    """What a check found: the leaves, and the root of the tree of each size."""

    leaves: list[bytes]
    roots: list[bytes]

    def holds(self, shown: Shown) -> bool:
        """Tell whether what a receipt said earlier is true of this log: its leaf in its place, its tree a prefix."""
        return shown.root == self.roots[shown.size] and shown.leaf == self.leaves[shown.index]


def check(folder: Path, verifier: LogVerifier, *, crashed: bool = False) -> Whole:
    """Assert that the folder of a stopped hub is whole.

    A `crashed` one may still hold shares of what was taken back; its next start destroys them, before anybody asks.
    """
    with closing(database(folder)) as hub, closing(database(folder, SHARES)) as shares:
        assert hub.sound()
        whole = _log(hub, verifier)
        _chains(hub)
        _entries(hub, shares, folder, crashed=crashed)
    return whole


def _log(hub: Disk, verifier: LogVerifier) -> Whole:
    rows = hub.execute("SELECT idx, leaf_hash, leaf FROM log_entry ORDER BY idx").fetchall()
    assert [row[0] for row in rows] == list(range(len(rows)))
    tree = CompactRange()
    roots = [tree.root()]
    for _, hashed, leaf in rows:
        assert leaf_hash(leaf) == hashed
        tree.append(hashed)
        roots.append(tree.root())
    size, packed = hub.execute("SELECT size, compact_range FROM log_head").fetchone()
    assert (size, packed) == (len(rows), b"".join(tree.hashes))
    notes = hub.execute("SELECT size, root, note FROM log_checkpoint ORDER BY size DESC").fetchall()
    assert all(root == roots[signed] for signed, root, _ in notes)
    for signed, root, note in notes[:NEWEST]:
        opened = verifier.open(note)
        assert (opened.size, opened.root) == (signed, root)
    assert hub.execute("SELECT max(size) FROM log_checkpoint").fetchone()[0] in {size, None}
    numbers = hub.execute('SELECT "case", class, count(*) FROM log_payload WHERE "case" IS NOT NULL GROUP BY 1, 2')
    expected = {(case, class_): n for case, class_, n in hub.execute('SELECT "case", class, next_seq FROM log_case')}
    assert {(case, class_): n for case, class_, n in numbers} == expected
    return Whole([row[2] for row in rows], roots)


def _chains(hub: Disk) -> None:
    heads = {(label, chain): (seq, hash_) for label, chain, seq, hash_ in hub.execute("SELECT * FROM chain_head")}
    for table, key, labels in (("link", "chain", ("case", "exchange")), ("user_link", "user", ("user",))):
        last: dict[str, tuple[int, str]] = {}
        rows = hub.execute(f'SELECT "{key}", seq, hash, statement FROM {table} ORDER BY 1, 2')  # noqa: S608 -- ours
        for chain, seq, hash_, statement in rows:
            assert seq == (last[chain][0] + 1 if chain in last else 0)
            assert from_json(json.loads(statement)).hash == hash_
            last[chain] = (seq, hash_)
        assert last == {chain: head for (label, chain), head in heads.items() if label in labels}
    for owner, user in hub.execute('SELECT owner, "user" FROM box'):
        known = hub.execute("SELECT 1 FROM link WHERE hash = ? UNION SELECT 1 FROM entry WHERE id = ?", (owner, owner))
        assert known.fetchone() is not None, user


def _entries(hub: Disk, shares: Disk, folder: Path, *, crashed: bool) -> None:
    kept = {(entry, part) for entry, part in shares.execute("SELECT entry, part FROM share")}
    lists = {list_: (n, h) for list_, n, h in hub.execute("SELECT list, n, h FROM entry_list")}
    heads = {chain: (seq, hash_) for chain, seq, hash_ in hub.execute(
        "SELECT chain, seq, hash FROM chain_head WHERE label = 'list'"
    )}  # fmt: skip
    assert heads == lists
    reached: dict[str, tuple[int, str]] = {}
    for entry, list_, n, h, hash_, statement, back in hub.execute(
        "SELECT id, list, n, h, hash, statement, take_back FROM entry ORDER BY list, n"
    ):
        before = reached.get(list_, (0, list_))
        assert n == before[0] + 1
        assert h == hashlib.sha256(bytes.fromhex(before[1]) + bytes.fromhex(hash_)).hexdigest()
        reached[list_] = (n, h)
        body: Any = json.loads(statement)["body"]
        parts = hub.execute("SELECT part, size, inline, blob FROM entry_part WHERE entry = ?", (entry,)).fetchall()
        assert {row[0] for row in parts} == {"title", "body"}
        for part, size, inline, blob in parts:
            data = inline if blob is None else (folder / "blobs" / "kept" / blob[:2] / f"{blob}.blob").read_bytes()
            assert len(data) == size
            assert _root(data) == body["parts"][part]["root"]
            assert (entry, part) in kept if back is None else crashed or (entry, part) not in kept
    assert reached == lists


def _root(data: bytes) -> JsonValue:
    tree = CompactRange()
    for start in range(0, len(data), CHUNK):
        tree.append(leaf_hash(data[start : start + CHUNK]))
    return tree.root().hex()
