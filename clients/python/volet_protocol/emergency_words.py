"""The words of an emergency, sealed to each of their readers (docs/spec/emergencies.md, The words).

plaintext = pad(UTF-8 of at most 2,000 characters); one box a reader, to their user key, under the label
`emergency-words`; context = labelled_hash(`emergency-words`, canonical({case, fact type, emergency, code})). So a box
opens only for that reader, in that case, for that emergency, beside that code.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from volet_protocol import canonical
from volet_protocol.boxes import open_box, seal_box
from volet_protocol.directory import generation_at
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_emergencies import EmergencyReason, EmergencyReview, SealedWords
from volet_protocol.hashing import labelled_hash
from volet_protocol.keys import BoxKey
from volet_protocol.padding import pad, unpad
from volet_protocol.user_state import UserChain

LABEL = "emergency-words"
MAX_TEXT = 2000
MAX_BYTES = 4095


def context(case: str, type_: str, emergency: str, code: str) -> bytes:
    """Return what binds a box to its place: the fact's type, its emergency, and its code (reason or outcome)."""
    bound = {"case": case, "type": type_, "emergency": emergency, "code": code}
    return labelled_hash(LABEL, canonical.encode(bound))


def seal_words(text: str, readers: Mapping[str, UserChain], bound: bytes) -> tuple[SealedWords, ...]:
    """Return the boxes of a text for these readers, in order; raise too-large for more than 2,000 characters."""
    plain = text.encode("utf-8")
    if len(text) > MAX_TEXT or len(plain) > MAX_BYTES:
        raise ProtocolError(Reason.TOO_LARGE, "words of an emergency")
    sealed: list[SealedWords] = []
    for user, chain in sorted(readers.items()):
        generation, public = generation_at(chain, chain.head)
        sealed.append(SealedWords(user, generation, seal_box(pad(plain), public, LABEL, bound)))
    return tuple(sealed)


def open_words(case: str, fact: EmergencyReason | EmergencyReview, user: str, keys: Mapping[int, BoxKey]) -> str | None:
    """Return the words in the box of a reader; None where there is none for them.

    `keys` are the reader's user keys by generation. Raises bad-box, bad-padding, malformed (not UTF-8),
    wrong-recipient (a generation whose key this device does not hold).
    """
    code = fact.reason if isinstance(fact, EmergencyReason) else fact.outcome
    found = _box_of(fact.words, user)
    if found is None:
        return None
    if found.generation not in keys:
        raise ProtocolError(Reason.WRONG_RECIPIENT, "words of an emergency under another generation")
    bound = context(case, fact.type, fact.emergency, code)
    plain = unpad(open_box(found.box, keys[found.generation], LABEL, bound))
    try:
        return plain.decode("utf-8")
    except UnicodeDecodeError:
        raise ProtocolError(Reason.MALFORMED, "words of an emergency") from None


def _box_of(words: Sequence[SealedWords], user: str) -> SealedWords | None:
    return next((one for one in words if one.user == user), None)
