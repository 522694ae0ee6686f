"""The links of an exchange: a fixed list of recipients, one key for each list (docs/spec/exchanges.md)."""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.case_links import SALT_SIZE, Fresh, check_order
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.key_links import COMMIT_SIZE, MAX_READERS, Target, read_targets
from volet_protocol.opening_links import UserRecipient
from volet_protocol.places import CHILD_PROTECTION
from volet_protocol.statements import HeadRef, Preamble, UnverifiedStatement
from volet_protocol.vocabulary import COMPARTMENTS, LEVELS


@dataclass(frozen=True)
class ExchangeEpoch:
    """What both links of an exchange say: who takes part, at which head of the case, under which key."""

    preamble: Preamble
    case: str
    policy: str
    main_head: HeadRef
    fresh: Fresh
    members: tuple[UserRecipient, ...]
    epoch: int
    commit: bytes
    boxes: tuple[Target, ...]
    capacity: str | None = None
    # The head of the child protection chain, when the exchange is about that compartment.
    class_head: HeadRef | None = None

    def to_json(self, type_: str) -> dict[str, JsonValue]:
        """Return the common fields of a body of this type."""
        return {
            **self.preamble.to_json(type_),
            "case": self.case, "policy": self.policy, "main_head": self.main_head.to_json(),
            "fresh": self.fresh.to_json(), "members": [item.to_json() for item in self.members],
            "epoch": self.epoch, "commit": to_base64url(self.commit),
            "boxes": [item.to_json() for item in self.boxes],
            **({"capacity": self.capacity} if self.capacity else {}),
            **({"class_head": self.class_head.to_json()} if self.class_head else {}),
        }  # fmt: skip

    @staticmethod
    def read(fields: Fields, type_: str) -> ExchangeEpoch:
        """Take the common fields off a body; every member is boxed and nobody else."""
        preamble = Preamble.read(fields, type_)
        case, policy = fields.hash("case"), fields.hash("policy")
        main_head, fresh = HeadRef.read(fields.nested("main_head")), Fresh.read(fields.nested("fresh"))
        members = tuple(UserRecipient.read(item) for item in fields.objects("members", MAX_READERS))
        check_order([member.user for member in members], "exchange.members")
        epoch, commit = fields.integer("epoch", least=1), fields.data("commit", COMMIT_SIZE)
        boxes = read_targets(fields, "boxes")
        if [box.user for box in boxes] != [member.user for member in members]:
            raise ProtocolError(Reason.WRONG_READERS, "boxes of an exchange are not for its members")
        capacity = fields.optional("capacity", fields.hash)
        class_head = HeadRef.read(fields.nested("class_head")) if fields.has("class_head") else None
        return ExchangeEpoch(
            preamble, case, policy, main_head, fresh, members, epoch, commit, boxes, capacity, class_head,
        )  # fmt: skip


@dataclass(frozen=True)
class ExchangeCreate:
    """The first link; its hash is the id of the exchange."""

    common: ExchangeEpoch
    salt: bytes
    compartment: str
    level: int

    def body(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        return {
            **self.common.to_json("exchange-create"),
            "salt": to_base64url(self.salt), "compartment": self.compartment, "level": self.level,
        }  # fmt: skip

    @staticmethod
    def read(statement: UnverifiedStatement) -> ExchangeCreate:
        """Read a body strictly."""
        fields = statement.fields()
        value = ExchangeCreate(
            ExchangeEpoch.read(fields, "exchange-create"),
            fields.data("salt", SALT_SIZE),
            fields.choice("compartment", frozenset(COMPARTMENTS)),
            fields.integer("level", least=LEVELS[0], most=LEVELS[-1]),
        )
        fields.done()
        if (value.common.class_head is not None) != (value.compartment == CHILD_PROTECTION):
            raise ProtocolError(Reason.MISSING_FIELD, "class_head stands in an exchange about child protection only")
        if value.common.epoch != 1:
            raise ProtocolError(Reason.WRONG_EPOCH, "an exchange starts at epoch 1")
        return value


@dataclass(frozen=True)
class ExchangeChange:
    """A new list of members, under a new key that only they get."""

    common: ExchangeEpoch
    exchange: str
    seq: int
    prev: str

    def body(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        place: dict[str, JsonValue] = {"exchange": self.exchange, "seq": self.seq, "prev": self.prev}
        return {**self.common.to_json("exchange-change"), **place}

    @staticmethod
    def read(statement: UnverifiedStatement) -> ExchangeChange:
        """Read a body strictly."""
        fields = statement.fields()
        value = ExchangeChange(
            ExchangeEpoch.read(fields, "exchange-change"),
            fields.hash("exchange"),
            fields.integer("seq", least=1),
            fields.hash("prev"),
        )
        fields.done()
        return value
