"""Links that start, hand over and renew section keys: claim, grant, revoke, rotate (docs/spec/section-keys.md).

Every person a key is boxed for is named with the head of their user chain that the author relied on, so that "which
generation was current" has one answer for every later reader of the chain.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.case_links import LinkHead, SectionAt, check_order, read_section
from volet_protocol.encodings import to_base64url
from volet_protocol.entry_list import EntryListHead
from volet_protocol.fields import Fields
from volet_protocol.places import SECTIONS
from volet_protocol.statements import HeadRef, UnverifiedStatement

COMMIT_SIZE = 32
MAX_READERS = 1024
MAX_FACTS = 1024


@dataclass(frozen=True)
class NewEpoch:
    """A section's next epoch: its number, the commitment to S(epoch, 0), and where it starts in the entry list."""

    section: str
    epoch: int
    commit: bytes
    at: EntryListHead

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {
            "section": self.section, "epoch": self.epoch, "commit": to_base64url(self.commit),
            "list": self.at.to_json(),
        }  # fmt: skip

    @staticmethod
    def read(fields: Fields) -> NewEpoch:
        """Read the wire form."""
        value = NewEpoch(
            read_section(fields),
            fields.integer("epoch", least=1),
            fields.data("commit", COMMIT_SIZE),
            EntryListHead.read(fields.nested("list")),
        )
        fields.done()
        return value


@dataclass(frozen=True)
class Target:
    """Whom a box was made for: user, generation of their key, the head that shows it, SHA-256 of the box."""

    user: str
    generation: int
    head: HeadRef
    box: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"user": self.user, "generation": self.generation, "head": self.head.to_json(), "box": self.box}

    @staticmethod
    def read(fields: Fields) -> Target:
        """Read the wire form."""
        value = Target(
            fields.hash("user"),
            fields.integer("generation", least=1),
            HeadRef.read(fields.nested("head")),
            fields.hash("box"),
        )
        fields.done()
        return value


@dataclass(frozen=True)
class Deferred:
    """A permitted reader who could not be boxed, and why; they are owed a grant."""

    user: str
    reason: str

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {"user": self.user, "deferred": self.reason}


def read_targets(fields: Fields, name: str) -> tuple[Target, ...]:
    """Take a list of targets, ordered by user, off a body."""
    targets = tuple(Target.read(item) for item in fields.objects(name, MAX_READERS))
    check_order([target.user for target in targets], name)
    return targets


