"""Alembic's entry: runs the scripts on the connection that `voc.store.migrate` gives."""

from __future__ import annotations

from alembic import context

from voc.store.schema import VERSION_TABLE, metadata


def run() -> None:
    """Runs the scripts in the transaction that is open on the given connection."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
