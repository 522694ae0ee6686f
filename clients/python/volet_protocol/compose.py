"""Composing links that carry keys: pure, with keys as arguments (docs/spec/section-keys.md, docs/spec/exchanges.md).

Each function returns the body to sign and the boxes that travel beside it. Boxes are sealed to the body without box
hashes, then named in it; the only randomness is the encapsulation inside the library. Nothing is composed on a state
that misses a fact: what the caller was not served could be the withdrawal that forbids it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from volet_protocol import canonical
from volet_protocol.boxes import seal_box
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.case_links import Fresh, LinkHead, box_context
from volet_protocol.case_state import CaseChain
from volet_protocol.directory import generation_at
from volet_protocol.encodings import to_base64url
from volet_protocol.entry_list import EntryListHead
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.exchange_links import ExchangeChange, ExchangeCreate
from volet_protocol.hashing import sha256
from volet_protocol.key_links import ClaimLink, Deferred, Granted, GrantLink, NewEpoch, RotateLink, Target
from volet_protocol.opening_links import OpeningLink
from volet_protocol.sections import KeyId, SectionKeys, commitment, exchange_key_id, step_key
from volet_protocol.statements import HeadRef, Preamble
from volet_protocol.user_state import UserChain

GRANT, ROTATE, CLAIM, OPENING, EXCHANGE = "grant", "rotate", "claim", "opening", "exchange"
UNBOXED = "0" * 64


@dataclass(frozen=True)
class Composed:
    """A body to sign and the box of each user."""

    body: JsonObject
    boxes: Mapping[str, bytes]


def next_head(
    state: CaseChain,
    preamble: Preamble,
    policy: str,
    *,
    capacity: str | None = None,
    fresh: Fresh | None = None,
    main_head: HeadRef | None = None,
) -> LinkHead:
    """Return the common fields of the link that comes next in a chain."""
    return LinkHead(
        preamble, state.case, state.class_, state.head.seq + 1, state.head.hash, policy, capacity, main_head, fresh
    )


def target_of(chain: UserChain) -> Target:
    """Return the target for a user at the newest head known of them; its box is still to be made."""
    generation, _ = generation_at(chain, chain.head)
    return Target(chain.user, generation, chain.head, UNBOXED)


def compose_claim(
    state: CaseChain,
    head: LinkHead,
    author: UserChain,
    keys: Mapping[str, bytes],
    lists: Mapping[str, EntryListHead],
) -> Composed:
    """Start sections: `keys` are S(epoch, 0), 32 random bytes each; `lists` the newest position of each entry list."""
    complete(state)
    new = _new_epochs(state, keys, lists)
    generation, public = generation_at(author, head.preamble.user_head)
    link = ClaimLink(head, new, generation, UNBOXED)
    box = seal_box(keys_plaintext(_first_keys(new, keys)), public, CLAIM, box_context(link.body()))
    return Composed(replace(link, box=_hash(box)).body(), {author.user: box})


def compose_grant(
    state: CaseChain,
    head: LinkHead,
    ring: SectionKeys,
    reader: UserChain,
    *,
    reader_capacity: str | None,
    starts: Mapping[str, tuple[int, int] | None],
    facts: Sequence[str],
    not_after_ms: int,
    invitation: str | None = None,
) -> Composed:
    """Hand sections to one reader, in one box.

    `starts` maps a section to the (epoch, step) its history begins with, or None for none of the past: the key then
    steps forward, and everybody writes under the new step. `facts` are the hashes that the decisions used. With the
    `invitation` they answered, readers grant to themselves what it gave.
    """
    complete(state)
    granted: list[Granted] = []
    keys: list[tuple[KeyId, bytes]] = []
    for section, start in sorted(starts.items()):
        item, given = slice_of(state, ring, section, start)
        granted.append(item)
        keys += given
    generation, public = generation_at(reader, reader.head)
    target = Target(reader.user, generation, reader.head, UNBOXED)
    named = tuple(sorted(set(facts)))
    link = GrantLink(head, target, reader_capacity, tuple(granted), named, not_after_ms, invitation)
    box = seal_box(keys_plaintext(keys), public, GRANT, box_context(link.body()))
    return Composed(replace(link, target=replace(target, box=_hash(box))).body(), {reader.user: box})


def compose_rotate(
    state: CaseChain,
    head: LinkHead,
    keys: Mapping[str, bytes],
    lists: Mapping[str, EntryListHead],
    *,
    readers: Mapping[str, Sequence[str]],
    chains: Mapping[str, UserChain],
    deferred: Mapping[str, str] | None = None,
) -> Composed:
    """Start the next epoch of sections: one box for each reader, with the keys of all their sections.

    `readers` is `SectionAccess.next_readers`: exactly those permitted, by user, with their sections. `deferred` names
    those who cannot be boxed, and why; everybody else is in `chains`.
    """
    complete(state)
    new = _new_epochs(state, keys, lists)
    reasons = deferred or {}
    named = tuple(
        Deferred(user, reasons[user]) if user in reasons else target_of(chains[user]) for user in sorted(readers)
    )
    link = RotateLink(head, new, named)
    context = box_context(link.body())
    by_section = {which.section: (which, key) for which, key in _first_keys(new, keys)}
    plaintexts: dict[tuple[str, ...], bytes] = {}
    boxes: dict[str, bytes] = {}
    for target in link.targets:
        given = tuple(sorted(readers[target.user]))
        if given not in plaintexts:
            plaintexts[given] = keys_plaintext([by_section[section] for section in given])
        _, public = generation_at(chains[target.user], target.head)
        boxes[target.user] = seal_box(plaintexts[given], public, ROTATE, context)
    return Composed(replace(link, readers=tuple(_boxed(item, boxes) for item in named)).body(), boxes)


def compose_opening(
    link: OpeningLink, shares: Mapping[tuple[str, str], bytes], chains: Mapping[str, UserChain]
) -> Composed:
    """Open entries: `shares` maps (entry id, part) to its client share; a box for each of `chains`."""
    named = tuple(target_of(chains[user]) for user in sorted(chains))
    link = replace(link, boxes=named)
    wanted = [(item.id, part) for item in link.entries for part in item.parts]
    if set(shares) != set(wanted):
        raise ProtocolError(Reason.WRONG_PART, "shares of an opening")
    items: list[JsonValue] = [
        {"id": entry, "part": part, "share": to_base64url(shares[entry, part])} for entry, part in wanted
    ]
    boxes = _seal_all(canonical.encode({"shares": items}), named, chains, OPENING, box_context(link.body()))
    return Composed(replace(link, boxes=_all_boxed(named, boxes)).body(), boxes)


def compose_exchange(link: ExchangeCreate | ExchangeChange, key: bytes, chains: Mapping[str, UserChain]) -> Composed:
    """Start an exchange, or give it a new list: `key` is 32 random bytes, boxed to exactly the members.

    A box never carries an older epoch: who joins reads nothing from before, who left nothing from after.
    """
    which = exchange_key_id(link.common.epoch)
    named = tuple(target_of(chains[member.user]) for member in link.common.members)
    commit = commitment(key, link.common.case, *which)
    link = replace(link, common=replace(link.common, commit=commit, boxes=named))
    boxes = _seal_all(keys_plaintext([(which, key)]), named, chains, EXCHANGE, box_context(link.body()))
    return Composed(replace(link, common=replace(link.common, boxes=_all_boxed(named, boxes))).body(), boxes)


def keys_plaintext(keys: Sequence[tuple[KeyId, bytes]]) -> bytes:
    """Return what a box of keys holds: canonical `{"keys": [{section, epoch, step, key}]}`."""
    return canonical.encode(
        {
            "keys": [
                {"section": which.section, "epoch": which.epoch, "step": which.step, "key": to_base64url(key)}
                for which, key in keys
            ]
        }
    )


def complete(state: CaseChain) -> None:
    """Refuse to compose on a state that misses the body of a fact: unknown-reference."""
    if state.missing:
        raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"{len(state.missing)} facts without their body")


def _new_epochs(
    state: CaseChain, keys: Mapping[str, bytes], lists: Mapping[str, EntryListHead]
) -> tuple[NewEpoch, ...]:
    new: list[NewEpoch] = []
    for section, key in sorted(keys.items()):
        epoch = state.section(section).epoch + 1
        new.append(NewEpoch(section, epoch, commitment(key, state.chain, section, epoch, 0), lists[section]))
    return tuple(new)


def _first_keys(new: Sequence[NewEpoch], keys: Mapping[str, bytes]) -> list[tuple[KeyId, bytes]]:
    return [(KeyId(item.section, item.epoch, 0), keys[item.section]) for item in new]


def slice_of(
    state: CaseChain, ring: SectionKeys, section: str, start: tuple[int, int] | None
) -> tuple[Granted, list[tuple[KeyId, bytes]]]:
    """Return what is given of a section from `start` on, and its keys; without a start the key steps forward."""
    known = state.section(section)
    current = KeyId(section, known.epoch, known.step)
    if start is None:
        next_ = KeyId(section, known.epoch, known.step + 1)
        key = step_key(ring.key(current, known.commitment(known.epoch, known.step)))
        commit = commitment(key, state.chain, *next_)
        return Granted(section, next_.epoch, next_.step, next_.epoch, next_.step, commit), [(next_, key)]
    item = Granted(section, *start, known.epoch, known.step)
    which = [KeyId(section, epoch, step) for epoch, step in item.slices()]
    return item, [(one, ring.key(one, known.commitment(one.epoch, one.step))) for one in which]


def _seal_all(
    plaintext: bytes, named: Sequence[Target], chains: Mapping[str, UserChain], label: str, context: bytes
) -> dict[str, bytes]:
    publics = {target.user: generation_at(chains[target.user], target.head)[1] for target in named}
    return {user: seal_box(plaintext, public, label, context) for user, public in publics.items()}


def _all_boxed(named: Sequence[Target], boxes: Mapping[str, bytes]) -> tuple[Target, ...]:
    return tuple(replace(target, box=_hash(boxes[target.user])) for target in named)


def _boxed(reader: Target | Deferred, boxes: Mapping[str, bytes]) -> Target | Deferred:
    return replace(reader, box=_hash(boxes[reader.user])) if isinstance(reader, Target) else reader


def _hash(box: bytes) -> str:
    return sha256(box).hex()