@dataclass(frozen=True)
class ClaimLink:
    """Starts the keys of sections nobody holds, boxed to the claimer's own user key for their other devices."""

    head: LinkHead
    sections: tuple[NewEpoch, ...]
    generation: int
    box: str

    @property
    def target(self) -> Target:
        """The claimer, at the head with which they sign."""
        preamble = self.head.preamble
        return Target(preamble.user, self.generation, preamble.user_head, self.box)

    def body(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        sections = [item.to_json() for item in self.sections]
        return {**self.head.to_json("claim"), "sections": sections, "generation": self.generation, "box": self.box}

    @staticmethod
    def read(statement: UnverifiedStatement) -> ClaimLink:
        """Read a body strictly."""
        fields = statement.fields()
        head, sections = LinkHead.read(fields, "claim"), _new_epochs(fields)
        value = ClaimLink(head, sections, fields.integer("generation", least=1), fields.hash("box"))
        fields.done()
        return value


@dataclass(frozen=True)
class Granted:
    """What a grant gives of a section: from (from_epoch, from_step) to `step` of the current `epoch`.

    `commit` stands when the granter stepped the key: it is the commitment to S(epoch, step), and `step` is one more
    than before. Earlier epochs are given whole but for the first, which starts at `from_step`.
    """

    section: str
    from_epoch: int
    from_step: int
    epoch: int
    step: int
    commit: bytes | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form."""
        return {
            "section": self.section, "from_epoch": self.from_epoch, "from_step": self.from_step,
            "epoch": self.epoch, "step": self.step,
            **({"commit": to_base64url(self.commit)} if self.commit is not None else {}),
        }  # fmt: skip

    def slices(self) -> list[tuple[int, int]]:
        """Return the (epoch, step) of each key in the box, oldest first."""
        later = range(self.from_epoch + 1, self.epoch + 1)
        return [(self.from_epoch, self.from_step), *((epoch, 0) for epoch in later)]

    @staticmethod
    def read(fields: Fields) -> Granted:
        """Read the wire form; a slice that ends before it starts is refused."""
        section = read_section(fields)
        epoch = fields.integer("epoch", least=1)
        step = fields.integer("step")
        from_epoch = fields.integer("from_epoch", least=1, most=epoch)
        from_step = fields.integer("from_step", most=step) if from_epoch == epoch else fields.integer("from_step")
        commit = fields.data("commit", COMMIT_SIZE) if fields.has("commit") else None
        fields.done()
        return Granted(section, from_epoch, from_step, epoch, step, commit)


@dataclass(frozen=True)
class GrantLink:
    """Hands the keys of sections to one reader, bound to table, facts and the reader's head (protocol 7.4).

    With `invitation`, the reader's own: from what its answer gave them to the key of their account.
    """

    head: LinkHead
    target: Target
    reader_capacity: str | None
    sections: tuple[Granted, ...]
    facts: tuple[str, ...]
    not_after_ms: int
    invitation: str | None = None

    def body(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        return {
            **self.head.to_json("grant"),
            "reader": self.target.user, "generation": self.target.generation,
            "reader_head": self.target.head.to_json(), "box": self.target.box,
            **({"reader_capacity": self.reader_capacity} if self.reader_capacity else {}),
            "sections": [item.to_json() for item in self.sections],
            "facts": list(self.facts), "not_after_ms": self.not_after_ms,
            **({"invitation": self.invitation} if self.invitation else {}),
        }  # fmt: skip

    @staticmethod
    def read(statement: UnverifiedStatement) -> GrantLink:
        """Read a body strictly."""
        fields = statement.fields()
        head = LinkHead.read(fields, "grant")
        target = Target(
            fields.hash("reader"),
            fields.integer("generation", least=1),
            HeadRef.read(fields.nested("reader_head")),
            fields.hash("box"),
        )
        reader_capacity = fields.optional("reader_capacity", fields.hash)
        sections = tuple(Granted.read(item) for item in fields.objects("sections", len(SECTIONS)))
        check_order([item.section for item in sections], "grant.sections")
        facts = tuple(fields.hashes("facts", MAX_FACTS))
        if facts:
            check_order(facts, "grant.facts")
        not_after_ms = fields.integer("not_after_ms")
        invitation = fields.optional("invitation", fields.hash)
        value = GrantLink(head, target, reader_capacity, sections, facts, not_after_ms, invitation)
        fields.done()
        return value


@dataclass(frozen=True)
class RevokeLink:
    """Says that a reader is to be left behind at the next rotation of these sections."""

    head: LinkHead
    reader: str
    sections: tuple[SectionAt, ...]

    def body(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        sections = [item.to_json() for item in self.sections]
        return {**self.head.to_json("revoke"), "reader": self.reader, "sections": sections}

    @staticmethod
    def read(statement: UnverifiedStatement) -> RevokeLink:
        """Read a body strictly."""
        fields = statement.fields()
        head, reader = LinkHead.read(fields, "revoke"), fields.hash("reader")
        sections = tuple(SectionAt.read(item) for item in fields.objects("sections", len(SECTIONS)))
        check_order([item.section for item in sections], "revoke.sections")
        fields.done()
        return RevokeLink(head, reader, sections)


@dataclass(frozen=True)
class RotateLink:
    """Starts the next epoch of sections for exactly the readers who are permitted (protocol 7.5)."""

    head: LinkHead
    sections: tuple[NewEpoch, ...]
    readers: tuple[Target | Deferred, ...]

    def body(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        return {
            **self.head.to_json("rotate"),
            "sections": [item.to_json() for item in self.sections],
            "readers": [item.to_json() for item in self.readers],
        }

    @property
    def targets(self) -> tuple[Target, ...]:
        """The readers who were boxed."""
        return tuple(item for item in self.readers if isinstance(item, Target))

    @staticmethod
    def read(statement: UnverifiedStatement) -> RotateLink:
        """Read a body strictly."""
        fields = statement.fields()
        head, sections = LinkHead.read(fields, "rotate"), _new_epochs(fields)
        readers = tuple(_read_reader(item) for item in fields.objects("readers", MAX_READERS))
        check_order([item.user for item in readers], "rotate.readers")
        fields.done()
        return RotateLink(head, sections, readers)


def _new_epochs(fields: Fields) -> tuple[NewEpoch, ...]:
    sections = tuple(NewEpoch.read(item) for item in fields.objects("sections", len(SECTIONS)))
    check_order([item.section for item in sections], f"{fields.what}.sections")
    return sections


def _read_reader(fields: Fields) -> Target | Deferred:
    if not fields.has("deferred"):
        return Target.read(fields)
    value = Deferred(fields.hash("user"), fields.code("deferred"))
    fields.done()
    return value
