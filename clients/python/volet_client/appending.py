"""Appending links to a chain of a case: composed on the newest verified state, sent by compare-and-set, read back.

When somebody else wrote first, nothing of ours was taken: the chain is read again, everything is composed anew (its
keys and salts too), and sent again. What was appended counts only once it was read back and found not void.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from volet_client.author import Author
from volet_client.casebook import Casebook, CaseView, ClassView
from volet_client.errors import UsageError, VerificationError
from volet_client.hub import Hub
from volet_client.refusals import FactsChangedError, RefusedError, VersionConflictError
from volet_client.rules import Rules
from volet_client.words import Said
from volet_protocol.canonical import JsonObject, JsonValue
from volet_protocol.case_links import FactLink, Fresh, LinkHead, SectionAt
from volet_protocol.compose import next_head
from volet_protocol.encodings import to_base64url
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_gesture import gesture_body, named_hash, parts_of
from volet_protocol.facts import Fact, fact_body, fact_hash
from volet_protocol.places import MAIN
from volet_protocol.statements import Statement

TRIES = 4


@dataclass(frozen=True)
class NewLink:
    """A body to sign, the fact beside it, the boxes beside it."""

    body: JsonObject
    fact: JsonObject | None = None
    boxes: Mapping[str, bytes] = field(default_factory=dict[str, bytes])


Compose: TypeAlias = Callable[[ClassView, LinkHead], NewLink]


@dataclass(frozen=True)
class Appended:
    """The view after the write, and the hashes of the links and facts that were written, in order."""

    view: CaseView
    links: tuple[str, ...]
    facts: tuple[str, ...]


class Appender:
    """Writes links for the user of this profile."""

    def __init__(self, hub: Hub, casebook: Casebook, author: Author, rules: Rules) -> None:
        self._hub = hub
        self._casebook = casebook
        self._author = author
        self._rules = rules

    def append(self, case: str, class_: str, composers: Sequence[Compose]) -> Appended:
        """Append links that `composers` make, all or none; raise `RefusedError` when the hub does not take them."""
        last: RefusedError | None = None
        for _ in range(TRIES):
            view = self._casebook.view(case)
            links = self._composed(view.classes[class_], view, composers)
            try:
                answer = self._hub.transport.post(
                    f"/v1/cases/{case}/chains/{class_}", {"links": [wire for _, wire, _ in links]}
                )
            except (VersionConflictError, FactsChangedError) as error:
                last = error
                continue
            if "receipt" in answer:
                self._hub.receipt(_receipt(answer))
            return self._read_back(case, class_, links)
        assert last is not None  # noqa: S101 - every other way out of the loop has returned or raised
        raise last

    def fact(self, fact: Fact, salt: bytes, lists: Sequence[SectionAt] = ()) -> Compose:
        """Return what composes a fact's link; raise `UsageError` for a fact that contradicts itself."""
        try:
            body = fact_body(fact, salt)
        except ProtocolError as error:
            raise UsageError(Said(f"Fait refusé : {error}.", f"Fact refused: {error}.")) from None

        def compose(_view: ClassView, head: LinkHead) -> NewLink:
            return NewLink(FactLink(head, fact_hash(body), tuple(lists)).body(), body)

        return compose

    def gesture(self, bodies: Sequence[JsonObject]) -> Compose:
        """Return what composes one link for the bodies of several facts, all or none; one alone is an ordinary fact."""
        body = bodies[0] if len(bodies) == 1 else gesture_body(bodies)

        def compose(_view: ClassView, head: LinkHead) -> NewLink:
            return NewLink(FactLink(head, named_hash(body)).body(), body)

        return compose

    def head(self, chain: ClassView, view: CaseView) -> LinkHead:
        """Return the common fields of the next link, with the freshest proof held."""
        proven = chain.proven
        self.check_fresh(chain)
        fresh = Fresh(proven.checkpoint.size, proven.checkpoint.root.hex(), proven.time_ms)
        return next_head(
            chain.state,
            self._author.preamble(),
            self._rules.table.hash,
            capacity=self._author.capacity,
            fresh=fresh,
            main_head=None if chain.state.class_ == MAIN else view.main.head,
        )

    def check_fresh(self, chain: ClassView) -> None:
        """Refuse to write on heads older than 10 minutes by our own clock (trust rule T8)."""
        try:
            self._hub.trust.check_fresh(chain.proven, self._author.clock())
        except ProtocolError as error:
            raise VerificationError.of(error) from None

    def _composed(
        self, chain: ClassView, view: CaseView, composers: Sequence[Compose]
    ) -> list[tuple[Statement, JsonObject, tuple[str, ...]]]:
        head = self.head(chain, view)
        links: list[tuple[Statement, JsonObject, tuple[str, ...]]] = []
        for compose in composers:
            new = compose(chain, head)
            statement = self._author.sign(new.body)
            facts = () if new.fact is None else tuple(part.hash for part in parts_of(new.fact))
            links.append((statement, wire(statement, new), facts))
            head = replace(head, seq=head.seq + 1, prev=statement.hash)
        return links

    def _read_back(
        self, case: str, class_: str, links: Sequence[tuple[Statement, JsonObject, tuple[str, ...]]]
    ) -> Appended:
        view = self._casebook.view(case)
        state = view.classes[class_].state
        for statement, _, _ in links:
            if statement.hash not in view.classes[class_].hashes.values():
                raise VerificationError(f"{statement.type} acknowledged but absent", Reason.WRONG_CHAIN)
            if statement.hash in state.voids:
                raise VerificationError(f"our {statement.type} is void", state.voids[statement.hash])
        return Appended(
            view,
            tuple(statement.hash for statement, _, _ in links),
            tuple(fact for _, _, facts in links for fact in facts),
        )


def _receipt(answer: JsonObject) -> JsonObject:
    receipt = answer["receipt"]
    if not isinstance(receipt, Mapping):
        raise VerificationError("receipt of a link", Reason.MALFORMED)
    return receipt


def wire(statement: Statement, new: NewLink) -> JsonObject:
    """Return a link as it is sent."""
    boxes: dict[str, JsonValue] = {user: to_base64url(box) for user, box in new.boxes.items()}
    return {
        "statement": statement.to_json(),
        **({"fact": new.fact} if new.fact is not None else {}),
        **({"boxes": boxes} if boxes else {}),
    }
