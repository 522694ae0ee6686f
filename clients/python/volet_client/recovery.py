"""The recovery phrase of a professional: made and tried, checked, used (docs/spec/recovery.md).

    recovery.sealed   {places: the three words asked back, later_ms: until when the reminder is put off}

The first slot's phrase is drawn with the account and shown later: so it takes no second device and no waiting. Another
phrase is another slot, with the consent of the one in force; without that, 72 hours in which any device may veto.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from volet_client.account import slot_of
from volet_client.author import Author, draw
from volet_client.errors import UsageError
from volet_client.own_chain import OwnChain, stay
from volet_client.profile import IDENTITY, KeyPair, Profile
from volet_client.recovery_lists import WORD_LISTS, word_list
from volet_client.transport import Transport
from volet_client.words import Said
from volet_protocol import user_bodies
from volet_protocol.account_hold import hold_number, hold_number_hash
from volet_protocol.canonical import JsonObject
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.recovery_phrase import ENTROPY_SIZE, WORDS, RecoveryPhrase, compose_phrase, plain, read_phrase
from volet_protocol.user_links import Recover, RecoveryReplace, RecoverySet, read_create, read_link
from volet_protocol.user_state import UserChain

STATE = "recovery"
ASKED = 3
WEEK_MS = 7 * 24 * 3_600_000


@dataclass(frozen=True)
class Slot:
    """A slot that the chain names: its number, from when it is (ms), the id of its keys."""

    number: int
    time_ms: int
    id: str


@dataclass(frozen=True)
class Sheet:
    """What goes on paper: 24 words, number and date of the phrase, the places asked back, from 1.

    `hold_number`: told by telephone, it holds the account until the next sign-in, and opens nothing.
    """

    words: Sequence[str]
    number: int
    time_ms: int
    places: tuple[int, ...]
    hold_number: str


@dataclass(frozen=True)
class Standing:
    """The slot in force; when another comes into force (ms) and by which link; whether its phrase was tried here."""

    slot: Slot
    replaced_ms: int | None
    tried: bool


class Recovery:
    """The recovery phrase of this profile's user."""

    def __init__(self, profile: Profile, author: Author, own: OwnChain, transport: Transport) -> None:
        self._profile = profile
        self._transport = transport
        self._author = author
        self._own = own

    def standing(self) -> Standing:
        """Return what is in force, as the hub proves it now."""
        chain = self._own.refresh()
        pending = None if chain.replacement is None else chain.replacement.from_ms
        return Standing(in_force(chain), pending, not self._held(chain))

    def begin(self, language: str) -> Sheet:
        """Return the phrase to write down: the one of the slot in force where nobody saw it yet, else a new one."""
        chain, identity = self._own.refresh(), self._author.identity
        entropy = identity.phrase
        if entropy is None:
            entropy = draw(ENTROPY_SIZE)
            self._save(entropy)
        places = _three()
        self._profile.save(STATE, {**self._profile.load(STATE), "places": list(places)})
        named = slots(chain)
        known = next((one for one in named if one.id == slot_of(entropy).public.id), None)
        number, time_ms = (len(named) + 1, self._author.clock()) if known is None else (known.number, known.time_ms)
        words = compose_phrase(entropy, word_list(language))
        return Sheet(words, number, time_ms, places, hold_number(entropy))

    def finish(self, answers: Sequence[str], old: str | None = None, *, without_old: bool = False) -> Standing:
        """Compare the three words asked back; put the phrase in force; keep nothing of it on this device.

        Raises `UsageError` where none was begun, a word is another, or the phrase in force is needed and not given.
        """
        places = cast("Sequence[int]", self._profile.load(STATE).get("places", []))
        entropy = self._author.identity.phrase
        if entropy is None or not places:
            raise UsageError(Said("Aucune phrase n'est à essayer.", "No phrase is to be tried."), _MAKE)
        _check_words(entropy, places, answers)
        chain, slot = self._own.refresh(), slot_of(entropy)
        if chain.recovery != slot.public:
            self._put_in_force(chain, slot, old, without_old=without_old)
        self._tell_hold_number(entropy)
        self._save(None)
        self._profile.save(
            STATE, {name: value for name, value in self._profile.load(STATE).items() if name != "places"}
        )
        return self.standing()

    def check(self, typed: str) -> Slot:
        """Return the slot in force when a typed phrase is its own; raise `UsageError` saying which one it is else."""
        chain, read = self._own.refresh(), read_typed(typed)
        known = next((one for one in slots(chain) if one.id == slot_of(read.entropy).public.id), None)
        force = in_force(chain)
        if known == force:
            self._tell_hold_number(read.entropy)
            return force
        raise UsageError(
            Said(
                "Cette phrase n'est pas de votre compte."
                if known is None
                else f"C'est la phrase n° {known.number} ; la n° {force.number} est en vigueur.",
                "This phrase is not of your account."
                if known is None
                else f"This is phrase {known.number}; number {force.number} is in force.",
            ),
            _MAKE,
        )

    def veto(self) -> None:
        """Stop a replacement of the recovery key that waits for its 72 hours."""
        chain = self._own.refresh()
        pending = chain.replacement
        if pending is None:
            raise UsageError(Said("Aucun remplacement n'attend.", "No replacement is waiting."))
        self._own.append(lambda preamble: user_bodies.recovery_veto_body(preamble, pending.link), b"", {})

    def put_off(self) -> int:
        """Silence the reminder for a week; return until when (ms)."""
        until_ms = self._author.clock() + WEEK_MS
        self._profile.save(STATE, {**self._profile.load(STATE), "later_ms": until_ms})
        return until_ms

    def reminder(self) -> Said | None:
        """Return one line when a professional's phrase was never tried and was not put off; without network."""
        held = self._author.identity.phrase is not None or self._author.identity.recovery is not None
        later_ms = cast("int", self._profile.load(STATE).get("later_ms", 0))
        if not held or self._author.capacity is None or self._author.clock() < later_ms:
            return None
        return Said(
            "Phrase de secours à faire (volet recovery make), ou à remettre d'une semaine (volet recovery later).",
            "Recovery phrase to be made (volet recovery make), or put off for a week (volet recovery later).",
        )

    def _held(self, chain: UserChain) -> bool:
        identity = self._author.identity
        pairs = [identity.recovery, None if identity.phrase is None else slot_of(identity.phrase)]
        return any(pair is not None and pair.public == chain.recovery for pair in pairs)

    def _put_in_force(self, chain: UserChain, slot: KeyPair, old: str | None, *, without_old: bool) -> None:
        if without_old:
            self._own.append(lambda preamble: user_bodies.recovery_replace_body(preamble, slot.public), b"", {})
            return
        former = self._author.identity.recovery if old is None else slot_of(read_typed(old).entropy)
        if former is None or former.public != chain.recovery:
            number = in_force(chain).number
            raise UsageError(
                Said(f"Il faut la phrase n° {number}, en vigueur.", f"Phrase number {number}, in force, is needed."),
                Said(
                    "Perdue : volet recovery make finish --without-old ; elle vaudra dans 72 heures.",
                    "Lost: volet recovery make finish --without-old; it counts in 72 hours.",
                ),
            )
        made = self._own.next_generation(chain)
        consent: Callable[[JsonObject], JsonObject] = lambda body: user_bodies.with_consent(body, former.sign)  # noqa: E731 - typed for the checker
        self._own.append(
            lambda preamble: user_bodies.recovery_set_body(preamble, slot.public, made.fields),
            made.seed, stay(chain, slot.public.box), consent,
        )  # fmt: skip

    def _tell_hold_number(self, entropy: bytes) -> None:
        # Said again at each check: a phrase that another client made has its number known from then on.
        self._transport.post("/v1/hold-numbers", {"number_hash": hold_number_hash(hold_number(entropy))})

    def _save(self, phrase: bytes | None) -> None:
        # The pair without a phrase goes with the phrase that took its place, and not before.
        recovery = self._author.identity.recovery if phrase is not None else None
        self._author.identity = replace(self._author.identity, phrase=phrase, recovery=recovery)
        self._profile.save(IDENTITY, self._author.identity.to_json())


