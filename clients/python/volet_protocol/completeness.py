"""Was anything withheld? Tags of a case's leaves, recomputed by whoever holds the log key (docs/spec/log.md, T1-T6).

The view payload of each receipt holds (class, case_seq). For each class the tags 0..n occur once each in the log, and
none of the next 64 does. A monitor publishes a day's tags in 4,096 buckets by their first 12 bits, under one root: a
client fetches whole buckets, so that asking does not tell the monitor which tag is its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from volet_protocol import merkle
from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import same
from volet_protocol.leaf import Leaf, tag

BEYOND = 64
PREFIX_BITS = 12
BUCKETS = 1 << PREFIX_BITS
_TAG_SIZE = 32
_BUCKET_LABEL = b"volet-tags/v1\n"


@dataclass(frozen=True)
class TagFindings:
    """Numbers whose tag is missing, occurs more than once, or occurs although the hub never told of it."""

    missing: tuple[int, ...]
    repeated: tuple[int, ...]
    untold: tuple[int, ...]

    @property
    def complete(self) -> bool:
        """Tell whether the log holds exactly what was shown."""
        return not (self.missing or self.repeated or self.untold)


def check_leaf_tag(case_log_key: bytes, case_seq: int, leaf: Leaf) -> None:
    """Refuse (`wrong-tag`) a leaf that does not bear the tag of the number its view payload claims."""
    if not same(tag(case_log_key, case_seq), leaf.tag):
        raise ProtocolError(Reason.WRONG_TAG, f"leaf number {case_seq} of a case")


def check_tags(case_log_key: bytes, count: int, tags: Iterable[bytes], first: int = 0) -> TagFindings:
    """Compare the tags found in the log with the numbers first..count-1 that were shown, and with the 64 after them.

    `first` is the first number that this key tags (T9).
    """
    found = Counter(tags)
    times = {number: found[tag(case_log_key, number)] for number in range(first, count + BEYOND)}
    return TagFindings(
        missing=tuple(number for number in range(first, count) if times[number] == 0),
        repeated=tuple(number for number in range(first, count) if times[number] > 1),
        untold=tuple(number for number in range(count, count + BEYOND) if times[number]),
    )


@dataclass(frozen=True)
class LogKey:
    """The key of the tags of one period of a case and class: from number `first` on, to where the next one begins.

    `key` is None once the hub destroyed it, because every record of the period is over.
    """

    first: int
    key: bytes | None

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"first": self.first, **({} if self.key is None else {"key": to_base64url(self.key)})}

    @staticmethod
    def read(fields: Fields) -> LogKey:
        """Read the wire form."""
        key = LogKey(fields.integer("first"), fields.optional("key", lambda name: fields.data(name, _TAG_SIZE)))
        fields.done()
        return key


class ShownLeaves:
    """The leaves of one case and class that were shown so far: two leaves for one number are evidence."""

    def __init__(self, case_log_key: bytes) -> None:
        self._key = case_log_key
        self._indexes: dict[int, int] = {}

    @property
    def count(self) -> int:
        """One more than the highest number shown."""
        return max(self._indexes, default=-1) + 1

    @property
    def gaps(self) -> tuple[int, ...]:
        """Numbers below `count` of which no leaf was shown."""
        return tuple(number for number in range(self.count) if number not in self._indexes)

    def add(self, case_seq: int, index: int, leaf: Leaf) -> None:
        """Record the leaf at `index` of the log; raise wrong-tag, or forked for a second leaf of one number."""
        check_leaf_tag(self._key, case_seq, leaf)
        if self._indexes.setdefault(case_seq, index) != index:
            raise ProtocolError(Reason.FORKED, f"two leaves number {case_seq} of a case")


def tag_bucket(tag_: bytes) -> int:
    """Return the bucket of a tag: its first 12 bits."""
    return int.from_bytes(tag_[:2], "big") >> 16 - PREFIX_BITS


def bucket_hash(bucket: int, tags: Sequence[bytes]) -> bytes:
    """Return the leaf hash of one bucket; refuse (`bad-proof`) tags of another bucket, out of order or repeated."""
    if not 0 <= bucket < BUCKETS or any(len(one) != _TAG_SIZE or tag_bucket(one) != bucket for one in tags):
        raise ProtocolError(Reason.BAD_PROOF, "bucket of tags")
    if any(left >= right for left, right in pairwise(tags)):
        raise ProtocolError(Reason.BAD_PROOF, "bucket of tags: order")
    return merkle.leaf_hash(_BUCKET_LABEL + bucket.to_bytes(2, "big") + b"".join(tags))


def day_buckets(tags: Iterable[bytes]) -> list[bytes]:
    """Return the 4,096 bucket hashes of a day's tags: a monitor folds them into the day's root and proofs."""
    buckets: list[list[bytes]] = [[] for _ in range(BUCKETS)]
    for one in sorted(tags):
        buckets[tag_bucket(one)].append(one)
    return [bucket_hash(number, held) for number, held in enumerate(buckets)]


def verify_bucket(bucket: int, tags: Sequence[bytes], proof: Sequence[bytes], root: bytes) -> None:
    """Check that `tags` is the whole bucket under a day's root; raise bad-proof."""
    if not merkle.verify_inclusion(bucket, BUCKETS, bucket_hash(bucket, tags), proof, root):
        raise ProtocolError(Reason.BAD_PROOF, "bucket of tags")
