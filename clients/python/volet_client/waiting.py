"""What waits for the user of a profile: emergencies to review, what this device could not send yet, entries not seen.

    waiting.sealed         {reviews: {case or "audit": number}, seen: {case: ms}}

1. `volet whoami` answers without network: what is to be reviewed is what the last sync of each case found.
2. An entry is new when the hub stored it after this device last showed the case (`GET /v1/cases/{case}/counts`). The
   hub counts what the rules let this user know of, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from volet_client.hub import Hub
from volet_client.offline_notes import OfflineNotes
from volet_client.outbox import REFUSED, Outbox
from volet_client.profile import Profile
from volet_client.words import Said
from volet_protocol.canonical import JsonValue
from volet_protocol.fields import Fields

WAITING = "waiting"
AUDIT = "audit"


@dataclass(frozen=True)
class Count:
    """Entries of one place that this user may know of, of these readable now, and new since the case was shown."""

    place: str
    listed: int
    readable: int
    new: int

    def said(self) -> Said:
        """Return « 12 éléments, 3 nouveaux »."""
        return counted(self.listed, self.new)


class Waiting:
    """What waits for the user of this profile."""

    def __init__(self, profile: Profile, hub: Hub, outbox: Outbox, notes: OfflineNotes) -> None:
        self._profile = profile
        self._hub = hub
        self._outbox = outbox
        self._notes = notes

    def remember_reviews(self, found: Mapping[str, int]) -> None:
        """Keep how many emergencies of each case wait for this user's review, as a sync found them."""
        self._save("reviews", found)

    def line(self) -> Said | None:
        """Return in one line what is to be reviewed and what waits to be sent; None where there is neither."""
        reviews = sum(self._load("reviews").values())
        items, notes = self._outbox.items(), self._notes.items()
        refused = sum(item.state == REFUSED for item in items) + sum(note.why is not None for note in notes)
        waiting = len(items) + len(notes) - refused
        parts = [
            *([_reviews(reviews)] if reviews else []),
            *([Said(f"{waiting} en attente d'envoi", f"{waiting} waiting to be sent")] if waiting else []),
            *([_refused(refused)] if refused else []),
        ]
        if not parts:
            return None
        return Said(
            "À faire : " + ", ".join(part.fr for part in parts) + ".",
            "To do: " + ", ".join(part.en for part in parts) + ".",
        )

    def counts(self, case: str) -> Sequence[Count]:
        """Return the counts of a case by place, new since this device last showed it. Raises what the hub answers."""
        since_ms = self._load("seen").get(case, 0)
        found: list[Count] = []
        for item in self._hub.transport.get_list(f"/v1/cases/{case}/counts", since=since_ms):
            fields = Fields(item, "count")
            fields.hash("list")
            found.append(Count(fields.text("place"), *(fields.integer(name) for name in ("listed", "readable", "new"))))
            fields.done()
        return found

    def saw(self, case: str, at_ms: int) -> None:
        """Remember that the case was shown at an instant."""
        self._save("seen", {case: at_ms})

    def _load(self, name: str) -> dict[str, int]:
        return dict(cast("Mapping[str, int]", self._profile.load(WAITING).get(name, {})))

    def _save(self, name: str, more: Mapping[str, int]) -> None:
        held: dict[str, JsonValue] = dict(self._profile.load(WAITING))
        merged = {**self._load(name), **more}
        self._profile.save(WAITING, {**held, name: dict(merged)})


def counted(listed: int, new: int) -> Said:
    """Return a number of entries, and of new ones, in words."""
    if not listed:
        return Said("aucun élément", "no entry")
    fr, en = f"{listed} élément{'s' if listed > 1 else ''}", f"{listed} {'entries' if listed > 1 else 'entry'}"
    return Said(f"{fr}, {new} nouveau{'x' if new > 1 else ''}", f"{en}, {new} new") if new else Said(fr, en)


def _reviews(number: int) -> Said:
    several = "emergencies" if number > 1 else "emergency"
    return Said(f"{number} accès en urgence à relire", f"{number} {several} to review")


def _refused(number: int) -> Said:
    plural = "s" if number > 1 else ""
    return Said(f"{number} refusé{plural} (volet outbox list)", f"{number} refused (volet outbox list)")
