from __future__ import annotations

import multiprocessing
from datetime import UTC, datetime, timedelta
from inspect import unwrap
from typing import Any, Final, cast

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, create_engine, inspect, text

from voc.errors import StoreError
from voc.records import HistoryEntry, Issue, OrderClock, WorkOrder, WorkOrderStatus
from voc.store import Store, migrate, open_store
from voc.store.migrate import SCRIPTS, alembic_config
from voc.store.schema import REVISION, VERSION_TABLE, metadata

NOW: Final = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _by_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    """New stores are made by migrations each time, as outside of the tests."""
    monkeypatch.setattr(migrate, "_upgrade", unwrap(migrate._upgrade))


def described(engine: Engine) -> dict[str, Any]:
    """What Alembic's comparison leaves out: keys, indexes with their conditions, references."""
    inspector = inspect(engine)
    found: dict[str, Any] = {}
    for table in sorted(inspector.get_table_names()):
        columns = {
            item["name"]: (str(item["type"]), item["nullable"])
            for item in inspector.get_columns(table)
        }
        indexes = {
            str(item["name"]): (
                item["column_names"],
                bool(item["unique"]),
                {key: str(value) for key, value in item.get("dialect_options", {}).items()},
            )
            for item in inspector.get_indexes(table)
        }
        references = {
            (item["name"], *item["constrained_columns"], item["referred_table"]): item["options"]
            for item in inspector.get_foreign_keys(table)
        }
        key = inspector.get_pk_constraint(table)
        found[table] = (columns, indexes, references, key["constrained_columns"], key["name"])
    return found


def test_migrations_lead_to_the_schema(store: Store) -> None:
    engine = store._database.engine
    with engine.connect() as connection:
        options = {"compare_type": True, "version_table": VERSION_TABLE}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_migrations_make_what_the_schema_makes(store: Store) -> None:
    engine = store._database.engine
    migrated = described(engine)
    del migrated[VERSION_TABLE]
    with engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
    made = described(engine)
    del made[VERSION_TABLE]
    assert migrated == made


def test_newest_migration_is_the_one_the_program_knows() -> None:
    assert ScriptDirectory(str(SCRIPTS)).get_current_head() == REVISION


def test_migrations_can_be_undone(store: Store) -> None:
    with store._database.writing() as connection:
        command.downgrade(alembic_config(connection), "base")
    assert inspect(store._database.engine).get_table_names() == [VERSION_TABLE]
    with open_store(store._database.engine.url.render_as_string(hide_password=False)) as again:
        assert again.check() == []


LIVES: dict[str, tuple[WorkOrderStatus, str, dict[str, int], int]] = {
    # status, events an hour apart, the hours of moments, messages told
    "open": ("open", "opened", {"started_at": 0}, 1),
    "told twice": ("accepted", "opened accepted updated", {"started_at": 0, "responded_at": 1}, 2),
    "waiting": (
        "waiting", "opened accepted waiting",
        {"started_at": 0, "responded_at": 1, "paused_at": 2}, 1,
    ),
    "closed": (
        "closed", "opened in_progress resolved note closed",
        {"started_at": 0, "responded_at": 1, "ended_at": 2, "closed_at": 4}, 1,
    ),
    "closed after a redo": (
        "closed", "opened resolved reopened closed",
        {"started_at": 0, "responded_at": 1, "ended_at": 3, "closed_at": 3}, 1,
    ),
    "rejected": ("rejected", "opened rejected", {"started_at": 0, "ended_at": 1}, 1),
    "closed by hand": ("closed", "", {"started_at": 0, "ended_at": 0}, 0),
}  # fmt: skip


def test_orders_of_old_get_the_moments_that_their_history_tells(store: Store) -> None:
    hour = timedelta(hours=1)
    with store.transaction() as tx:
        tx.save_issues(
            [Issue(*("is_1", "动力", "cars", "power", "open", "high"), NOW, NOW, 1, "new", 1.0)]
        )
        for name, (status, events, _, _) in LIVES.items():
            history = tuple(
                HistoryEntry(NOW + number * hour, "voc", event)
                for number, event in enumerate(events.split())
            )
            order = WorkOrder(
                *(name, "is_1", "t", "d", "投诉", "high", "质量部", status), NOW, NOW,
                history=history,
            )  # fmt: skip
            tx.save_work_order(order)
    [script] = [
        each.module
        for each in ScriptDirectory(str(SCRIPTS)).walk_revisions()
        if each.path.endswith("work_order_life.py")
    ]
    with (
        store._database.engine.begin() as connection,
        Operations.context(MigrationContext.configure(connection)),
    ):
        script._fill()
    for name, (_, _, moments, told) in LIVES.items():
        found = store.work_order(name)
        assert found is not None
        expected = {each: NOW + at * hour for each, at in moments.items()}
        assert found.clock == OrderClock(**cast(Any, expected)), name
        assert found.sequence == told, name


def test_newer_schema_is_told(new_store_url: str) -> None:
    open_store(new_store_url).close()
    engine = create_engine(new_store_url)
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    engine.dispose()
    told = rf"schema 9999.*up to {REVISION}.*pip install --upgrade voc-zh"
    with pytest.raises(StoreError, match=told):
        open_store(new_store_url)


def test_migration_that_fails_leaves_nothing(
    new_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise InterruptedError

    with monkeypatch.context() as patch:
        patch.setattr("alembic.operations.Operations.create_index", fail)
        with pytest.raises(InterruptedError):
            open_store(new_store_url)
    engine = create_engine(new_store_url)
    assert "feedback" not in inspect(engine).get_table_names()
    engine.dispose()
    with open_store(new_store_url) as store:
        assert store.check() == []


def _open(url: str) -> None:
    open_store(url).close()


def test_many_open_a_new_store_at_once(new_store_url: str) -> None:
    fork = multiprocessing.get_context("fork")
    openers = [fork.Process(target=_open, args=(new_store_url,)) for _ in range(4)]
    for opener in openers:
        opener.start()
    for opener in openers:
        opener.join()
    assert [opener.exitcode for opener in openers] == [0, 0, 0, 0]
    with open_store(new_store_url) as store:
        assert store.check() == []
