"""The words of a case conference, inside the ciphertext: its announcement and its minutes (docs/spec/conferences.md).

The fact in the chain holds codes and instants only; names, place, agenda, what was said and decided are here.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields

ANNOUNCEMENT, MINUTES = "conference", "minutes"
MAX_PEOPLE = 128
MAX_POINTS = 64
MAX_TEXT = 1024 * 1024


@dataclass(frozen=True)
class Invited:
    """Somebody at the table: name, function, structure; `participation` for who has an account and takes part."""

    name: str
    function: str
    structure: str | None = None
    participation: str | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        optional = {"structure": self.structure, "participation": self.participation}
        known: dict[str, JsonValue] = {name: value for name, value in optional.items() if value is not None}
        return {"name": self.name, "function": self.function, **known}

    @staticmethod
    def read(fields: Fields) -> Invited:
        """Read the wire form."""
        value = Invited(
            fields.label("name"),
            fields.label("function"),
            fields.optional("structure", fields.label),
            fields.optional("participation", fields.hash),
        )
        fields.done()
        return value


@dataclass(frozen=True)
class Announcement:
    """What everybody invited is told: why, where, when, in which order, who comes; why the person does not."""

    purpose: str
    place: str
    from_ms: int
    until_ms: int
    agenda: tuple[str, ...]
    people: tuple[Invited, ...]
    without_person: str | None = None

    def to_json(self) -> JsonObject:
        """Return the fields of the body."""
        return {
            "purpose": self.purpose, "place": self.place, "from_ms": self.from_ms, "until_ms": self.until_ms,
            "agenda": list(self.agenda), "people": [one.to_json() for one in self.people],
            **({"without_person": self.without_person} if self.without_person else {}),
        }  # fmt: skip

    @staticmethod
    def read(fields: Fields) -> Announcement:
        """Take the fields off a body; at least one point of the agenda and one person."""
        value = Announcement(
            purpose=fields.text("purpose"),
            place=fields.text("place"),
            from_ms=fields.integer("from_ms"),
            until_ms=fields.integer("until_ms"),
            agenda=_texts(fields, "agenda"),
            people=tuple(Invited.read(item) for item in fields.objects("people", MAX_PEOPLE)),
            without_person=fields.optional("without_person", fields.text),
        )
        if value.until_ms <= value.from_ms or not value.agenda or not value.people:
            raise ProtocolError(Reason.MALFORMED, "announcement of a conference: when, agenda or people")
        return value


@dataclass(frozen=True)
class DecisionTaken:
    """Something decided: what, who does it, until when."""

    text: str
    who: str
    due_ms: int | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"text": self.text, "who": self.who, **({} if self.due_ms is None else {"due_ms": self.due_ms})}

    @staticmethod
    def read(fields: Fields) -> DecisionTaken:
        """Read the wire form."""
        value = DecisionTaken(fields.text("text"), fields.label("who"), fields.optional("due_ms", fields.integer))
        fields.done()
        return value


@dataclass(frozen=True)
class Minutes:
    """What a conference came to. It names the fact that holds its conditions: there are no minutes without (R78)."""

    conference: str
    text: str
    present: tuple[str, ...]
    decisions: tuple[DecisionTaken, ...] = ()

    def to_json(self) -> JsonObject:
        """Return the fields of the body."""
        return {
            "conference": self.conference, "text": self.text, "present": list(self.present),
            **({"decisions": [one.to_json() for one in self.decisions]} if self.decisions else {}),
        }  # fmt: skip

    @staticmethod
    def read(fields: Fields) -> Minutes:
        """Take the fields off a body."""
        decisions = fields.objects("decisions", MAX_POINTS) if fields.has("decisions") else []
        return Minutes(
            conference=fields.hash("conference"),
            text=fields.text("text", MAX_TEXT),
            present=_texts(fields, "present"),
            decisions=tuple(DecisionTaken.read(item) for item in decisions),
        )


def check_announcement(fields: Fields) -> None:
    """Check the body of a `conference` entry."""
    Announcement.read(fields)


def check_minutes(fields: Fields) -> None:
    """Check the body of a `minutes` entry."""
    Minutes.read(fields)


def _texts(fields: Fields, name: str) -> tuple[str, ...]:
    values: list[str] = []
    for item in fields.items(name, MAX_PEOPLE):
        if not isinstance(item, str) or not item.strip():
            raise fields.refuse(name)
        values.append(item)
    return tuple(values)
