from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from voc.errors import StoreBusyError, StoreError
from voc.records import Feedback
from voc.store import Store, engine, open_store

NOW = datetime(2026, 5, 20, tzinfo=UTC)


def add(store: Store, first: int, count: int = 1, words: str = "好") -> None:
    items = [Feedback("s", str(number), "review", words) for number in range(first, first + count)]
    with store.transaction() as tx:
        tx.add_feedback(items, industry=None, now=NOW)


WRONG_URLS = {
    "not a url": r"no URL\. Write sqlite:///FILE\.db or postgresql://",
    "mysql://host/voc": "'mysql', which voc cannot use",
    "postgresql+psycopg2://host/voc": r"'postgresql\+psycopg2', which voc cannot use",
    "sqlite://": "no.*is named",
    "sqlite:///:memory:": "none is named",
    "sqlite:///file:x?mode=memory&uri=true": "none is named",
    "sqlite:////no/such/folder/voc.db": "folder /no/such/folder does not exist. Make it first",
    "sqlite:////tmp": "/tmp is a folder",
}


@pytest.mark.parametrize("url", WRONG_URLS)
def test_wrong_url_is_told(url: str) -> None:
    with pytest.raises(StoreError, match=WRONG_URLS[url]):
        open_store(url)


def test_unreachable_server_is_told_without_the_password() -> None:
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://voc:geheim@127.0.0.1:1/voc")
    assert "cannot be reached" in str(caught.value)
    assert "VOC_STORE_URL" in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_missing_driver_is_told_with_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r'pip install "voc-zh\[postgres\]"'):
        open_store("postgresql://127.0.0.1/voc")


@pytest.mark.postgres
def test_postgres_is_found_by_its_short_name(postgres_url: str) -> None:
    for name in ("postgres", "postgresql"):
        url = "://".join((name, postgres_url.split("://", 1)[1]))
        with open_store(url) as store:
            assert store.counts().feedback == 0
            assert store.where.startswith("postgresql+psycopg://")


def test_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "voc.db"
    path.write_bytes(b"id,text\n" * 1000)
    with pytest.raises(StoreError, match="is no SQLite database"):
        open_store(f"sqlite:///{path}")


@contextmanager
def ordinary_user() -> Iterator[None]:
    """Root may write everything, so root becomes another user for a while."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize("read_only", ["voc.db", "."])
def test_read_only_file_or_folder_is_told(read_only: str) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        open_store(f"sqlite:///{folder / 'voc.db'}").close()
        folder.chmod(0o777)
        (folder / "voc.db").chmod(0o666)
        (folder / read_only).chmod(0o555)
        with (
            ordinary_user(),
            pytest.raises(StoreError, match=r"may not be written.*Change the rights"),
        ):
            open_store(f"sqlite:///{folder / 'voc.db'}")
        folder.chmod(0o755)


def test_write_through_a_read_only_connection_is_told(sqlite_url: str) -> None:
    open_store(sqlite_url).close()
    path = make_url(sqlite_url).database
    with open_store(f"sqlite:///file:{path}?mode=ro&uri=true") as store:
        assert store.counts().feedback == 0
        with pytest.raises(StoreError, match="may not be written"):
            add(store, 1)


def test_reads_go_on_and_writes_are_refused_while_another_writes(store_url: str) -> None:
    with (
        open_store(store_url, busy_timeout_s=0.2) as store,
        open_store(store_url, busy_timeout_s=0.2) as other,
    ):
        add(store, 1)
        with other.transaction() as tx:
            tx.add_feedback([Feedback("s", "2", "review", "好")], industry=None, now=NOW)
            began = time.monotonic()
            with pytest.raises(StoreBusyError, match=r"another writer.*store\.busy_timeout_s"):
                add(store, 3)
            assert 0.15 < time.monotonic() - began < 5
            assert store.counts().feedback == 1
        add(store, 3)
        assert store.counts().feedback == 3
        assert store.check() == []


def test_writer_waits_for_a_short_one(store_url: str) -> None:
    with open_store(store_url, busy_timeout_s=10) as store:

        def hold() -> None:
            with store.transaction() as tx:
                tx.add_feedback([Feedback("s", "1", "review", "好")], industry=None, now=NOW)
                held.set()
                time.sleep(0.3)

        held = Event()
        holder = Thread(target=hold)
        holder.start()
        held.wait()
        add(store, 2)
        holder.join()
        assert store.counts().feedback == 2


def test_full_disk_is_told_and_goes_on_when_there_is_room(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store:
        add(store, 0, 100)
        sqlite = store._database.engine

        def limit(pages: int) -> None:
            with sqlite.connect() as connection:
                connection.execute(text(f"PRAGMA max_page_count = {pages}"))

        with sqlite.connect() as connection:
            used = connection.execute(text("PRAGMA page_count")).scalar_one()
        limit(used + 5)
        with pytest.raises(StoreError, match=r"disk is full.*Make room"):
            add(store, 100, 500, "很长" * 500)
        assert store.counts().feedback == 100
        limit(1_000_000)
        add(store, 100, 500, "很长" * 500)
        assert store.counts().feedback == 600
        assert store.check() == []


def test_sqlite_is_set_up_to_lose_nothing(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store, store._database.reading() as connection:
        wanted = {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "wal_autocheckpoint": 0,
        }
        for name, value in wanted.items():
            assert connection.execute(text(f"PRAGMA {name}")).scalar_one() == value


def test_sqlites_log_stays_small(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "LOG_BYTES", 200_000)
    path = make_url(sqlite_url).database
    with open_store(sqlite_url) as store:
        for number in range(40):
            add(store, number * 20, 20, "长" * 200)
        assert Path(f"{path}-wal").stat().st_size < 500_000
        assert store.counts().feedback == 800
        assert store.check() == []


def test_transactions_of_a_writer_are_immediate(sqlite_url: str) -> None:
    with open_store(sqlite_url) as store:
        said: list[str] = []

        def note(*arguments: object) -> None:
            said.append(str(arguments[2]))

        event.listen(store._database.engine, "before_cursor_execute", note)
        store.counts()
        assert said[0] == "BEGIN"
        said.clear()
        add(store, 1)
        assert said[0] == "BEGIN IMMEDIATE"


def test_errors_do_not_show_what_customers_said(store: Store) -> None:
    with pytest.raises(StoreError) as caught, store.transaction() as tx:
        tx._connection.execute(text("INSERT INTO nothing VALUES (:words)"), {"words": "我的电话"})
    shown = f"{caught.value} {caught.value.__cause__}"
    assert "nothing" in shown
    assert "我的电话" not in shown


def test_importing_voc_loads_no_database() -> None:
    code = "import sys, voc, voc.records, voc.config; print('sqlalchemy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_opening_an_up_to_date_store_loads_no_alembic(sqlite_url: str) -> None:
    open_store(sqlite_url).close()
    code = (
        "import sys; from voc.store import open_store; "
        f"open_store({sqlite_url!r}).close(); print('alembic' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
