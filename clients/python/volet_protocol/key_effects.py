"""What key links do to sections once judged, and what a void grant leaves behind (docs/spec/section-keys.md)."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace
from typing import TypeVar

from volet_protocol.case_state import CaseChain, Holding, SectionState
from volet_protocol.entry_list import EntryListHead
from volet_protocol.key_links import ClaimLink, Deferred, Granted, GrantLink, NewEpoch, RevokeLink, RotateLink, Target

V = TypeVar("V")
_NOTHING = Holding(0, {})


def claimed(state: CaseChain, link: ClaimLink, at_ms: int) -> CaseChain:
    """Return the state in which the claimer alone holds the next epoch of these sections.

    A section that somebody held before is `orphaned`: what was sealed earlier has no reader left who may grant it.
    """
    changed: dict[str, SectionState] = {}
    holder = link.target
    for new in link.sections:
        before = state.section(new.section)
        next_ = _next_epoch(before, new, at_ms)
        held = _held(before, holder.user).joined(holder.generation, {new.epoch: 0})
        changed[new.section] = replace(
            next_,
            readers={holder.user: held},
            former=_left(before, {holder.user}),
            revoked=before.revoked - {holder.user},
            deferred={},
            orphaned=before.epoch > 0 or before.orphaned,
        )
    return state.with_sections(changed)


def granted(state: CaseChain, link: GrantLink, sections: list[Granted], at_ms: int) -> CaseChain:
    """Return the state after the sections of a grant that are not void."""
    changed: dict[str, SectionState] = {}
    reader = link.target
    for item in sections:
        before = state.section(item.section)
        slices = dict(item.slices())
        held = _held(before, reader.user)
        after = replace(
            before,
            readers={**before.readers, reader.user: held.joined(reader.generation, slices)},
            former=_without(before.former, reader.user),
            deferred=_without(before.deferred, reader.user),
            revoked=before.revoked - {reader.user},
        )
        if item.commit is not None:
            here = (item.epoch, item.step)
            after = replace(
                after,
                step=item.step,
                commitments={**before.commitments, here: item.commit},
                starts_ms={**before.starts_ms, here: at_ms},
            )
        changed[item.section] = after
    return state.with_sections(changed)


def tainted(state: CaseChain, void: list[Granted]) -> CaseChain:
    """Return the state in which every epoch whose key a void grant may have delivered is tainted (protocol 6.2).

    Whether the granter really had the keys is not asked: a removed member had them. Epochs that do not exist yet
    are left alone, or one void link could put a section in debt for ever.
    """
    changed: dict[str, SectionState] = {}
    for item in void:
        before = state.section(item.section)
        epochs = frozenset(range(item.from_epoch, min(item.epoch, before.epoch) + 1))
        if epochs - before.tainted:
            changed[item.section] = replace(before, tainted=before.tainted | epochs)
    return state.with_sections(changed) if changed else state


def revoked(state: CaseChain, link: RevokeLink) -> CaseChain:
    """Return the state in which a reader is owed to be left behind."""
    changed: dict[str, SectionState] = {}
    for item in link.sections:
        before = state.section(item.section)
        changed[item.section] = replace(before, revoked=before.revoked | {link.reader}, listed=item.at)
    return state.with_sections(changed)


def rotated(state: CaseChain, link: RotateLink, expected: Mapping[str, list[str]], at_ms: int) -> CaseChain:
    """Return the state after a rotation; `expected` says which of the sections each reader was boxed."""
    to: dict[str, list[Target | Deferred]] = {new.section: [] for new in link.sections}
    for reader in link.readers:
        for section in expected[reader.user]:
            to[section].append(reader)
    changed: dict[str, SectionState] = {}
    for new in link.sections:
        before = state.section(new.section)
        boxed = [reader for reader in to[new.section] if isinstance(reader, Target)]
        readers = {
            reader.user: before.readers[reader.user].joined(reader.generation, {new.epoch: 0}) for reader in boxed
        }
        changed[new.section] = replace(
            _next_epoch(before, new, at_ms),
            readers=readers,
            former=_left(before, readers.keys()),
            deferred={reader.user: reader.reason for reader in to[new.section] if isinstance(reader, Deferred)},
        )
    return state.with_sections(changed)


def listed(state: CaseChain, positions: Mapping[str, EntryListHead]) -> CaseChain:
    """Return the state in which these are the newest list positions named."""
    return state.with_sections(
        {section: replace(state.section(section), listed=at) for section, at in positions.items()}
    )


def _next_epoch(before: SectionState, new: NewEpoch, at_ms: int) -> SectionState:
    here = (new.epoch, 0)
    return replace(
        before,
        epoch=new.epoch,
        step=0,
        commitments={**before.commitments, here: new.commit},
        starts_ms={**before.starts_ms, here: at_ms},
        epoch_start={**before.epoch_start, new.epoch: new.at},
        listed=new.at,
    )


def _left(before: SectionState, stay: Container[str]) -> dict[str, Holding]:
    return {user: held for user, held in {**before.former, **before.readers}.items() if user not in stay}


def _held(before: SectionState, user: str) -> Holding:
    return before.readers.get(user, before.former.get(user, _NOTHING))


def _without(values: Mapping[str, V], key: str) -> Mapping[str, V]:
    return {name: value for name, value in values.items() if name != key} if key in values else values
