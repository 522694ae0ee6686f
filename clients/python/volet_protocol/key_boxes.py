"""Opening the boxes beside a link: what a reader checks before a key enters their ring (docs/spec/section-keys.md).

1. The link stands in the verified chain and is not void; nor is, for a grant, the section.
2. The box is the one whose hash the link names for this reader, and it opens under the link's own hash.
3. It holds exactly the keys that the link says, and each is the one committed to in the chain.

A key that is not the one committed to is refused alone: what the same box holds of other sections stays good, and the
reader has evidence against whoever signed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from volet_protocol import canonical
from volet_protocol.boxes import open_box
from volet_protocol.case_links import box_context
from volet_protocol.case_state import CaseChain
from volet_protocol.compose import CLAIM, EXCHANGE, GRANT, OPENING, ROTATE
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.exchange_links import ExchangeChange, ExchangeCreate
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256
from volet_protocol.key_links import ClaimLink, GrantLink, RotateLink, Target
from volet_protocol.keys import BoxKey
from volet_protocol.link_reading import Link, read_link, targets
from volet_protocol.opening_links import OpeningLink
from volet_protocol.sealing import SHARE_SIZE
from volet_protocol.sections import KEY_SIZE, KeyId, SectionKeys, check_commitment, exchange_key_id
from volet_protocol.statements import HeadRef, UnverifiedStatement


@dataclass(frozen=True)
class OpenedKeys:
    """The ring with what a box gave, and the sections whose key was refused, each with its reason."""

    ring: SectionKeys
    refused: Mapping[str, Reason] = field(default_factory=dict[str, Reason])


def open_claim_box(
    state: CaseChain, statement: UnverifiedStatement, box: bytes, key: BoxKey, ring: SectionKeys
) -> OpenedKeys:
    """Open one's own claim, on another device. `key` is the user key of the generation named."""
    link = _valid(state, statement, ClaimLink)
    expected = [KeyId(new.section, new.epoch, 0) for new in link.sections]
    found = dict(read_keys(_plaintext(statement, link.target, box, key, CLAIM)))
    return add_opened(state, ring, found, expected, {})


def open_grant_box(
    state: CaseChain, statement: UnverifiedStatement, box: bytes, key: BoxKey, ring: SectionKeys
) -> OpenedKeys:
    """Open a grant; sections that are void in it are left out and named in `refused`."""
    link = _valid(state, statement, GrantLink)
    expected = [KeyId(item.section, epoch, step) for item in link.sections for epoch, step in item.slices()]
    void = {
        item.section: state.void_sections[statement.hash, item.section]
        for item in link.sections
        if (statement.hash, item.section) in state.void_sections
    }
    found = dict(read_keys(_plaintext(statement, link.target, box, key, GRANT)))
    return add_opened(state, ring, found, expected, void)


def open_rotate_box(
    state: CaseChain, statement: UnverifiedStatement, box: bytes, key: BoxKey, ring: SectionKeys, *, user: str
) -> OpenedKeys:
    """Open one's box of a rotation: the new epoch of every section that this reader kept."""
    link = _valid(state, statement, RotateLink)
    # The chain, not the box, says which sections this reader kept.
    expected = [KeyId(new.section, new.epoch, 0) for new in link.sections if _kept(state, new.section, new.epoch, user)]
    found = dict(read_keys(_plaintext(statement, _target(link, user), box, key, ROTATE)))
    return add_opened(state, ring, found, expected, {})


def open_opening_box(
    state: CaseChain, statement: UnverifiedStatement, box: bytes, key: BoxKey, *, user: str
) -> dict[tuple[str, str], bytes]:
    """Return the client share of each (entry id, part). Whether it opens the entry, its key commitment says."""
    link = _valid(state, statement, OpeningLink)
    plaintext = _plaintext(statement, _target(link, user), box, key, OPENING)
    fields = Fields(canonical.decode(plaintext), "box of an opening")
    shares: dict[tuple[str, str], bytes] = {}
    for item in fields.objects("shares"):
        shares[item.hash("id"), item.code("part")] = item.data("share", SHARE_SIZE)
        item.done()
    fields.done()
    if set(shares) != {(item.id, part) for item in link.entries for part in item.parts}:
        raise ProtocolError(Reason.WRONG_PART, "box of an opening")
    return shares


