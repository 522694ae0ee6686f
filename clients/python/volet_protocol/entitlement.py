"""Who was entitled to make a link (docs/spec/case-chains.md, docs/spec/section-keys.md; protocol 6 and 7).

Each function answers None, or the reason for which a well-signed link is void. Nothing here raises for what a link
says: a void link stays in the chain, and everybody must come to the same answer about it. What does raise is a
reference that the caller has to fetch first (a longer user chain, an attestation).

1. A widening link names a checkpoint at most 10 minutes older than the instant at which it is judged.
2. It is judged by the table it names, and that table was active; its author's attestation holds, and is the capacity
   of a participation of theirs in force, unless they are the person or a representative.
3. Claims and rotations are whole; in a grant each section stands alone.
4. Whoever gets a key has a plain permit to read the whole section, at that position; `grant` asks the table as
   `read` does, `claim` and `rotate` as `read` and `write`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from volet_protocol import invitations, linked_cases
from volet_protocol.capacities import Capacity
from volet_protocol.case_links import LinkHead
from volet_protocol.case_state import CaseChain, Directory, Holding, SectionState
from volet_protocol.directory import can_be_boxed, generation_at
from volet_protocol.entry_list import EntryListHead, list_id
from volet_protocol.errors import Reason
from volet_protocol.key_links import ClaimLink, Granted, GrantLink, NewEpoch, RevokeLink, RotateLink, Target
from volet_protocol.places import class_of
from volet_protocol.policy_table import PERMIT
from volet_protocol.section_access import SectionAccess, Standing, standing_in
from volet_protocol.situation import MANDATE_ROWS

FRESH_MS = 600_000
CLOCK_MS = 120_000


@dataclass(frozen=True)
class Judging:
    """What a link is judged by: the state before it, its head, the instant, table and facts, the author's capacity."""

    state: CaseChain
    head: LinkHead
    at_ms: int
    access: SectionAccess
    capacity: Capacity | None
    directory: Directory

    @property
    def author(self) -> str:
        """The user who signed."""
        return self.head.preamble.user

    def author_may(self, action: str, section: str) -> bool:
        """Tell whether the author's decision for an action on the whole section is a permit."""
        return self.access.permits(action, self.author, self.capacity, section)

    def author_standing(self) -> Standing | None:
        """Return the standing in which the author acts, if they have it at this instant."""
        found = self.access.standings(self.author)
        if self.capacity is not None and self.capacity.row in MANDATE_ROWS:
            # A professional guardian acts in that capacity, by a mandate and without taking part.
            return standing_in(found, self.capacity) or standing_in(found, None)
        return standing_in(found, self.capacity)


def widening(judging: Judging) -> Reason | None:
    """Judge what every widening link of a member must have: freshness, and a standing in the named capacity."""
    stale = freshness(judging)
    if stale is not None:
        return stale
    return None if judging.author_standing() else Reason.NOT_ENTITLED


def freshness(judging: Judging) -> Reason | None:
    """Judge the checkpoint named by a widening link, and that a hidden class names no older head of `main`."""
    fresh, main_head, known = judging.head.fresh, judging.head.main_head, judging.state.main_head
    if fresh is None or fresh.time_ms < judging.at_ms - FRESH_MS:
        return Reason.STALE
    if fresh.time_ms > judging.head.preamble.time_ms + CLOCK_MS:
        return Reason.NOT_YET
    if main_head is not None and known is not None and main_head.seq < known.seq:
        return Reason.ROLLED_BACK
    return None


def claim(judging: Judging, link: ClaimLink) -> Reason | None:
    """Judge a claim: keyless or orphaned sections, the next epoch, a member who may read and write all of each."""
    reason = widening(judging) or target(judging, link.target, judging.author)
    if reason is not None:
        return reason
    if linked_cases.is_closed(judging.access.facts, judging.at_ms):
        return Reason.CLOSED
    for new in link.sections:
        state = judging.state.section(new.section)
        if state.epoch and judging.access.staying(new.section, state):
            return Reason.ALREADY
        reason = _next_epoch(judging, new, state) or _author_permitted(judging, "claim", new.section)
        if reason is not None:
            return reason
    return None


