"""Openings: one entry put before a named recipient, for a time (docs/spec/exchanges.md, protocol 10.2)."""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.case_links import LinkHead, check_order
from volet_protocol.fields import Fields
from volet_protocol.key_links import MAX_FACTS, Target, read_targets
from volet_protocol.sealing import PARTS
from volet_protocol.statements import UnverifiedStatement

MAX_ENTRIES = 256


@dataclass(frozen=True)
class OpenedEntry:
    """An entry and the parts of it whose client shares are handed over."""

    id: str
    parts: tuple[str, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"id": self.id, "parts": list(self.parts)}

    @staticmethod
    def read(fields: Fields) -> OpenedEntry:
        """Read the wire form; parts stand in the order title, body."""
        value = OpenedEntry(fields.hash("id"), tuple(fields.codes("parts", len(PARTS))))
        if not value.parts or value.parts != tuple(part for part in PARTS if part in value.parts):
            raise fields.refuse("parts")
        fields.done()
        return value


@dataclass(frozen=True)
class UserRecipient:
    """A user, in the capacity of a participation or of an emergency; without, the person or their representative."""

    user: str
    capacity: str | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"user": self.user, **({"capacity": self.capacity} if self.capacity else {})}

    @staticmethod
    def read(fields: Fields) -> UserRecipient:
        """Read the wire form."""
        value = UserRecipient(fields.hash("user"), fields.optional("capacity", fields.hash))
        fields.done()
        return value


@dataclass(frozen=True)
class FunctionRecipient:
    """A function in one structure: whoever holds that row there and takes part in the case."""

    row: str
    structure: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"row": self.row, "structure": self.structure}


@dataclass(frozen=True)
class StartRef:
    """The `emergency-start` leaf that an answer rests on: its index and hash, in the tree of this size and root."""

    index: int
    leaf: str
    size: int
    root: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"index": self.index, "leaf": self.leaf, "size": self.size, "root": self.root}

    @staticmethod
    def read(fields: Fields) -> StartRef:
        """Read the wire form; the leaf stands inside the tree."""
        value = StartRef(
            fields.integer("index"), fields.hash("leaf"), fields.integer("size", least=1), fields.hash("root")
        )
        if value.index >= value.size:
            raise fields.refuse("index")
        fields.done()
        return value


@dataclass(frozen=True)
class OpeningLink:
    """Entries, recipient, basis, end, and a box of client shares for each person who reads for the recipient.

    `started` stands in the answer to an emergency, and only there.
    """

    head: LinkHead
    entries: tuple[OpenedEntry, ...]
    recipient: UserRecipient | FunctionRecipient
    basis: tuple[str, ...]
    until_ms: int
    boxes: tuple[Target, ...]
    exchange: str | None = None
    started: StartRef | None = None

    def body(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        return {
            **self.head.to_json("opening"),
            "entries": [item.to_json() for item in self.entries], "recipient": self.recipient.to_json(),
            "basis": list(self.basis), "until_ms": self.until_ms, "boxes": [item.to_json() for item in self.boxes],
            **({"exchange": self.exchange} if self.exchange else {}),
            **({"started": self.started.to_json()} if self.started else {}),
        }  # fmt: skip

    @staticmethod
    def read(statement: UnverifiedStatement) -> OpeningLink:
        """Read a body strictly."""
        fields = statement.fields()
        head = LinkHead.read(fields, "opening")
        entries = tuple(OpenedEntry.read(item) for item in fields.objects("entries", MAX_ENTRIES))
        check_order([item.id for item in entries], "opening.entries")
        recipient = _read_recipient(fields.nested("recipient"))
        basis = tuple(fields.hashes("basis", MAX_FACTS))
        if basis:
            check_order(basis, "opening.basis")
        value = OpeningLink(
            head, entries, recipient, basis, fields.integer("until_ms"), read_targets(fields, "boxes"),
            fields.optional("exchange", fields.hash),
            fields.optional("started", lambda name: StartRef.read(fields.nested(name))),
        )  # fmt: skip
        fields.done()
        return value


@dataclass(frozen=True)
class OpeningCloseLink:
    """Ends an opening, named by the hash of its link."""

    head: LinkHead
    opening: str

    def body(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        return {**self.head.to_json("opening-close"), "opening": self.opening}

    @staticmethod
    def read(statement: UnverifiedStatement) -> OpeningCloseLink:
        """Read a body strictly."""
        fields = statement.fields()
        value = OpeningCloseLink(LinkHead.read(fields, "opening-close"), fields.hash("opening"))
        fields.done()
        return value


def _read_recipient(fields: Fields) -> UserRecipient | FunctionRecipient:
    if fields.has("user"):
        return UserRecipient.read(fields)
    value = FunctionRecipient(fields.code("row"), fields.code("structure"))
    fields.done()
    return value