def open_exchange_box(link: ExchangeCreate | ExchangeChange, box: bytes, key: BoxKey, *, user: str) -> bytes:
    """Return the key of the epoch that a verified link of an exchange starts (`exchange_chain` judged it)."""
    which = exchange_key_id(link.common.epoch)
    target = _target(link, user)
    _check_hash(target, box)
    plaintext = open_box(box, key, EXCHANGE, box_context(link.body()))
    found = read_keys(plaintext)
    if [one for one, _ in found] != [which]:
        raise ProtocolError(Reason.WRONG_EPOCH, "box of an exchange")
    check_commitment(found[0][1], link.common.case, which, link.common.commit)
    return found[0][1]


L = TypeVar("L", bound=Link)


def _valid(state: CaseChain, statement: UnverifiedStatement, type_: type[L]) -> L:
    link = read_link(statement)
    if not isinstance(link, type_):
        raise ProtocolError(Reason.WRONG_TYPE, statement.type)
    if not state.positions.holds(HeadRef(link.head.seq, statement.hash)):
        raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"{statement.type} outside the verified chain")
    if statement.hash in state.voids:
        raise ProtocolError(state.voids[statement.hash], f"void {statement.type}")
    return link


def add_opened(
    state: CaseChain,
    ring: SectionKeys,
    found: Mapping[KeyId, bytes],
    expected: Sequence[KeyId],
    void: Mapping[str, Reason],
) -> OpenedKeys:
    """Return the ring with the keys that are expected, committed to, and not of a void section."""
    if not set(found) <= set(expected):
        raise ProtocolError(Reason.WRONG_EPOCH, "a box holds a key that its link does not name")
    refused = dict(void)
    for which in expected:
        if which.section in void:
            continue
        if which not in found:
            refused[which.section] = Reason.MISSING_FIELD
            continue
        published = state.section(which.section).commitment(which.epoch, which.step)
        try:
            ring = ring.add(which, found[which], published)
        except ProtocolError as error:
            refused[which.section] = error.reason
    return OpenedKeys(ring, refused)


def _plaintext(statement: UnverifiedStatement, target: Target, box: bytes, key: BoxKey, label: str) -> bytes:
    _check_hash(target, box)
    return open_box(box, key, label, box_context(statement.body))


def _check_hash(target: Target, box: bytes) -> None:
    if sha256(box).hex() != target.box:
        raise ProtocolError(Reason.BAD_BOX, "a box that its link does not name")


def _target(link: Link | ExchangeCreate | ExchangeChange, user: str) -> Target:
    for target in targets(link):
        if target.user == user:
            return target
    raise ProtocolError(Reason.WRONG_RECIPIENT, "no box for this user")


def _kept(state: CaseChain, section: str, epoch: int, user: str) -> bool:
    known = state.section(section)
    held = known.readers.get(user, known.former.get(user))
    return held is not None and held.holds(epoch, 0)


def read_keys(plaintext: bytes) -> list[tuple[KeyId, bytes]]:
    """Return the keys that a box holds; raise `ProtocolError` for another shape, or one key twice."""
    fields = Fields(canonical.decode(plaintext), "box of keys")
    found: list[tuple[KeyId, bytes]] = []
    for item in fields.objects("keys"):
        which = KeyId(item.text("section", 64), item.integer("epoch", least=1), item.integer("step"))
        found.append((which, item.data("key", KEY_SIZE)))
        item.done()
    fields.done()
    if len({which for which, _ in found}) != len(found):
        raise ProtocolError(Reason.MALFORMED, "a key twice in a box")
    return found
