"""Accès en urgence: declaring one, saying why, ending it, and what everybody concerned is shown of it (P5).

The hub hands out no key. Whoever takes part and holds the keys answers, at their next sync (`emergency_answers`).
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_client.appending import Appender
from volet_client.author import Author, draw
from volet_client.casebook import Casebook, CaseView
from volet_client.emergency_links import EmergencyLinks
from volet_client.errors import UsageError, VerificationError
from volet_client.words import Said
from volet_protocol.case_facts import FactAuthor, Record
from volet_protocol.emergencies import STOP
from volet_protocol.emergency_course import Course, course_of, courses, to_tell
from volet_protocol.emergency_words import MAX_BYTES, MAX_TEXT, context, open_words, seal_words
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_emergencies import MOST_READERS, EmergencyEnd, EmergencyReason, EmergencyReview
from volet_protocol.fact_powers import Emergency
from volet_protocol.fact_rules import FACT_RULES
from volet_protocol.fact_standings import standings_of
from volet_protocol.facts import SALT_SIZE
from volet_protocol.keys import BoxKey
from volet_protocol.log_payload import ViewPayload
from volet_protocol.places import MAIN
from volet_protocol.user_state import UserChain

HOUR_MS = 3_600_000
LONGEST_H = 24
_LIST = Said("volet emergency list", "volet emergency list")


@dataclass(frozen=True)
class Started:
    """A declaration with its reason; `left_out` are those whose account could not be sealed to."""

    emergency: str
    leaf: int
    until_ms: int
    told: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """One emergency as this user may see it. `text` is None where no words are sealed to us; `entries` were opened."""

    course: Course
    text: str | None
    review_text: str | None
    entries: int
    lasts: bool
    awaits_review: bool
    may_review: bool
    illegible: bool = False


class Emergencies:
    """Emergencies of the cases of this profile's user, or of a case whose reference they know."""

    def __init__(
        self, casebook: Casebook, author: Author, appender: Appender, links: EmergencyLinks
    ) -> None:  # fmt: skip
        self._casebook = casebook
        self._author = author
        self._appender = appender
        self._links = links

    def start(self, case: str, reason: str, text: str, hours: int = LONGEST_H) -> Started:
        """Declare an emergency in the session's capacity and say why; nothing opens until somebody answers."""
        attestation = self._author.attestation
        if attestation is None or attestation.capacity.category != 1:
            raise UsageError(
                Said(
                    "L'accès en urgence est réservé aux professionnels de santé dont la situation d'exercice est "
                    "attestée.",
                    "Emergency access is for health professionals with an attested capacity.",
                ),
                Said("En cas de danger immédiat : 15 ou 112.", "In immediate danger: 15 or 112."),
            )
        if not text.strip():
            raise UsageError(
                Said("Dites pourquoi, en une phrase.", "Say why, in a sentence."), Said("--text", "--text")
            )
        if len(text) > MAX_TEXT or len(text.encode("utf-8")) > MAX_BYTES:
            # Before anything is declared: an emergency without its reason opens nothing and counts all the same.
            raise UsageError(Said("Texte trop long.", "Text too long."), Said("2 000 signes", "2,000 characters"))
        if not 1 <= hours <= LONGEST_H:
            raise UsageError(Said("De 1 à 24 heures.", "1 to 24 hours."), Said("--hours 24", "--hours 24"))
        now_ms = self._author.clock()
        capacity = attestation.capacity
        fact = Emergency(self._author.user, capacity.row, capacity.structure, now_ms, now_ms + hours * HOUR_MS)
        declared = self._links.record(case, fact)
        told, left_out = self.say_why(case, declared.fact, reason, text)
        return Started(declared.fact, declared.receipt.index, fact.until_ms, told, left_out)

    def say_why(self, case: str, emergency: str, reason: str, text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Seal the words to who is to be told and to the auditors; return for whom, and who could not be sealed to.

        Who they are is read in the verified chain, never taken from the hub; auditors are attested by a registrar.
        """
        view = self._casebook.view(case)
        readers, left_out = self._readers(view, emergency)
        bound = context(case, EmergencyReason.type, emergency, reason)
        words = seal_words(text, readers, bound)
        compose = self._appender.fact(EmergencyReason(emergency, reason, words), draw(SALT_SIZE))
        self._appender.append(case, MAIN, [compose])
        return tuple(sorted(readers)), left_out

    def _readers(self, view: CaseView, emergency: str) -> tuple[dict[str, UserChain], tuple[str, ...]]:
        wanted = to_tell(view.main.facts, self._author.user, view.main.instant(self._author.clock()))
        readers = self._links.able(wanted)
        auditors = self._links.auditors(self._links.details(view.case, emergency).auditors)
        for user, chain in auditors.items():
            if len(readers) < MOST_READERS:
                readers.setdefault(user, chain)
        return readers, tuple(sorted(wanted - set(readers)))

    def stop(self, case: str, given: str | None = None) -> str:
        """End an emergency at once: our own, or any of a case in which we take part; return its hash."""
        view = self._casebook.view(case)
        found = self._one(view, given, lasting=True)
        recorded = self._links.record(case, EmergencyEnd(found.hash, max(found.fact.opened_ms, self._author.clock())))
        if ViewPayload.read(recorded.receipt.view).act != STOP:
            raise VerificationError("receipt of the end of an emergency", Reason.WRONG_TYPE)
        return found.hash

    def shown(self, view: CaseView) -> list[Shown]:
        """Return the emergencies of a case, in the order of their declaration, with what is sealed to us."""
        return [self._shown(view, course) for course in courses(view.main.facts)]

    def find(self, view: CaseView, given: str | None) -> Course:
        """Return the one emergency that is meant: by its hash or the first characters of it, or the only one."""
        return course_of(view.main.facts, self._one(view, given, lasting=False))

    def _one(self, view: CaseView, given: str | None, *, lasting: bool) -> Record[Emergency]:
        now_ms = view.main.instant(self._author.clock())
        found = [
            course.record
            for course in courses(view.main.facts)
            if course.record.hash.startswith(given or "") and (course.lasts(now_ms) or not lasting)
        ]
        if len(found) != 1:
            raise UsageError(
                Said(
                    f"{len(found)} accès en urgence conviennent, il en faut un.",
                    f"{len(found)} emergencies fit; one is needed.",
                ),
                _LIST,
            )
        return found[0]

    def _shown(self, view: CaseView, course: Course) -> Shown:
        facts, now_ms = view.main.facts, view.main.instant(self._author.clock())
        attestation = self._author.attestation
        author = FactAuthor(self._author.user, None if attestation is None else attestation.capacity)
        signers = FACT_RULES[EmergencyReview.type].signers
        text, broken = self._words(view.case, None if course.reason is None else course.reason.fact)
        judged, _ = self._words(view.case, course.reviews[-1].fact if course.reviews else None)
        opened = {
            item.id
            for state in view.main.openings.values()
            if state.link.started is not None and course.record.hash in state.link.basis
            for item in state.link.entries
        }
        may = bool(standings_of(facts, author, now_ms) & signers) and course.record.fact.user != self._author.user
        return Shown(
            course, text, judged, len(opened), course.lasts(now_ms), course.awaits_review(now_ms), may, broken
        )  # fmt: skip

    def _words(self, case: str, fact: EmergencyReason | EmergencyReview | None) -> tuple[str | None, bool]:
        """Return the words sealed to us, and whether a box that is ours does not open: that is shown, not hidden."""
        if fact is None:
            return None, False
        return words_of(self._author, case, fact)


def words_of(author: Author, case: str, fact: EmergencyReason | EmergencyReview) -> tuple[str | None, bool]:
    """Return the words of a fact that are sealed to this user, and whether their box does not open."""
    keys = {generation: BoxKey(seed) for generation, seed in author.identity.seeds.items()}
    try:
        return open_words(case, fact, author.user, keys), False
    except ProtocolError:
        return None, True
