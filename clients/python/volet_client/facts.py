"""What can be recorded about a case, composed on the facts known and the time of collection; what is chosen by words.

Each composer returns what `FactRecorder.record` asks for: a function of (facts, time of collection in ms) that gives
the fact. The same composers serve with and without network. Who may make which: docs/spec/facts.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from volet_client.author import draw
from volet_client.errors import UsageError
from volet_client.facts_recording import Make
from volet_client.notices import notice_fact
from volet_client.words import Said
from volet_protocol.case_facts import CaseFacts, Record
from volet_protocol.fact_codec import GivenBy
from volet_protocol.fact_notices import (
    Consent,
    ConsentWithdrawal,
    DeliveredNotice,
    Except,
    Information,
    NoticeLine,
    Opposition,
    OppositionEnd,
    Recipients,
)
from volet_protocol.fact_people import (
    Death,
    Episode,
    EpisodeEnd,
    Participation,
    ParticipationEnd,
    Referent,
    Retention,
)
from volet_protocol.fact_powers import (
    Ability,
    Designation,
    FactEnd,
    Mandate,
    MandateEnd,
    MinorSecret,
    MinorSecretEnd,
    Procedure,
)
from volet_protocol.facts import Fact

LAST = "last"
_KEY = 32
_SHORT = 4
F = TypeVar("F", bound=Fact)


@dataclass(frozen=True)
class Terms:
    """What a consent is about, and how it was given; `notice` is the hash of the text handed over before it."""

    information: tuple[Information, ...]
    recipients: Recipients
    notice: str
    support: str | None = None
    kind: str = "share_outside_team"
    decision: str = "given"
    means: str = "electronic"
    until_ms: int | None = None
    giver: str | None = None
    entries: tuple[str, ...] | None = None


def notice(lines: Sequence[NoticeLine], means: str, support: str | None = None) -> Make:
    """Compose what the person was told, with which text, and what was left with her."""
    return lambda _facts, at_ms: notice_fact(lines, at_ms, means, support)


def consent(terms: Terms) -> Make:
    """Compose an agreement or a refusal, for the newest care episode open when it was given (CSP D1110-3-3)."""

    def make(facts: CaseFacts, at_ms: int) -> Fact:
        episode_ = open_episode(facts, at_ms)
        if episode_ is None and terms.decision == "given" and terms.kind != "person_request_to_third_party":
            raise UsageError(
                Said(
                    "Aucune prise en charge n'était ouverte à cette date : un accord vaut pour l'une d'elles.",
                    "No care episode was open at that date: a consent is for one of them.",
                ),
                Said("volet episode open", "volet episode open"),
            )
        return Consent(
            kind=terms.kind, decision=terms.decision, information=terms.information, recipients=terms.recipients,
            given_by=given_by(facts, terms.giver, at_ms), given_ms=at_ms, means=terms.means, until_ms=terms.until_ms,
            notice=DeliveredNotice(terms.notice, at_ms, terms.support), episode=episode_,
            entries=terms.entries,
        )  # fmt: skip

    return make


def withdrawal(which: str, means: str) -> Make:
    """Compose the end of a consent, by any means."""
    return lambda facts, at_ms: ConsentWithdrawal(one(consents_in_force(facts, at_ms), which).hash, at_ms, means)


def opposition(
    against: Opposition, *, giver: str | None = None, spared: Except | None = None, until_ms: int | None = None
) -> Make:
    """Compose an opposition: `against` gives its scope and what the scope names."""
    return lambda facts, at_ms: replace(
        against, from_ms=at_ms, expressed_by=given_by(facts, giver, at_ms), spared=spared, until_ms=until_ms
    )


def opposition_end(which: str) -> Make:
    """Compose the end of an opposition."""
    return lambda facts, at_ms: OppositionEnd(one(in_force(facts, Opposition, at_ms), which).hash, at_ms)


def mandate_end(which: str) -> Make:
    """Compose the end of a mandate."""
    return lambda facts, at_ms: MandateEnd(one(in_force(facts, Mandate, at_ms), which).hash, at_ms)


def minor_secret(entries: Sequence[str], basis: str) -> Make:
    """Compose a minor's opposition to informing the holders of authority (CSP R1111-6)."""
    return lambda _facts, at_ms: MinorSecret(tuple(entries), basis, at_ms)


def minor_secret_end(which: str) -> Make:
    """Compose the end of a minor's secret."""
    return lambda facts, at_ms: MinorSecretEnd(one(in_force(facts, MinorSecret, at_ms), which).hash, at_ms)


def fact_end(types: Sequence[type[Fact]], which: str) -> Make:
    """Compose the end of a designation, of a procedure or of a referent's charge."""

    def make(facts: CaseFacts, at_ms: int) -> Fact:
        known = [record for type_ in types for record in in_force(facts, type_, at_ms)]
        return FactEnd(one(known, which).hash, at_ms)

    return make


def plain(fact: Mandate | Designation | Procedure | Ability) -> Make:
    """Return a fact that rests on nothing else of the case."""
    return lambda _facts, _at_ms: fact


def episode(until_ms: int | None) -> Make:
    """Compose the opening of a care episode."""
    id_ = draw(_KEY).hex()
    return lambda _facts, at_ms: Episode(id_, at_ms, until_ms)


