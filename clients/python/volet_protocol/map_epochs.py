"""The heads map epoch by epoch: what it said between two visits of a client (docs/spec/heads-map.md, 13 to 19).

An epoch is ten minutes of the log's own time. The first leaf of each is a `chain-heads` leaf with the map as it stood
when the epoch before ended; which leaf that is, nobody can choose: the leaf before it is of an earlier epoch. From one
verified leaf a client goes on from epoch to epoch, each time by the leaf before, so that none can be left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from volet_protocol.canonical import MAX_INTEGER, JsonObject, JsonValue
from volet_protocol.checkpoint import LogVerifier, SignedCheckpoint
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.heads_map import EMPTY, MapPath
from volet_protocol.leaf import MAX_LEAF, Leaf, LeafType
from volet_protocol.merkle import HASH_SIZE, MAX_PROOF, leaf_hash, verify_inclusion
from volet_protocol.note import MAX_NOTE
from volet_protocol.statements import HeadRef

EPOCH_MS = 10 * 60 * 1000
# One day of epochs in an answer.
MOST_EPOCHS = 144


def epoch_of(ts_ms: int) -> int:
    """Return the number of the epoch of an instant of the log."""
    return ts_ms // EPOCH_MS


@dataclass(frozen=True)
class Seen:
    """A verified leaf up to which the epochs are checked: its index in its log, and its epoch."""

    index: int
    epoch: int

    def to_json(self) -> dict[str, JsonValue]:
        """Return the form kept in the profile."""
        return {"index": self.index, "epoch": self.epoch}

    @staticmethod
    def read(fields: Fields) -> Seen:
        """Read the form kept in the profile."""
        seen = Seen(fields.integer("index"), fields.integer("epoch"))
        fields.done()
        return seen


@dataclass(frozen=True)
class ShownHead:
    """What the map said of a chain at the start of an epoch; None where it held no such chain."""

    head: HeadRef | None
    time_ms: int


@dataclass(frozen=True)
class LoggedLeaf:
    """A leaf with its inclusion hashes under the checkpoint of the whole answer."""

    leaf: bytes
    hashes: tuple[bytes, ...]

    def verify(self, index: int, checkpoint: SignedCheckpoint) -> Leaf:
        """Return the leaf, parsed, once the tree holds it at `index`."""
        hashed = leaf_hash(self.leaf)
        if not verify_inclusion(index, checkpoint.size, hashed, self.hashes, checkpoint.root):
            raise ProtocolError(Reason.BAD_PROOF, "leaf of a map epoch")
        return Leaf.parse(self.leaf)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"leaf": to_base64url(self.leaf), "hashes": [to_base64url(one) for one in self.hashes]}

    @staticmethod
    def read(fields: Fields) -> LoggedLeaf:
        """Read the wire form."""
        logged = LoggedLeaf(fields.data("leaf", limit=MAX_LEAF), tuple(fields.datas("hashes", HASH_SIZE, MAX_PROOF)))
        fields.done()
        return logged


@dataclass(frozen=True)
class MapEpoch:
    """How an epoch began, as served: its first leaf at `index`, the leaf before it, and the path of one chain."""

    index: int
    before: LoggedLeaf
    first: LoggedLeaf
    head: HeadRef | None
    path: MapPath

    def verify(self, checkpoint: SignedCheckpoint, label: str, chain: str, seen: Seen) -> ShownHead:
        """Return the head that this epoch began with; it follows the epoch of `seen`, or some are left out (raises)."""
        if self.index <= seen.index:
            raise ProtocolError(Reason.WRONG_SEQUENCE, "map epochs: not in order")
        if epoch_of(self.before.verify(self.index - 1, checkpoint).ts_ms) != seen.epoch:
            raise ProtocolError(Reason.WRONG_SEQUENCE, "map epochs: one is left out")
        first = self.first.verify(self.index, checkpoint)
        if first.type is not LeafType.CHAIN_HEADS:
            raise ProtocolError(Reason.WRONG_TYPE, "first leaf of a map epoch")
        if epoch_of(first.ts_ms) <= seen.epoch:
            raise ProtocolError(Reason.WRONG_SEQUENCE, "map epochs: not the first leaf of one")
        if self.path.root(label, chain, self.head) != first.body:
            raise ProtocolError(Reason.BAD_PROOF, "path of a head")
        return ShownHead(self.head, first.ts_ms)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        value: dict[str, JsonValue] = {
            "index": self.index, "before": self.before.to_json(), "first": self.first.to_json(),
            "path": self.path.to_json(),
        }  # fmt: skip
        return value if self.head is None else {**value, "head": self.head.to_json()}

    @staticmethod
    def read(fields: Fields) -> MapEpoch:
        """Read the wire form; nothing is verified."""
        epoch = MapEpoch(
            fields.integer("index", 1, MAX_INTEGER), LoggedLeaf.read(fields.nested("before")),
            LoggedLeaf.read(fields.nested("first")),
            HeadRef.read(fields.nested("head")) if fields.has("head") else None, MapPath.read(fields.nested("path")),
        )  # fmt: skip
        fields.done()
        return epoch


@dataclass(frozen=True)
class MapEpochs:
    """Epochs one after the other, at most `MOST_EPOCHS`, under one checkpoint; unverified until `verify`."""

    epochs: tuple[MapEpoch, ...]
    checkpoint: str

    def verify(
        self, log: LogVerifier, label: str, chain: str, seen: Seen
    ) -> tuple[list[ShownHead], Seen, SignedCheckpoint]:
        """Return what each epoch after `seen` began with, up to where that was checked, and the checkpoint.

        For who knows that epochs began since: an answer without any leaves them out.
        """
        checkpoint, shown = log.open(self.checkpoint), list[ShownHead]()
        if not self.epochs:
            raise ProtocolError(Reason.WRONG_SEQUENCE, "map epochs: all are left out")
        for epoch in self.epochs:
            one = epoch.verify(checkpoint, label, chain, seen)
            shown.append(one)
            seen = Seen(epoch.index, epoch_of(one.time_ms))
        return shown, seen, checkpoint

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"epochs": [one.to_json() for one in self.epochs], "checkpoint": self.checkpoint}

    @staticmethod
    def read(value: JsonObject) -> MapEpochs:
        """Read the wire form; nothing is verified."""
        fields = Fields(value, "map epochs")
        epochs = tuple(MapEpoch.read(one) for one in fields.objects("epochs", MOST_EPOCHS))
        answer = MapEpochs(epochs, fields.text("checkpoint", MAX_NOTE))
        fields.done()
        return answer


def check_course(held: HeadRef | None, shown: Sequence[ShownHead], links: Mapping[int, str] | None) -> None:
    """Check that a chain only went forward from `held`, and through `links` (seq to hash) where its owner knows them.

    Raises `ProtocolError`: rolled-back (it vanished, or went back), forked (two hashes of one seq), wrong-author (a
    link that its owner did not make).
    """
    for one in shown:
        head, what = one.head, f"head in the map epoch that began at {one.time_ms}"
        if head is None:
            if held is not None:
                raise ProtocolError(Reason.ROLLED_BACK, what)
            continue
        if links is not None and head.seq not in links:
            raise ProtocolError(Reason.WRONG_AUTHOR, what)
        if links is not None and links[head.seq] != head.hash:
            raise ProtocolError(Reason.FORKED, what)
        if held is not None and head.seq < held.seq:
            raise ProtocolError(Reason.ROLLED_BACK, what)
        if held is not None and head.seq == held.seq and head.hash != held.hash:
            raise ProtocolError(Reason.FORKED, what)
        held = head


def misplaced(leaves: Iterable[Leaf]) -> int | None:
    """Return the index of the first leaf of a log that begins an epoch without saying what the map was.

    Anybody who has the leaves can ask: the first leaf of an epoch repeats the newest root before it.
    """
    root, epoch = EMPTY, None
    for index, leaf in enumerate(leaves):
        begins = epoch is not None and epoch_of(leaf.ts_ms) != epoch
        if begins and (leaf.type is not LeafType.CHAIN_HEADS or leaf.body != root):
            return index
        root = leaf.body if leaf.type is LeafType.CHAIN_HEADS else root
        epoch = epoch_of(leaf.ts_ms)
    return None
