"""Requests of every case, for the data protection officer: read in the log, who takes part in no case (F16).

The officer's answer is a fact of the case like any other, signed by their own device in the capacity that a registrar
attested: whoever reads the case judges it. The log's own records are verified first, each with its author's signature;
a fact counts only when it is the one that the logged link names. The words of requests and answers stay in their cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from volet_client.audit import Audit
from volet_client.errors import UsageError, VerificationError
from volet_client.hub import Hub
from volet_client.log_export import check_export
from volet_client.outside_links import OutsideLinks
from volet_client.requests import Registered, State, registered
from volet_client.words import Said
from volet_protocol.canonical import JsonObject
from volet_protocol.capacities import has_duty
from volet_protocol.case_facts import FactAuthor, Record
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_gesture import named_hash, read_facts
from volet_protocol.fact_requests import Request, RequestAnswer
from volet_protocol.log_payload import IdentityPayload
from volet_protocol.operator_roles import Duty
from volet_protocol.receipt import Receipt


@dataclass(frozen=True)
class OfCase:
    """A request and the case that it is about."""

    case: str
    registered: Registered


class RequestDesk:
    """The requests of all cases, as an auditor of this hub may read them."""

    def __init__(self, hub: Hub, audit: Audit, links: OutsideLinks) -> None:
        self._hub = hub
        self._audit = audit
        self._links = links

    @property
    def answers(self) -> bool:
        """Whether the session's capacity is the data protection officer's, who answers."""
        attestation = self._links.author.attestation
        return attestation is not None and has_duty(attestation.capacity, Duty.ANSWER_REQUESTS)

    def answer(self, given: str, outcome: str, means: str, reason: str | None = None) -> str:
        """Answer the one request that waits whose id begins so; return the hash of the signed answer.

        Its words, where there are any, go to the person in another way: an officer holds no key of a case.
        """
        now_ms = self._links.author.clock()
        waiting = [one for one in self.everywhere(now_ms) if one.registered.state in {State.WAITING, State.OVERDUE}]
        found = [one for one in waiting if one.registered.request.hash.startswith(given)]
        if len(found) != 1:
            raise UsageError(
                Said(
                    f"{len(found)} demandes conviennent, il en faut une.", f"{len(found)} requests fit; one is needed."
                ),
                Said("volet request desk", "volet request desk"),
            )
        request = found[0].registered.request.hash
        return self._links.record(found[0].case, RequestAnswer(request, outcome, now_ms, means, reason)).fact

    def everywhere(self, now_ms: int) -> tuple[OfCase, ...]:
        """Return every request, those that wait first, then by term; raise `VerificationError`."""
        content = self._audit.collect(records=True)
        requests: list[Record[Request]] = []
        answers: list[Record[RequestAnswer]] = []
        cases: dict[str, str] = {}
        try:
            check_export(content, self._hub.trust.log, self._hub.profile.bundle)
            for record in cast("Sequence[JsonObject]", content["records"]):
                if "fact" in record:
                    self._read(record, requests, answers, cases)
        except ProtocolError as error:
            raise VerificationError.of(error, "requests in the log") from None
        return tuple(OfCase(cases[one.request.hash], one) for one in registered(requests, answers, now_ms))

    def _read(
        self,
        record: JsonObject,
        requests: list[Record[Request]],
        answers: list[Record[RequestAnswer]],
        cases: dict[str, str],
    ) -> None:
        verified = Receipt.read(cast("JsonObject", record["receipt"])).verify(self._hub.trust.log)
        identity = IdentityPayload.read(verified.identity or {})
        link = cast("JsonObject", (identity.request or {}).get("body", {}))
        body = cast("JsonObject", record["fact"])
        if named_hash(body) != link.get("fact"):
            raise ProtocolError(Reason.WRONG_HASH, "fact of a record")
        author, seq = FactAuthor(identity.user or ""), cast("int", link.get("seq", 0))
        for hash_, fact in read_facts(body):
            if isinstance(fact, Request):
                requests.append(Record(fact, hash_, seq, author, verified.leaf.ts_ms))
                cases[hash_] = str(link.get("case", ""))
            elif isinstance(fact, RequestAnswer):
                answers.append(Record(fact, hash_, seq, author, verified.leaf.ts_ms))