def rotate(judging: Judging, link: RotateLink) -> Reason | None:
    """Judge a rotation: by a holder, of every section owed that they hold, for exactly those who may read."""
    reason = widening(judging)
    if reason is not None:
        return reason
    states = {new.section: judging.state.section(new.section) for new in link.sections}
    for new in link.sections:
        state = states[new.section]
        if not _holds(state, judging.author, state.epoch, state.step):
            return Reason.NOT_ENTITLED
        reason = _next_epoch(judging, new, state) or _author_permitted(judging, "rotate", new.section)
        if reason is not None:
            return reason
    if any(section not in states for section in owed_by(judging, judging.author)):
        return Reason.SECTION_OWED
    expected = list(judging.access.next_readers(states, states))
    if [reader.user for reader in link.readers] != expected:
        return Reason.WRONG_READERS
    # Who rotates holds the new keys: leaving their own box out would only lose the section.
    if judging.author not in [reader.user for reader in link.targets]:
        return Reason.WRONG_READERS
    return next(filter(None, (target(judging, reader, reader.user) for reader in link.targets)), None)


def owed_by(judging: Judging, user: str) -> list[str]:
    """Return the sections in debt at this position that `user` holds and may rotate, apart from new generations.

    Generations are left out because they are read off user chains, which grow beside this one: two honest readers
    may know different heads. A composer adds those that it knows (`debts.sections_owed`).
    """
    return [
        section
        for section, state in sorted(judging.state.sections.items())
        if (state.epoch in state.tainted or judging.access.left_behind(section, state))
        and _holds(state, user, state.epoch, state.step)
        and judging.author_may("rotate", section)
    ]


def grant(judging: Judging, link: GrantLink) -> Reason | None:
    """Judge what makes a whole grant void: author, freshness, end, the reader's generation and capacity, facts."""
    reason = widening(judging) or target(judging, link.target, link.target.user)
    if reason is not None:
        return reason
    if judging.at_ms >= link.not_after_ms:
        return Reason.EXPIRED
    if reader_standing(judging, link) is None:
        return Reason.WRONG_RECIPIENT
    if link.invitation is not None and link.target.user != judging.author:
        return Reason.NOT_ENTITLED
    return None if named_facts(judging, link) else Reason.UNKNOWN_REFERENCE


def grant_section(judging: Judging, link: GrantLink, granted: Granted) -> Reason | None:
    """Judge one section of a grant that is not void as a whole; a void section taints that section only."""
    section, state = granted.section, judging.state.section(granted.section)
    if class_of(section) != judging.state.class_:
        return Reason.WRONG_CHAIN
    if state.epoch == 0 or granted.epoch != state.epoch:
        return Reason.WRONG_EPOCH
    stepping = granted.commit is not None
    if granted.step != state.step + stepping:
        return Reason.WRONG_STEP
    if stepping and (granted.from_epoch, granted.from_step) != (granted.epoch, granted.step):
        return Reason.WRONG_STEP
    holding = _granter_holding(judging, link, section)
    # The new step of a stepping grant is derived from the current one, which the granter must hold.
    needed = [(state.epoch, state.step)] if stepping else granted.slices()
    if holding is None or not all(holding.holds(epoch, step) for epoch, step in needed):
        return Reason.NOT_ENTITLED
    if not judging.author_may("grant", section):
        return Reason.NOT_ENTITLED
    standing = reader_standing(judging, link)
    if standing is None or not judging.access.permits("read", standing.user, standing.capacity, section):
        return Reason.NOT_PERMITTED
    return None if stepping or _within_horizon(state, granted, standing) else Reason.NOT_YET


def _granter_holding(judging: Judging, link: GrantLink, section: str) -> Holding | None:
    """Return what the granter was boxed of a section; with an invitation, what it gave whoever answered it."""
    if link.invitation is None:
        return judging.state.section(section).readers.get(judging.author)
    return invitations.given(judging.access.facts, link.invitation, judging.author, section)


