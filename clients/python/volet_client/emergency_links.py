"""Links about an emergency, sent by who may not read the case before or after: composed on its proven head alone.

Who declares from outside knows the reference of a case and nothing else; an auditor never sees more; who ended their
own emergency no longer does. So nothing is read back: the receipt proves that the very link is in the log.
"""

from __future__ import annotations

from dataclasses import dataclass

from volet_client.appending import TRIES, NewLink, wire
from volet_client.author import Author, draw
from volet_client.errors import UsageError, VerificationError
from volet_client.hub import Hub
from volet_client.refusals import FactsChangedError, RefusedError, VersionConflictError
from volet_client.rules import Rules
from volet_client.trust import CASE
from volet_client.words import Said
from volet_protocol.capacities import audits_emergencies
from volet_protocol.case_links import FactLink, Fresh, LinkHead
from volet_protocol.directory import can_be_boxed
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.facts import SALT_SIZE, Fact, fact_body, fact_hash
from volet_protocol.fields import Fields
from volet_protocol.log_payload import IdentityPayload
from volet_protocol.places import MAIN
from volet_protocol.receipt import Receipt, VerifiedReceipt
from volet_protocol.user_state import UserChain


@dataclass(frozen=True)
class Recorded:
    """A fact that the hub took, and the verified receipt of its leaf."""

    fact: str
    receipt: VerifiedReceipt


@dataclass(frozen=True)
class Details:
    """The receipt of a declaration, and the users whom the hub names as auditors, not verified yet."""

    started: Receipt
    auditors: tuple[str, ...]


class EmergencyLinks:
    """Sends such links as the user of this profile."""

    def __init__(self, hub: Hub, author: Author, rules: Rules) -> None:
        self._hub = hub
        self._author = author
        self._rules = rules

    def record(self, case: str, fact: Fact) -> Recorded:
        """Append a fact to the open chain of a case that may not be served to us; raise `RefusedError`."""
        try:
            body = fact_body(fact, draw(SALT_SIZE))
        except ProtocolError as error:
            raise UsageError(Said(f"Fait refusé : {error}.", f"Fact refused: {error}.")) from None
        last: RefusedError | None = None
        for _ in range(TRIES):
            new = NewLink(FactLink(self._head(case), fact_hash(body), ()).body(), body)
            statement = self._author.sign(new.body)
            try:
                answer = self._hub.transport.post(f"/v1/cases/{case}/chains/{MAIN}", {"links": [wire(statement, new)]})
            except (VersionConflictError, FactsChangedError) as error:
                last = error
                continue
            receipt = self._hub.receipt(Fields(answer, "answer").raw("receipt"))
            self._check_own(receipt, statement.hash)
            return Recorded(fact_hash(body), receipt)
        assert last is not None  # noqa: S101 - every other way out of the loop has returned or raised
        raise last

    @staticmethod
    def _check_own(receipt: VerifiedReceipt, statement: str) -> None:
        """Refuse a receipt of another act than ours: it would be the only trace of it."""
        if receipt.identity is None or IdentityPayload.read(receipt.identity).request_hash != statement:
            raise VerificationError("receipt of another act", Reason.WRONG_REQUEST)

    def _head(self, case: str) -> LinkHead:
        proven = self._hub.head(CASE, case)
        if proven.head is None:
            raise UsageError(
                Said("Aucun dossier de cette référence.", "No case of this reference."),
                Said("La référence figure sur les papiers du dossier.", "The reference stands on the case's papers."),
            )
        try:
            self._hub.trust.check_fresh(proven, self._author.clock())
        except ProtocolError as error:
            raise VerificationError.of(error) from None
        fresh = Fresh(proven.checkpoint.size, proven.checkpoint.root.hex(), proven.time_ms)
        return LinkHead(
            self._author.preamble(), case, MAIN, proven.head.seq + 1, proven.head.hash, self._rules.table.hash,
            self._author.capacity, None, fresh,
        )  # fmt: skip

    def details(self, case: str, emergency: str) -> Details:
        """Fetch the receipt of a declaration and who audits; the look at it is a leaf, whose receipt is verified."""
        answer = Fields(self._hub.transport.get(f"/v1/cases/{case}/emergencies/{emergency}"), "emergency")
        served, auditors, look = answer.raw("started"), tuple(answer.hashes("auditors")), answer.raw("receipt")
        answer.done()
        self._hub.receipt(look, told=False)
        self._hub.receipt(served, told=False)
        return Details(Receipt.read(served), auditors)

    def auditors(self, named: tuple[str, ...]) -> dict[str, UserChain]:
        """Return the chains of those whom a registrar attests as auditors now: the hub's word is not enough."""
        now_ms = self._author.clock()
        found: dict[str, UserChain] = {}
        for user in named:
            known = self._author.directory.refresh(user)
            attested = audits_emergencies(known.attestations, now_ms)
            if attested and can_be_boxed(known.chain, known.chain.head):
                found[user] = known.chain
        return found

    def able(self, users: frozenset[str]) -> dict[str, UserChain]:
        """Return the chains of those of these users who can be boxed to: accounts neither frozen nor closed."""
        chains = {user: self._author.directory.refresh(user).chain for user in sorted(users)}
        return {user: chain for user, chain in chains.items() if can_be_boxed(chain, chain.head)}
