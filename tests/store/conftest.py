"""Every test that takes `store_url` or `store` runs on SQLite and on PostgreSQL.

Their store knows the newest schema and is empty: one is made for all, as making it takes a second.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from tests.conftest import require
from voc.store import Store, open_store
from voc.store.schema import metadata

POSTGRES_URL: Final = os.environ.get(
    "VOC_TEST_POSTGRES_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/test"
)

ENGINES: Final = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def postgres_trouble() -> str | None:
    """Why no PostgreSQL server can be used; `None` where one can."""
    try:
        engine = create_engine(POSTGRES_URL, connect_args={"connect_timeout": 2})
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except (SQLAlchemyError, ImportError) as error:
        return f"no PostgreSQL at VOC_TEST_POSTGRES_URL or the local default: {error}"
    engine.dispose()
    return None


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'voc.db'}"


@pytest.fixture
def postgres_url(postgres_trouble: str | None) -> Iterator[str]:
    """A URL whose tables lie in a schema of their own, empty before, dropped afterwards."""
    require("services", postgres_trouble is None, str(postgres_trouble))
    yield from _schema()


@pytest.fixture(scope="session")
def sqlite_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("stores") / "voc.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture(scope="session")
def postgres_made(postgres_trouble: str | None) -> Iterator[str]:
    require("services", postgres_trouble is None, str(postgres_trouble))
    for url in _schema():
        open_store(url).close()
        yield url


def _schema() -> Iterator[str]:
    schema = f"voc_test_{uuid.uuid4().hex}"
    engine = create_engine(POSTGRES_URL)
    with engine.begin() as connection:
        connection.execute(text(f"CREATE SCHEMA {schema}"))
    url = make_url(POSTGRES_URL).update_query_dict({"options": f"-csearch_path={schema}"})
    yield url.render_as_string(hide_password=False)
    with engine.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {schema} CASCADE"))
    engine.dispose()


@pytest.fixture(params=ENGINES)
def new_store_url(request: pytest.FixtureRequest) -> str:
    """A store that is still to be made, for tests that make it or break it."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture(params=ENGINES)
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        path = shutil.copy(request.getfixturevalue("sqlite_made"), tmp_path / "voc.db")
        return f"sqlite:///{path}"
    url: str = request.getfixturevalue("postgres_made")
    _empty(url)
    return url


def _empty(url: str) -> None:
    """Deletes all rows and begins counting anew; emptying 40 tables by TRUNCATE takes a second."""
    engine = create_engine(url)
    used = "SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()"
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
        for name in connection.scalars(text(f"{used} AND last_value IS NOT NULL")).all():
            connection.execute(text(f"ALTER SEQUENCE {name} RESTART"))
    engine.dispose()


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    with open_store(store_url, busy_timeout_s=5) as opened:
        yield opened
