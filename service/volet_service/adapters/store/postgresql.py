"""PostgreSQL 14 or newer, reached directly: what is set here is set for a session, which a pooler would share out.

The writer runs READ COMMITTED and takes a lock as the first statement of each transaction: a snapshot that is older
than the lock would number two leaves alike. `synchronous_commit=on`, on the primary alone. The lock that says "one hub
at a time" belongs to the writer's connection: whoever lost that connection knows nothing any more, and connects, locks
and reads again; a server that still works on the commit of the lost connection still holds its lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

from volet_service.adapters.folder_lock import InUse
from volet_service.adapters.store import arrays
from volet_service.adapters.store.database import UnfitDatabase
from volet_service.adapters.store.tables import ERASABLE

SCHEMES = ("postgresql://", "postgres://")
_OLDEST = 140_000
# Advisory locks are numbers that everybody on the database shares: "vole", then which of ours.
_SPACE, _HUB, _APPEND = 0x766F6C65, 1, 2
_BEGIN = f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({_SPACE}, {_APPEND})".encode()
# A hub that was killed leaves its lock when the server notices; one that serves keeps it.
_PATIENCE = "3s"
# Both ends find out that the other is gone; a lock must not outlive the process for longer than a minute.
_LINE: dict[str, int | str] = {
    "connect_timeout": 10, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
    "tcp_user_timeout": 30_000, "target_session_attrs": "primary", "application_name": "volet",
}  # fmt: skip
_SESSION = {"tcp_keepalives_idle": "30", "tcp_keepalives_interval": "10", "tcp_keepalives_count": "3",
            "lock_timeout": "5s", "idle_in_transaction_session_timeout": "60s"}  # fmt: skip
_WRITER = {**_SESSION, "default_transaction_isolation": "read committed", "synchronous_commit": "on"}
_READER = {**_SESSION, "default_transaction_read_only": "on", "statement_timeout": "60s"}
READERS, MORE_READERS = 8, 32


@dataclass(frozen=True)
class PostgresDatabase:
    """A database of a server."""

    address: str

    @property
    def url(self) -> URL:
        """The address for the driver; raise `UnfitDatabase` for one that does not read."""
        try:
            return make_url(self.address).set(drivername="postgresql+psycopg")
        except ValueError as error:
            raise UnfitDatabase("VOLET_DATABASE is no address of a PostgreSQL database") from error

    @property
    def name(self) -> str:
        """The address without its password."""
        return self.url.set(drivername="postgresql").render_as_string(hide_password=True)

    def create(self) -> None:
        """Do nothing: creating a database is its server's operator's business; `check` tells when it is missing."""

    def check(self) -> None:
        """Raise `UnfitDatabase` when the server does not answer, is too old, or does not keep what it confirms."""
        try:
            with self._connect() as connection:
                found = connection.execute(
                    "SELECT current_setting('server_version_num')::int, current_setting('server_encoding'),"
                    " current_setting('fsync'), current_setting('full_page_writes')"
                ).fetchone()
        except psycopg.Error as error:
            raise UnfitDatabase(f"{self.name} cannot be reached: {' '.join(str(error).split())}") from error
        assert found is not None  # noqa: S101 -- one row without FROM
        version, encoding, fsync, pages = found
        if version < _OLDEST:
            raise UnfitDatabase(f"{self.name}: PostgreSQL 14 or newer is needed, this is {version // 10_000}")
        if encoding != "UTF8":
            raise UnfitDatabase(f"{self.name}: the database's encoding is {encoding}, UTF8 is needed")
        if "off" in {fsync, pages}:
            raise UnfitDatabase(f"{self.name}: with fsync or full_page_writes off, the server loses what it confirmed")

    def writer(self, *, alone: bool = True) -> Engine:
        """Return the engine of the one writer."""
        engine = create_engine(
            self.url, poolclass=NullPool, hide_parameters=True, connect_args=_LINE, isolation_level="READ COMMITTED"
        )
        event.listen(engine, "connect", partial(_prepare, _WRITER))
        if alone:
            event.listen(engine, "connect", self._be_alone)
        event.listen(engine, "begin", _lock_first)
        return engine

    def readers(self) -> Engine:
        """Return the engine of threads that only read. Each statement stands alone, as it does on SQLite."""
        engine = create_engine(
            self.url, poolclass=QueuePool, pool_size=READERS, max_overflow=MORE_READERS, hide_parameters=True,
            connect_args=_LINE, isolation_level="AUTOCOMMIT",
        )  # fmt: skip
        event.listen(engine, "connect", partial(_prepare, _READER))
        return engine

    def check_scrub(self) -> None:
        """Raise `UnfitDatabase` for a role that does not own the tables: the server skips them with a warning."""
        asked = (
            "SELECT current_user FROM pg_class WHERE NOT pg_has_role(relowner, 'USAGE')"
            " AND oid IN (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name)"
        )
        with self._connect() as connection:
            found = connection.execute(asked, [list(ERASABLE)]).fetchone()
        if found is not None:
            raise UnfitDatabase(
                f"{self.name}: what is erased would stay on the disk, since {found[0]} does not own the tables: "
                f"name their owner in VOLET_DATABASE for this command"
            )

    def scrub(self) -> None:
        """Write the tables that erasures touch anew: their files of before are deleted, not marked as free."""
        with self._connect() as connection:
            for table in ERASABLE:
                connection.execute(f"VACUUM (FULL, ANALYZE) {table}".encode())

    def _connect(self) -> psycopg.Connection:
        plain = self.url.set(drivername="postgresql").update_query_dict(
            {name: str(value) for name, value in _LINE.items()}
        )
        return psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)

    def _be_alone(self, connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
        assert isinstance(connection, psycopg.Connection)  # noqa: S101 -- as below
        connection.autocommit = True
        try:
            connection.execute("SELECT set_config('lock_timeout', %s, false)", [_PATIENCE])
            connection.execute("SELECT pg_advisory_lock(%s, %s)", [_SPACE, _HUB])
            connection.execute("SELECT set_config('lock_timeout', %s, false)", [_SESSION["lock_timeout"]])
        except psycopg.errors.LockNotAvailable:
            connection.close()
            raise InUse(f"{self.name} is in use: stop the hub that serves it first") from None
        connection.autocommit = False


def _prepare(session: dict[str, str], connection: DBAPIConnection, _record: ConnectionPoolEntry) -> None:
    assert isinstance(connection, psycopg.Connection)  # noqa: S101 -- the driver this module is written for
    before, connection.autocommit = connection.autocommit, True
    asked = ", ".join("set_config(%s, %s, false)" for _ in session)
    connection.execute(f"SELECT {asked}".encode(), [word for pair in session.items() for word in pair])
    connection.autocommit = before
    arrays.prepare(connection)


def _lock_first(connection: Connection) -> None:
    driver = connection.connection.driver_connection
    assert isinstance(driver, psycopg.Connection)  # noqa: S101 -- as above
    # BEGIN and the lock in one message: the driver would wait for an answer to each.
    answer = driver.pgconn.exec_(_BEGIN)
    if answer.status != ExecStatus.TUPLES_OK:
        raise psycopg.errors.error_from_result(answer)


def spoiled(connection: Connection) -> bool:
    """Tell whether an error has ended this transaction, although nobody has rolled it back so far."""
    driver = connection.connection.driver_connection
    return isinstance(driver, psycopg.Connection) and driver.info.transaction_status is TransactionStatus.INERROR
