"""The list of a section or an exchange: order, gaps, and which epoch owns an index (docs/spec/entries.md, rule 8.4).

    list id = SHA-256(`volet/v1/list` LF case || place)     h(0) = list id
    h(n) = SHA-256(h(n-1) || hash of the n-th entry statement)

Entries count from 1. An epoch owns the indexes after the list position in its claim or rotation, up to the position in
the next one. The heads map holds (n, h(n)) under the label `list`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import labelled_hash, sha256


@lru_cache(maxsize=4096)  # asked of every entry of a list
def list_id(case: str, place: str) -> str:
    """Return the id of the list at `place` of a case, both as in the entry's header."""
    return labelled_hash("list", bytes.fromhex(case), place.encode("ascii")).hex()


def next_hash(h: str, entry_hash: str) -> str:
    """Return h(n) from h(n-1) and the hash of the n-th entry statement, all in hex."""
    return sha256(bytes.fromhex(h), bytes.fromhex(entry_hash)).hex()


@dataclass(frozen=True)
class EntryListHead:
    """How many entries a list has, and the hash over all of them in order."""

    n: int
    h: str

    @staticmethod
    def start(list_: str) -> EntryListHead:
        """Return the head of a list without entries."""
        return EntryListHead(0, list_)

    @staticmethod
    def read(fields: Fields) -> EntryListHead:
        """Read the wire form `{n, h}`."""
        head = EntryListHead(fields.integer("n"), fields.hash("h"))
        fields.done()
        return head

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"n": self.n, "h": self.h}

    def append(self, entry_hash: str) -> EntryListHead:
        """Return the head after one more entry."""
        return EntryListHead(self.n + 1, next_hash(self.h, entry_hash))


@dataclass(frozen=True)
class Listed:
    """One index of a list: the hash of its entry, and whether its statement was served."""

    n: int
    entry_hash: str
    gap: bool


def check_page(start: EntryListHead, items: Sequence[Listed], end: EntryListHead) -> tuple[EntryListHead, ...]:
    """Return the heads from `start` to `end`, both included, that the served indexes give one after the other.

    A gap is an index whose hash alone was served: it keeps its place and is shown as a gap. An index left out, put
    twice or out of order is refused (wrong-sequence), and so is a page that does not lead to `end` (wrong-list).
    """
    heads = [start]
    for item in items:
        if item.n != heads[-1].n + 1:
            raise ProtocolError(Reason.WRONG_SEQUENCE, f"index {item.n} after {heads[-1].n} in a list")
        heads.append(heads[-1].append(item.entry_hash))
    if heads[-1] != end:
        raise ProtocolError(Reason.WRONG_LIST, f"list of {end.n} entries")
    return tuple(heads)


def check_seen(seen: EntryListHead, n: int, known: Mapping[int, str]) -> None:
    """Refuse an entry at index `n` that says it saw another list than the one it stands in.

    `known` maps indexes to h: a `seen` at or after its own index is impossible, one with another h is a fork.
    """
    if seen.n >= n:
        raise ProtocolError(Reason.WRONG_SEQUENCE, f"entry {n} saw index {seen.n} of its list")
    if seen.n in known and known[seen.n] != seen.h:
        raise ProtocolError(Reason.FORKED, f"entry {n} saw another list at {seen.n}")


def check_epoch(epoch: int, n: int, starts: Mapping[int, int]) -> None:
    """Refuse an entry at index `n` outside the range of its epoch.

    `starts` maps each epoch to the n of the list position its claim or rotation carries; the epoch owns the indexes
    after it, up to and with the next epoch's position.
    """
    if epoch not in starts or n <= starts[epoch]:
        raise ProtocolError(Reason.WRONG_EPOCH, f"entry {n} under epoch {epoch}")
    later = [start for other, start in starts.items() if other > epoch]
    if later and n > min(later):
        raise ProtocolError(Reason.WRONG_EPOCH, f"entry {n} under epoch {epoch}, which ended at {min(later)}")


def check_author(author: str, n: int, ends: Mapping[str, int]) -> None:
    """Refuse an entry after the list position at which its author was revoked or ended (`ends`: user to n)."""
    if author in ends and n > ends[author]:
        raise ProtocolError(Reason.NOT_ENTITLED, f"entry {n} after its author's end at {ends[author]}")
