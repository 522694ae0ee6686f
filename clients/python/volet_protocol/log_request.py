"""The signed request to look at the access log; looking is itself logged (docs/spec/releases.md).

A person or their representative asks for one case with purpose `own_access`; anybody for what was released to their own
devices, over all cases, with `own_releases`; who watches over the log, with `audit`, for any case in their scope.
Who looks up one case, by the reference printed on a paper, knows whose it is; who asks which person stands behind an
account of that case lifts a pseudonym. Either takes a reason, kept there.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.release import REQUEST_ID_SIZE, CheckpointRef
from volet_protocol.statements import Preamble, UnverifiedStatement

TYPE = "log-request"
AUDIT, OWN_ACCESS, OWN_RELEASES = "audit", "own_access", "own_releases"
_PURPOSES = frozenset({AUDIT, OWN_ACCESS, OWN_RELEASES})
REASONS = frozenset({"complaint", "inspection", "incident", "rights_request", "sampling", "court_order"})


@dataclass(frozen=True)
class LogRequest:
    """Body of a `log-request`: leaves `from_` to `to`, the end excluded; of one case, or of several.

    Of several for who watches, and of what was released to oneself. `user`: whose pseudonym is lifted, in that case.
    """

    preamble: Preamble
    request_id: bytes
    purpose: str
    checkpoint: CheckpointRef
    capacity: str | None = None
    case: str | None = None
    from_: int | None = None
    to: int | None = None
    reason: str | None = None
    user: str | None = None

    def __post_init__(self) -> None:
        if len(self.request_id) != REQUEST_ID_SIZE or self.purpose not in _PURPOSES:
            raise ProtocolError(Reason.MALFORMED, "log-request: request_id or purpose")
        if self.purpose == OWN_ACCESS and self.case is None:
            raise ProtocolError(Reason.MISSING_FIELD, "log-request: own access names a case")
        if self.reason is not None and self.reason not in REASONS:
            raise ProtocolError(Reason.MALFORMED, "log-request: reason")
        if self.purpose == OWN_RELEASES and self.case is not None:
            raise ProtocolError(Reason.MALFORMED, "log-request: own releases name no case")
        if self.user is not None and (self.purpose != AUDIT or self.case is None):
            raise ProtocolError(Reason.MISSING_FIELD, "log-request: user, in a case of an audit")
        if (self.reason is not None) != (self.purpose == AUDIT and self.case is not None):
            raise ProtocolError(Reason.MISSING_FIELD, "log-request: reason, of an audit of one case")
        if self.from_ is not None and self.to is not None and self.to < self.from_:
            raise ProtocolError(Reason.MALFORMED, "log-request: range")

    def to_json(self) -> dict[str, JsonValue]:
        """Return the body to sign."""
        named = {"case": self.case, "user": self.user}
        body: dict[str, JsonValue] = {
            **self.preamble.to_json(TYPE),
            "request_id": to_base64url(self.request_id), "purpose": self.purpose,
            "checkpoint": self.checkpoint.to_json(),
            "scope": {name: value for name, value in named.items() if value is not None},
        }  # fmt: skip
        optional = {"capacity": self.capacity, "from": self.from_, "to": self.to, "reason": self.reason}
        body.update({name: value for name, value in optional.items() if value is not None})
        return body

    @staticmethod
    def read(statement: UnverifiedStatement) -> LogRequest:
        """Read the statement strictly; signature, device and replay are judged apart."""
        fields = statement.fields()
        preamble = Preamble.read(fields, TYPE)
        scope = fields.nested("scope")
        case = scope.optional("case", scope.hash)
        user = scope.optional("user", scope.hash)
        scope.done()
        request = LogRequest(
            preamble=preamble,
            request_id=fields.data("request_id", REQUEST_ID_SIZE),
            purpose=fields.choice("purpose", _PURPOSES),
            checkpoint=CheckpointRef.read(fields.nested("checkpoint")),
            capacity=fields.optional("capacity", fields.hash),
            case=case,
            from_=fields.optional("from", fields.integer),
            to=fields.optional("to", fields.integer),
            reason=fields.optional("reason", lambda name: fields.choice(name, REASONS)),
            user=user,
        )
        fields.done()
        return request
