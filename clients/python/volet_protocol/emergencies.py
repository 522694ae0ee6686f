"""Emergencies: an opening of the emergency set to a health professional who declared one (docs/spec/emergencies.md).

1. The declaration is a fact that its caller signs. It hands out nothing: somebody who holds the keys answers it with an
   opening of single entries, so that no key of a section ever leaves (protocol 10.3).
2. An answer rests on the receipt of the `emergency-start` leaf: who boxes knows that the access is in the log before it
   happens. An agent answers only where witnesses cosigned.
3. What the set holds, and whether the person opposed, the policy says under `via="emergency"` (P5): when the answer is
   made, and again at each release.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from volet_protocol import emergency_course, shields
from volet_protocol.access import decide
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.checkpoint import LogVerifier
from volet_protocol.entitlement import Judging
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_powers import EMERGENCY_MAX_MS, Emergency
from volet_protocol.leaf import LeafType
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.merkle import leaf_hash
from volet_protocol.opening_links import OpeningLink, StartRef, UserRecipient
from volet_protocol.places import MAIN
from volet_protocol.policy_table import PERMIT
from volet_protocol.questions import Decision, EntryMeta, Party, Question
from volet_protocol.receipt import Receipt
from volet_protocol.section_access import SectionAccess, Standing
from volet_protocol.statements import from_json

START, STOP = "emergency-start", "emergency-stop"


@dataclass(frozen=True)
class Quota:
    """How many emergencies one caller, and one structure, may declare in a window, the new one included."""

    caller: int = 3
    structure: int = 10
    window_ms: int = 24 * 3_600_000


def end_ms(fact: Emergency) -> int:
    """Return the instant at which an emergency is over at the latest, whatever it says of itself."""
    return min(fact.until_ms, fact.opened_ms + EMERGENCY_MAX_MS)


def rests_on_emergency(facts: CaseFacts, link: OpeningLink) -> bool:
    """Tell whether an opening is the answer to an emergency, or claims to be."""
    return link.started is not None or declared(facts, link) is not None


def declared(facts: CaseFacts, link: OpeningLink) -> Record[Emergency] | None:
    """Return the emergency that an opening names among its bases."""
    return next((record for record in facts.of(Emergency) if record.hash in link.basis), None)


def opening(judging: Judging, link: OpeningLink) -> Reason | None:
    """Judge what the chain knows of an answer, beside what every opening must be: None, or why it is void."""
    if judging.state.class_ != MAIN:
        return Reason.WRONG_CHAIN
    found = declared(judging.access.facts, link)
    if found is None:
        return Reason.UNKNOWN_REFERENCE
    if link.started is None:
        return Reason.MISSING_FIELD
    if link.basis != (found.hash,) or link.exchange is not None:
        return Reason.MALFORMED
    if link.recipient != UserRecipient(found.fact.user, found.hash):
        return Reason.WRONG_RECIPIENT
    if judging.author == found.fact.user:
        # Whoever holds the share needs no emergency; whoever does not cannot give it to themselves.
        return Reason.NOT_ENTITLED
    if judging.at_ms < found.fact.opened_ms:
        return Reason.NOT_YET
    over_ms = emergency_course.over_ms(judging.access.facts, found)
    if judging.at_ms >= over_ms or link.until_ms > end_ms(found.fact):
        return Reason.EXPIRED
    return Reason.NOT_PERMITTED if _opposed(judging.access, found) else None


def standing(facts: CaseFacts, link: OpeningLink, user: str, at_ms: int) -> Standing | None:
    """Return the standing of the caller while their emergency lasts; None for anybody else, or after."""
    found = declared(facts, link)
    if found is None or user != found.fact.user:
        return None
    if not found.fact.opened_ms <= at_ms < emergency_course.over_ms(facts, found):
        return None
    return Standing(user, found.author.capacity, found.hash)


def check_opener(access: SectionAccess, opener: Party, entry: EntryMeta) -> None:
    """Judge who answers: they wrote the entry or may read it, and it carries no mask. Raises not-entitled."""
    if entry.masks:
        raise ProtocolError(Reason.NOT_ENTITLED, "a masked entry is not of the emergency set")
    # Asked as if it had never been sent or opened to anybody: access by an opening does not open again.
    unnamed = replace(entry, named=frozenset())
    if entry.author == opener.user:
        return
    if decide(access.table, access.facts, _read(opener, unnamed, access.at_ms, "any")).effect != PERMIT:
        raise ProtocolError(Reason.NOT_ENTITLED, "emergency answered with an entry that the opener may not read")


def decision(access: SectionAccess, link: OpeningLink, user: str, entry: EntryMeta) -> tuple[Decision, Question]:
    """Return what the policy says of one entry for the caller now; raise wrong-recipient for anybody else."""
    found = standing(access.facts, link, user, access.at_ms)
    if found is None:
        raise ProtocolError(Reason.WRONG_RECIPIENT, "emergency")
    question = _read(Party(user, found.capacity), entry, access.at_ms, "emergency")
    return decide(access.table, access.facts, question), question


def check_recipient(access: SectionAccess, link: OpeningLink, user: str, entry: EntryMeta) -> Decision:
    """Return the permit, with its obligations, under which the caller has an entry. Raises not-permitted."""
    decided, _ = decision(access, link, user, entry)
    if decided.effect != PERMIT or entry.masks:
        raise ProtocolError(Reason.NOT_PERMITTED, "emergency")
    return decided


def check_emergency_receipt(
    receipt: Receipt,
    record: Record[Emergency],
    *,
    case: str,
    log: LogVerifier,
    at_ms: int,
    agent: bool = False,
) -> StartRef:
    """Judge the receipt on which an emergency is answered; return what the answer names of it.

    `log` is what the trust bundle configures. Raises what `Receipt.verify` raises, and wrong-type (another act),
    missing-field (no identity payload), wrong-request (another fact), wrong-case, wrong-author, wrong-chain, expired,
    not-trusted (cosigned by too few witnesses, or an agent where no witness is asked for).
    """
    if agent and log.policy.quorum is None:
        raise ProtocolError(Reason.NOT_TRUSTED, "an agent answers no emergency without witnesses")
    verified = receipt.verify(log)
    if not log.cosigned(verified.checkpoint, at_ms):
        raise ProtocolError(Reason.NOT_TRUSTED, "receipt of an emergency without enough witnesses")
    view = ViewPayload.read(verified.view)
    if verified.leaf.type is not LeafType.ACT or view.act != START or not view.emergency:
        raise ProtocolError(Reason.WRONG_TYPE, "receipt of an emergency")
    if view.class_ != MAIN:
        raise ProtocolError(Reason.WRONG_CHAIN, "receipt of an emergency")
    if verified.identity is None:
        raise ProtocolError(Reason.MISSING_FIELD, "receipt of an emergency: identity")
    _check_identity(IdentityPayload.read(verified.identity), record, case)
    fact = record.fact
    if (view.row, view.structure) != (fact.row, fact.structure):
        raise ProtocolError(Reason.WRONG_REQUEST, "receipt of an emergency in another capacity")
    if max(at_ms, verified.leaf.ts_ms) >= end_ms(fact):
        raise ProtocolError(Reason.EXPIRED, "emergency")
    checkpoint = verified.checkpoint
    return StartRef(verified.index, leaf_hash(receipt.leaf).hex(), checkpoint.size, checkpoint.root.hex())


def check_quota(past: Iterable[Record[Emergency]], new: Emergency, at_ms: int, quota: Quota) -> None:
    """Refuse an emergency too many: over-quota for the caller, or for their structure.

    `past` are the emergencies recorded before, of any case, counted by the instant of their recording: what a caller
    states as the beginning would let them date one out of the window.
    """
    recent = [record.fact for record in past if at_ms - quota.window_ms < record.recorded_ms]
    check_counts(
        sum(fact.user == new.user for fact in recent), sum(fact.structure == new.structure for fact in recent), quota
    )


def check_counts(caller: int, structure: int, quota: Quota) -> None:
    """Refuse one emergency more (over-quota), given how many the caller and their structure declared in the window."""
    if caller >= quota.caller:
        raise ProtocolError(Reason.OVER_QUOTA, "emergencies of one caller")
    if structure >= quota.structure:
        raise ProtocolError(Reason.OVER_QUOTA, "emergencies of one structure")


def _check_identity(who: IdentityPayload, record: Record[Emergency], case: str) -> None:
    if who.request is None:
        raise ProtocolError(Reason.MISSING_FIELD, "receipt of an emergency: the signed declaration")
    declaration = from_json(who.request)
    if who.request_hash != declaration.hash:
        raise ProtocolError(Reason.WRONG_HASH, "receipt of an emergency: request_hash")
    if declaration.type != "fact" or declaration.body.get("fact") != record.hash:
        raise ProtocolError(Reason.WRONG_REQUEST, "receipt of another act than this emergency")
    if declaration.body.get("case") != case:
        raise ProtocolError(Reason.WRONG_CASE, "receipt of an emergency")
    if who.user != record.fact.user:
        raise ProtocolError(Reason.WRONG_AUTHOR, "receipt of an emergency")


def _opposed(access: SectionAccess, record: Record[Emergency]) -> bool:
    question = Question(
        action="read", user=record.fact.user, capacity=record.author.capacity, compartment="identity", level=1,
        entry=None, at_ms=access.at_ms, via="emergency",
    )  # fmt: skip
    return shields.opposition(access.facts, question, None, emergency=True)[0] != ""


def _read(party: Party, entry: EntryMeta, at_ms: int, via: str) -> Question:
    return Question(
        action="read", user=party.user, capacity=party.capacity, compartment=entry.compartment, level=entry.level,
        entry=entry, at_ms=at_ms, via=via,
    )  # fmt: skip
