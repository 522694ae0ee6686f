"""What denies before any standing is looked at: gate, masks, opposition (rules.md section 2, steps 1, 3 and 4)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from volet_protocol import powers
from volet_protocol.case_facts import FOREVER, CaseFacts
from volet_protocol.decisions import answer
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_masks import MaskEnd
from volet_protocol.fact_notices import Consent, Opposition
from volet_protocol.fact_powers import MinorSecret
from volet_protocol.masks import ANNOUNCEMENT_MS, BEFORE_ANNOUNCEMENT, MINOR_SECRET
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import Decision, EntryMeta, Party, Question

HIDDEN_KINDS = frozenset({"information_preoccupante", "signalement"})
_ADDRESS_HIDDEN_FROM = frozenset(f"O{number}" for number in range(2, 14))
_ACCOUNTS = {"unverified": "unverified", "revoked": "revoked", "none": "without_account"}
_ACTIVE_YEARS = 2
# Looking at content is no end of an audit nor of retention, in any channel.
_NOT_FOR_CONTENT = frozenset({"audit", "retention"})
_PURPOSES: Mapping[str, frozenset[str]] = {
    "child_protection": frozenset({"child_protection", "authority_alert"}),
    "emergency": frozenset({"emergency_care"}),
    "mdph": frozenset({"mdph_evaluation"}),
}


def gate(table: PolicyTable, facts: CaseFacts, question: Question, row: str | None) -> str:
    """Return the code of step 1 that stops the question, or ""."""
    if question.account in _ACCOUNTS:
        return _ACCOUNTS[question.account]
    if row is not None:
        known = table.row(row)
        if known is None:
            return "unknown_code"
        if not known.account:
            return "no_account_row"
    return case_state(facts, question.at_ms)


def without_account(table: PolicyTable, question: Question, party: Party) -> Decision | None:
    """Return the refusal that a party without account gets nothing in the hub (P9), None for any other party."""
    row = None if party.row is None or party.capacity is not None else table.row(party.row)
    if row is None or row.account:
        return None
    return answer(table, question, table.ask("shield", "no_account_row", row.row), "gate")


def case_state(facts: CaseFacts, at_ms: int) -> str:
    """Return dead, archived or inactive (R65, R74), or "" for a file in use."""
    if facts.death_ms is not None and facts.death_ms <= at_ms:
        return "dead"
    retention = facts.retention
    if retention is None:
        return ""
    if retention.decision != "none":
        return "archived"
    return "inactive" if at_ms >= _years_after(retention.last_contact_ms, _ACTIVE_YEARS) else ""


def _years_after(instant_ms: int, years: int) -> int:
    instant = datetime.fromtimestamp(instant_ms // 1000, UTC)
    # 29 February ends on 1 March: a day later, never a day earlier.
    day = 29 if (instant.month, instant.day) == (2, 29) else 0
    later = (
        instant.replace(year=instant.year + years, month=3, day=1)
        if day
        else instant.replace(year=instant.year + years)
    )
    return int(later.timestamp()) * 1000 + instant_ms % 1000


def mask(facts: CaseFacts, entry: EntryMeta, question: Question, row: str, relation: str) -> str:
    """Return the code of the mask that hides an entry from this reader, or "". The author sees their own."""
    if entry.author == question.user:
        return ""
    representative = relation in {"parent", "guardian", "curator"}
    own_side = representative or relation == "self"
    named = question.user in entry.named
    at_ms = question.at_ms
    if representative and facts.is_minor(at_ms) and _under_minor_secret(facts, entry, at_ms):
        return "minor_secret"
    hidden = "child_protection_hidden" in entry.masks or entry.kind in HIDDEN_KINDS
    if hidden and not named and relation != "list":
        return "child_hidden"
    reported = entry.kind == "adult_ill_treatment" or "ill_treatment_hidden" in entry.masks
    if reported and representative and not named:
        return "ill_treatment"
    # A professional guardian is another professional; the person, and a relative who acts for them, is not.
    masked_for = not own_side or question.capacity is not None
    if "withheld_by_author" in entry.masks and masked_for and not named:
        return "withheld"
    if "address_secret" in entry.masks and row in _ADDRESS_HIDDEN_FROM:
        return "address"
    if "third_party" in entry.masks and own_side:
        return "third_party"
    waiting = BEFORE_ANNOUNCEMENT in entry.masks and entry.author_category == 1
    if waiting and own_side and at_ms < announced_ms(facts, entry):
        return "announcement"
    return ""


def announced_ms(facts: CaseFacts, entry: EntryMeta) -> int:
    """Return when a result waits no longer: the term its author set, their word, or 15 days at most (R65b)."""
    lifted = [
        record.fact.at_ms
        for record in facts.of(MaskEnd)
        if record.fact.entry == entry.id and record.author.user == entry.author
    ]
    until = entry.written_ms + ANNOUNCEMENT_MS if entry.mask_until_ms is None else entry.mask_until_ms
    return min(until, entry.written_ms + ANNOUNCEMENT_MS, *lifted)


def held_back(facts: CaseFacts, entry: EntryMeta, at_ms: int) -> bool:
    """Tell whether a mask of an entry is in force, so that no link may name it to those it is hidden from."""
    if set(entry.masks) == {BEFORE_ANNOUNCEMENT}:
        return at_ms < announced_ms(facts, entry)
    return bool(entry.masks)


def _under_minor_secret(facts: CaseFacts, entry: EntryMeta, at_ms: int) -> bool:
    return MINOR_SECRET in entry.masks or any(
        entry.id in record.fact.entries and record.fact.opposed_ms <= at_ms < facts.ended_at(record.hash)
        for record in facts.of(MinorSecret)
    )


def opposition(
    facts: CaseFacts, question: Question, entry: str | None, *, emergency: bool
) -> tuple[str, tuple[str, ...]]:
    """Return the code of the opposition that covers actor and object, with its fact, or ""."""
    entry = entry if entry in facts.singled_out else None
    return facts.folds.once(
        question, ("opposition", entry, emergency),
        lambda: _opposition(facts, question.bare(), entry, emergency=emergency),
    )  # fmt: skip


def _opposition(
    facts: CaseFacts, question: Question, entry: str | None, *, emergency: bool
) -> tuple[str, tuple[str, ...]]:
    for record in facts.of(Opposition):
        fact = record.fact
        until = min(facts.ended_at(record.hash), fact.until_ms if fact.until_ms is not None else question.at_ms + 1)
        if not fact.from_ms <= question.at_ms < until or not _covers(fact, question, entry, emergency=emergency):
            continue
        against = powers.consent_power(facts, fact.expressed_by, question.at_ms)
        if fact.expressed_by == GivenBy() or not against:
            # The person's own word counts whatever their age or state: narrowing needs no power.
            if emergency:
                return "opposed_emergency", (record.hash,)
            disagrees = _agreed_by_another(facts, fact.expressed_by, question)
            return ("opposed_conflict" if disagrees else "opposed"), (record.hash,)
        if against in {powers.POWERLESS_GUARDIAN, powers.POWERLESS_CURATOR}:
            return "opposed_conflict", (record.hash,)
    return "", ()


def _agreed_by_another(facts: CaseFacts, expressed_by: GivenBy, question: Question) -> bool:
    """Tell whether somebody else with a say agreed to that share: the disagreement goes to the judge (R51, R57)."""
    return any(
        fact.decision == "given" and fact.given_by != expressed_by
        and fact.given_ms <= question.at_ms < min(_end(fact.until_ms), facts.ended_at(record.hash))
        and any(item.covers(question.compartment, question.level) for item in fact.information)
        and powers.has_say(facts, fact.given_by, question.at_ms)
        for record in facts.of(Consent) for fact in (record.fact,)
    )  # fmt: skip


def _end(until_ms: int | None) -> int:
    return FOREVER if until_ms is None else until_ms


def wrong_purpose(question: Question) -> bool:
    """Tell whether what is asked for is no end of the channel claimed (R10, R34, R40, R44); no purpose claims none."""
    purpose = question.purpose
    if not purpose:
        return False
    return purpose in _NOT_FOR_CONTENT or purpose not in _PURPOSES.get(question.via, {purpose})


def _covers(fact: Opposition, question: Question, entry: str | None, *, emergency: bool) -> bool:
    capacity = question.capacity
    row = capacity.row if capacity is not None else ""
    if fact.spared is not None and (question.user in fact.spared.users or row in fact.spared.rows):
        return False
    if fact.scope == "all":
        return True
    if emergency or fact.scope == "emergency_access":
        return emergency and fact.scope == "emergency_access"
    return (
        question.user in fact.users
        or row in fact.rows
        or (capacity is not None and capacity.category in fact.categories)
        or question.compartment in fact.compartments
        or (entry is not None and entry in fact.entries)
    )
