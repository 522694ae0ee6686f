"""Runs the migrations of the hub's database; `alembic_config` of the store adapter says which."""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

from alembic import context

from volet_service.adapters.store.engine import open_database
from volet_service.adapters.store.tables import metadata
from volet_service.settings import Settings


def run() -> None:
    """Migrate in one transaction, alone; a lock that somebody holds fails after seconds: each session has its limit."""
    database = context.config.attributes.get("database") or open_database(Settings().store)
    engine = database.writer()
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
