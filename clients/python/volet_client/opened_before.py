"""Who had opened an entry before its author took it back, as the hub tells its author from the log (F19)."""

from __future__ import annotations

from dataclasses import dataclass

from volet_client.accesses import OPENED, TAKEN_OUT
from volet_client.facts_words import moment
from volet_client.words import Said
from volet_protocol.canonical import JsonObject
from volet_protocol.fields import Fields
from volet_protocol.release import INTENTS
from volet_protocol.sealing import BODY, PARTS

MOST_READERS = 4096


@dataclass(frozen=True)
class OpenedBefore:
    """How near a reader came: the part and the intent of the nearest release to them, and when it was, in ms."""

    user: str
    part: str
    intent: str
    time_ms: int

    def said(self, name: str) -> Said:
        """Return the line about a reader of this name."""
        when = moment(self.time_ms)
        if self.part != BODY:
            return Said(f"  {name} : a reçu le titre seul, {when}", f"  {name}: was handed the title only, {when}")
        if self.intent in OPENED | TAKEN_OUT:
            return Said(f"  {name} : l'a ouvert, {when}", f"  {name}: opened it, {when}")
        return Said(
            f"  {name} : l'a reçu sur son appareil, {when}", f"  {name}: was handed it on their device, {when}"
        )  # fmt: skip


@dataclass(frozen=True)
class TakenBack:
    """An entry that its author took back, and who had opened it, of those whom the author may know."""

    id: str
    opened: tuple[OpenedBefore, ...]


def read_taken_back(answer: JsonObject) -> tuple[JsonObject, tuple[OpenedBefore, ...]]:
    """Return the receipt and the readers of the hub's answer; raise `ProtocolError` for one that is malformed."""
    fields = Fields(answer, "take-back")
    receipt = fields.raw("receipt")
    opened = tuple(_reader(one) for one in fields.objects("opened", MOST_READERS))
    fields.done()
    return receipt, opened


def _reader(fields: Fields) -> OpenedBefore:
    part, intent = fields.choice("part", frozenset(PARTS)), fields.choice("intent", INTENTS)
    found = OpenedBefore(fields.hash("user"), part, intent, fields.integer("time_ms"))
    fields.done()
    return found
