"""The header of an entry: all that is said in clear about it, and its id (docs/spec/entries.md, protocol rule 8.2).

The header is the body of the `entry` statement without `parts`; its hash is the entry id and salts the keys, so a
ciphertext moved under another header opens with no key. The client share reaches readers in exactly one form:

- `section`: from the section's step key;
- `exchange`: from the exchange key;
- `named`: one box a reader, the author included; for what is masked, and where the author holds no section key.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from volet_protocol import canonical, masks
from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.entry_list import EntryListHead, list_id
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import labelled_hash
from volet_protocol.padding import is_padded_size
from volet_protocol.places import (
    CHILD_PROTECTION,
    CLASSES,
    EXCHANGE,
    HIDDEN,
    MASKED,
    REPORT,
    SECTION,
    Place,
    class_of,
    section_code,
)
from volet_protocol.sealing import BODY, TITLE
from volet_protocol.statements import HeadRef, Preamble

TYPE = "entry"
NAMED = "named"
FORMS = frozenset({SECTION, EXCHANGE, NAMED})
SALT_SIZE = 16
MAX_TITLE = 4096
MAX_NAMED = 64
_CLASSES = frozenset(CLASSES)
# A mask is never under a key that all readers of a section hold; an exchange has a key of its own.
_FORMS_AT = {SECTION: frozenset({SECTION, NAMED}), MASKED: frozenset({NAMED}), EXCHANGE: frozenset({EXCHANGE})} | {
    REPORT: frozenset({NAMED})
}


@dataclass(frozen=True)
class NamedReader:
    """A reader of a `named` entry: whose user key, of which generation, and SHA-256 of their box."""

    user: str
    generation: int
    box: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"user": self.user, "generation": self.generation, "box": self.box}

    @staticmethod
    def read(fields: Fields) -> NamedReader:
        """Read the wire form."""
        reader = NamedReader(fields.hash("user"), fields.integer("generation", 1), fields.hash("box"))
        fields.done()
        return reader


@dataclass(frozen=True)
class EntryHeader:
    """All that is said in clear about an entry. `sizes` are the padded sizes in bytes of title and body.

    Refused when the fields contradict each other: the form decides which of epoch, step, mask and named exist.
    """

    preamble: Preamble
    case: str
    class_: str
    place: Place
    form: str
    compartment: str
    level: int
    policy: str
    case_head: HeadRef
    seen: EntryListHead
    salt: bytes
    title_size: int
    body_size: int
    epoch: int | None = None
    step: int | None = None
    capacity: str | None = None
    mask: str | None = None
    mask_until_ms: int | None = None
    passages: tuple[str, ...] = ()
    named: tuple[NamedReader, ...] = ()

    def __post_init__(self) -> None:
        self._check_place()
        self._check_form()
        if len(self.salt) != SALT_SIZE or self.title_size > MAX_TITLE:
            raise self._refuse("salt or title size")
        if not is_padded_size(self.title_size) or not is_padded_size(self.body_size):
            raise ProtocolError(Reason.BAD_PADDING, "entry: sizes")

    def _check_place(self) -> None:
        section = section_code(self.compartment, self.level)
        if self.class_ not in _CLASSES or (self.class_ == CHILD_PROTECTION) != (self.compartment == CHILD_PROTECTION):
            raise self._refuse("class")
        if self.place.kind == SECTION and self.class_ != class_of(section):
            raise self._refuse("class")
        if self.place.kind == REPORT and self.class_ not in {CHILD_PROTECTION, HIDDEN}:
            raise self._refuse("class")
        if self.place.kind in {SECTION, MASKED} and self.place.name != section:
            raise self._refuse("place")
        if (self.place.kind in {MASKED, REPORT}) != (self.mask is not None):
            raise self._refuse("mask")
        masks.check_masking(
            self.place.kind, self.mask, written_ms=self.preamble.time_ms, until_ms=self.mask_until_ms,
            passages=self.passages,
        )  # fmt: skip

    def _check_form(self) -> None:
        if self.form not in _FORMS_AT[self.place.kind]:
            raise self._refuse("form")
        if (self.epoch is None) != (self.form == NAMED) or (self.step is None) != (self.form != SECTION):
            raise ProtocolError(Reason.WRONG_EPOCH, f"{self.form} entry")
        users = [reader.user for reader in self.named]
        named_right = len(set(users)) == len(users) and self.preamble.user in users
        if bool(users) != (self.form == NAMED) or (users and not named_right):
            raise ProtocolError(Reason.WRONG_READERS, f"{self.form} entry: each reader once, the author included")

    def _refuse(self, what: str) -> ProtocolError:
        return ProtocolError(Reason.MALFORMED, f"{self.form} entry at {self.place}: {what}")

    @cached_property
    def id(self) -> str:
        """SHA-256(`volet/v1/entry-header` LF canonical(header)) in hex."""
        return labelled_hash("entry-header", canonical.encode(self.to_json())).hex()

    @property
    def list(self) -> str:
        """The id of the list this entry stands in."""
        return list_id(self.case, str(self.place))

    def size(self, part: str) -> int:
        """Return the padded size of a part in bytes."""
        return self.title_size if part == TITLE else self.body_size

    def to_json(self) -> dict[str, JsonValue]:
        """Return the header: the statement's body without `parts`."""
        header: dict[str, JsonValue] = {
            **self.preamble.to_json(TYPE),
            "case": self.case, "class": self.class_, "place": str(self.place), "form": self.form,
            "compartment": self.compartment, "level": self.level, "policy": self.policy,
            "case_head": self.case_head.to_json(), "seen": self.seen.to_json(), "salt": to_base64url(self.salt),
            "sizes": {TITLE: self.title_size, BODY: self.body_size},
        }  # fmt: skip
        optional: dict[str, str | int | None] = {
            "epoch": self.epoch, "step": self.step, "capacity": self.capacity, "mask": self.mask,
            "mask_until_ms": self.mask_until_ms,
        }  # fmt: skip
        header.update({name: value for name, value in optional.items() if value is not None})
        if self.passages:
            header["passages"] = list(self.passages)
        if self.named:
            header["named"] = [reader.to_json() for reader in self.named]
        return header

    @staticmethod
    def read(preamble: Preamble, fields: Fields) -> EntryHeader:
        """Take the header's fields off what follows the preamble of a statement; `parts` is left."""
        sizes = fields.nested("sizes")
        title_size, body_size = sizes.integer(TITLE), sizes.integer(BODY)
        sizes.done()
        return EntryHeader(
            preamble=preamble,
            case=fields.hash("case"),
            class_=fields.choice("class", _CLASSES),
            place=Place.parse(fields.text("place", 128)),
            form=fields.choice("form", FORMS),
            compartment=fields.code("compartment"),
            level=fields.integer("level", 1, 2),
            policy=fields.hash("policy"),
            case_head=HeadRef.read(fields.nested("case_head")),
            seen=EntryListHead.read(fields.nested("seen")),
            salt=fields.data("salt", SALT_SIZE),
            title_size=title_size,
            body_size=body_size,
            epoch=fields.optional("epoch", lambda name: fields.integer(name, 1)),
            step=fields.optional("step", fields.integer),
            capacity=fields.optional("capacity", fields.hash),
            mask=fields.optional("mask", fields.code),
            mask_until_ms=fields.optional("mask_until_ms", fields.integer),
            passages=fields.optional("passages", lambda name: _read_passages(fields, name)) or (),
            named=fields.optional("named", lambda name: _read_named(fields, name)) or (),
        )


def _read_named(fields: Fields, name: str) -> tuple[NamedReader, ...]:
    named = tuple(NamedReader.read(item) for item in fields.objects(name, MAX_NAMED))
    # A list of nobody is a second spelling of its absence: the id of the header would not be that of the statement.
    if not named:
        raise fields.refuse(name)
    return named


def _read_passages(fields: Fields, name: str) -> tuple[str, ...]:
    passages = tuple(fields.hashes(name, masks.MAX_PASSAGES))
    if not passages:
        raise fields.refuse(name)
    return passages
