"""The `login` statement: a device signs the hub's challenge, and a session opens (docs/spec/trust.md).

It says nothing about who the person is: that is the ID token's part, whose nonce binds the same user id. Both are
needed, so a stolen ID token opens no session, and neither does a stolen device without a fresh identification.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.hashing import same
from volet_protocol.statements import Preamble, UnverifiedStatement

TYPE = "login"
CHALLENGE_SIZE = 32
SKEW_MS = 2 * 60 * 1000


@dataclass(frozen=True)
class LoginStatement:
    """What a device signs: the login's id, its challenge, and the capacity it will act in (None for a person)."""

    preamble: Preamble
    login: str
    challenge: bytes
    capacity: str | None

    @staticmethod
    def read(statement: UnverifiedStatement) -> LoginStatement:
        """Read the fields, without judging the signature."""
        fields = statement.fields()
        read = LoginStatement(
            preamble=Preamble.read(fields, TYPE),
            login=fields.text("login", 64),
            challenge=fields.data("challenge", CHALLENGE_SIZE),
            capacity=fields.optional("capacity", fields.hash),
        )
        fields.done()
        return read

    def body(self) -> dict[str, JsonValue]:
        """Return what is signed."""
        value = self.preamble.to_json(TYPE)
        value["login"] = self.login
        value["challenge"] = to_base64url(self.challenge)
        if self.capacity is not None:
            value["capacity"] = self.capacity
        return value

    def check(self, *, hub: str, login: str, challenge: bytes, user: str, device: str, now_ms: int) -> None:
        """Refuse a statement made for another hub, login, user or device, or more than two minutes off.

        Raises `ProtocolError`: wrong-hub, wrong-request (login or challenge), wrong-author, stale, not-yet.
        """
        if self.preamble.hub != hub:
            raise ProtocolError(Reason.WRONG_HUB, TYPE)
        if self.login != login or not same(self.challenge, challenge):
            raise ProtocolError(Reason.WRONG_REQUEST, TYPE)
        if (self.preamble.user, self.preamble.device) != (user, device):
            raise ProtocolError(Reason.WRONG_AUTHOR, TYPE)
        if self.preamble.time_ms < now_ms - SKEW_MS:
            raise ProtocolError(Reason.STALE, TYPE)
        if self.preamble.time_ms > now_ms + SKEW_MS:
            raise ProtocolError(Reason.NOT_YET, TYPE)
