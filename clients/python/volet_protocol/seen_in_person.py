"""A member's signed word that a user is who they say: the phrase compared, or a document seen (docs/spec/bindings.md).

It stands in for the identity token of a person, which is deleted after it was verified (protocol 5.5), and it is the
confirmation that ends the wait of a further chain (5.6 c). It names no one: ids and codes.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_protocol.canonical import JsonValue
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fields import Fields
from volet_protocol.statements import Preamble, Statement, UnverifiedStatement
from volet_protocol.user_chain import verify_statement
from volet_protocol.user_state import UserChain

TYPE = "seen-in-person"
# face, voice: the fingerprint phrase was compared; token: the professional verified the person's identity token.
MEANS = frozenset({"face", "voice", "token"})


@dataclass(frozen=True)
class SeenInPerson:
    """Who vouches for which chain, how, when."""

    author: str
    seen: str
    means: str
    time_ms: int
    subject: str | None


def seen_body(preamble: Preamble, seen: str, means: str, subject: str | None = None) -> dict[str, JsonValue]:
    """Return the body; `seen` is the user id, `subject` the salted hash of a verified token's identity."""
    body: dict[str, JsonValue] = {**preamble.to_json(TYPE), "seen": seen, "means": means}
    if subject is not None:
        body["subject"] = subject
    return body


def verify_seen(statement: UnverifiedStatement, author: UserChain) -> SeenInPerson:
    """Return the verified statement; nobody vouches for their own chain (wrong-subject)."""
    verified: Statement = verify_statement(author, statement)
    fields = verified.fields()
    preamble = Preamble.read(fields, TYPE)
    seen, means, subject = _content(fields)
    if seen == author.user:
        raise ProtocolError(Reason.WRONG_SUBJECT, TYPE)
    return SeenInPerson(author.user, seen, means, preamble.time_ms, subject)


def _content(fields: Fields) -> tuple[str, str, str | None]:
    content = fields.hash("seen"), fields.choice("means", MEANS), fields.optional("subject", fields.hash)
    fields.done()
    return content
