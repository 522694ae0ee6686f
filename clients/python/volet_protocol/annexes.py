"""The words of a fact: what it may not hold itself, sealed in an entry of kind `annex` (docs/spec/facts.md).

The fact names SHA-256 over the annex's fields with 32 random bytes among them: fixed when the words were collected, so
that they can be sealed later and elsewhere, and guessed by nobody from their hash.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import labelled_hash

KIND = "annex"
SALT_SIZE = 32
TIES = frozenset({"child", "parent", "spouse", "sibling", "relative", "friend", "neighbour", "carer", "other"})
MAX_TEXT = 64 * 1024


@dataclass(frozen=True)
class Helper:
    """Who helped the person to answer: name, tie, and whether they were there."""

    name: str
    tie: str
    present: bool


@dataclass(frozen=True)
class Paper:
    """A photo or scan of the signed sheet, stored as a document: SHA-256 of its bytes, size, media type."""

    sha256: str
    size: int
    media_type: str


@dataclass(frozen=True)
class Annex:
    """Words beside a fact; all optional but the salt."""

    salt: bytes
    text: str | None = None
    reason: str | None = None
    court: str | None = None
    judgment_ms: int | None = None
    helper: Helper | None = None
    paper: Paper | None = None

    def fields(self) -> dict[str, JsonValue]:
        """Return the fields of the entry's body; raise `ProtocolError` when they are not those of an annex."""
        found: dict[str, JsonValue] = {"salt": to_base64url(self.salt)}
        plain = {"text": self.text, "reason": self.reason, "court": self.court, "judgment_ms": self.judgment_ms}
        found |= {name: value for name, value in plain.items() if value is not None}
        if self.helper is not None:
            found["helper"] = {"name": self.helper.name, "tie": self.helper.tie, "present": self.helper.present}
        if self.paper is not None:
            found["paper"] = {
                "sha256": self.paper.sha256, "size": self.paper.size, "media_type": self.paper.media_type,
            }  # fmt: skip
        check_fields(reader := Fields(found, KIND))
        reader.done()
        return found

    @property
    def hash(self) -> str:
        """The hash by which a fact names it."""
        return annex_hash(self.fields())


def annex_hash(fields: JsonObject) -> str:
    """Return the hex hash of an annex, over the fields of its body without kind and relations."""
    return labelled_hash(KIND, canonical.encode(fields)).hex()


def check_annex(named: str, fields: JsonObject) -> None:
    """Refuse words that are not those a fact names: wrong-hash."""
    if annex_hash(fields) != named:
        raise ProtocolError(Reason.WRONG_HASH, "annex of a fact")


def check_fields(fields: Fields) -> None:
    """Read the fields of an annex strictly; raise `ProtocolError`."""
    fields.data("salt", SALT_SIZE)
    for name in ("text", "reason"):
        fields.optional(name, lambda given: fields.text(given, MAX_TEXT))
    fields.optional("court", fields.label)
    fields.optional("judgment_ms", fields.integer)
    fields.optional("helper", lambda name: _helper(fields.nested(name)))
    fields.optional("paper", lambda name: _paper(fields.nested(name)))


def _helper(fields: Fields) -> None:
    fields.label("name")
    fields.choice("tie", TIES)
    fields.boolean("present")
    fields.done()


def _paper(fields: Fields) -> None:
    fields.hash("sha256")
    fields.integer("size")
    if fields.text("media_type", 127).count("/") != 1:
        raise fields.refuse("media_type")
    fields.done()
