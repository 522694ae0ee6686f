"""Openings: made, closed, in force, and what each release asks again (docs/spec/exchanges.md, protocol 10.2).

1. An opening is judged in the chain for what the chain knows: author, freshness, end, recipient, boxes, basis.
2. Entries are not in the chain. `check_made` judges them where they are known: by the opener before they sign, by the
   server before it accepts, by the recipient before they use a share; `check_release` judges them again each time.
3. An opening ends with the recipient's participation, by `opening-close`, or at `until_ms`; not with the opener's.
4. The answer to an emergency is an opening with rules of its own (`emergencies`).
5. What somebody has only through an opening they do not open again. A masked entry is not opened while its mask holds:
   the link would name it to those from whom it is hidden. Its author hands it over, as an entry for one more reader.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from volet_protocol import conferences, emergencies, linked_cases, shields
from volet_protocol.access import decide
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import CaseFacts
from volet_protocol.case_state import CaseChain, OpeningState
from volet_protocol.entitlement import Judging, target, widening
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.opening_links import FunctionRecipient, OpeningCloseLink, OpeningLink, UserRecipient
from volet_protocol.policy_table import PERMIT, PolicyTable
from volet_protocol.questions import EntryMeta, Party, Question
from volet_protocol.section_access import SectionAccess, Standing, standings


def opening(judging: Judging, link: OpeningLink) -> Reason | None:
    """Judge an opening in its chain: None, or why it is void."""
    reason = widening(judging)
    if reason is not None:
        return reason
    if link.until_ms <= judging.at_ms:
        return Reason.EXPIRED
    if not judging.access.facts.hashes.issuperset(link.basis):
        return Reason.UNKNOWN_REFERENCE
    if emergencies.rests_on_emergency(judging.access.facts, link):
        reason = emergencies.opening(judging, link)
        if reason is not None:
            return reason
    reason = _by_what_it_rests_on(judging.access.facts, link, judging.at_ms)
    if reason is not None:
        return reason
    for box in link.boxes:
        if recipient_standing(judging.access.facts, link, box.user, judging.at_ms) is None:
            return Reason.WRONG_RECIPIENT
        reason = target(judging, box, box.user)
        if reason is not None:
            return reason
    return None


def _by_what_it_rests_on(facts: CaseFacts, link: OpeningLink, at_ms: int) -> Reason | None:
    reason = conferences.opening(facts, link, at_ms)
    if reason is None and link.started is None and len(link.entries) > 1 and linked_cases.is_closed(facts, at_ms):
        return Reason.CLOSED
    return reason


def close(judging: Judging, link: OpeningCloseLink) -> Reason | None:
    """Judge the closing of an opening: any member may, because it narrows; a caller ends their own emergency."""
    found = judging.state.openings.get(link.opening)
    called = found is not None and found.link.started is not None and is_user(found.link, judging.author)
    if judging.author_standing() is None and not called:
        return Reason.NOT_ENTITLED
    if found is None:
        return Reason.UNKNOWN_REFERENCE
    return None if found.closed_seq is None else Reason.ALREADY


def opened(state: CaseChain, link: OpeningLink, hash_: str, capacity: Capacity | None) -> CaseChain:
    """Return the state with an opening in force; `capacity` is the opener's."""
    made = OpeningState(link, link.head.preamble.user, capacity, link.head.seq)
    return replace(state, openings={**state.openings, hash_: made})


def closed(state: CaseChain, link: OpeningCloseLink) -> CaseChain:
    """Return the state with an opening closed."""
    found = replace(state.openings[link.opening], closed_seq=link.head.seq)
    return replace(state, openings={**state.openings, link.opening: found})


def recipient_standing(facts: CaseFacts, link: OpeningLink, user: str, at_ms: int) -> Standing | None:
    """Return the standing in which a user is the recipient of an opening at an instant, None when they are not."""
    if link.started is not None:
        return emergencies.standing(facts, link, user, at_ms)
    for standing in standings(facts, user, at_ms):
        if _is_recipient(link, standing):
            return standing
    return None


def is_user(link: OpeningLink, user: str) -> bool:
    """Tell whether an opening names this very user as its recipient, in whatever capacity."""
    return isinstance(link.recipient, UserRecipient) and link.recipient.user == user


def check_in_force(state: CaseChain, hash_: str, user: str, at_ms: int) -> OpeningState:
    """Return an opening that a user may still use; raise unknown-reference, closed, expired, wrong-recipient."""
    found = state.openings.get(hash_)
    if found is None:
        raise ProtocolError(Reason.UNKNOWN_REFERENCE, "opening")
    if found.closed_seq is not None:
        raise ProtocolError(Reason.CLOSED, "opening")
    if at_ms >= found.link.until_ms:
        raise ProtocolError(Reason.EXPIRED, "opening")
    if conferences.over(state.facts, found.link, at_ms):
        raise ProtocolError(Reason.CLOSED, "opening for a conference that was ended")
    if recipient_standing(state.facts, found.link, user, at_ms) is None:
        raise ProtocolError(Reason.WRONG_RECIPIENT, "opening")
    return found


