"""A case as the log tells it: chains, exchanges and entries replayed leaf by leaf, to ask every decision again.

From the records that an auditor was shown, in the order of the log: that order is the hub's own. What was erased leaves
a hole: behind it nothing of that chain is judged, which is said as a count and never as a finding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from volet_protocol import case_chain
from volet_protocol.canonical import JsonObject
from volet_protocol.case_state import CaseChain, Directory
from volet_protocol.entry import read_entry
from volet_protocol.entry_header import EntryHeader
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.exchange_chain import ExchangeChain, extend_exchange, start_exchange
from volet_protocol.exchange_links import ExchangeChange, ExchangeCreate
from volet_protocol.leaf import Leaf
from volet_protocol.log_payload import IdentityPayload, ViewPayload
from volet_protocol.places import CHILD_PROTECTION, EXCHANGE, MAIN, REPORT, class_of
from volet_protocol.policy_table import PolicyTable
from volet_protocol.questions import EntryMeta
from volet_protocol.release_decision import meta_of
from volet_protocol.statements import UnverifiedStatement, from_json


@dataclass(frozen=True)
class Logged:
    """A verified record: its leaf, what it committed to (None once erased), the body of the fact that it states."""

    index: int
    leaf: Leaf
    view: ViewPayload | None
    identity: IdentityPayload | None
    fact: JsonObject | None = None

    @property
    def statement(self) -> UnverifiedStatement | None:
        """What one key signed; None for what the hub did by itself and for what controllers signed together."""
        request = None if self.identity is None else self.identity.request
        return None if request is None or "sig" not in request else from_json(request)


class CaseReplay:
    """One case. `blind` names the chains behind a hole; `directory` and `tables` are verified elsewhere."""

    def __init__(self, directory: Directory, tables: Mapping[str, PolicyTable]) -> None:
        self.directory = directory
        self.tables = tables
        self.chains: dict[str, CaseChain] = {}
        self.exchanges: dict[str, ExchangeChain] = {}
        self.entries: dict[str, EntryHeader] = {}
        self.lists: dict[str, list[str]] = {}
        self.blind: set[str] = set()

    def state_for(self, header: EntryHeader) -> CaseChain | None:
        """Return the chain that governs an entry, None where it cannot be told."""
        place = header.place
        class_ = MAIN if place.kind in {EXCHANGE, REPORT} else class_of(place.name)
        state = self.chains.get(class_)
        if state is None or MAIN in self.blind or class_ in self.blind or state.missing or self.chains[MAIN].missing:
            return None
        return state

    def meta(self, header: EntryHeader) -> EntryMeta:
        """Return an entry as the policy saw it."""
        exchange = self.exchanges.get(header.place.name)
        category = None
        if header.capacity is not None:
            category = self.directory.attestation(header.capacity).capacity.category
        return meta_of(header, category, {} if exchange is None else exchange.readers)

    def apply(self, act: Logged, statement: UnverifiedStatement) -> Reason | None:
        """Take one act into the replayed state; return why a link is void. A broken chain raises `ProtocolError`."""
        match statement.type:
            case "case-create":
                self.chains[MAIN] = case_chain.start_case(statement, self.directory, self.tables)
            case "class-create":
                state = case_chain.start_class(statement, self._main(), self.directory)
                self.chains[state.class_] = state
            case "entry":
                entry = read_entry(statement)
                self.entries[entry.id] = entry.header
                self.lists.setdefault(entry.header.list, []).append(entry.id)
            case "exchange-create":
                state = self._exchange_class(ExchangeCreate.read(statement).compartment)
                self.exchanges[statement.hash] = start_exchange(statement, state, self.directory, self.tables)
            case "exchange-change":
                return self._changed(statement)
            case "fact" | "claim" | "grant" | "revoke" | "rotate" | "opening" | "opening-close":
                return self._linked(act, statement)
            case _:
                pass
        return None

    def _linked(self, act: Logged, statement: UnverifiedStatement) -> Reason | None:
        class_ = str(statement.body.get("class", ""))
        state = self.chains.get(class_)
        if state is None:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, f"link of {class_}")
        main = None if class_ == MAIN else self._main()
        self.chains[class_] = case_chain.extend(state, statement, act.fact, self.directory, self.tables, main=main)
        return self.chains[class_].voids.get(statement.hash)

    def _changed(self, statement: UnverifiedStatement) -> Reason | None:
        exchange = self.exchanges.get(ExchangeChange.read(statement).exchange)
        if exchange is None:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "exchange")
        state = self._exchange_class(exchange.compartment)
        after = extend_exchange(exchange, statement, state, self.directory, self.tables)
        self.exchanges[exchange.exchange] = after
        return after.voids.get(statement.hash)

    def _exchange_class(self, compartment: str) -> CaseChain:
        state = self.chains.get(CHILD_PROTECTION if compartment == CHILD_PROTECTION else MAIN)
        if state is None:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "class of an exchange")
        return state

    def _main(self) -> CaseChain:
        if MAIN not in self.chains:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "main chain")
        return self.chains[MAIN]
