"""Case chains and exchanges in SQL: both are links of a chain, replayed once and then carried on in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import ColumnElement, Connection, insert, select, union_all

from volet_protocol import canonical, case_chain, exchange_chain, statements
from volet_protocol.case_links import CaseCreate
from volet_protocol.case_state import CaseChain, Directory
from volet_protocol.errors import ProtocolError, Reason
from volet_protocol.exchange_chain import ExchangeChain
from volet_protocol.exchange_links import ExchangeCreate
from volet_protocol.log_entitlement import power_ends
from volet_protocol.places import CHILD_PROTECTION, MAIN
from volet_protocol.policy_table import PolicyTable
from volet_protocol.statements import HeadRef
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.live import Live
from volet_service.adapters.store.log import LogAppender
from volet_service.adapters.store.sql import insert_new
from volet_service.adapters.store.users import move_head
from volet_service.application.live_ports import Moved
from volet_service.application.records import StoredLink

CASE_CREATE = "case-create"
HEX = 64


class LinkRows:
    """Links of any chain."""

    def __init__(self, connection: Connection, live: Live) -> None:
        self._connection = connection
        self._live = live

    def links(self, chain: str, after: int) -> list[StoredLink]:
        """Return the links with seq above `after`."""
        c = t.link.c
        return self._select((c.chain == chain) & (c.seq > after))

    def link(self, chain: str, seq: int) -> StoredLink | None:
        """Return one link."""
        c = t.link.c
        found = self._select((c.chain == chain) & (c.seq == seq))
        return found[0] if found else None

    def _select(self, where: ColumnElement[bool]) -> list[StoredLink]:
        joined = t.link.outerjoin(t.fact_body, t.fact_body.c.link == t.link.c.hash)
        query = select(t.link, t.fact_body.c.body).select_from(joined).where(where).order_by(t.link.c.seq)
        rows = self._connection.execute(query)
        return [StoredLink(row.seq, row.hash, row.statement, row.body, row.leaf) for row in rows]

    def _insert(self, label: str, chain: str, link: StoredLink, type_: str) -> None:
        row = {"seq": link.seq, "hash": link.hash, "statement": link.statement, "leaf": link.leaf}
        self._connection.execute(insert(t.link), {"chain": chain, "type": type_, **row})
        if link.fact is not None:
            self._connection.execute(insert(t.fact_body), {"link": link.hash, "body": link.fact})
        move_head(self._connection, self._live, label, chain, HeadRef(link.seq, link.hash))


class CaseRows(LinkRows):
    """Case chains, one for each visibility class."""

    def __init__(
        self, connection: Connection, live: Live, log: LogAppender, directory: Directory,
        tables: Mapping[str, PolicyTable],
    ) -> None:  # fmt: skip
        super().__init__(connection, live)
        self._log = log
        self._directory = directory
        self._tables = tables

    def chain(self, case: str, class_: str) -> CaseChain | None:
        """Return the verified state of a chain."""
        key = f"{case}/{class_}"
        known = self._live.cases.get(key)
        if known is not None:
            return known
        chain = self.classes(case).get(class_)
        if chain is None:
            return None
        state: CaseChain | None = None
        main = None if class_ == MAIN else self.chain(case, MAIN)
        for link in self.links(chain, -1):
            statement = statements.parse(link.statement)
            if state is not None:
                fact = None if link.fact is None else canonical.decode(link.fact)
                state = case_chain.extend(state, statement, fact, self._directory, self._tables, main=main)
            elif main is None:
                state = case_chain.start_case(statement, self._directory, self._tables)
            else:
                state = case_chain.start_class(statement, main, self._directory)
        return None if state is None else self._live.cases.keep(key, state)

    def power_ends(self, case: str) -> Sequence[int]:
        """Return the instants at which somebody's power for the person ends; none of a case that is being opened."""
        state = self.chain(case, MAIN)
        if state is None:
            return ()
        known = self._live.ends.get(case)
        if known is None or known[0] is not state.facts:
            known = self._live.ends.keep(case, (state.facts, power_ends(state.facts)))
        return known[1]

    def classes(self, case: str) -> dict[str, str]:
        """Return class to chain id; empty for an unknown case."""
        c = t.case_class.c
        rows = self._connection.execute(select(c["class"], c.chain).where(c.case == case))
        return {row[0]: row[1] for row in rows}

    def register(self, state: CaseChain, log_key: bytes) -> None:
        """Make room for a chain and its leaves: which class it is, and the key of its completeness tags."""
        row = {"chain": state.chain, "case": state.case, "class": state.class_}
        self._connection.execute(insert(t.case_class), row)
        self._log.add_case(state.case, state.class_, log_key)

    def append(self, state: CaseChain, link: StoredLink) -> None:
        """Store a link whose result is `state`, and move the head."""
        statement = statements.parse(link.statement)
        self._insert("case", state.chain, link, statement.type)
        if statement.type == CASE_CREATE:
            row = {"case": state.case, "controller": CaseCreate.read(statement).controller}
            self._connection.execute(insert(t.case_controller), row)
        self._live.change(self._live.cases, f"{state.case}/{state.class_}", state)
        self._live.move(Moved.CHAIN, state.case, state.class_)

    def add_user(self, case: str, class_: str, user: str) -> None:
        """Remember that this user stands or stood in the case."""
        row = {"user": user, "case": case, "class": class_}
        self._connection.execute(insert_new(self._connection, t.case_user), row)

    def users(self, case: str) -> set[str]:
        """Return who stands or stood in a case: candidates, the facts decide."""
        c = t.case_user.c
        return set(self._connection.execute(select(c.user).distinct().where(c.case == case)).scalars())

    def beginning(self, prefix: str) -> list[str]:
        """Return the cases whose id begins with these hex digits."""
        c = t.case_controller.c
        first, last = prefix.ljust(HEX, "0"), prefix.ljust(HEX, "f")
        return list(self._connection.execute(select(c.case).where(c.case.between(first, last))).scalars())

    def has_acted(self, case: str, user: str) -> bool:
        """Tell whether a user stands or stood in a case, is named in one of its exchanges or declared an emergency."""
        stood = select(t.case_user.c.user).where((t.case_user.c.case == case) & (t.case_user.c.user == user))
        called = select(t.emergency.c.user).where((t.emergency.c.case == case) & (t.emergency.c.user == user))
        named = (
            select(t.exchange_user.c.user)
            .join(t.exchange, t.exchange.c.id == t.exchange_user.c.exchange)
            .where((t.exchange.c.case == case) & (t.exchange_user.c.user == user))
        )
        return self._connection.execute(union_all(stood, called, named).limit(1)).first() is not None

    def of_user(self, user: str) -> list[str]:
        """Return the cases in which a user stands or stood: candidates, the facts decide."""
        c = t.case_user.c
        return list(
            self._connection.execute(select(c.case).distinct().where(c.user == user).order_by(c.case)).scalars()
        )


