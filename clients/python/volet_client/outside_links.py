"""Links sent by who may not read the case before or after: composed on its proven head alone.

Who declares an emergency from outside knows the reference of a case and nothing else; an auditor and a data protection
officer never see more; who ended their own emergency no longer does. So nothing is read back: the receipt proves that
the very link is in the log.
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
from volet_protocol.case_links import FactLink, Fresh, LinkHead
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.facts import SALT_SIZE, Fact, fact_body, fact_hash
from volet_protocol.fields import Fields
from volet_protocol.log_payload import IdentityPayload
from volet_protocol.places import MAIN
from volet_protocol.receipt import VerifiedReceipt


@dataclass(frozen=True)
class Recorded:
    """A fact that the hub took, and the verified receipt of its leaf."""

    fact: str
    receipt: VerifiedReceipt


class OutsideLinks:
    """Sends such links as the user of this profile."""

    def __init__(self, hub: Hub, author: Author, rules: Rules) -> None:
        self.hub = hub
        self.author = author
        self.rules = rules

    def record(self, case: str, fact: Fact) -> Recorded:
        """Append a fact to the open chain of a case that may not be served to us; raise `RefusedError`."""
        try:
            body = fact_body(fact, draw(SALT_SIZE))
        except ProtocolError as error:
            raise UsageError(Said(f"Fait refusé : {error}.", f"Fact refused: {error}.")) from None
        last: RefusedError | None = None
        for _ in range(TRIES):
            new = NewLink(FactLink(self._head(case), fact_hash(body), ()).body(), body)
            statement = self.author.sign(new.body)
            try:
                answer = self.hub.transport.post(f"/v1/cases/{case}/chains/{MAIN}", {"links": [wire(statement, new)]})
            except (VersionConflictError, FactsChangedError) as error:
                last = error
                continue
            receipt = self.hub.receipt(Fields(answer, "answer").raw("receipt"))
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
        proven = self.hub.head(CASE, case)
        if proven.head is None:
            raise UsageError(
                Said("Aucun dossier de cette référence.", "No case of this reference."),
                Said("La référence figure sur les papiers du dossier.", "The reference stands on the case's papers."),
            )
        try:
            self.hub.trust.check_fresh(proven, self.author.clock())
        except ProtocolError as error:
            raise VerificationError.of(error) from None
        fresh = Fresh(proven.checkpoint.size, proven.checkpoint.root.hex(), proven.time_ms)
        return LinkHead(
            self.author.preamble(), case, MAIN, proven.head.seq + 1, proven.head.hash, self.rules.table.hash,
            self.author.capacity, None, fresh,
        )  # fmt: skip
