"""Reviewing emergencies: by who follows the case, and by auditors, who see all cases' in one list.

An auditor is shown signed facts and the words sealed to them: never a content of the file (P10). Each fact is verified:
the signature of its link against its author's chain, its body against the link. Whether it counted in its case, the hub
judged: an auditor is not served the case; what was left out shows in the log, where each stands as a leaf.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_client.author import Author
from volet_client.casebook import Casebook
from volet_client.emergencies import words_of
from volet_client.emergency_links import EmergencyLinks
from volet_client.errors import NotPermittedError, UsageError, VerificationError
from volet_client.hub import Hub
from volet_client.words import Said
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import Capacity, has_duty
from volet_protocol.case_links import FactLink
from volet_protocol.directory import can_be_boxed
from volet_protocol.emergency_words import context, seal_words
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_emergencies import (
    EmergencyEnd,
    EmergencyReason,
    EmergencyReview,
    SealedWords,
    Told,
)
from volet_protocol.fact_powers import EMERGENCY_MAX_MS, Emergency
from volet_protocol.facts import fact_hash, read_fact
from volet_protocol.fields import Fields
from volet_protocol.operator_roles import Duty
from volet_protocol.statements import from_json

MOST = 200


@dataclass(frozen=True)
class Audited:
    """An emergency as an auditor sees it: its facts, the words sealed to us, and in which capacity it was declared."""

    case: str
    emergency: str
    fact: Emergency
    capacity: Capacity | None
    reason: EmergencyReason | None
    text: str | None
    over_ms: int
    review: EmergencyReview | None

    def awaits_review(self, at_ms: int) -> bool:
        """Tell whether it is over and nobody judged it yet."""
        return at_ms >= self.over_ms and self.review is None


class EmergencyReviews:
    """Reviews by the user of this profile."""

    def __init__(self, hub: Hub, author: Author, casebook: Casebook, links: EmergencyLinks) -> None:
        self._hub = hub
        self._author = author
        self._casebook = casebook
        self._links = links

    @property
    def audits(self) -> bool:
        """Whether the session's capacity may list the emergencies of its scope."""
        attestation = self._author.attestation
        return attestation is not None and has_duty(attestation.capacity, Duty.LIST_EMERGENCIES)

    def review(self, case: str, emergency: str, outcome: str, text: str | None = None, told: str | None = None) -> str:
        """Close an emergency as legitimate or not; return the fact's hash. `told` is how the person was told of it.

        The words, where there are any, go to whom those of its reason were sealed to.
        """
        reason = self._reason(case, emergency)
        now_ms = self._author.clock()
        words: tuple[SealedWords, ...] = ()
        if text:
            chains = {one.user: self._author.directory.refresh(one.user).chain for one in reason}
            able = {user: chain for user, chain in chains.items() if can_be_boxed(chain, chain.head)}
            words = seal_words(text, able, context(case, EmergencyReview.type, emergency, outcome))
        said = None if told is None else Told(told, now_ms)
        return self._links.record(case, EmergencyReview(emergency, outcome, now_ms, words, said)).fact

    def find(self, given: str) -> tuple[str, str]:
        """Return case and hash of the one emergency of an auditor's list that is meant, by its first characters."""
        found = [one for one in self.listed() if one.emergency.startswith(given)]
        if len(found) != 1:
            raise UsageError(
                Said(
                    f"{len(found)} accès en urgence conviennent, il en faut un.",
                    f"{len(found)} emergencies fit; one is needed.",
                ),
                Said("volet emergency list", "volet emergency list"),
            )
        return found[0].case, found[0].emergency

    def _reason(self, case: str, emergency: str) -> tuple[SealedWords, ...]:
        if self.audits:
            found = next((one for one in self.listed() if (one.case, one.emergency) == (case, emergency)), None)
            if found is None:
                raise UsageError(Said("Aucun accès en urgence de cet identifiant.", "No emergency of that id."))
            return () if found.reason is None else found.reason.words
        facts = self._casebook.view(case).main.facts
        return next((one.fact.words for one in facts.of(EmergencyReason) if one.fact.emergency == emergency), ())

    def listed(self) -> list[Audited]:
        """Return the newest emergencies of all cases to an auditor, the newest first; the look is logged."""
        if not self.audits:
            raise NotPermittedError(
                Said("Tous les dossiers ne se listent qu'en auditeur.", "The list of all cases is the auditor's."),
                hint=Said("volet emergency list --case", "volet emergency list --case"),
            )  # fmt: skip
        answer = Fields(self._hub.transport.get("/v1/emergencies"), "emergencies")
        items, receipt = answer.objects("emergencies", MOST), answer.raw("receipt")
        answer.done()
        self._hub.receipt(receipt, told=False)
        try:
            return [self._audited(item) for item in items]
        except ProtocolError as error:
            raise VerificationError.of(error, "emergency") from None

    def _audited(self, item: Fields) -> Audited:
        emergency, case = item.hash("emergency"), item.hash("case")
        item.integer("leaf")
        declared: tuple[Emergency, Capacity | None] | None = None
        reason: EmergencyReason | None = None
        review: EmergencyReview | None = None
        ends: list[int] = []
        for one in item.objects("links"):
            link, body = self._link(one, case)
            fact = read_fact(body)
            of = fact_hash(body) if isinstance(fact, Emergency) else getattr(fact, "emergency", None)
            if of != emergency:
                raise ProtocolError(Reason.WRONG_REQUEST, "link of another emergency")
            match fact:
                case Emergency():
                    declared = fact, self._capacity(link, fact)
                case EmergencyReason() if declared is not None and link.head.preamble.user == declared[0].user:
                    reason = fact
                case EmergencyEnd():
                    ends.append(fact.at_ms)
                case EmergencyReview():
                    review = fact
                case _:
                    raise ProtocolError(Reason.WRONG_TYPE, f"{fact.type} among the links of an emergency")
        item.done()
        if declared is None:
            raise ProtocolError(Reason.MISSING_FIELD, "declaration of an emergency")
        fact, capacity = declared
        text = None if reason is None else words_of(self._author, case, reason)[0]
        over_ms = min([fact.until_ms, fact.opened_ms + EMERGENCY_MAX_MS, *ends])
        return Audited(case, emergency, fact, capacity, reason, text, over_ms, review)

    def _link(self, item: Fields, case: str) -> tuple[FactLink, JsonObject]:
        """Return a link that its author's device signed, with the body of the fact that it names."""
        statement = self._author.directory.verify(from_json(item.raw("statement")))
        body = item.raw("fact")
        item.done()
        link = FactLink.read(statement)
        if link.head.case != case:
            raise ProtocolError(Reason.WRONG_CASE, "link of an emergency")
        if fact_hash(body) != link.fact:
            raise ProtocolError(Reason.WRONG_HASH, "body of a fact")
        return link, body

    def _capacity(self, link: FactLink, fact: Emergency) -> Capacity | None:
        if link.head.preamble.user != fact.user:
            raise ProtocolError(Reason.WRONG_AUTHOR, "emergency")
        return None if link.head.capacity is None else self._author.directory.attestation(link.head.capacity).capacity
