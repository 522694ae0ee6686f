"""Registered kinds of content, their fields and relations (docs/spec/entries.md, protocol rule 8.5, requirement F30).

The title part is `{kind, kind_version, title, file?, relations?}`, the body part `{kind, kind_version, relations?,
...fields}`; the body of a `document` is the bytes of the file, so its relations stand in its title. Both parts name
one kind. Known kinds are read strictly; an unknown kind or version is preserved byte for byte and shown as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from volet_protocol import annexes, canonical, filing, meeting_words
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields

RELATIONS = frozenset({"replies_to", "supersedes", "corrects", "acknowledges", "takes_charge", "concerns"})
DOCUMENT = "document"
ACTION_STATES = frozenset({"to_do", "doing", "done", "dropped"})
# Whose words an entry reports, when they are not its author's own (F23): « propos de la personne, de l'aidant ».
SOURCES = frozenset({"person", "helper"})
# The kinds that are written without network, and tell when.
NOTED = frozenset({"note", "observation", "transmission"})
GOAL_STATES = frozenset({"open", "reached", "dropped"})
MAX_RELATIONS = 64
MAX_TITLE = 200
MAX_BODY = 16 * 1024 * 1024
MAX_ANSWERS = 1024


@dataclass(frozen=True)
class Relation:
    """What an entry has to do with another: one of `RELATIONS`, and the other's entry id."""

    relation: str
    entry: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"relation": self.relation, "entry": self.entry}


@dataclass(frozen=True)
class FileInfo:
    """Name, media type and size in bytes of a document: ciphertext, as its content."""

    name: str
    media_type: str
    size: int

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"name": self.name, "media_type": self.media_type, "size": self.size}


@dataclass(frozen=True)
class Title:
    """The title part, whose kind may be unknown here."""

    kind: str
    version: int
    title: str
    file: FileInfo | None = None
    relations: tuple[Relation, ...] = ()

    @property
    def known(self) -> bool:
        """Whether this version of the kind is registered."""
        return (self.kind, self.version) in REGISTERED

    def to_json(self) -> dict[str, JsonValue]:
        """Return the plaintext of the part."""
        title: dict[str, JsonValue] = {"kind": self.kind, "kind_version": self.version, "title": self.title}
        if self.file is not None:
            title["file"] = self.file.to_json()
        return _with_relations(title, self.relations)


@dataclass(frozen=True)
class Content:
    """The body part of a known kind, read strictly; `fields` are those of the kind."""

    kind: str
    version: int
    fields: JsonObject
    relations: tuple[Relation, ...] = ()

    def to_json(self) -> dict[str, JsonValue]:
        """Return the plaintext of the part."""
        return _with_relations({"kind": self.kind, "kind_version": self.version, **self.fields}, self.relations)


@dataclass(frozen=True)
class Unknown:
    """The body part of a kind or version not registered here: kept as it came."""

    kind: str
    version: int
    raw: bytes

    def text(self) -> str:
        """Return it as text for display: what is not UTF-8, or would move the cursor, is escaped, never dropped."""
        text = self.raw.decode("utf-8", "backslashreplace")
        return "".join(char if char == "\n" or char.isprintable() else f"\\u{ord(char):04x}" for char in text)


def read_title(plaintext: bytes) -> Title:
    """Read a title part; of an unknown kind, fields it does not know are refused no less than of a known one."""
    fields = Fields(canonical.decode(plaintext), "title")
    title = Title(
        kind=fields.code("kind"),
        version=fields.integer("kind_version", 1),
        title=fields.text("title", MAX_TITLE),
        file=fields.optional("file", lambda name: _read_file(fields.nested(name))),
        relations=_read_relations(fields),
    )
    is_document = title.kind == DOCUMENT
    if title.known and (is_document != (title.file is not None) or (title.relations and not is_document)):
        raise ProtocolError(Reason.MALFORMED, f"title of a {title.kind}: file or relations")
    fields.done()
    return title


def read_body(title: Title, plaintext: bytes) -> Content | Unknown | bytes:
    """Read the body part beside its title: the bytes of a document, the fields of a known kind, else `Unknown`.

    Raises wrong-type when both parts do not name one kind, and as any strict reader for a known kind's fields.
    """
    if not title.known:
        return Unknown(title.kind, title.version, plaintext)
    if title.kind == DOCUMENT:
        if title.file is not None and title.file.size != len(plaintext):
            raise ProtocolError(Reason.MALFORMED, "document of another size than its title says")
        return plaintext
    value = canonical.decode(plaintext, MAX_BODY)
    fields = Fields(value, title.kind)
    if (fields.code("kind"), fields.integer("kind_version", 1)) != (title.kind, title.version):
        raise ProtocolError(Reason.WRONG_TYPE, f"body of a {title.kind}")
    relations = _read_relations(fields)
    REGISTERED[title.kind, title.version](fields)
    fields.done()
    own = {name: item for name, item in value.items() if name not in {"kind", "kind_version", "relations"}}
    return Content(title.kind, title.version, own, relations)