class ExchangeRows(LinkRows):
    """Exchange chains."""

    def __init__(
        self, connection: Connection, live: Live, cases: CaseRows, directory: Directory,
        tables: Mapping[str, PolicyTable],
    ) -> None:  # fmt: skip
        super().__init__(connection, live)
        self._cases = cases
        self._directory = directory
        self._tables = tables

    def chain(self, exchange: str) -> ExchangeChain | None:
        """Return the verified state."""
        known = self._live.exchanges.get(exchange)
        if known is not None:
            return known
        state: ExchangeChain | None = None
        for link in self.links(exchange, -1):
            statement = statements.parse(link.statement)
            if state is not None:
                case = self._case(state.case, state.class_)
                state = exchange_chain.extend_exchange(state, statement, case, self._directory, self._tables)
                continue
            create = ExchangeCreate.read(statement)
            class_ = CHILD_PROTECTION if create.compartment == CHILD_PROTECTION else MAIN
            case = self._case(create.common.case, class_)
            state = exchange_chain.start_exchange(statement, case, self._directory, self._tables)
        return None if state is None else self._live.exchanges.keep(exchange, state)

    def _case(self, case: str, class_: str) -> CaseChain:
        state = self._cases.chain(case, class_)
        if state is None:
            raise ProtocolError(Reason.UNKNOWN_REFERENCE, "case of an exchange")
        return state

    def append(self, state: ExchangeChain, link: StoredLink) -> None:
        """Store a link whose result is `state`, and move the head; remember who is named."""
        if link.seq == 0:
            self._connection.execute(insert(t.exchange), {"id": state.exchange, "case": state.case})
        self._insert("exchange", state.exchange, link, statements.parse(link.statement).type)
        rows = [{"user": member.user, "exchange": state.exchange} for member in state.members]
        if rows:
            self._connection.execute(insert_new(self._connection, t.exchange_user), rows)
        self._live.change(self._live.exchanges, state.exchange, state)
        self._live.move(Moved.EXCHANGE, state.case, state.exchange)

    def of_user(self, user: str) -> list[str]:
        """Return the exchanges in which a user is or was named."""
        c = t.exchange_user.c
        return list(self._connection.execute(select(c.exchange).where(c.user == user).order_by(c.exchange)).scalars())
