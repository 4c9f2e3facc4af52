"""Brings a store to the schema of this program, with Alembic.

The scripts lie in `migrations/versions`. A store at the newest revision is recognised without
loading Alembic, for every command opens one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, inspect, text

from voc.errors import StoreError
from voc.store.engine import Database
from voc.store.schema import REVISION, VERSION_TABLE
from voc.store.statements import lock

if TYPE_CHECKING:
    from alembic.config import Config

SCRIPTS: Final = Path(__file__).parent / "migrations"
_MIGRATION_LOCK: Final = 1


def migrate(database: Database) -> None:
    """Creates the tables of a new store, or adds what an older one lacks, in one transaction.

    Raises:
        StoreError: The store was written by a newer program.
    """
    with database.reading() as connection:
        revision = current_revision(connection)
    if revision == REVISION:
        return
    _check_known(revision, database.where)
    with database.writing() as connection:
        lock(connection, _MIGRATION_LOCK)
        if current_revision(connection) != REVISION:
            _upgrade(connection)


def current_revision(connection: Connection) -> str | None:
    """Returns the revision of the store; `None` where it is new."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    row = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).first()
    return str(row[0]) if row else None


def _check_known(revision: str | None, where: str) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()}
    if revision is not None and revision not in known:
        raise StoreError(
            f"{where}: the store has schema {revision}, and this voc knows schemas up to "
            f"{REVISION}: a newer voc wrote it. Type: pip install --upgrade voc-zh"
        )


def _upgrade(connection: Connection) -> None:
    from alembic import command

    command.upgrade(alembic_config(connection), "head")


def alembic_config(connection: Connection) -> Config:
    """Returns Alembic's configuration for work on an open connection."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
