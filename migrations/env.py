"""Runs the migrations of the hub's database; `alembic_config` of the store adapter says which file."""  # noqa: INP001 -- Alembic loads it by path

from __future__ import annotations

from alembic import context

from volet_service.adapters.store.engine import open_writer
from volet_service.adapters.store.tables import metadata
from volet_service.settings import Settings


def run() -> None:
    """Migrate in one transaction; a lock that somebody holds fails after seconds instead of stopping the service."""
    settings = Settings()
    database = context.config.attributes.get("database") or settings.path(settings.database)
    engine = open_writer(database)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET lock_timeout = '5s'")
            context.run_migrations()
    engine.dispose()


run()
