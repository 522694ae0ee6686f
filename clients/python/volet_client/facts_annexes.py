"""Words beside a fact: sealed in an entry of `protection` or `rights`, where the rules let its author write one.

A fact is never held back for its words: somebody whose function writes in neither place records it without, and is
told so. A title carries the first characters of the annex's hash, so that a sync interrupted after the deposit finds it
again instead of sealing the words twice.
"""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from volet_client.casebook import Casebook
from volet_client.cases import Cases
from volet_client.documents import Documents
from volet_client.entries import Entries
from volet_client.errors import NotReadableError, UsageError, VerificationError
from volet_client.outbox import Item, Outbox
from volet_client.profile import Profile
from volet_client.words import Said
from volet_protocol.annexes import KIND, Annex, Helper, Paper, annex_hash, check_annex
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError
from volet_protocol.hashing import sha256
from volet_protocol.kinds import Content
from volet_protocol.places import SECTION, Place
from volet_protocol.policy_table import PERMIT

PLACES = ("protection/2", "rights/2", "protection/1", "rights/1")
MAX_PAPER = 16 * 1024 * 1024
_SHOWN = 16
PAPER_STAGE, ANNEX_STAGE = "paper", "annex"


@dataclass(frozen=True)
class Words:
    """What is kept beside a fact; nothing by default."""

    text: str | None = None
    reason: str | None = None
    court: str | None = None
    judgment_ms: int | None = None
    helper: Helper | None = None
    paper: Path | None = None

    @property
    def empty(self) -> bool:
        """Whether there is nothing to keep."""
        return self == Words()


class Annexes:
    """Stores and reads the words of facts."""

    def __init__(
        self, profile: Profile, casebook: Casebook, cases: Cases, *, entries: Entries, documents: Documents
    ) -> None:
        self._profile = profile
        self._casebook = casebook
        self._cases = cases
        self._entries = entries
        self._documents = documents

    def of(self, words: Words, salt: bytes) -> tuple[JsonObject | None, tuple[str, bytes] | None]:
        """Return the fields of an annex, and name and bytes of its photo; None for what there is none of."""
        if words.empty:
            return None, None
        paper = None if words.paper is None else (words.paper.name, _read(words.paper))
        media_type = mimetypes.guess_type(paper[0])[0] if paper is not None else None
        annex = Annex(
            salt, words.text, words.reason, words.court, words.judgment_ms, words.helper,
            None if paper is None else Paper(
                sha256(paper[1]).hex(), len(paper[1]), media_type or "application/octet-stream"
            ),
        )  # fmt: skip
        try:
            return annex.fields(), paper
        except ProtocolError as error:
            raise UsageError(Said(f"Justificatif refusé : {error}.", f"Annex refused: {error}.")) from None

    @staticmethod
    def hash(fields: JsonObject | None) -> str | None:
        """Return the hash by which a fact names these words."""
        return None if fields is None else annex_hash(fields)

    @staticmethod
    def with_reason(fields: JsonObject | None, reason: str | None, salt: bytes) -> JsonObject | None:
        """Return the words with the reason why they come late."""
        if reason is None:
            return fields
        held: dict[str, JsonValue] = {"salt": to_base64url(salt)} if fields is None else dict(fields)
        return {**held, "reason": reason}

    def store(self, item: Item, outbox: Outbox) -> tuple[Item, bool]:
        """Seal the words of an item before its fact is sent; return whether they found no place."""
        if item.annex is None:
            return item, False
        place = self._place(item.case)
        if place is None:
            return item, True
        annex = item.annex
        item = self._store_paper(item, place, outbox)
        title = f"Justificatif {annex_hash(annex)[:_SHOWN]}"
        if not (item.stage == ANNEX_STAGE and self._is_there(item.case, place, title)):
            item = replace(item, stage=ANNEX_STAGE)
            outbox.put(item)
            self._entries.post(item.case, place, title, kind=KIND, fields=annex)
        return item, False

    def read(self, case: str, annex: str) -> JsonObject:
        """Return the words that a fact names, after checking that they are those; each reading is logged."""
        title = f"Justificatif {annex[:_SHOWN]}"
        for place in (Place(SECTION, section) for section in PLACES):
            for read in self._entries.titles(case, place):
                if read.title is None or read.listed.entry is None or read.title.title != title:
                    continue
                body = self._entries.read(case, place, read.listed.entry.id).body
                fields: JsonObject = body.fields if isinstance(body, Content) else {}
                try:
                    check_annex(annex, fields)
                except ProtocolError as error:
                    raise VerificationError.of(error) from None
                return fields
        raise NotReadableError(
            annex,
            Said("Les mots de cet acte ne vous sont pas ouverts.", "The words of this act are not open to you."),
            Said("Demandez à qui l'a enregistré.", "Ask whoever recorded it."),
        )

    def _place(self, case: str) -> Place | None:
        """Return the first place of these where the rules let this user write."""
        shown = {item.section: item for item in self._cases.sections(self._casebook.view(case, refresh=False))}
        allowed = [section for section in PLACES if section in shown and shown[section].write.effect == PERMIT]
        return Place(SECTION, allowed[0]) if allowed else None

    def _store_paper(self, item: Item, place: Place, outbox: Outbox) -> Item:
        paper = None if item.paper is None else outbox.paper(item.paper)
        if paper is None or item.stage == ANNEX_STAGE:
            return item
        known = cast("JsonObject", cast("JsonObject", item.annex)["paper"])
        digest, media_type = str(known["sha256"]), str(known["media_type"])
        title = f"Feuille signée {digest[:_SHOWN]}"
        if item.stage == PAPER_STAGE:
            self._documents.resume(lambda _size: None)
        if not (item.stage == PAPER_STAGE and self._is_there(item.case, place, title)):
            item = replace(item, stage=PAPER_STAGE)
            outbox.put(item)
            self._documents.store(item.case, place, paper[0], paper[1], title=title, media_type=media_type)
        return item

    def _is_there(self, case: str, place: Place, title: str) -> bool:
        return any(read.title is not None and read.title.title == title for read in self._entries.titles(case, place))


def _read(path: Path) -> bytes:
    try:
        data = path.read_bytes() if path.stat().st_size <= MAX_PAPER else b""
    except OSError:
        data = b""
    if not data:
        raise UsageError(
            Said(f"{path} ne peut pas être joint.", f"{path} cannot be attached."),
            Said("Une photo ou un PDF de 16 Mo au plus.", "A photo or PDF of 16 MB at most."),
        )
    return data
