"""What was signed on this device and not yet recorded by the hub: sealed in the profile, kept until it is.

    outbox.sealed          {items: [{id, case, body, state, kept_ms, statement?, annex?, paper?, stage?, why?}]}
    paper-ID.sealed        the photo of a signed sheet, until its document is stored

1. The body of a fact, its salt included, is fixed when it is collected: its hash tells whether the chain holds it.
2. An item is written before anything is sent and removed after it was read back. A kill in between loses nothing, and
   the next sync finds the fact in the chain, or sends it: once either way.
3. What no longer fits stays, refused, with the reason and what to do; only a person throws it away.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import cast

from volet_client.errors import UsageError
from volet_client.profile import Profile
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import from_base64url, to_base64url
from volet_protocol.facts import Fact, fact_hash, read_fact

OUTBOX = "outbox"
WAITING, REFUSED = "waiting", "refused"
_SHORT = 4


@dataclass(frozen=True)
class Item:
    """One fact that waits, or was refused. `stage` tells what of its words was begun: `paper`, `annex`."""

    id: str
    case: str
    body: JsonObject
    kept_ms: int
    state: str = WAITING
    statement: JsonObject | None = None
    annex: JsonObject | None = None
    paper: str | None = None
    stage: str | None = None
    why: Said | None = None
    hint: Said | None = None

    @property
    def fact(self) -> Fact:
        """The fact as its readers will read it."""
        return read_fact(self.body)

    @property
    def hash(self) -> str:
        """The hash under which the chain would hold it."""
        return fact_hash(self.body)

    def to_json(self) -> dict[str, JsonValue]:
        """Return the stored form."""
        found: dict[str, JsonValue] = {
            "id": self.id, "case": self.case, "body": self.body, "kept_ms": self.kept_ms, "state": self.state,
        }  # fmt: skip
        plain: Mapping[str, JsonValue | None] = {
            "statement": self.statement, "annex": self.annex, "paper": self.paper, "stage": self.stage,
        }  # fmt: skip
        found |= {name: value for name, value in plain.items() if value is not None}
        for name, said in (("why", self.why), ("hint", self.hint)):
            if said is not None:
                found[name] = {"fr": said.fr, "en": said.en}
        return found

    @staticmethod
    def read(value: JsonObject) -> Item:
        """Read the stored form."""
        return Item(
            id=str(value["id"]),
            case=str(value["case"]),
            body=cast("JsonObject", value["body"]),
            kept_ms=cast("int", value["kept_ms"]),
            state=str(value["state"]),
            statement=cast("JsonObject | None", value.get("statement")),
            annex=cast("JsonObject | None", value.get("annex")),
            paper=cast("str | None", value.get("paper")),
            stage=cast("str | None", value.get("stage")),
            why=_said(value.get("why")),
            hint=_said(value.get("hint")),
        )


def _said(value: JsonValue | None) -> Said | None:
    return Said(str(value["fr"]), str(value["en"])) if isinstance(value, dict) else None


class Outbox:
    """The items of a profile, oldest first."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile

    def items(self, case: str | None = None) -> list[Item]:
        """Return what is kept, of one case or of all."""
        held = cast("list[JsonObject]", self._profile.load(OUTBOX).get("items", []))
        return [item for item in map(Item.read, held) if case in {None, item.case}]

    def put(self, item: Item) -> None:
        """Keep an item, in the place of the one with its id."""
        others = self.items()
        if any(known.id == item.id for known in others):
            self._write([item if known.id == item.id else known for known in others])
        else:
            self._write([*others, item])

    def remove(self, id_: str) -> None:
        """Forget an item that the chain holds, or that a person threw away."""
        self._write([item for item in self.items() if item.id != id_])
        if self._profile.load(_paper(id_)):
            self._profile.save(_paper(id_), {})

    def find(self, given: str) -> Item:
        """Return the item whose id begins so; raise `UsageError`."""
        found = [item for item in self.items() if len(given) >= _SHORT and item.id.startswith(given)]
        if len(found) != 1:
            raise UsageError(
                Said(f"Rien de ce nom n'est en attente : {given}.", f"Nothing of that name waits: {given}."),
                Said("volet outbox list", "volet outbox list"),
            )
        return found[0]

    def refuse(self, item: Item, why: Said, hint: Said) -> Item:
        """Keep an item as refused, with the reason and what to do."""
        refused = replace(item, state=REFUSED, why=why, hint=hint)
        self.put(refused)
        return refused

    def keep_paper(self, id_: str, name: str, data: bytes) -> None:
        """Keep the photo that goes with an item, sealed."""
        self._profile.save(_paper(id_), {"name": name, "data": to_base64url(data)})

    def paper(self, id_: str) -> tuple[str, bytes] | None:
        """Return name and bytes of an item's photo; None once it is stored, or when there is none."""
        held = self._profile.load(_paper(id_))
        return (str(held["name"]), from_base64url(str(held["data"]))) if held else None

    def _write(self, items: list[Item]) -> None:
        self._profile.save(OUTBOX, {"items": [item.to_json() for item in items]})


def _paper(id_: str) -> str:
    return f"paper-{id_[:16]}"
