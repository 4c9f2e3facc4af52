"""Tables by their names, their samples and their headers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path, PurePath

import pytest

from voc.errors import UsageError
from voc.sources.base import Reject
from voc.sources.rows import Row
from voc.sources.tables import format_of, read_rows

Read = Callable[..., tuple[list[Row], list[Reject]]]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", ("csv", None)),
        ("A.CSV", ("csv", None)),
        ("a.b.tsv.gz", ("tsv", "gz")),
        ("a.ndjson.zst", ("jsonl", "zst")),
        ("a.json", ("json", None)),
        ("a.xlsx.gz", ("xlsx", "gz")),
        ("a.parquet", ("parquet", None)),
    ],
)
def test_format_by_the_name(name: str, expected: tuple[str, str | None]) -> None:
    assert format_of(PurePath(name)) == expected


@pytest.mark.parametrize(
    ("name", "message"),
    [("a.cvs", r"Did you mean '\.csv'\?"), ("a", r"\.csv, \.tsv"), ("a.gz", "Name it")],
)
def test_names_that_tell_no_format(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        format_of(PurePath(name))


def test_a_told_format_wins(read: Read) -> None:
    rows, _ = read("a.txt", "评论,分\n好,5\n", format="csv")
    assert rows[0].values == {"评论": "好", "分": "5"}
    with pytest.raises(UsageError, match=r"no format 'cvs'\. Did you mean 'csv'"):
        read("a.txt", format="cvs")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.json"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(name: str, encoding: str, read: Read) -> None:
    text = {
        "a.csv": "评论,编号\n这家店的服务真的很好，下次还来,1\n这个商品的质量实在太差了,2\n",
        "a.tsv": "评论\t编号\n这家店的服务真的很好，下次还来\t1\n这个商品的质量实在太差了\t2\n",
        "a.jsonl": '{"评论": "这家店的服务真的很好，下次还来", "编号": "1"}\n'
        '{"评论": "这个商品的质量实在太差了", "编号": "2"}\n',
        "a.json": '[{"评论": "这家店的服务真的很好，下次还来", "编号": "1"},\n'
        ' {"评论": "这个商品的质量实在太差了", "编号": "2"}]',
    }[name]
    expected = [
        {"评论": "这家店的服务真的很好，下次还来", "编号": "1"},
        {"评论": "这个商品的质量实在太差了", "编号": "2"},
    ]
    rows, rejects = read(name, text.encode(encoding))
    assert rejects == []
    assert [row.values for row in rows] == expected
    assert [row.values for row in read(name, encoding=encoding)[0]] == expected


def test_an_unknown_encoding(read: Read) -> None:
    with pytest.raises(UsageError, match="encoding"):
        read("a.csv", "a\n1\n", encoding="gbkk")


@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.json"])
@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b" \n\n "])
def test_empty_files(name: str, content: bytes, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with read_rows(tmp_path / name) as table:
        assert table.sample() == []
        assert list(table) == []


def test_a_header_alone(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("评论,时间\n")
    with read_rows(tmp_path / "a.csv") as table:
        assert table.columns == table.header == ["评论", "时间"]
        assert list(table) == []


def test_numbers_count_rows_and_rejects(read: Read) -> None:
    rows, rejects = read("a.jsonl", '{"a": 1}\nbad\n{"a": 2}\n')
    assert [row.number for row in rows] == [1, 3]
    assert [(reject.source, reject.place) for reject in rejects] == [("a.jsonl", "a.jsonl:2")]
    assert rejects[0].sample == "bad"


def test_samples_are_short(read: Read) -> None:
    _, rejects = read("a.jsonl", "坏" * 5000)
    assert len(rejects[0].sample) == 200
    _, rejects = read("a.jsonl", "坏" * 195 + "13800138000" * 9)
    assert rejects[0].sample == "坏" * 195


def test_a_sample_takes_nothing_away(tmp_path: Path) -> None:
    lines = ["bad", *(f'{{"n": {n}, "c{n % 3}": 1}}' for n in range(300))]
    (tmp_path / "a.jsonl").write_text("\n".join(lines))
    with read_rows(tmp_path / "a.jsonl") as table:
        assert [row.values["n"] for row in table.sample(5)] == [0, 1, 2, 3, 4]
        assert len(table.sample(50)) == 50
        assert len(table.sample(5)) == 5
        assert table.header == []
        assert table.columns == ["n", "c0", "c1", "c2"]
        items = list(table)
    assert [item.values["n"] for item in items if isinstance(item, Row)] == list(range(300))
    assert isinstance(items[0], Reject)


def test_a_sample_of_wide_rows_is_short(tmp_path: Path) -> None:
    row = ",".join(["1"] * 100_000)
    (tmp_path / "a.csv").write_text("\n".join([row] * 6))
    with read_rows(tmp_path / "a.csv") as table:
        assert len(table.sample()) <= 3


def test_files_are_closed(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": 1}\n')
    with read_rows(tmp_path / "a.jsonl") as table:
        next(table)
    table.close()
    assert table._input._file.closed


@pytest.mark.parametrize(
    ("cell", "is_told"),
    [
        ("1.23457E+17", True),
        (" 6E+11 ", True),
        ("1.2E+3", False),
        ("123456789012345678", False),
        ("型号1.23457E+17", False),
        ("A+", False),
    ],
)
def test_ids_that_a_spreadsheet_cut_are_told(cell: str, is_told: bool, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(f"订单号,评论\n{cell},好\n1,好\n{cell},差\n")
    with read_rows(tmp_path / "a.csv") as table:
        assert [row.values["订单号"] for row in table if isinstance(row, Row)] == [cell, "1", cell]
        notes = table.notes
    assert bool(notes) == is_told
    if is_told:
        assert "2 rows have a number in '订单号'" in notes[0]
        assert "(the first: a.csv:2)" in notes[0]
