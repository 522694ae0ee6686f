"""Taking an entry back: its author asks that both server shares be destroyed (docs/spec/entries.md, rule 8.5).

What nobody had opened is then gone for all. What was released before is not un-read: the log shows to whom.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.entry import UnverifiedEntry
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.statements import Preamble, UnverifiedStatement

TYPE = "entry-take-back"


@dataclass(frozen=True)
class TakeBack:
    """Body of an `entry-take-back` statement: which entry of which case, and a closed code why."""

    preamble: Preamble
    case: str
    entry: str
    reason: str | None = None

    def to_json(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        body: dict[str, JsonValue] = {**self.preamble.to_json(TYPE), "case": self.case, "entry": self.entry}
        return body if self.reason is None else {**body, "reason": self.reason}

    @staticmethod
    def read(statement: UnverifiedStatement) -> TakeBack:
        """Read the statement strictly; its signature is judged apart."""
        fields = statement.fields()
        take_back = TakeBack(
            preamble=Preamble.read(fields, TYPE),
            case=fields.hash("case"),
            entry=fields.hash("entry"),
            reason=fields.optional("reason", fields.code),
        )
        fields.done()
        return take_back

    def check(self, entry: UnverifiedEntry) -> None:
        """Refuse taking back another entry, or somebody else's, or one written later."""
        if self.case != entry.header.case:
            raise ProtocolError(Reason.WRONG_CASE, "entry-take-back")
        if self.entry != entry.id:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"entry-take-back of {self.entry}")
        if self.preamble.user != entry.header.preamble.user:
            raise ProtocolError(Reason.WRONG_AUTHOR, f"entry-take-back of {self.entry}")
        if self.preamble.time_ms < entry.header.preamble.time_ms:
            raise ProtocolError(Reason.TIME_BACKWARDS, f"entry-take-back of {self.entry}")
