"""Notes written without network: kept sealed on this device, sealed as entries and stored at the next sync (F20).

No key is held at rest and an entry's header states its own deposit, so a note is sealed when it is stored; the time at
which it was written goes with it, in the ciphertext (`noted_ms`). A kill between the deposit and its answer is told by
the mark `sending`: the list is then looked through for this very note before it is stored again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import cast

from volet_client.author import draw
from volet_client.entries import Entries, Posted
from volet_client.errors import TransportError, UsageError, VoletError
from volet_client.profile import Profile
from volet_client.refusals import UnauthenticatedError
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.errors import ProtocolError
from volet_protocol.kinds import NOTED, Content, Title, compose
from volet_protocol.places import Place

NOTES = "notes"
_SHORT = 4


@dataclass(frozen=True)
class Note:
    """One entry that waits. `sending` since its deposit was first tried; `why` and `hint` once it was refused."""

    id: str
    case: str
    place: str
    title: str
    kind: str
    fields: JsonObject
    sending: bool = False
    why: Said | None = None
    hint: Said | None = None

    @property
    def noted_ms(self) -> int:
        """When it was written."""
        return cast("int", self.fields["noted_ms"])

    def to_json(self) -> dict[str, JsonValue]:
        """Return the stored form."""
        return {
            "id": self.id, "case": self.case, "place": self.place, "title": self.title, "kind": self.kind,
            "fields": self.fields, "sending": self.sending,
            **({"why": [self.why.fr, self.why.en]} if self.why else {}),
            **({"hint": [self.hint.fr, self.hint.en]} if self.hint else {}),
        }  # fmt: skip

    @staticmethod
    def read(value: JsonObject) -> Note:
        """Read the stored form."""
        return Note(
            str(value["id"]), str(value["case"]), str(value["place"]), str(value["title"]), str(value["kind"]),
            cast("JsonObject", value["fields"]), bool(value["sending"]), _said(value.get("why")),
            _said(value.get("hint")),
        )  # fmt: skip


def _said(value: JsonValue | None) -> Said | None:
    return Said(*cast("list[str]", value)) if isinstance(value, list) else None


class OfflineNotes:
    """Keeps notes and stores them when the hub is there."""

    def __init__(self, profile: Profile, entries: Entries, user: str, clock: Callable[[], int]) -> None:
        self._profile = profile
        self._entries = entries
        self._user = user
        self._clock = clock

    def items(self, case: str | None = None) -> list[Note]:
        """Return what waits or was refused, oldest first."""
        held = cast("list[JsonObject]", self._profile.load(NOTES).get("notes", []))
        return [note for note in map(Note.read, held) if case in {None, note.case}]

    def keep(self, case: str, place: Place, title: str, kind: str, fields: JsonObject) -> Note:
        """Keep a note; raise `UsageError` for a kind that cannot tell when it was written."""
        if kind not in NOTED:
            known = ", ".join(sorted(NOTED))
            raise UsageError(
                Said(f"Hors ligne, on garde : {known}.", f"Kept off line: {known}."), Said("--kind note", "--kind note")
            )
        note = Note(draw(16).hex(), case, str(place), title, kind, {**fields, "noted_ms": self._clock()})
        try:
            compose(Title(kind, 1, title), Content(kind, 1, note.fields))
        except ProtocolError as error:
            raise UsageError(Said(f"Contenu refusé : {error}.", f"Content refused: {error}.")) from None
        self._write([*self.items(), note])
        return note

    def flush(self, case: str | None = None) -> tuple[list[tuple[Note, Posted | None]], list[Note]]:
        """Store what waits; return what was stored (None: found stored already) and what was refused now."""
        stored: list[tuple[Note, Posted | None]] = []
        refused: list[Note] = []
        for note in self.items(case):
            if note.why is not None:
                continue
            try:
                stored.append((note, self._store(note)))
            except (TransportError, UnauthenticatedError):
                raise
            except VoletError as error:
                refused.append(replace(note, why=error.said, hint=error.hint))
                self._put(refused[-1])
        return stored, refused

    def drop(self, given: str) -> Note:
        """Throw away a note that was refused; one that waits is never thrown away."""
        found = [note for note in self.items() if len(given) >= _SHORT and note.id.startswith(given) and note.why]
        if len(found) != 1:
            raise UsageError(
                Said(f"Aucune note refusée {given}.", f"No refused note {given}."),
                Said("volet outbox list", "volet outbox list"),
            )
        self._write([note for note in self.items() if note.id != found[0].id])
        return found[0]

    def _store(self, note: Note) -> Posted | None:
        place = Place.parse(note.place)
        posted = None
        if not (note.sending and self._is_there(note, place)):
            self._put(replace(note, sending=True))
            posted = self._entries.post(note.case, place, note.title, kind=note.kind, fields=note.fields)
        self._write([one for one in self.items() if one.id != note.id])
        return posted

    def _is_there(self, note: Note, place: Place) -> bool:
        for read in self._entries.titles(note.case, place):
            entry = read.listed.entry
            if entry is None or read.title is None or read.title.title != note.title:
                continue
            if entry.header.preamble.user == self._user:
                body = self._entries.read(note.case, place, entry.id).body
                if isinstance(body, Content) and body.fields == note.fields:
                    return True
        return False

    def _put(self, note: Note) -> None:
        self._write([note if one.id == note.id else one for one in self.items()])

    def _write(self, notes: list[Note]) -> None:
        self._profile.save(NOTES, {"notes": [note.to_json() for note in notes]})
