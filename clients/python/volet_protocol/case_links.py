"""What every link of a case chain begins with, and the links that create chains or record facts.

Wire forms: docs/spec/case-chains.md.

A case has one chain for each visibility class. Links are statements of users; position is order, and a link is judged
only by the links before it in its own chain (protocol 6.1). A link of a hidden class also names a head of `main`.
A link that widens names, in `fresh`, the checkpoint of the heads proof its author saw, with the time of its leaf.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from volet_protocol import canonical
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.entry_list import EntryListHead
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.hashing import sha256
from volet_protocol.places import CLASSES, MAIN, SECTIONS
from volet_protocol.statements import HeadRef, Preamble, UnverifiedStatement

_SECTIONS = frozenset(SECTIONS)
HIDDEN_CLASSES = frozenset(CLASSES) - {MAIN}
SALT_SIZE = 16
CLASS_SALT_SIZE = 32


def section_parts(section: str) -> tuple[str, int]:
    """Return the compartment and level of a section code such as `medical/2`."""
    compartment, _, level = section.partition("/")
    return compartment, int(level)


def read_section(fields: Fields) -> str:
    """Take a section code off an object."""
    return fields.choice("section", _SECTIONS)


def check_order(keys: Sequence[str], what: str) -> None:
    """Refuse a list that is empty, out of order or holds a duplicate: one set has one spelling."""
    if not keys or any(left >= right for left, right in pairwise(keys)):
        raise ProtocolError(Reason.MALFORMED, f"{what}: empty, out of order or twice")


def box_context(body: JsonObject) -> bytes:
    """Return SHA-256 of a body without its box hashes: what the info of its HPKE boxes binds (protocol 7.4).

    The hash of a box cannot be known before the box is made, so `box` is left out at the top and in list items.
    """
    bare = {key: _without_box(value) for key, value in body.items() if key != "box"}
    return sha256(canonical.encode(bare))


def _without_box(value: JsonValue) -> JsonValue:
    if isinstance(value, list | tuple):
        return [
            {key: inner for key, inner in item.items() if key != "box"} if isinstance(item, Mapping) else item
            for item in value
        ]
    return value


@dataclass(frozen=True)
class Fresh:
    """The checkpoint of the heads proof that the author of a widening link relied on, and the time of its leaf."""

    size: int
    root: str
    time_ms: int

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"size": self.size, "root": self.root, "time_ms": self.time_ms}

    @staticmethod
    def read(fields: Fields) -> Fresh:
        """Read the wire form."""
        fresh = Fresh(fields.integer("size", least=1), fields.hash("root"), fields.integer("time_ms"))
        fields.done()
        return fresh


@dataclass(frozen=True)
class LinkHead:
    """The common fields of a link after the first: author, chain, place in it, capacity, table, freshness."""

    preamble: Preamble
    case: str
    class_: str
    seq: int
    prev: str
    policy: str
    capacity: str | None = None
    main_head: HeadRef | None = None
    fresh: Fresh | None = None

    def to_json(self, type_: str) -> dict[str, JsonValue]:
        """Return the common fields of a body of this type."""
        return {
            **self.preamble.to_json(type_),
            "case": self.case, "class": self.class_, "seq": self.seq, "prev": self.prev, "policy": self.policy,
            **({"capacity": self.capacity} if self.capacity else {}),
            **({"main_head": self.main_head.to_json()} if self.main_head else {}),
            **({"fresh": self.fresh.to_json()} if self.fresh else {}),
        }  # fmt: skip

    @staticmethod
    def read(fields: Fields, type_: str) -> LinkHead:
        """Take the common fields off a body; `main_head` stands in hidden classes and only there."""
        preamble = Preamble.read(fields, type_)
        class_ = fields.choice("class", frozenset(CLASSES))
        return LinkHead(
            preamble=preamble,
            case=fields.hash("case"),
            class_=class_,
            seq=fields.integer("seq", least=1),
            prev=fields.hash("prev"),
            policy=fields.hash("policy"),
            capacity=fields.optional("capacity", fields.hash),
            main_head=None if class_ == MAIN else HeadRef.read(fields.nested("main_head")),
            fresh=Fresh.read(fields.nested("fresh")) if fields.has("fresh") else None,
        )


@dataclass(frozen=True)
class SectionAt:
    """A section and the position of its entry list: no entry exists between the author's view and the link."""

    section: str
    at: EntryListHead

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"section": self.section, "list": self.at.to_json()}

    @staticmethod
    def read(fields: Fields) -> SectionAt:
        """Read the wire form."""
        value = SectionAt(read_section(fields), EntryListHead.read(fields.nested("list")))
        fields.done()
        return value


@dataclass(frozen=True)
class CaseCreate:
    """The first link of `main`; its hash is the id of the case."""

    preamble: Preamble
    salt: bytes
    kind: str
    structure: str
    capacity: str
    policy: str
    controller: str
    log_key_hash: str
    episode: str

    def body(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        return {
            **self.preamble.to_json("case-create"),
            "salt": to_base64url(self.salt), "kind": self.kind, "structure": self.structure,
            "capacity": self.capacity, "policy": self.policy, "controller": self.controller,
            "log_key_hash": self.log_key_hash, "episode": self.episode,
        }  # fmt: skip

    @staticmethod
    def read(statement: UnverifiedStatement) -> CaseCreate:
        """Read a body strictly."""
        fields = statement.fields()
        value = CaseCreate(
            preamble=Preamble.read(fields, "case-create"),
            salt=fields.data("salt", SALT_SIZE),
            kind=fields.choice("kind", frozenset({"care", "mdph"})),
            structure=fields.code("structure"),
            capacity=fields.hash("capacity"),
            policy=fields.hash("policy"),
            controller=fields.label("controller"),
            log_key_hash=fields.hash("log_key_hash"),
            episode=fields.hash("episode"),
        )
        fields.done()
        return value


@dataclass(frozen=True)
class ClassCreate:
    """The first link of a hidden class. All three are made with the case, so that existing says nothing (6.6)."""

    preamble: Preamble
    case: str
    class_: str
    salt: bytes

    def body(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        return {
            **self.preamble.to_json("class-create"),
            "case": self.case, "class": self.class_, "salt": to_base64url(self.salt), "seq": 0,
        }  # fmt: skip

    @staticmethod
    def read(statement: UnverifiedStatement) -> ClassCreate:
        """Read a body strictly."""
        fields = statement.fields()
        value = ClassCreate(
            preamble=Preamble.read(fields, "class-create"),
            case=fields.hash("case"),
            class_=fields.choice("class", HIDDEN_CLASSES),
            salt=fields.data("salt", CLASS_SALT_SIZE),
        )
        fields.integer("seq", most=0)
        fields.done()
        return value


@dataclass(frozen=True)
class FactLink:
    """Records a fact by its hash. The body travels beside and may be erased; a fact that ends names list positions."""

    head: LinkHead
    fact: str
    lists: tuple[SectionAt, ...] = ()

    def body(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        lists = [item.to_json() for item in self.lists]
        return {**self.head.to_json("fact"), "fact": self.fact, **({"lists": lists} if lists else {})}

    @staticmethod
    def read(statement: UnverifiedStatement) -> FactLink:
        """Read a body strictly."""
        fields = statement.fields()
        head, fact = LinkHead.read(fields, "fact"), fields.hash("fact")
        lists: tuple[SectionAt, ...] = ()
        if fields.has("lists"):
            lists = tuple(SectionAt.read(item) for item in fields.objects("lists", len(SECTIONS)))
            check_order([item.section for item in lists], "fact.lists")
        fields.done()
        return FactLink(head, fact, lists)
