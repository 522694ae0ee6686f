"""The database: how it is opened, and whether its schema is the one this code was written for.

Errors never repeat the parameters of a query: they would put who works with whom into a text file.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from volet_service import resources
from volet_service.adapters.store.database import Database, UnfitDatabase
from volet_service.adapters.store.postgresql import SCHEMES, PostgresDatabase
from volet_service.adapters.store.sqlite import SqliteDatabase


class WrongSchema(UnfitDatabase):
    """The database is not at this version's schema."""


def open_database(place: Path | str) -> Database:
    """Return the database at a file's path, or at an address `postgresql://...`; nothing is opened so far."""
    if isinstance(place, str) and place.startswith(SCHEMES):
        return PostgresDatabase(place)
    return SqliteDatabase(Path(place))


def alembic_config(database: Database) -> Config:
    """Return Alembic's configuration for this database: no file of its own, so a wheel and a checkout act alike."""
    config = Config()
    config.set_main_option("script_location", str(resources.migrations()))
    config.attributes["database"] = database
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring a database to a schema version; raise `WrongSchema` when it refuses, `InUse` when a hub works on it."""
    try:
        command.upgrade(alembic_config(database), revision)
    except DBAPIError as error:
        raise WrongSchema(f"{database.name} cannot be migrated: {error.orig}") from error


def newest_revision(config: Config) -> str:
    """Return the schema version that this code was written for."""
    revision = ScriptDirectory.from_config(config).get_current_head()
    assert revision is not None  # noqa: S101 -- the first migration is always there
    return revision


def check_schema(engine: Engine, database: Database) -> None:
    """Raise `WrongSchema` with a sentence for the operator when the database is at another version, or has none."""
    name = database.name
    try:
        with engine.connect() as connection:
            found = None
            if inspect(connection).has_table("alembic_version"):
                found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    except DBAPIError as error:
        raise WrongSchema(f"{name} cannot be read: {error.orig}") from error
    wanted = newest_revision(alembic_config(database))
    if found is None:
        raise WrongSchema(f"{name} holds no Volet database: run `volet admin init` first")
    if found != wanted:
        raise WrongSchema(f"{name} is at schema {found}, this version needs {wanted}: run `volet admin migrate`")


def open_checked(database: Database) -> Engine:
    """Return the readers' engine of a database that is fit and at this version's schema; raise `UnfitDatabase`."""
    database.check()
    readers = database.readers()
    try:
        check_schema(readers, database)
    except WrongSchema:
        readers.dispose()
        raise
    return readers
