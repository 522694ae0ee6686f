"""Whether a consent covers a question: codes of the table's `cover` column (R18-R22, R27, R40, R43, P6, P7).

A refusal in force prevails; recency counts only inside one supersession chain; a consent that fails one condition is
as if absent, and the answer says which one failed and from whom to collect another.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from volet_protocol import powers
from volet_protocol.capacities import Capacity
from volet_protocol.case_facts import FOREVER, CaseFacts, Record
from volet_protocol.fact_notices import Consent, Information, Recipients
from volet_protocol.notices import Cover
from volet_protocol.questions import Missing

GIVEN, REFUSED, CONFLICT, NONE = "given", "refused", "conflict", "none"
WITHDRAWN, EXPIRED, UNCOVERED, LATE, REPORTED = "withdrawn", "expired", "uncovered", "late_notice", "reported"
SHARE, MDPH, REQUEST = "share_outside_team", "mdph_exchange", "person_request_to_third_party"
# From the reason that says most to the one that says least.
_REASONS = (WITHDRAWN, EXPIRED, LATE, REPORTED)
_COURT = "O13"


@dataclass(frozen=True)
class Recipient:
    """Whom a consent is asked for: a user in a capacity, a relative, or a party without account and its row."""

    id: str
    capacity: Capacity | None = None
    row: str | None = None
    # The row of a mandate, which a consent may name as well as the row held.
    acting: str | None = None

    def named_by(self, recipients: Recipients) -> bool:
        """Tell whether a consent names this recipient: every key given matches, one value in each is enough (P7)."""
        capacity = self.capacity
        row = self.row if capacity is None else capacity.row
        codes = () if capacity is None else (capacity.profession, capacity.role)
        outsider = capacity is None and self.row is not None
        checks = (
            (recipients.categories, capacity is not None and capacity.category in (recipients.categories or ())),
            (recipients.rows, any(one in (recipients.rows or ()) for one in (row, self.acting))),
            (recipients.professions, any(code in (recipients.professions or ()) for code in codes)),
            (recipients.users, not outsider and self.id in (recipients.users or ())),
            (recipients.structures, capacity is not None and capacity.structure in (recipients.structures or ())),
            (recipients.outsiders, outsider and self.id in (recipients.outsiders or ())),
        )
        return all(matches for named, matches in checks if named is not None)

    def named_as(self) -> Iterator[tuple[str, Hashable]]:
        """Yield every key by which a consent could name this recipient, with its name among those of `Recipients`."""
        capacity = self.capacity
        yield ("outsiders" if capacity is None and self.row is not None else "users"), self.id
        yield "rows", self.row if capacity is None else capacity.row
        if self.acting is not None:
            yield "rows", self.acting
        if capacity is not None:
            yield "professions", capacity.profession
            yield "professions", capacity.role
            yield "structures", capacity.structure
            yield "categories", capacity.category

    def as_recipients(self) -> Recipients:
        """Return every key by which a consent could name this recipient."""
        capacity = self.capacity
        if capacity is None:
            if self.row is None:
                return Recipients(rows=None if self.acting is None else (self.acting,), users=(self.id,))
            return Recipients(rows=(self.row,), outsiders=(self.id,))
        codes = tuple(code for code in (capacity.profession, capacity.role) if code is not None)
        return Recipients(
            categories=None if capacity.category is None else (capacity.category,),
            rows=tuple(dict.fromkeys(row for row in (capacity.row, self.acting) if row is not None)),
            professions=codes or None,
            users=(self.id,),
            structures=(capacity.structure,),
        )


def consent_cover(  # noqa: PLR0917 - the question, in the order of the law: when, what, to whom
    facts: CaseFacts, at_ms: int, kind: str, asked: Information, entry: str | None, recipient: Recipient
) -> Cover:
    """Return how the consents of one kind cover information reaching a recipient at an instant."""
    given: list[Record[Consent]] = []
    refused: list[Record[Consent]] = []
    # Consents that count, and words against a refusal that count for nothing else.
    spoken: list[Record[Consent]] = []
    failures: list[str] = []
    about = (kind, asked.compartment, asked.level)
    for record in facts.under(Consent, _named, *((*about, *key) for key in recipient.named_as())):
        if not _counts(facts, record, at_ms) or not _names(record.fact, asked, entry, recipient):
            continue
        failure = _failure(facts, record, at_ms, recipient)
        if record.fact.decision == REFUSED:
            # The refusal of somebody whose mandate is over, or without exercise of authority, is nobody's (R52).
            if failure not in {WITHDRAWN, EXPIRED} and powers.has_say(facts, record.fact.given_by, at_ms):
                refused.append(record)
        elif failure:
            failures.append(failure)
            if failure not in {WITHDRAWN, EXPIRED} and powers.has_say(facts, record.fact.given_by, at_ms):
                spoken.append(record)
        else:
            given.append(record)
    if refused:
        return _refusal([*given, *spoken], refused)
    if given:
        return Cover(GIVEN, tuple(record.hash for record in given[:1]))
    reason = next((reason for reason in _REASONS if reason in failures), failures[0] if failures else NONE)
    if reason == NONE and any(_counts(facts, record, at_ms) for record in facts.under(Consent, _agreed, kind)):
        reason = UNCOVERED
    missing = Missing(
        "consent",
        kind,
        (asked,),
        recipients=recipient.as_recipients(),
        given_by=powers.who_consents(facts, at_ms, (asked.compartment,)),
    )
    return Cover(reason, (), missing)


def in_force(facts: CaseFacts, record: Record[Consent], at_ms: int) -> bool:
    """Tell whether a word, consent or refusal, stands at that instant: begun, not over, not replaced (P4, P6, R21)."""
    return _counts(facts, record, at_ms) and not _over(facts, record, at_ms)


def _counts(facts: CaseFacts, record: Record[Consent], at_ms: int) -> bool:
    """Tell whether a consent has begun and none that has been given since takes its place."""
    if max(record.fact.given_ms, record.fact.starts_ms or 0) > at_ms:
        return False
    # P6: recency counts only inside one supersession chain.
    return all(
        later.fact.given_ms > at_ms or _void(facts, later.fact)
        for later in facts.under(Consent, _superseded, record.hash)
    )


def _void(facts: CaseFacts, consent: Consent) -> bool:
    """Tell whether a consent never counted: it takes the place of nothing."""
    return consent.decision == GIVEN and (_late(consent) or bool(_power(facts, consent, consent.given_ms)))


def _superseded(consent: Consent) -> tuple[str | None, ...]:
    return (consent.supersedes,)


def _agreed(consent: Consent) -> tuple[str, ...]:
    return (consent.kind,) if consent.decision == GIVEN else ()


def _named(consent: Consent) -> Iterator[Hashable]:
    """Yield what a consent names by the narrowest of its keys; `_names` then compares all of them."""
    recipients = consent.recipients
    keys = (
        ("users", recipients.users), ("outsiders", recipients.outsiders), ("professions", recipients.professions),
        ("structures", recipients.structures), ("rows", recipients.rows), ("categories", recipients.categories),
    )  # fmt: skip
    narrowest, values = next(((name, values) for name, values in keys if values is not None), ("", ()))
    for item in consent.information:
        for level in range(1, item.level + 1):
            for value in values:
                yield consent.kind, item.compartment, level, narrowest, value


def _refusal(spoken: list[Record[Consent]], refused: list[Record[Consent]]) -> Cover:
    """Tell a refusal by who decides from a disagreement that only a judge settles (C. civ. 372-2, 459)."""
    hashes = tuple(record.hash for record in refused)
    givers = {record.fact.given_by for record in spoken}
    return Cover(CONFLICT if any(givers - {record.fact.given_by} for record in refused) else REFUSED, hashes)


def _names(consent: Consent, asked: Information, entry: str | None, recipient: Recipient) -> bool:
    named = any(item.covers(asked.compartment, asked.level) for item in consent.information)
    within = consent.entries is None or entry in consent.entries
    return named and within and recipient.named_by(consent.recipients)


def _failure(facts: CaseFacts, record: Record[Consent], at_ms: int, recipient: Recipient) -> str:
    """Return "" for a consent that counts, else the first condition it fails (rules.md section 2)."""
    consent = record.fact
    over = _over(facts, record, at_ms)
    if over:
        return over
    if _late(consent):
        return LATE
    if consent.kind == REQUEST and consent.decision == GIVEN and consent.means == "oral" and recipient.row != _COURT:
        # A document goes to a third party at a written request (rules.md section 4).
        return UNCOVERED
    power = _power(facts, consent, consent.given_ms) or _still(facts, consent, at_ms)
    if power:
        return power
    return REPORTED if record.reported and record.author.user == recipient.id else ""


def _over(facts: CaseFacts, record: Record[Consent], at_ms: int) -> str:
    """Return why a word stands no more, or ""."""
    consent = record.fact
    if facts.ended_at(record.hash) <= at_ms:
        return WITHDRAWN
    until = min(FOREVER if consent.until_ms is None else consent.until_ms, facts.episode_end(consent.episode))
    return EXPIRED if until <= at_ms else ""


def _late(consent: Consent) -> bool:
    needs_notice = consent.kind != REQUEST and consent.decision == GIVEN
    return needs_notice and (consent.notice is None or consent.notice.delivered_ms > consent.given_ms)


def _power(facts: CaseFacts, consent: Consent, at_ms: int) -> str:
    parts = tuple(item.compartment for item in consent.information)
    return powers.consent_power(facts, consent.given_by, at_ms, parts)


def _still(facts: CaseFacts, consent: Consent, at_ms: int) -> str:
    """Return why a giver lost the power: a stand-in's consent lasts while they stand in (R22)."""
    return "" if consent.given_by.mandate is None else _power(facts, consent, at_ms)
