"""A gesture: several facts signed by one link, all or none (docs/spec/facts.md).

Adding somebody is one act of a professional: the participation, what the person was told of it, what they agreed to.
One signature, one place in the chain. The link names the hash of the list of the facts' hashes; each fact keeps its own
body, salt and hash, is judged in order by who may make it, may rest on those before it, and is folded as if it stood
alone. When one is refused, none counts. A body may be erased, or withheld from who may not see it: its hash stays.

What narrows stands alone, because a withdrawal must never wait for what it was bundled with; so does an emergency
with its reason and its review, which the log names by leaves of their own. Deliberately no gesture inside a gesture,
and no annex of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.encodings import is_hash
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_emergencies import EmergencyReason, EmergencyReview
from volet_protocol.fact_powers import Emergency
from volet_protocol.fact_rules import is_widening
from volet_protocol.facts import VERSION, Fact, fact_hash, read_fact
from volet_protocol.fields import Fields

TYPE = "gesture"
FEWEST, MOST = 2, 64
_ALONE = (Emergency, EmergencyReason, EmergencyReview)


@dataclass(frozen=True)
class Part:
    """One fact of a link: its hash, and its body, None when it was erased or not served."""

    hash: str
    body: JsonObject | None


def parts_of(body: JsonObject) -> tuple[Part, ...]:
    """Return the facts that the body beside a link states: itself, or those of a gesture, in order, unread.

    Raises `ProtocolError` for a gesture of another shape, or that names fewer than two facts, or one twice.
    """
    if body.get("type") != TYPE:
        return (Part(fact_hash(body), body),)
    fields = Fields(body, TYPE)
    if fields.integer("v") != VERSION:
        raise ProtocolError(Reason.WRONG_VERSION, TYPE)
    fields.text("type", 64)
    parts = tuple(_part(item) for item in fields.items("facts", MOST))
    fields.done()
    if len(parts) < FEWEST:
        raise ProtocolError(Reason.MALFORMED, f"{TYPE}: fewer than two facts")
    if len({part.hash for part in parts}) < len(parts):
        raise ProtocolError(Reason.ALREADY, TYPE)
    return parts


def _part(item: JsonValue) -> Part:
    if isinstance(item, str) and is_hash(item):
        return Part(item, None)
    if not isinstance(item, dict):
        raise ProtocolError(Reason.MALFORMED, f"{TYPE}: facts")
    return Part(fact_hash(item), item)


def named_hash(body: JsonObject) -> str:
    """Return the hash by which a link names what travels beside it: the same whichever bodies are absent."""
    if body.get("type") != TYPE:
        return fact_hash(body)
    return fact_hash({"v": VERSION, "type": TYPE, "facts": [part.hash for part in parts_of(body)]})


def read_facts(body: JsonObject) -> tuple[tuple[str, Fact | None], ...]:
    """Return the hash of each fact beside a link and what it states, None for an absent body, in order.

    Raises `ProtocolError`: what `read_fact` raises (wrong-type for a gesture inside a gesture); malformed for a fact
    in a gesture that has to stand alone.
    """
    parts = parts_of(body)
    facts = tuple((part.hash, None if part.body is None else read_fact(part.body)) for part in parts)
    if body.get("type") == TYPE:
        for _, fact in facts:
            if fact is not None and (not is_widening(fact) or isinstance(fact, _ALONE)):
                raise ProtocolError(Reason.MALFORMED, f"{TYPE}: {fact.type} stands alone")
    return facts


def gesture_body(facts: Sequence[JsonObject]) -> dict[str, JsonValue]:
    """Return the body that states several facts at once: read again, so nobody signs one that a reader refuses."""
    body: dict[str, JsonValue] = {"v": VERSION, "type": TYPE, "facts": [dict(fact) for fact in facts]}
    read_facts(body)
    return body


def without(body: JsonObject, withheld: Callable[[JsonObject], bool]) -> JsonObject | None:
    """Return the body with the facts left out that are withheld: their hash stays; None when nothing remains."""
    if body.get("type") != TYPE:
        return None if withheld(body) else body
    facts: list[JsonValue] = [
        part.hash if part.body is None or withheld(part.body) else part.body for part in parts_of(body)
    ]
    return {**body, "facts": facts}
