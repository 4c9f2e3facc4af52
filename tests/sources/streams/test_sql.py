"""Queries of the three databases: ties, late rows, cut runs, and nothing written."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import SQLAlchemyError

from tests.conftest import require
from tests.sources.streams.places import SqlPlace, settings_for
from tests.store.conftest import POSTGRES_URL
from voc.errors import SourceError
from voc.pipeline.origins import Told, open_source
from voc.sources.base import Page, Source, notes_of
from voc.sources.streams.watermarks import earlier, is_ahead, read_mark, write_mark

MARIADB_URL = "mariadb+pymysql://root@127.0.0.1:3306/test"
STAMPS = {"sqlite": "TEXT", "postgresql": "TIMESTAMP", "mariadb": "DATETIME(6)"}


def _runner(url: str) -> Callable[..., Any]:
    engine = create_engine(url, connect_args={"connect_timeout": 2})

    def run(statement: str, rows: list[Any] | None = None) -> None:
        with engine.begin() as connection:
            marked = statement.replace("?", "%s")
            if rows is None:
                connection.exec_driver_sql(marked)
            else:
                connection.exec_driver_sql(marked, [tuple(row) for row in rows])

    return run


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlPlace]:
    kind: str = request.param
    if kind == "sqlite":
        yield SqlPlace(tmp_path)
        return
    with closing(_served_place(kind, tmp_path)) as made:
        yield made


def _served_place(kind: str, folder: Path, *, count: int = 1_200) -> SqlPlace:
    """A table of a database that is served, of this test alone."""
    require("services", kind != "mariadb" or find_spec("pymysql"), "pymysql is not installed")
    url = POSTGRES_URL if kind == "postgresql" else MARIADB_URL
    run = _runner(url)
    try:
        run("SELECT 1")
    except SQLAlchemyError as error:
        require("services", False, f"no {kind} can be reached: {error}")
    table = f"voc_test_{uuid.uuid4().hex}"
    return SqlPlace(folder, count, run=run, url=url, table=table, stamp=STAMPS[kind])


def opened(place: SqlPlace, **more: Any) -> Source:
    """The source with other settings."""
    told = place.settings.sources["site"].model_copy(update=more)
    settings = place.settings.model_copy(update={"sources": {"site": told}})
    return open_source("site", settings=settings, told=Told())[0]


def read(place: SqlPlace, cursor: Any = None, **more: Any) -> list[Page]:
    return list(opened(place, **more).read(cursor))


def names(pages: list[Page]) -> list[int]:
    return [int(item.native_id) for page in pages for item in page.feedback]


def test_equal_watermarks_over_the_end_of_a_page_lose_and_double_nothing(place: SqlPlace) -> None:
    pages = read(place)
    assert names(pages) == list(range(1_200))
    assert [len(page.feedback) for page in pages] == [500, 500, 200]
    assert "updated_at" not in pages[0].feedback[0].extra
    rest = read(place, pages[0].cursor)
    assert names(rest) == list(range(500, 1_200))


def test_rows_that_were_late_are_found_within_the_lag(place: SqlPlace) -> None:
    cursor = read(place)[-1].cursor
    place.insert([(5_000, "迟到", "2026-10-31 23:59:30"), (5_001, "太迟", "2026-10-31 22:00:00")])
    found = names(read(place, cursor))
    assert 5_000 in found
    assert 5_001 not in found
    assert names(read(place, cursor, lag=0)) == list(range(800, 1_200))


def test_rows_that_were_late_while_a_run_was_cut_off_are_found_by_the_next(place: SqlPlace) -> None:
    cut = read(place)[0].cursor  # behind row 499, at second 1
    place.insert([(5_000, "迟到", "2026-11-01 00:00:00"), (5_001, "新的", "2026-11-05 00:00:00")])
    resumed = read(place, cut)
    assert 5_000 not in names(resumed)
    assert 5_000 in names(read(place, resumed[-1].cursor))


def test_a_watermark_ahead_of_now_holds_up_no_later_row(place: SqlPlace) -> None:
    known = read(place)[-1].cursor
    place.insert([(2_000, "时钟错了", "2099-01-01 00:00:00")])
    source = open_source("site", settings=place.settings, told=Told())[0]
    pages = list(source.read(known))
    assert 2_000 in names(pages)
    assert [note.partition(";")[0] for note in notes_of(source)] == [
        "1 rows have a updated_at that lies ahead (the first: " + _first_ahead(place) + ")"
    ]
    # Written by another clock, hours behind this one.
    place.insert([(2_001, "后来的", "2026-11-06 00:00:00")])
    pages = read(place, pages[-1].cursor, lag=0)
    assert {2_000, 2_001} <= set(names(pages))
    assert len(set(names(pages))) < 1_000, "and not all rows once more"
    now = datetime.now(ZoneInfo("Asia/Shanghai")).isoformat(sep=" ", timespec="seconds")[:19]
    place.insert([(2_002, "再后来的", now)])
    pages = read(place, pages[-1].cursor)
    assert 2_002 in names(pages)
    place.change("words = '对了'", "id = 2000", at=now)
    assert 2_000 in names(read(place, pages[-1].cursor))


def _first_ahead(place: SqlPlace) -> str:
    return f"2099-01-01{' ' if place.stamp == 'TEXT' else 'T'}00:00:00, 2000"


def test_a_run_that_stood_ahead_already_reads_anew(place: SqlPlace) -> None:
    place.insert([(2_000, "时钟错了", "2099-01-01 00:00:00")])
    kind = "text" if _first_ahead(place)[10] == " " else "time"
    stuck = {"position": [[kind, "2099-01-01 00:00:00"], ["int", "2000"]], "done": True}
    assert len(names(read(place, {"sql": stuck}))) == 1_201


def test_a_run_that_is_cut_off_ahead_of_now_misses_nothing(place: SqlPlace) -> None:
    place.insert([(n, "时钟错了", "2099-01-01 00:00:00") for n in range(2_000, 2_600)])
    cut = read(place)[2]
    place.insert([(3_000, "后来的", "2099-01-01 00:00:00")])
    place.change("words = '改过'", "id = 1")
    pages = read(place, cut.cursor)
    assert 3_000 in names(pages)
    assert 1 not in names(pages)


def test_rows_without_a_time_count_for_that_of_their_watermark(place: SqlPlace) -> None:
    page = read(place)[0]
    assert page.feedback[0].created_at is None
    assert page.moments["0"].isoformat() == "2026-11-01T00:00:00+08:00"


def test_rows_without_a_watermark_are_told(place: SqlPlace) -> None:
    place.poison()
    pages = read(place)
    [reject] = [reject for page in pages for reject in page.rejects]
    assert reject.reason == "rows without updated_at are not read; give each one a value"
    assert 99_999 not in names(pages)
    source = opened(place)
    list(source.read(None))
    assert notes_of(source) == (
        "1 rows have no updated_at and are not read; give each one a value, as by"
        " COALESCE(updated_at, …) AS updated_at in the query.",
    )


def test_another_query_or_map_has_all_rows_read_anew(place: SqlPlace) -> None:
    query = f"SELECT id, words, updated_at, gone FROM {place.table}"
    cursor = read(place)[-1].cursor
    assert len(names(read(place, cursor, query=query.replace(" FROM", "\n FROM"), lag=0))) < 1_200
    source = opened(place, query=f"{query} WHERE id < 1000", map={"text": "words"})
    pages = list(source.read(cursor))
    assert names(pages) == list(range(1_000))
    assert notes_of(source) == (
        "The query, its map or the timezone is another than before, so all rows were read anew.",
    )
    list(source.read(pages[-1].cursor))
    assert notes_of(source) == ()
    older = {"sql": {key: cursor["sql"][key] for key in ("position", "floor", "done")}}
    assert len(names(read(place, older, lag=0))) < 1_200


def test_bits_say_yes_and_no(tmp_path: Path) -> None:
    with closing(_served_place("mariadb", tmp_path, count=10)) as place:
        place.do(f"ALTER TABLE {place.table} MODIFY gone BIT(1)")
        place.change("gone = b'1'", "id = 3")
        [page] = read(place)
        assert page.withdrawn == ("3",)
        assert names([page]) == [n for n in range(10) if n != 3]
        place.change("gone = b'1'", "1 = 1")
        source = opened(place)
        list(source.read(None))
        assert notes_of(source) == (
            "All 10 rows say by gone that they are gone; see whether it is the right column.",
        )


def test_words_in_bytes_are_read_as_utf8_or_set_aside(tmp_path: Path) -> None:
    with closing(_served_place("mariadb", tmp_path, count=10)) as place:
        place.do(f"ALTER TABLE {place.table} MODIFY words BLOB")
        place.do(f"UPDATE {place.table} SET words = X'CCABC2FDC1CB' WHERE id = 4")
        [page] = read(place)
        assert page.feedback[0].text == "第0条"
        assert names([page]) == [n for n in range(10) if n != 4]
        [reject] = page.rejects
        assert reject.reason == "'words' holds bytes that are no UTF-8; cast it in the query"


def test_nothing_can_be_written(place: SqlPlace) -> None:
    query = f"WITH gone AS (DELETE FROM {place.table} RETURNING *) SELECT * FROM gone"
    with pytest.raises(SourceError, match="does not take the query"):
        read(place, query=query)
    assert len(names(read(place))) == 1_200


def test_what_is_wrong_is_told_without_the_password(place: SqlPlace) -> None:
    for more, said in (
        ({"query": "SELECT nothing FROM nowhere"}, "Mend sources.site.query"),
        ({"key": "nokey"}, "nokey"),
    ):
        with pytest.raises(SourceError, match=said):
            read(place, **more)


def test_a_query_may_hold_casts_colons_and_percents(place: SqlPlace) -> None:
    query = f"SELECT id, words, updated_at, gone, ':a %s 12:30' AS note FROM {place.table}"
    pages = read(place, query=query)
    assert pages[0].feedback[0].extra["note"] == ":a %s 12:30"


def test_a_missing_file_is_told_and_not_made(tmp_path: Path) -> None:
    source = {
        "kind": "sql", "url": "sqlite:///none.db", "query": "SELECT 1", "watermark": "w", "key": "k"
    }  # fmt: skip
    with pytest.raises(SourceError, match="there is no such file"):
        list(open_source("site", settings=settings_for(tmp_path, source), told=Told())[0].read({}))
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize(
    ("kind", "value", "lag", "before"),
    [
        ("time", "2026-11-01T00:00:30", 60, "2026-10-31T23:59:30"),
        ("time", "2026-11-01T00:00:30.000001+08:00", 1, "2026-11-01T00:00:29.000001+08:00"),
        ("time", "0001-01-01T00:00:00", 60, "0001-01-01T00:00:00"),
        ("date", "2026-11-01", 60, "2026-10-31"),
        ("int", "100", 60, "40"),
        ("decimal", "100.5", 60, "40.5"),
        ("text", "2026-11-01 00:00:30.250", 60, "2026-10-31 23:59:30"),
        ("text", "2026-11-01T00:00:30", 60, "2026-10-31T23:59:30"),
        ("text", "2026-11-01", 60, "2026-10-31"),
        ("text", "any words", 0, "any words"),
    ],
)
def test_marks_go_back(kind: str, value: str, lag: float, before: str) -> None:
    assert earlier((kind, value), lag, "w") == (kind, before)
    mark = write_mark(read_mark((kind, value)), "w")
    assert mark == (kind, value)


@pytest.mark.parametrize("mark", [("text", "v12"), ("uuid", str(uuid.UUID(int=1)))])
def test_marks_that_tell_no_time_ask_for_no_lag(mark: tuple[str, str]) -> None:
    with pytest.raises(SourceError, match="set lag: 0"):
        earlier(mark, 60, "w")
    assert earlier(mark, 0, "w") == mark


SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 28, 4, 0, 0, 500, tzinfo=UTC)


@pytest.mark.parametrize(
    ("mark", "ahead"),
    [
        (("time", "2026-11-28T12:01:00"), False),
        (("time", "2026-11-28T12:01:01"), True),
        (("time", "2026-11-28T06:00:00+00:00"), True),
        (("text", "2026-11-28 12:00:59"), False),
        (("text", "2026-11-28 13:00:00"), True),
        (("text", "2099-01-01T00:00:00+00:00"), True),
        (("text", "2026-11-29"), False),
        (("text", "2099-01-01"), True),
        (("date", "2026-11-29"), False),
        (("date", "2026-12-01"), True),
        (("text", "v2099"), False),
        (("int", "4070908800"), False),
        (("uuid", "00000000-0000-0000-0000-000000000001"), False),
    ],
)
def test_marks_that_lie_ahead(mark: tuple[str, str], ahead: bool) -> None:
    assert is_ahead(mark, NOON, SHANGHAI, lag=60) is ahead


@pytest.mark.parametrize("value", [None, True, b"x", [1]])
def test_values_without_an_order_are_refused(value: Any) -> None:
    with pytest.raises(SourceError, match="the column 'w' holds"):
        write_mark(value, "w")
