"""The committed log for anybody: checkpoints, leaves, proofs, receipts, head proofs, on reading connections."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine, func, select

from volet_protocol import canonical, merkle
from volet_protocol.head_proof import HeadProof
from volet_protocol.log_positions import SPAN, base_of, index_of, log_of
from volet_protocol.map_epochs import MapEpochs
from volet_protocol.merkle import Plan
from volet_protocol.proof import TlogProof
from volet_protocol.receipt import Opening, Receipt
from volet_protocol.tiles import TilePath
from volet_service.adapters.sealed import LooseKey, Sealer
from volet_service.adapters.store import tables as t
from volet_service.adapters.store.closed_logs import size_at
from volet_service.adapters.store.cosignatures import newest_published
from volet_service.adapters.store.log_payloads import select_records
from volet_service.adapters.store.map_past import read_epochs
from volet_service.adapters.store.proof_rows import leaf_at, resolve_plan
from volet_service.adapters.store.tile_rows import read_tile
from volet_service.adapters.store.unit_of_work import Published, translated
from volet_service.application.ports import Clock, Store, UnitOfWork
from volet_service.domain.errors import Invalid, LogUnavailable, NotFound

T = TypeVar("T")
MOST_LEAVES = 1024


class SqlPublicLog:
    """Reads what is committed. `published` gives the newest committed heads; stale ones are published anew."""

    def __init__(
        self, engine: Engine, sealer: Sealer, published: Callable[[], Published], *, store: Store, clock: Clock,
        heads_age_ms: int,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._sealer = sealer
        self._published = published
        self._store = store
        self._clock = clock
        self._heads_age_ms = heads_age_ms

    async def checkpoint(self, log: int | None = None) -> str:
        """Return the newest signed checkpoint, of the log that is written unless an earlier one is named."""
        if self._published().log.size == 0:
            await self._store.write(_publish_heads)
        return await self._read(lambda c: note_at(c, *self._tree(c, log)))

    async def cosigned(self, log: int | None = None) -> str:
        """Return the newest checkpoint that had enough witnesses, of the log written now unless another is named."""
        note = await self._read(lambda c: newest_published(c, self._base(log)))
        if note is None:
            raise NotFound
        return note

    async def head_proof(self, label: str, chain: str) -> HeadProof:
        """Return the head of a chain, or its absence, with a proof that is fresh enough for a grant."""
        seen = self._published().log
        if seen.size == 0 or self._clock.now_ms() - seen.heads_ts_ms > self._heads_age_ms:
            await self._store.write(_publish_heads)
        published = self._published()
        head, path = published.heads.prove(label, chain)
        index, size, base = published.log.heads_leaf, published.log.size, published.log.base

        def prove(connection: Connection) -> HeadProof:
            leaf = leaf_at(connection, base + index)
            return HeadProof(head, path, leaf, _prove(connection, index, size, base))

        return await self._read(prove)

    async def epochs(self, label: str, chain: str, after: int) -> MapEpochs:
        """Return what the map said of one of `PEOPLE` when each epoch after the leaf at index `after` began."""

        def read(connection: Connection) -> MapEpochs:
            size, base = self._tree(connection, None)
            found = read_epochs(connection, label, chain, after, (size, base)) if size else []
            return MapEpochs(tuple(found), note_at(connection, size, base))

        return await self._read(read)

    async def receipt(self, position: int, since: int | None = None, size: int | None = None) -> Receipt:
        """Return the receipt of a leaf, with the proof that its checkpoint extends the tree of `since` leaves.

        `since` and `size` are of the log that is written; the receipt of a leaf of an earlier log stands alone, under
        the last tree of that log.
        """
        base, index = base_of(log_of(position)), index_of(position)
        if base != self._published().log.base:
            since = size = None

        def build(connection: Connection) -> Receipt:
            c = t.log_checkpoint.c
            least = max(index + 1, since or 0)
            signed = select(func.min(c.size)).where((c.size >= base + least) & (c.size <= base + SPAN))
            tree = size or (connection.execute(signed).scalar() or base) - base
            records = select_records(connection, self._sealer, t.log_entry.c.idx == position, 1)
            if tree < least or not records:
                raise Invalid("a tree that this log never signed")
            record = records[0]
            opened = (record.view, record.view_opening, record.identity, record.identity_opening)
            view, view_opening, identity, identity_opening = opened
            if view is None or view_opening is None or identity is None or identity_opening is None:
                raise NotFound
            path: list[bytes] = []
            if since:
                path = resolve_plan(connection, merkle.consistency_plan(since, tree), base)
            return Receipt(
                record.leaf, _prove(connection, index, tree, base), Opening(canonical.decode(view), view_opening),
                Opening(canonical.decode(identity), identity_opening), tuple(path),
            )  # fmt: skip

        return await self._read(build)

    @property
    def size(self) -> int:
        """The number of committed leaves."""
        return self._published().log.size

    async def tile(self, path: TilePath, log: int | None = None) -> bytes:
        """Return a tile or a bundle of leaves of the committed tree; raise `NotFound` when it is not filled so far."""

        def read(connection: Connection) -> bytes | None:
            size, base = self._tree(connection, log)
            return read_tile(connection, path, size, base)

        data = await self._read(read)
        if data is None:
            raise NotFound
        return data

    async def leaves(self, start: int, end: int, log: int | None = None) -> list[bytes]:
        """Return leaves start..end, the end excluded."""
        if not 0 <= start <= end or end - start > MOST_LEAVES:
            raise Invalid(f"a range of at most {MOST_LEAVES} leaves")
        c, base = t.log_entry.c, self._base(log)
        end = min(end, SPAN)
        query = select(c.leaf).where((c.idx >= base + start) & (c.idx < base + end)).order_by(c.idx)
        return await self._read(lambda connection: list(connection.execute(query).scalars()))

    async def inclusion(self, index: int, size: int, log: int | None = None) -> list[bytes]:
        """Return the proof of a leaf in the tree of `size` leaves."""
        return await self._proof(merkle.inclusion_plan(index, size), size, log)

    async def consistency(self, old: int, size: int, log: int | None = None) -> list[bytes]:
        """Return the proof that one tree is a prefix of another."""
        return await self._proof(merkle.consistency_plan(old, size), size, log)

    async def _proof(self, plan: Plan, size: int, log: int | None) -> list[bytes]:
        def prove(connection: Connection) -> list[bytes]:
            held, base = self._tree(connection, log)
            if size > held:
                raise Invalid("a tree larger than the log")
            return resolve_plan(connection, plan, base)

        return await self._read(prove)

    def _base(self, log: int | None) -> int:
        current = self._published().log.base
        if log is None:
            return current
        if not 1 <= log <= log_of(current):
            raise NotFound
        return base_of(log)

    def _tree(self, connection: Connection, log: int | None) -> tuple[int, int]:
        """Return (size, base) of a log; raise `NotFound` for one that never was."""
        head, base = self._published().log, self._base(log)
        return size_at(connection, base, head.base, head.size), base

    async def _read(self, ask: Callable[[Connection], T]) -> T:
        def run() -> T:
            try:
                with translated(), self._engine.connect() as connection:
                    return ask(connection)
            except LooseKey:
                raise LogUnavailable("a sealed row does not open") from None

        return await asyncio.to_thread(run)


def _publish_heads(uow: UnitOfWork) -> None:
    uow.publish_heads()


def note_at(connection: Connection, size: int, base: int) -> str:
    """Return the checkpoint signed at a size of the log whose leaf 0 is at `base`."""
    c = t.log_checkpoint.c
    note: str | None = connection.execute(select(c.note).where(c.size == base + size)).scalar()
    if note is None:
        raise LogUnavailable("no checkpoint at this size")
    return note


def _prove(connection: Connection, index: int, size: int, base: int) -> TlogProof:
    hashes = resolve_plan(connection, merkle.inclusion_plan(index, size), base)
    return TlogProof(index, tuple(hashes), note_at(connection, size, base))
