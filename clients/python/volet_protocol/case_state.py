"""What a verified case chain says: facts, sections, readers, openings, voids (docs/spec/case-chains.md).

States are immutable by convention: `case_chain.extend` returns the next one and shares whatever did not change, so a
chain of n links costs n small steps and a reader may keep any earlier state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from volet_protocol.capacities import Attestation, Capacity
from volet_protocol.case_facts import CaseFacts, FactAuthor
from volet_protocol.entry_list import EntryListHead
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.facts import Fact
from volet_protocol.opening_links import OpeningLink
from volet_protocol.statements import HeadRef
from volet_protocol.user_state import UserChain

_CHUNK = 64


class Directory(Protocol):
    """Where verified users and attestations come from. Both raise `ProtocolError(unknown-reference)`."""

    def user(self, user: str) -> UserChain:
        """Return the verified chain of a user, as new as the caller has it."""
        ...

    def attestation(self, attestation: str) -> Attestation:
        """Return a verified attestation by the hash of its statement."""
        ...


@dataclass(frozen=True)
class Holding:
    """What a reader was boxed of a section: the generation of their key, and the first step held of each epoch."""

    generation: int
    slices: Mapping[int, int]

    @property
    def start(self) -> tuple[int, int]:
        """The earliest (epoch, step) held."""
        first = min(self.slices)
        return first, self.slices[first]

    def holds(self, epoch: int, step: int) -> bool:
        """Tell whether this reader can derive S(epoch, step)."""
        held = self.slices.get(epoch)
        return held is not None and held <= step

    def joined(self, generation: int, slices: Mapping[int, int]) -> Holding:
        """Return the holding with more slices, boxed to `generation`."""
        merged = dict(self.slices)
        for epoch, step in slices.items():
            merged[epoch] = min(step, merged.get(epoch, step))
        return Holding(generation, merged)


@dataclass(frozen=True)
class SectionState:
    """The keys of one section. Epoch 0 = nobody has claimed it; `readers` are those boxed in the current epoch."""

    epoch: int = 0
    step: int = 0
    commitments: Mapping[tuple[int, int], bytes] = field(default_factory=dict[tuple[int, int], bytes])
    # When each step began: what was sealed before is under an earlier one (P11: a newcomer reads from their start).
    starts_ms: Mapping[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    epoch_start: Mapping[int, EntryListHead] = field(default_factory=dict[int, EntryListHead])
    readers: Mapping[str, Holding] = field(default_factory=dict[str, Holding])
    # Boxed in an earlier epoch and left behind since; kept, because a later grant may widen what they hold.
    former: Mapping[str, Holding] = field(default_factory=dict[str, Holding])
    revoked: frozenset[str] = frozenset()
    deferred: Mapping[str, str] = field(default_factory=dict[str, str])
    tainted: frozenset[int] = frozenset()
    orphaned: bool = False
    # The newest position of the entry list that a link of this chain named; it never goes back.
    listed: EntryListHead | None = None

    def commitment(self, epoch: int, step: int) -> bytes | None:
        """Return the published commitment of a key, if the chain has one."""
        return self.commitments.get((epoch, step))


UNCLAIMED = SectionState()


@dataclass(frozen=True)
class OpeningState:
    """An opening that was validly made: by whom in which capacity, where, and the link that closed it."""

    link: OpeningLink
    opener: str
    capacity: Capacity | None
    seq: int
    closed_seq: int | None = None


@dataclass(frozen=True)
class Verdict:
    """Whether a well-signed link confers what it says; `sections` are the void parts of a grant that is not void."""

    valid: bool
    reason: Reason | None = None
    sections: Mapping[str, Reason] = field(default_factory=dict[str, Reason])


@dataclass(frozen=True)
class Position:
    """A link's hash, and what the chain said after it: facts, sections, the newest time of a valid link."""

    hash: str
    facts: CaseFacts
    sections: Mapping[str, SectionState] = field(default_factory=dict[str, SectionState])
    time_ms: int = 0


@dataclass(frozen=True)
class Positions:
    """Every link so far, appended to without copying more than one chunk."""

    full: tuple[tuple[Position, ...], ...] = ()
    tail: tuple[Position, ...] = ()

    def __len__(self) -> int:
        return len(self.full) * _CHUNK + len(self.tail)

    def append(self, position: Position) -> Positions:
        """Return the positions with one more."""
        tail = (*self.tail, position)
        return Positions((*self.full, tail), ()) if len(tail) == _CHUNK else Positions(self.full, tail)

    def at(self, head: HeadRef) -> Position:
        """Return a position; raise unknown-reference beyond the newest, forked for another history."""
        if head.seq >= len(self):
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"case chain at {head.seq}")
        found = self._get(head.seq)
        if found.hash != head.hash:
            raise ProtocolError(Reason.FORKED, f"case chain at {head.seq}")
        return found

    def holds(self, head: HeadRef) -> bool:
        """Tell whether this link stands at this position."""
        return head.seq < len(self) and self._get(head.seq).hash == head.hash

    @property
    def first(self) -> Position:
        """The link that created the chain."""
        return self._get(0)

    def _get(self, seq: int) -> Position:
        chunk, place = divmod(seq, _CHUNK)
        return self.full[chunk][place] if chunk < len(self.full) else self.tail[place]


@dataclass(frozen=True)
class OwnFact:
    """A valid fact of a hidden class, kept to be laid over whichever facts of `main` a link names."""

    fact: Fact
    hash: str
    position: int
    author: FactAuthor
    recorded_ms: int


@dataclass(frozen=True)
class CaseChain:
    """A verified chain of one visibility class of a case."""

    hub: str
    case: str
    class_: str
    chain: str
    creator: str
    head: HeadRef
    time_ms: int
    facts: CaseFacts
    positions: Positions
    sections: Mapping[str, SectionState] = field(default_factory=dict[str, SectionState])
    openings: Mapping[str, OpeningState] = field(default_factory=dict[str, OpeningState])
    voids: Mapping[str, Reason] = field(default_factory=dict[str, Reason])
    void_sections: Mapping[tuple[str, str], Reason] = field(default_factory=dict[tuple[str, str], Reason])
    # The newest head of each user's chain that this chain has seen: an older one never counts again (protocol 3.4).
    user_heads: Mapping[str, int] = field(default_factory=dict[str, int])
    # Facts whose body the caller did not have. What they say is unknown: nothing is widened on such a state.
    missing: frozenset[str] = frozenset()
    main_head: HeadRef | None = None
    # SHA-256 of the key of the log's tags, as the creator signed it: of `main` alone.
    log_key_hash: str | None = None
    own_facts: tuple[OwnFact, ...] = ()
    fact_lists: Mapping[str, Mapping[str, EntryListHead]] = field(
        default_factory=dict[str, Mapping[str, EntryListHead]]
    )

    def section(self, section: str) -> SectionState:
        """Return the state of a section; one that nobody claimed is at epoch 0."""
        return self.sections.get(section, UNCLAIMED)

    def with_sections(self, changed: Mapping[str, SectionState]) -> CaseChain:
        """Return the state with these sections changed."""
        return replace(self, sections={**self.sections, **changed})

    def instant(self, time_ms: int) -> int:
        """Return the instant at which a link that states `time_ms` is judged.

        Never before the newest link: a member whose participation ended cannot reach back to when it had not.
        """
        return max(time_ms, self.time_ms)
