"""Whether a consent covers a question: codes of the table's `cover` column (R18-R22, R27, R40, R43, P6, P7).

A refusal in force prevails; recency counts only inside one supersession chain; a consent that fails one condition is
as if absent, and the answer says which one failed and from whom to collect another.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol import powers
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import FOREVER, CaseFacts, Record
from volet_protocol.fact_notices import Consent, Information, Recipients
from volet_protocol.fact_powers import Mandate
from volet_protocol.notices import Cover
from volet_protocol.questions import Missing

GIVEN, REFUSED, CONFLICT, NONE = "given", "refused", "conflict", "none"
WITHDRAWN, EXPIRED, UNCOVERED, LATE, REPORTED = "withdrawn", "expired", "uncovered", "late_notice", "reported"
SHARE, MDPH, REQUEST = "share_outside_team", "mdph_exchange", "person_request_to_third_party"
# From the reason that says most to the one that says least.
_REASONS = (WITHDRAWN, EXPIRED, LATE, REPORTED)


@dataclass(frozen=True)
class Recipient:
    """Whom a consent is asked for: a user in a capacity, a relative, or a party without account and its row."""

    id: str
    capacity: Capacity | None = None
    row: str | None = None

    def named_by(self, recipients: Recipients) -> bool:
        """Tell whether a consent names this recipient: every key given matches, one value in each is enough (P7)."""
        capacity = self.capacity
        row = self.row if capacity is None else capacity.row
        codes = () if capacity is None else (capacity.profession, capacity.role)
        outsider = capacity is None and self.row is not None
        checks = (
            (recipients.categories, capacity is not None and capacity.category in (recipients.categories or ())),
            (recipients.rows, row in (recipients.rows or ())),
            (recipients.professions, any(code in (recipients.professions or ()) for code in codes)),
            (recipients.users, not outsider and self.id in (recipients.users or ())),
            (recipients.structures, capacity is not None and capacity.structure in (recipients.structures or ())),
            (recipients.outsiders, outsider and self.id in (recipients.outsiders or ())),
        )
        return all(matches for named, matches in checks if named is not None)

    def as_recipients(self) -> Recipients:
        """Return every key by which a consent could name this recipient."""
        capacity = self.capacity
        if capacity is None:
            if self.row is None:
                return Recipients(users=(self.id,))
            return Recipients(rows=(self.row,), outsiders=(self.id,))
        codes = tuple(code for code in (capacity.profession, capacity.role) if code is not None)
        return Recipients(
            categories=None if capacity.category is None else (capacity.category,),
            rows=(capacity.row,),
            professions=codes or None,
            users=(self.id,),
            structures=(capacity.structure,),
        )


def consent_cover(  # noqa: PLR0917 - the question, in the order of the law: when, what, to whom
    facts: CaseFacts, at_ms: int, kind: str, asked: Information, entry: str | None, recipient: Recipient
) -> Cover:
    """Return how the consents of one kind cover information reaching a recipient at an instant."""
    missing = Missing(
        "consent", kind, (asked,), recipients=recipient.as_recipients(), given_by=powers.who_consents(facts, at_ms)
    )
    given: list[Record[Consent]] = []
    refused: list[Record[Consent]] = []
    failures: list[str] = []
    elsewhere = False
    every = facts.of(Consent)
    superseded = {record.fact.supersedes for record in every if record.fact.given_ms <= at_ms}
    for record in every:
        begun = max(record.fact.given_ms, record.fact.starts_ms or 0) <= at_ms
        # P6: recency counts only inside one supersession chain.
        if record.fact.kind != kind or not begun or record.hash in superseded:
            continue
        if not _names(record.fact, asked, entry, recipient):
            elsewhere = elsewhere or record.fact.decision == GIVEN
            continue
        failure = _failure(facts, record, at_ms, recipient)
        if record.fact.decision == REFUSED:
            if failure not in {WITHDRAWN, EXPIRED}:
                refused.append(record)
        elif failure:
            failures.append(failure)
        else:
            given.append(record)
    if refused:
        return _refusal(facts, given, refused, at_ms)
    if given:
        return Cover(GIVEN, tuple(record.hash for record in given[:1]))
    reason = next((reason for reason in _REASONS if reason in failures), failures[0] if failures else NONE)
    return Cover(UNCOVERED if reason == NONE and elsewhere else reason, (), missing)


def _refusal(facts: CaseFacts, given: list[Record[Consent]], refused: list[Record[Consent]], at_ms: int) -> Cover:
    """Tell a refusal by who decides from a disagreement that only a judge settles (C. civ. 372-2, 459)."""
    hashes = tuple(record.hash for record in refused)
    powerful = [record for record in refused if not powers.consent_power(facts, record.fact.given_by, at_ms)]
    overruled = [record for record in refused if record not in powerful and record.fact.given_by.mandate is not None]
    if given and any(record.fact.given_by != given[0].fact.given_by for record in refused):
        return Cover(CONFLICT, hashes)
    if overruled and not powerful and not _holds(facts, overruled, at_ms):
        # A refusal by somebody whose mandate is over is nobody's refusal.
        return Cover(NONE)
    return Cover(REFUSED, hashes)


def _holds(facts: CaseFacts, records: list[Record[Consent]], at_ms: int) -> bool:
    mandates = {record.hash: record for record in facts.of(Mandate)}
    for record in records:
        mandate = mandates.get(record.fact.given_by.mandate or "")
        if mandate is not None and powers.mandate_state(facts, mandate, at_ms) == powers.IN_FORCE:
            return True
    return False


def _names(consent: Consent, asked: Information, entry: str | None, recipient: Recipient) -> bool:
    named = any(item.covers(asked.compartment, asked.level) for item in consent.information)
    within = consent.entries is None or entry in consent.entries
    return named and within and recipient.named_by(consent.recipients)


def _failure(facts: CaseFacts, record: Record[Consent], at_ms: int, recipient: Recipient) -> str:
    """Return "" for a consent that counts, else the first condition it fails (rules.md section 2)."""
    consent = record.fact
    if facts.ended_at(record.hash) <= at_ms:
        return WITHDRAWN
    if min(FOREVER if consent.until_ms is None else consent.until_ms, facts.episode_end(consent.episode)) <= at_ms:
        return EXPIRED
    needs_notice = consent.kind != REQUEST and consent.decision == GIVEN
    if needs_notice and (consent.notice is None or consent.notice.delivered_ms > consent.given_ms):
        return LATE
    power = powers.consent_power(facts, consent.given_by, consent.given_ms) or _still(facts, consent, at_ms)
    if power:
        return power
    return REPORTED if record.reported and record.author.user == recipient.id else ""


def _still(facts: CaseFacts, consent: Consent, at_ms: int) -> str:
    """Return why a giver lost the power: a stand-in's consent lasts while they stand in (R22)."""
    return "" if consent.given_by.mandate is None else powers.consent_power(facts, consent.given_by, at_ms)
