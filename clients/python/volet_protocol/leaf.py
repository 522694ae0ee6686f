"""The leaf of the access log: bytes, commitment of two views, completeness tag (docs/spec/log.md).

Nothing in a leaf names a person, a purpose or a basis: those stand in the committed payloads. Commitments hide
because each opening is 32 random bytes, kept in a side table so that it can be erased; the leaf then says nothing
and every proof still holds. The person receives the view and only the HMAC of the identity payload: they may check
the leaf without learning the reader's name (CJEU C-579/21).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum, unique

from volet_protocol.canonical import MAX_INTEGER
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import HmacKey

LABEL = b"volet-access/v1\n"
MAX_LEAF = 2048
OPENING_SIZE = 32
ZERO = bytes(32)

_HEAD = struct.Struct(">16sBQ32s32sH")
_ERASE = struct.Struct(">QHH")
_VIEW = HmacKey(b"volet-access-commit/v1/view")
_IDENTITY = HmacKey(b"volet-access-commit/v1/identity")
_PAIR = HmacKey(b"volet-access-commit/v1/pair")
_TAG = b"volet-access-tag/v1"


@unique
class LeafType(IntEnum):
    """What the log shows in public. A code is assigned once and never reused."""

    ACT = 1
    REFUSAL = 2
    FACT = 3
    KEY = 4
    LOG = 5
    ERASE = 6
    CHAIN_HEADS = 7
    RESTART = 8


_BODY_SIZE = {LeafType.ERASE: _ERASE.size, LeafType.CHAIN_HEADS: 32, LeafType.RESTART: 32}
_BARE = frozenset({LeafType.CHAIN_HEADS, LeafType.RESTART})


@dataclass(frozen=True)
class Leaf:
    """One leaf. `ts_ms` is the server's clock in milliseconds; `tag` is zero when the leaf belongs to no case.

    `chain-heads` (body: root of the heads map) and `restart` (body: SHA-256 of the old origin's last checkpoint)
    carry neither tag nor commitment; every other type carries a commitment. Raises `ProtocolError(malformed)`.
    """

    type: LeafType
    ts_ms: int
    tag: bytes
    commit: bytes
    body: bytes = b""

    def __post_init__(self) -> None:
        if not 0 <= self.ts_ms <= MAX_INTEGER or len(self.tag) != len(ZERO) or len(self.commit) != len(ZERO):
            raise ProtocolError(Reason.MALFORMED, "leaf: time, tag or commitment")
        if len(self.body) != _BODY_SIZE.get(self.type, 0):
            raise ProtocolError(Reason.MALFORMED, f"leaf: body of type {self.type.name.lower()}")
        if (self.commit == ZERO) != (self.type in _BARE) or (self.type in _BARE and self.tag != ZERO):
            raise ProtocolError(Reason.MALFORMED, f"leaf: tag or commitment of type {self.type.name.lower()}")

    def to_bytes(self) -> bytes:
        """Return the bytes that are hashed into the tree."""
        return _HEAD.pack(LABEL, self.type, self.ts_ms, self.tag, self.commit, len(self.body)) + self.body

    @staticmethod
    def parse(data: bytes) -> Leaf:
        """Read a leaf; raise `ProtocolError` too-large, wrong-version, wrong-type or malformed."""
        if len(data) > MAX_LEAF:
            raise ProtocolError(Reason.TOO_LARGE, "leaf")
        if len(data) < _HEAD.size:
            raise ProtocolError(Reason.MALFORMED, "leaf: shorter than its head")
        label, code, ts_ms, tag_, commit, length = _HEAD.unpack_from(data)
        if label != LABEL:
            raise ProtocolError(Reason.WRONG_VERSION, "leaf: label")
        try:
            type_ = LeafType(code)
        except ValueError:
            raise ProtocolError(Reason.WRONG_TYPE, f"leaf: type {code}") from None
        body = data[_HEAD.size :]
        if len(body) != length:
            raise ProtocolError(Reason.MALFORMED, "leaf: length of the body")
        return Leaf(type_, ts_ms, tag_, commit, body)


@dataclass(frozen=True)
class Erasure:
    """The public body of an `erase` leaf: which leaf lost its openings, and two codes for why and by whose right."""

    index: int
    reason: int
    authority: int

    def to_bytes(self) -> bytes:
        """Return u64 index, u16 reason, u16 authority."""
        return _ERASE.pack(self.index, self.reason, self.authority)

    @staticmethod
    def parse(data: bytes) -> Erasure:
        """Read the body of an `erase` leaf."""
        if len(data) != _ERASE.size:
            raise ProtocolError(Reason.MALFORMED, "body of an erase leaf")
        return Erasure(*_ERASE.unpack(data))


def view_commitment(opening: bytes, payload: bytes) -> bytes:
    """Commit to what the person may see."""
    return _commit(_VIEW, opening, payload)


def identity_commitment(opening: bytes, payload: bytes) -> bytes:
    """Commit to who acted: account, device, signed request, facts, policy, rule."""
    return _commit(_IDENTITY, opening, payload)


def pair_commitment(view: bytes, identity: bytes) -> bytes:
    """Return the leaf's commitment from the two HMACs."""
    if len(view) != len(ZERO) or len(identity) != len(ZERO):
        raise ProtocolError(Reason.BAD_COMMITMENT, "commitment of one view")
    return _PAIR.digest(view + identity)


def commitment(view_opening: bytes, view: bytes, identity_opening: bytes, identity: bytes) -> bytes:
    """Return the leaf's commitment to both payloads, each the bytes of a canonical JSON object."""
    return pair_commitment(view_commitment(view_opening, view), identity_commitment(identity_opening, identity))


class TagKey:
    """The key of the completeness tags of a case and class; refuses (`wrong-tag`) one of another size."""

    __slots__ = ("_key", "raw")

    def __init__(self, case_log_key: bytes) -> None:
        if len(case_log_key) != len(ZERO):
            raise ProtocolError(Reason.WRONG_TAG, "log key of a tag")
        self.raw = case_log_key
        self._key = HmacKey(case_log_key)

    def tag(self, case_seq: int) -> bytes:
        """Return tag number `case_seq` (0, 1, 2... without gap)."""
        if not 0 <= case_seq <= MAX_INTEGER:
            raise ProtocolError(Reason.WRONG_TAG, "number of a tag")
        return self._key.digest(_TAG + case_seq.to_bytes(8, "big"))


def tag(case_log_key: bytes, case_seq: int) -> bytes:
    """Return the completeness tag number `case_seq` of a case and class."""
    return TagKey(case_log_key).tag(case_seq)


def act_bytes(type_: LeafType, ts_ms: int, tag_: bytes, commit: bytes) -> bytes:
    """Return the bytes of a leaf without public body: those of `Leaf`, which says what each field is."""
    if type_ in _BODY_SIZE or not 0 <= ts_ms <= MAX_INTEGER or not len(tag_) == len(commit) == len(ZERO):
        raise ProtocolError(Reason.MALFORMED, "leaf: type, time, tag or commitment")
    return _HEAD.pack(LABEL, type_, ts_ms, tag_, commit, 0)


def chain_heads_leaf(ts_ms: int, root: bytes) -> Leaf:
    """Return the leaf that publishes a root of the heads map."""
    return Leaf(LeafType.CHAIN_HEADS, ts_ms, ZERO, ZERO, root)


def _commit(label: HmacKey, opening: bytes, payload: bytes) -> bytes:
    if len(opening) != OPENING_SIZE:
        raise ProtocolError(Reason.BAD_COMMITMENT, "opening of 32 bytes")
    return label.digest(opening + payload)
