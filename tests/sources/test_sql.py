"""Queries are read, and never write."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests.store.conftest import postgres_trouble, postgres_url  # noqa: F401 - fixtures
from voc.errors import ConfigError, SourceError
from voc.sources.sql import query_rows


@pytest.fixture
def crm(tmp_path: Path) -> Path:
    file = tmp_path / "crm.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE member (no TEXT, level TEXT)")
        connection.executemany("INSERT INTO member VALUES (?, ?)", [("U1", "金卡"), ("U2", None)])
    connection.close()
    return file


def test_rows_come_with_their_columns(crm: Path) -> None:
    rows = list(
        query_rows(f"sqlite:///{crm}", "SELECT no AS 会员号, level FROM member", name="crm")
    )
    assert [row.values for row in rows] == [
        {"会员号": "U1", "level": "金卡"},
        {"会员号": "U2", "level": None},
    ]
    assert rows[1].place == "crm:2"


def test_a_colon_names_no_parameter(crm: Path) -> None:
    query = "SELECT no FROM member WHERE no <> 'at 12:30' ORDER BY no"
    rows = query_rows(f"sqlite:///{crm.name}", query, name="crm", base=crm.parent)
    assert [row.values["no"] for row in rows] == ["U1", "U2"]


def test_sqlite_is_not_written(crm: Path) -> None:
    before = crm.read_bytes()
    with pytest.raises(SourceError, match=r"crm: the query at .* failed"):
        list(query_rows(f"sqlite:///{crm}", "DELETE FROM member RETURNING no", name="crm"))
    assert crm.read_bytes() == before


@pytest.mark.postgres
def test_postgres_is_not_written(postgres_url: str) -> None:  # noqa: F811
    engine = create_engine(postgres_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE member (no TEXT)"))
        connection.execute(text("INSERT INTO member VALUES ('U1')"))
        connection.execute(text("CREATE SEQUENCE counter"))
    for query, said in (
        ("DELETE FROM member RETURNING no", "failed"),
        ("SELECT nextval('counter')", "read-only"),
    ):
        with pytest.raises(SourceError, match=said):
            list(query_rows(postgres_url, query, name="crm"))
    rows = query_rows(postgres_url, "SELECT no FROM member", name="crm")
    assert [row.values for row in rows] == [{"no": "U1"}]
    engine.dispose()


@pytest.mark.parametrize(
    ("url", "error", "said"),
    [
        ("nonsense", ConfigError, "none that SQLAlchemy knows"),
        ("nosuch://host/db", ConfigError, "none that SQLAlchemy knows"),
        ("oracle+oracledb://u:geheim@host/db", ConfigError, "driver"),
        ("sqlite:///none.db", SourceError, "no such file"),
        ("postgresql+psycopg://u:geheim@127.0.0.1:1/db", SourceError, "failed"),
    ],
)
def test_what_cannot_be_reached_is_told_without_its_password(
    url: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said) as raised:
        list(query_rows(url, "SELECT 1", name="crm"))
    assert "geheim" not in str(raised.value)