def compose(title: Title, content: Content | bytes) -> tuple[bytes, bytes]:
    """Return the plaintexts of both parts, after reading them back as every reader will."""
    plain_title = canonical.encode(title.to_json())
    plain_body = content if isinstance(content, bytes) else canonical.encode(content.to_json())
    read_body(read_title(plain_title), plain_body)
    return plain_title, plain_body


def _with_relations(value: dict[str, JsonValue], relations: tuple[Relation, ...]) -> dict[str, JsonValue]:
    return {**value, "relations": [item.to_json() for item in relations]} if relations else value


def _read_relations(fields: Fields) -> tuple[Relation, ...]:
    if not fields.has("relations"):
        return ()
    relations: list[Relation] = []
    for item in fields.objects("relations", MAX_RELATIONS):
        relations.append(Relation(item.choice("relation", RELATIONS), item.hash("entry")))
        item.done()
    if not relations or len(set(relations)) != len(relations):
        raise fields.refuse("relations")
    return tuple(relations)


def _read_file(fields: Fields) -> FileInfo:
    file = FileInfo(fields.label("name"), fields.text("media_type", 127), fields.integer("size"))
    # A name is one component: a path in it could be written outside the folder the reader chose.
    if any(char in file.name for char in "/\\") or file.name in {".", ".."} or file.media_type.count("/") != 1:
        raise fields.refuse("name or media_type")
    fields.done()
    return file


def _text(fields: Fields) -> None:
    fields.text("text", MAX_BODY)


def _told(fields: Fields) -> None:
    """`source`: whose words the author, a professional, reports; `noted_ms`: when, if it was off line (F20)."""
    _text(fields)
    fields.optional("noted_ms", fields.integer)
    fields.optional("source", lambda name: fields.choice(name, SOURCES))


def _transmission(fields: Fields) -> None:
    """`asks_charge`: somebody is asked to take this over, within so many hours (F10)."""
    _told(fields)
    fields.optional("asks_charge", lambda name: fields.integer(name, 1, 24 * 31))


def _goal(fields: Fields) -> None:
    _text(fields)
    fields.choice("state", GOAL_STATES)
    fields.optional("due_ms", fields.integer)


def _action(fields: Fields) -> None:
    _text(fields)
    fields.label("who")
    fields.optional("due_ms", fields.integer)
    fields.choice("state", ACTION_STATES)


def _event(fields: Fields) -> None:
    _text(fields)
    start = fields.integer("from_ms")
    end = fields.optional("to_ms", fields.integer)
    if end is not None and end < start:
        raise fields.refuse("to_ms")


def _evaluation(fields: Fields) -> None:
    fields.code("form")
    fields.label("version")
    for answer in fields.objects("answers", MAX_ANSWERS):
        answer.code("question")
        answer.text("answer")
        answer.done()


def _coordination_alert(fields: Fields) -> None:
    """Say that coordination is needed and whom to call: never the nature of the difficulties (CASF L121-6-2, R31)."""
    fields.label("contact")


def _mark(fields: Fields) -> None:
    """Carry relations alone: « vu », « pris en charge par »."""
    fields.optional("text", fields.text)


REGISTERED: Mapping[tuple[str, int], Callable[[Fields], None]] = {
    ("message", 1): _text,
    ("note", 1): _told,
    ("transmission", 1): _transmission,
    (DOCUMENT, 1): _text,
    ("synthesis", 1): _text,
    ("observation", 1): _told,
    ("goal", 1): _goal,
    ("action", 1): _action,
    ("event", 1): _event,
    ("evaluation", 1): _evaluation,
    (meeting_words.ANNOUNCEMENT, 1): meeting_words.check_announcement,
    (meeting_words.MINUTES, 1): meeting_words.check_minutes,
    ("report", 1): _text,
    ("information_preoccupante", 1): _text,
    ("coordination_alert", 1): _coordination_alert,
    ("mark", 1): _mark,
    (annexes.KIND, 1): annexes.check_fields,
    (filing.KIND, 1): filing.check_fields,
}
