"""Requests of every case, for the data protection officer: read in the log, who takes part in no case (F16).

The log's own records are verified first, each with its author's signature; a fact counts only when it is the one that
the logged link names. The words of requests and answers stay in their cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from volet_client.audit import Audit
from volet_client.errors import VerificationError
from volet_client.hub import Hub
from volet_client.log_export import check_export
from volet_client.requests import Registered, registered
from volet_protocol.canonical import JsonObject
from volet_protocol.case_facts import FactAuthor, Record
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.fact_gesture import named_hash, read_facts
from volet_protocol.fact_requests import Request, RequestAnswer
from volet_protocol.log_payload import IdentityPayload
from volet_protocol.receipt import Receipt


@dataclass(frozen=True)
class OfCase:
    """A request and the case that it is about."""

    case: str
    registered: Registered


class RequestDesk:
    """The requests of all cases, as an auditor of this hub may read them."""

    def __init__(self, hub: Hub, audit: Audit) -> None:
        self._hub = hub
        self._audit = audit

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
