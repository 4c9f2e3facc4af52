"""Delimited tables as programs and people write them."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.sources.delimited import DelimitedTable, sniff_delimiter
from voc.sources.lines import read_lines
from voc.sources.rows import Problem, Record


def _read(text: str | bytes, **options: Any) -> list[Record | Problem]:
    data = text.encode() if isinstance(text, str) else text
    lines = read_lines(iter([data]), encoding="utf-8" if isinstance(text, str) else None)
    return list(DelimitedTable(lines, name="f.csv", **options).records())


def _values(text: str | bytes, **options: Any) -> list[dict[str, Any]]:
    return [item.values for item in _read(text, **options) if isinstance(item, Record)]


def _problems(text: str | bytes) -> list[tuple[str, str]]:
    return [(item.place, item.reason) for item in _read(text) if isinstance(item, Problem)]


A1B2 = [{"a": "1", "b": "2"}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n\n", []),
        ("a,b", []),
        ("a,b\n", []),
        ("\ufeffa,b\n", []),
        ("a,b\n1,2", A1B2),
        ("a,b\r\n1,2\r\n", A1B2),
        ("a,b\r1,2\r", A1B2),
        ("a;b\n1;2\n", A1B2),
        ("a\tb\n1\t2\n", A1B2),
        ("a|b\n1|2\n", A1B2),
        ("\ufeffa,b\n1,2\n", A1B2),
        (" a ,\ufeffb\n1,2\n", A1B2),
        ("a,b\n\n1,2\n\n", A1B2),
        ("a,b\n1,2,,\n", A1B2),
        ("a,b\n1\n", [{"a": "1"}]),
        ("a,b\n,\n", [{"a": "", "b": ""}]),
        ('a,b\n"x, y","""z"""\n', [{"a": "x, y", "b": '"z"'}]),
        ('a,b\n"x\ny\r\n\nz",2\n', [{"a": "x\ny\r\n\nz", "b": "2"}]),
        ("a,a,,b\n1,2,3,4\n", [{"a": "1", "a_2": "2", "column_3": "3", "b": "4"}]),
        ("a,a,a_2\n1,2,3\n", [{"a": "1", "a_2": "2", "a_2_2": "3"}]),
        ("评论\n不错, 好\n还行; 吧\n", [{"评论": "不错, 好"}, {"评论": "还行; 吧"}]),
        ("a;b\n1,5;2,5\n", [{"a": "1,5", "b": "2,5"}]),
        ('a,b\n他说"好,2\n', [{"a": '他说"好', "b": "2"}]),
        ('a,b\n"他说"好"，不错",2\n', [{"a": '他说好"，不错"', "b": "2"}]),
        ('a,b\n1, "x, y"\n', [{"a": "1", "b": "x, y"}]),
        ("a,b\n1\x00,2\n", [{"a": "1\x00", "b": "2"}]),
        ("a,b\n1\r1,2\n", [{"a": "1 1", "b": "2"}]),
        ("a,b\n\ufeff1,2\n", [{"a": "\ufeff1", "b": "2"}]),
    ],
)
def test_rows(text: str, expected: list[dict[str, str]]) -> None:
    assert _values(text) == expected
    assert _problems(text) == []


@pytest.mark.parametrize(
    ("text", "good", "bad"),
    [
        ("a,b\n1,2,3\n4,5\n", ["4"], [("f.csv:2", "the line has 3 cells, the header 2")]),
        ('a,b\n1,"x\n2,y\n', ["2"], [("f.csv:2", "a quote is opened and never closed")]),
        (
            'a,b\n1,"x\n2,"y"\n3,z\n',
            ["2", "3"],
            [("f.csv:2", "a quote is opened and never closed")],
        ),
        (
            'a,b\n1,"x,5\n2,y\n3,"z, w"\n4,v\n',
            ["2", "3", "4"],
            [("f.csv:2", "a quote is opened and never closed")],
        ),
        (
            'a,b\n"1,x\n2,y\n3,"z"\n"4","v"\n',
            ["2", "3", "4"],
            [("f.csv:2", "a quote is opened and never closed")],
        ),
    ],
)
def test_one_bad_row_costs_one_row(text: str, good: list[str], bad: list[tuple[str, str]]) -> None:
    assert [row["a"] for row in _values(text)] == good
    assert _problems(text) == bad


def test_an_unclosed_quote_does_not_swallow_a_large_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("voc.sources.delimited._RECORD_LINES", 1_000)
    text = 'a,b\n1,"open\n' + "2,plain\n" * 5_000
    assert len(_values(text)) == 5_000
    assert _problems(text) == [("f.csv:2", "a quote is opened and never closed")]


def test_quotes_that_would_swallow_from_every_line_take_linear_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("voc.sources.delimited._PATIENCE_LINES", 100_000)
    text = "a,b,c\n" + 'a","\n' * 30_000
    problems = _problems(text)
    assert len(problems) + len(_values(text)) == 30_000


def test_places_are_physical_lines() -> None:
    items = _read('a,b\n"x\ny",2\n3,4\n')
    assert [item.place for item in items] == ["f.csv:2", "f.csv:4"]


def test_a_line_that_is_too_long_is_passed_over() -> None:
    data = b"a,b\n1,2\n" + b"x" * 5_000_000 + b",3\n4,5\n"
    chunks = (data[at : at + 4096] for at in range(0, len(data), 4096))
    lines = read_lines(chunks, max_bytes=1_000)
    items = list(DelimitedTable(lines, name="f.csv").records())
    assert [type(item) for item in items] == [Record, Problem, Record]
    assert isinstance(items[1], Problem)
    assert items[1].place == "f.csv:3"
    assert "longer than the 1,000 bytes" in items[1].reason


def test_replaced_characters_are_counted() -> None:
    items = _read(("a,b\n" + "不错的很,2\n" * 3 + "3,还可以的").encode()[:-1])
    replaced = [item.replaced for item in items if isinstance(item, Record)]
    assert replaced == [0, 0, 0, 1]


def test_many_columns() -> None:
    width = 100_000
    text = ",".join(f"c{n}" for n in range(width)) + "\n" + ",".join(["1"] * width) + "\n"
    (row,) = _values(text)
    assert len(row) == width


TITLE = "2026年11月客户反馈汇总"
ROW = {"编号": "1", "评论内容": "好", "评分": "5"}


def _open(content: str, **options: Any) -> tuple[DelimitedTable, list[Record | Problem]]:
    lines = read_lines(iter([content.encode()]), encoding="utf-8")
    table = DelimitedTable(lines, name="f.csv", **options)
    return table, list(table.records())


@pytest.mark.parametrize(
    ("text", "place", "above"),
    [
        (f"{TITLE},,\n编号,评论内容,评分\n1,好,5\n", "f.csv:3", "line 2 .* 1 line above"),
        (f"{TITLE}\n编号,评论内容,评分\n1,好,5\n", "f.csv:3", "line 2 .* 1 line above"),
        (f"{TITLE}\n编号;评论内容;评分\n1;好;5\n", "f.csv:3", "line 2 .* 1 line above"),
        (f"{TITLE},按月,\n\n编号,评论内容,评分\n1,好,5\n", "f.csv:4", "line 3 .* 2 lines"),
        (f'"{TITLE}\n导出人",,\n编号,评论内容,评分\n1,好,5\n', "f.csv:4", "line 3 .* 2 lines"),
        ("基本,反馈,\n编号,评论内容,评分\n1,好,5\n", "f.csv:3", "line 2 .* 1 line above"),
        ("编号,,\n评分,评论内容,编号\n5,好,1\n", "f.csv:3", "line 2 .* 1 line above"),
    ],
)
def test_titles_and_headings_of_groups_above_the_header(text: str, place: str, above: str) -> None:
    table, items = _open(text)
    assert [(item.place, item.values) for item in items if isinstance(item, Record)] == [
        (place, ROW)
    ]
    (note,) = table.notes
    assert re.search(above, note)


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("评论\n编号,评论内容,评分\n1,好,5\n", ["评论"]),
        ("客户说\n不错，好\n差,评论,时间\n", ["客户说"]),
        ("编号,看法,\n1,评论,时间\n2,好,早\n", ["编号", "看法", "column_3"]),
        ("编号,看法\n1,评论\n", ["编号", "看法"]),
        ("编号,您的看法,\n7,评论,5\n", ["编号", "您的看法", "column_3"]),
        ("Q1,,名\n,建议,\n1,好,张\n", ["Q1", "column_2", "名"]),
        (f"{TITLE}\n编号,看法\n", [TITLE]),
    ],
)
def test_first_lines_that_stay_the_header(text: str, columns: list[str]) -> None:
    table, _ = _open(text)
    assert table.columns == columns
    assert table.notes == []


def test_names_over_two_rows_are_joined() -> None:
    table, (row,) = _open("编号,反馈信息,,\n,评论内容,评分,时间\n1,好,5,2026-11-01\n")
    assert table.columns == ["编号", "评论内容", "评分", "时间"]
    assert row.place == "f.csv:3"


def test_a_told_column_tells_the_header() -> None:
    text = f"{TITLE}\n编号,看法\n1,好\n"
    assert _open(text, text="看法")[0].columns == ["编号", "看法"]
    assert _open(text.replace(",", "\t"), text="看法", delimiter="\t")[0].columns[0] == "编号"


def test_titles_do_not_end_the_care_for_quotes() -> None:
    text = f'{TITLE},,\n编号,评论内容,评分\n1,"好,5\n2,差,1\n'
    table, items = _open(text)
    assert [type(item) for item in items] == [Problem, Record]
    assert table.columns == ["编号", "评论内容", "评分"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ('="0012"', "0012"),
        ('"=""0012"""', "0012"),
        ('"=""说""""好"""""""', '说"好"'),
        ('=""', ""),
        ('"他说=""好"""', '他说="好"'),
        ("=1+1", "=1+1"),
        ('"=A1&""0012"""', '=A1&"0012"'),
    ],
)
def test_texts_written_as_formulas(cell: str, expected: str) -> None:
    assert _values(f"编号,b\n{cell},1\n") == [{"编号": expected, "b": "1"}]
    assert _values(f"b,{cell or 'c'}\n1,2\n")[0]["b"] == "1"