def episode_end(which: str) -> Make:
    """Compose the end of a care episode: what was consented to for it ends with it."""

    def make(facts: CaseFacts, at_ms: int) -> Fact:
        return EpisodeEnd(one(open_episodes(facts, at_ms), which).fact.episode, at_ms)

    return make


def participation_end(participation: str) -> Make:
    """Compose the end of a participation."""
    return lambda _facts, at_ms: ParticipationEnd(participation, at_ms)


def referent(user: str, until_ms: int | None) -> Make:
    """Compose who follows the case, through a participation of theirs in force."""

    def make(facts: CaseFacts, at_ms: int) -> Fact:
        found = facts.participations_of(user, at_ms)
        if not found:
            raise UsageError(
                Said("Le référent doit d'abord participer au dossier.", "The referent has to take part first."),
                Said("volet member add", "volet member add"),
            )
        return Referent(found[-1].hash, at_ms, until_ms)

    return make


def horizon(user: str, history_from_ms: int) -> Make:
    """Compose a second participation in the same capacity, that reaches further back (P11)."""

    def make(facts: CaseFacts, at_ms: int) -> Fact:
        found = facts.participations_of(user, at_ms)
        if not found:
            raise UsageError(
                Said("Cette personne ne participe pas au dossier.", "This user does not take part in the case."),
                Said("volet case show", "volet case show"),
            )
        before = found[-1].fact
        known_ms = before.start_ms if before.history_from_ms is None else before.history_from_ms
        if history_from_ms >= known_ms:
            raise UsageError(
                Said(
                    "Ce qui a déjà été ouvert ne se referme pas : choisissez une date plus ancienne.",
                    "What was opened already is not closed again: choose an earlier date.",
                ),
                Said("--from episode, --from all", "--from episode, --from all"),
            )
        return replace(before, start_ms=at_ms, history_from_ms=history_from_ms)

    return make


def retention(decision: str) -> Make:
    """Compose the last contact, now, and what was decided of the case."""
    return lambda _facts, at_ms: Retention(at_ms, decision)


def death(died_ms: int | None) -> Make:
    """Compose the death of the person: the case is frozen from that instant."""
    return lambda _facts, at_ms: Death(at_ms if died_ms is None else died_ms)


# -- what is in force, and choosing one of it ----------------------------------------------------------------------


def in_force(facts: CaseFacts, type_: type[F], at_ms: int) -> list[Record[F]]:
    """Return the records of a type that nothing has ended at that instant."""
    return [record for record in facts.of(type_) if at_ms < min(facts.ended_at(record.hash), _until(record.fact))]


def consents_in_force(facts: CaseFacts, at_ms: int) -> list[Record[Consent]]:
    """Return the consents given that count at that instant: not withdrawn, not superseded, their episode open."""
    superseded = {record.fact.supersedes for record in facts.of(Consent)}
    return [
        record
        for record in in_force(facts, Consent, at_ms)
        if record.fact.decision == "given"
        and record.hash not in superseded
        and at_ms < facts.episode_end(record.fact.episode)
    ]


def open_episodes(facts: CaseFacts, at_ms: int) -> list[Record[Episode]]:
    """Return the care episodes open at that instant."""
    return [
        record for record in facts.of(Episode) if record.fact.start_ms <= at_ms < facts.episode_end(record.fact.episode)
    ]


def open_episode(facts: CaseFacts, at_ms: int) -> str | None:
    """Return the newest care episode open at that instant, None when there is none."""
    known = open_episodes(facts, at_ms)
    return known[-1].fact.episode if known else None


def given_by(facts: CaseFacts, holder: str | None, at_ms: int) -> GivenBy:
    """Return whose words: the person's, or of the holder of a mandate in force."""
    if holder is None:
        return GivenBy()
    held = [record for record in in_force(facts, Mandate, at_ms) if record.fact.holder == holder]
    if not held:
        raise UsageError(
            Said(
                "Cette personne n'a pas de mandat enregistré en vigueur.", "This user holds no mandate in force here."
            ),
            Said("volet mandate list", "volet mandate list"),
        )
    return GivenBy(held[-1].hash)


def one(records: Iterable[Record[F]], given: str) -> Record[F]:
    """Return the record that `last`, the only one, or the first characters of its hash mean; raise `UsageError`."""
    known = list(records)
    found = known[-1:] if given == LAST else [one_ for one_ in known if _named(one_, given)]
    if len(found) != 1:
        raise UsageError(
            Said(f"{len(found)} enregistrements en vigueur conviennent à « {given} ».", f"{len(found)} fit `{given}`."),
            Said("volet fact list montre leurs premiers caractères.", "volet fact list shows their first characters."),
        )
    return found[0]


def participations(facts: CaseFacts, at_ms: int) -> list[Record[Participation]]:
    """Return who takes part at that instant."""
    return [record for record in facts.of(Participation) if facts.in_force(record, at_ms)]


def _named(record: Record[F], given: str) -> bool:
    return len(given) >= _SHORT and record.hash.startswith(given)


def _until(fact: Fact) -> int:
    until_ms: int | None = getattr(fact, "until_ms", None)
    return 2**63 if until_ms is None else until_ms
