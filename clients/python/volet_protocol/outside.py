"""Where a document goes when it leaves the hub, as a release request says it (docs/spec/exports.md, rules X1 to X4)."""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.vocabulary import ROW_SET

STATUTORY_ROWS = frozenset({"C2", "C3", "O11", "O13"})
PERSON_REQUEST, STATUTORY = "person_request", "statutory"
COORDINATION_ALERT = "coordination_alert"


@dataclass(frozen=True)
class Outside:
    """A party without account: its row in the matrix and its code, as the person's request or a procedure names it.

    `alert`: it is the need for coordination alone (R31). `ins`: the document carries the national health identifier.
    """

    row: str
    party: str
    alert: bool = False
    ins: bool = False

    def __post_init__(self) -> None:
        if self.alert and self.row != "O11":
            raise ProtocolError(Reason.MALFORMED, "recipient outside: an alert goes to the town hall")

    @property
    def via(self) -> str:
        """The channel: what the law orders, or what the person asked for."""
        return STATUTORY if self.row in STATUTORY_ROWS else PERSON_REQUEST

    def to_json(self) -> dict[str, JsonValue]:
        """Return the wire form: what is not so is left out."""
        value: dict[str, JsonValue] = {"row": self.row, "party": self.party}
        flags = {"alert": self.alert, "ins": self.ins}
        return {**value, **{name: True for name, said in flags.items() if said}}

    @staticmethod
    def read(fields: Fields) -> Outside:
        """Read the wire form."""
        value = Outside(
            fields.choice("row", ROW_SET), fields.code("party"), alert=_flag(fields, "alert"), ins=_flag(fields, "ins")
        )
        fields.done()
        return value


def _flag(fields: Fields, name: str) -> bool:
    if not fields.has(name):
        return False
    if not fields.boolean(name):
        raise fields.refuse(name)
    return True