def test_one_cell_of_many_megabytes() -> None:
    (row,) = _values('a,b\n"' + "好评\n" * 10_000 + '",2\n')
    assert len(row["a"]) == 30_000
    (row,) = _values("a,b\n" + "x" * 10_000_000 + ",2\n")
    assert len(row["a"]) == 10_000_000


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        (["a,b;c,d", "1,2;3,4", "1,2;3,4"], ","),
        (["a;b", "1,2;3", "1,2,3;4"], ";"),
        (["a\tb,c", "1\t2,3,4", "1\t2"], "\t"),
        (["评论"], "\x1f"),
        ([], "\x1f"),
    ],
)
def test_delimiter(lines: list[str], delimiter: str) -> None:
    assert sniff_delimiter([line + "\n" for line in lines]) == delimiter


CELLS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x1e\ufeff"), max_size=30
)


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(st.tuples(CELLS, CELLS, CELLS), max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    # Before Python 3.13, QUOTE_MINIMAL leaves a lone CR bare when lines end in LF.
    form=st.sampled_from(
        [(csv.QUOTE_ALL, "\n"), (csv.QUOTE_ALL, "\r\n"), (csv.QUOTE_MINIMAL, "\r\n")]
    ),
)
def test_what_csv_writes_comes_back(
    rows: list[tuple[str, str, str]], delimiter: str, form: tuple[Any, str]
) -> None:
    out = io.StringIO(newline="")
    quoting, line_end = form
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=line_end)
    writer.writerow(["text", "时间", "id"])
    writer.writerows(rows)
    found = _values(out.getvalue(), delimiter=delimiter)
    assert [tuple(row.values()) for row in found] == rows