def opened_to(state: CaseChain, entry: str, at_ms: int) -> frozenset[str]:
    """Return the users to whom an entry is open at an instant: what `EntryMeta.named` holds besides exchanges.

    An emergency names nobody: it is decided as what it is, not as an exchange.
    """
    users: set[str] = set()
    for found in state.openings.values():
        if found.closed_seq is not None or at_ms >= found.link.until_ms or found.link.started is not None:
            continue
        if conferences.over(state.facts, found.link, at_ms):
            continue
        if any(item.id == entry for item in found.link.entries):
            users.update(
                box.user
                for box in found.link.boxes
                if recipient_standing(state.facts, found.link, box.user, at_ms) is not None
            )
    return frozenset(users)


def check_made(
    state: CaseChain,
    link: OpeningLink,
    capacity: Capacity | None,
    entries: Iterable[EntryMeta],
    *,
    table: PolicyTable,
    at_ms: int,
) -> None:
    """Judge the entries of an opening when it is made; `capacity` is the opener's. Raises `ProtocolError`.

    unknown-reference: an entry is missing from `entries`; not-entitled: the opener may not open it; not-permitted:
    the rules do not let the recipient have it.
    """
    known = {entry.id: entry for entry in entries}
    access = SectionAccess.at(table, state.facts, at_ms)
    opener = link.head.preamble.user
    for item in link.entries:
        entry = known.get(item.id)
        if entry is None:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "entry of an opening")
        sender = Party(opener, capacity)
        if link.started is not None:
            emergencies.check_opener(access, sender, entry)
        else:
            _check_opener(access, sender, entry)
            if entry.author != opener and linked_cases.is_closed(state.facts, at_ms):
                raise ProtocolError(Reason.NOT_ENTITLED, "in a closed case an entry is opened by its author")
        for box in link.boxes:
            _check_recipient(access, link, box.user, entry, sender)


def check_release(
    state: CaseChain, hash_: str, entry: EntryMeta, part: str, user: str, *, table: PolicyTable, at_ms: int
) -> OpeningState:
    """Judge one release under an opening: in force, this entry and part, and the rules of this instant."""
    found = check_in_force(state, hash_, user, at_ms)
    if not any(item.id == entry.id and part in item.parts for item in found.link.entries):
        raise ProtocolError(Reason.WRONG_PART, "opening")
    access = SectionAccess.at(table, state.facts, at_ms)
    _check_recipient(access, found.link, user, entry, Party(found.opener, found.capacity))
    return found


def _is_recipient(link: OpeningLink, standing: Standing) -> bool:
    recipient = link.recipient
    if isinstance(recipient, UserRecipient):
        return standing.user == recipient.user and standing.participation == recipient.capacity
    capacity = standing.capacity
    return capacity is not None and FunctionRecipient(capacity.row, capacity.structure) == recipient


def _check_opener(access: SectionAccess, opener: Party, entry: EntryMeta) -> None:
    own = entry.author == opener.user
    if entry.masks and not own:
        raise ProtocolError(Reason.NOT_ENTITLED, "a masked entry is opened by its author only")
    if shields.held_back(access.facts, entry, access.at_ms):
        raise ProtocolError(Reason.NOT_ENTITLED, "an opening would name a masked entry to whom it is hidden from")
    # Asked as if it had never been sent or opened to anybody: access by an opening does not open again.
    unnamed = replace(entry, named=frozenset())
    if not own and not _permitted(access, "read", opener, unnamed):
        raise ProtocolError(Reason.NOT_ENTITLED, "opening of an entry by somebody who may not read it")
    if not _permitted(access, "exchange_send", opener, unnamed):
        raise ProtocolError(Reason.NOT_ENTITLED, "opening of an entry by somebody who may not send it")


def _check_recipient(access: SectionAccess, link: OpeningLink, user: str, entry: EntryMeta, sender: Party) -> None:
    if link.started is not None:
        emergencies.check_recipient(access, link, user, entry)
        return
    standing = recipient_standing(access.facts, link, user, access.at_ms)
    if standing is None:
        raise ProtocolError(Reason.WRONG_RECIPIENT, "opening")
    named = replace(entry, named=entry.named | {user})
    if not _permitted(access, "exchange_receive", Party(user, standing.capacity), named, sender):
        raise ProtocolError(Reason.NOT_PERMITTED, "opening")


def _permitted(access: SectionAccess, action: str, party: Party, entry: EntryMeta, sender: Party | None = None) -> bool:
    question = Question(
        action=action, user=party.user, capacity=party.capacity, compartment=entry.compartment, level=entry.level,
        entry=entry, at_ms=access.at_ms, via="any" if action == "read" else "exchange", sender=sender,
    )  # fmt: skip
    return decide(access.table, access.facts, question).effect == PERMIT
