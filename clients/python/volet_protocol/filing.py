"""The kind `filed`: what came in an exchange, kept in a section as its first author signed it (docs/spec/entries.md).

The body holds the first author's signed statement, the plaintext of both parts as they were sealed, and the two
shares of each part's key: whoever reads it seals both again and compares with what was signed (rules E28 to E30). A
share opens its part and no other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from volet_protocol.canonical import JsonObject
from volet_protocol.encodings import to_base64url
from volet_protocol.fields import Fields
from volet_protocol.sealing import PARTS, SHARE_SIZE
from volet_protocol.statements import UnverifiedStatement, from_json

KIND = "filed"
# What is about another entry, or about a fact, is nothing without it; what was filed is filed once.
NEVER = frozenset({KIND, "mark", "annex", "document"})


@dataclass(frozen=True)
class Shares:
    """The two shares of the key of one part."""

    client: bytes
    server: bytes

    def to_json(self) -> JsonObject:
        """Return the wire form."""
        return {"client": to_base64url(self.client), "server": to_base64url(self.server)}

    @staticmethod
    def read(fields: Fields) -> Shares:
        """Read the wire form."""
        shares = Shares(fields.data("client", SHARE_SIZE), fields.data("server", SHARE_SIZE))
        fields.done()
        return shares


@dataclass(frozen=True)
class Filing:
    """What the body of a `filed` entry says: nothing of it is believed yet."""

    statement: UnverifiedStatement
    plain: Mapping[str, JsonObject]
    shares: Mapping[str, Shares]

    def to_fields(self) -> JsonObject:
        """Return the fields of the body."""
        return {
            "statement": self.statement.to_json(),
            "plain": {part: dict(self.plain[part]) for part in PARTS},
            "shares": {part: self.shares[part].to_json() for part in PARTS},
        }

    @staticmethod
    def read(fields: Fields) -> Filing:
        """Read the fields of the body."""
        statement = from_json(fields.raw("statement"))
        plain, shares = fields.nested("plain"), fields.nested("shares")
        filing = Filing(
            statement,
            {part: plain.raw(part) for part in PARTS},
            {part: Shares.read(shares.nested(part)) for part in PARTS},
        )
        plain.done()
        shares.done()
        return filing


def check_fields(fields: Fields) -> None:
    """Check the fields of a body of this kind."""
    Filing.read(fields)