def reader_standing(judging: Judging, link: GrantLink) -> Standing | None:
    """Return the standing in which a grant's reader gets the keys: the participation it names, in force."""
    for standing in judging.access.standings(link.target.user):
        if standing.participation == link.reader_capacity:
            return standing
    return None


def named_facts(judging: Judging, link: GrantLink) -> bool:
    """Tell whether a grant names facts of this chain, and among them all that its decisions used."""
    standing = reader_standing(judging, link)
    if standing is None or not judging.access.facts.hashes.issuperset(link.facts):
        return False
    named = set(link.facts)
    decisions = (
        judging.access.decision("read", standing.user, standing.capacity, granted.section)
        for granted in link.sections
        if class_of(granted.section) == judging.state.class_
    )
    return all(decision.effect != PERMIT or named.issuperset(decision.facts) for decision in decisions)


def revoke(judging: Judging, link: RevokeLink) -> Reason | None:
    """Judge a revocation: any member may leave a reader behind. It narrows, so it needs no fresh head."""
    if judging.author_standing() is None:
        return Reason.NOT_ENTITLED
    for item in link.sections:
        state = judging.state.section(item.section)
        if class_of(item.section) != judging.state.class_:
            return Reason.WRONG_CHAIN
        if link.reader not in state.readers or link.reader in state.revoked:
            return Reason.UNKNOWN_REFERENCE
        if not _list_moves_on(judging.state.case, item.section, state.listed, item.at):
            return Reason.WRONG_LIST
    return None


def target(judging: Judging, to: Target, user: str) -> Reason | None:
    """Judge whom a box is for: this user, at a head not older than known, whose current generation it names."""
    if to.user != user:
        return Reason.WRONG_RECIPIENT
    if to.head.seq < judging.state.user_heads.get(user, 0):
        return Reason.ROLLED_BACK
    chain = judging.directory.user(user)
    generation, _ = generation_at(chain, to.head)
    if generation != to.generation:
        return Reason.WRONG_EPOCH
    return None if can_be_boxed(chain, to.head) else Reason.CLOSED


def list_positions(judging: Judging, items: Iterable[tuple[str, EntryListHead]]) -> Reason | None:
    """Judge the list positions that a fact names."""
    for section, at in items:
        if class_of(section) != judging.state.class_:
            return Reason.WRONG_CHAIN
        if not _list_moves_on(judging.state.case, section, judging.state.section(section).listed, at):
            return Reason.WRONG_LIST
    return None


def _next_epoch(judging: Judging, new: NewEpoch, state: SectionState) -> Reason | None:
    if class_of(new.section) != judging.state.class_:
        return Reason.WRONG_CHAIN
    if new.epoch != state.epoch + 1:
        return Reason.WRONG_EPOCH
    moves_on = _list_moves_on(judging.state.case, new.section, state.listed, new.at)
    return None if moves_on else Reason.WRONG_LIST


def _author_permitted(judging: Judging, action: str, section: str) -> Reason | None:
    return None if judging.author_may(action, section) else Reason.NOT_PERMITTED


def _holds(state: SectionState, user: str, epoch: int, step: int) -> bool:
    holding: Holding | None = state.readers.get(user)
    return holding is not None and holding.holds(epoch, step)


def _within_horizon(state: SectionState, granted: Granted, standing: Standing) -> bool:
    started_ms = state.starts_ms.get((granted.from_epoch, granted.from_step))
    return started_ms is not None and started_ms >= standing.horizon_ms


def _list_moves_on(case: str, section: str, before: EntryListHead | None, after: EntryListHead) -> bool:
    """Tell whether a list position follows the one named before: never back, and one hash for one length.

    That it is the newest is judged where the list is known (`case_chain.check_lists`).
    """
    if after.n == 0:
        return (before is None or before.n == 0) and after.h == list_id(case, f"section:{section}")
    return before is None or after.n > before.n or after == before