_MAKE = Said("volet recovery make", "volet recovery make")


def slots(chain: UserChain) -> list[Slot]:
    """Return every slot that links of a chain named, in order, whether it came into force or not."""
    first = read_create(chain.links[0])
    found = [Slot(1, first.time_ms, first.recovery.id)]
    for statement in chain.links[1:]:
        link = read_link(statement)
        known = {one.id for one in found}
        if isinstance(link.act, RecoverySet | RecoveryReplace | Recover) and link.act.recovery.id not in known:
            found.append(Slot(len(found) + 1, link.preamble.time_ms, link.act.recovery.id))
    return found


def in_force(chain: UserChain) -> Slot:
    """Return the slot in force."""
    return next(one for one in slots(chain) if one.id == chain.recovery.id)


def read_typed(typed: str) -> RecoveryPhrase:
    """Return what a typed phrase holds; raise `UsageError` saying what is wrong with it, never which word it was."""
    try:
        return read_phrase(typed, [word_list(language) for language in WORD_LISTS])
    except ProtocolError as error:
        said = _WRONG.get(error.reason, Said("Phrase illisible.", "Unreadable phrase."))
        raise UsageError(Said(f"{said.fr} ({error.what})", f"{said.en} ({error.what})"), _AGAIN) from None


_WRONG: Mapping[Reason, Said] = {
    Reason.MALFORMED: Said("Il faut 24 mots d'une seule langue.", "24 words of one language are needed."),
    Reason.UNKNOWN_REFERENCE: Said("Un mot n'est pas de la liste.", "A word is not on the list."),
    Reason.WRONG_HASH: Said("Ces mots ne vont pas ensemble.", "These words do not belong together."),
}
_AGAIN = Said("Relisez mot à mot, dans l'ordre.", "Read again word by word, in order.")


def _check_words(entropy: bytes, places: Sequence[int], answers: Sequence[str]) -> None:
    given = [plain(answer.strip()) for answer in answers]
    for language in WORD_LISTS:
        words = compose_phrase(entropy, word_list(language))
        if given == [plain(words[place - 1]) for place in places]:
            return
    raise UsageError(
        Said("Ce ne sont pas ces mots-là.", "Those are not the words."),
        Said("Relisez votre papier, puis recommencez : volet recovery make", "Check your paper: volet recovery make"),
    )


def _three() -> tuple[int, ...]:
    """Return three different places from 1 to 24, drawn."""
    places: list[int] = []
    while len(places) < ASKED:
        drawn = draw(1)[0]
        place = drawn % WORDS + 1
        # 240 is the last multiple of 24 in a byte: above it some places would come more often.
        if drawn < 256 - 256 % WORDS and place not in places:
            places.append(place)
    return tuple(sorted(places))
