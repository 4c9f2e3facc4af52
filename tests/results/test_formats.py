"""The forms of Tags: csv without formulas, parquet with one schema."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.errors import UsageError
from voc.records import (
    AspectMention,
    Intent,
    Opinion,
    Sentiment,
    Span,
    Tags,
    TopicMention,
    Urgency,
)
from voc.results.formats import (
    CSV_COLUMNS,
    convert,
    csv_header,
    csv_row,
    form_of,
    inert,
    parquet_schema,
)

FULL = Tags(
    id="1",
    text="起步顿挫严重，价格还行",
    language="zh",
    sentiment=Sentiment("negative", 0.9, {"negative": 0.9, "neutral": 0.06, "positive": 0.04}),
    aspects=(
        AspectMention("power", "动力", "negative", 0.91, (Span(0, 6, "起步顿挫严重"),)),
        AspectMention("price", "价格", "positive", 0.7),
    ),
    opinions=(Opinion(Span(0, 2, "起步"), Span(2, 6, "顿挫严重"), "negative"),),
    topics=(TopicMention("t1", "变速箱顿挫", 0.83),),
    intent=Intent("complaint", 0.88),
    urgency=Urgency("high", ("安全", "法律")),
    model="voc-zh@1.0.0",
    industry="automotive",
    flags=("truncated", "replaced"),
).as_dict()
EMPTY = Tags(id="2", text="", language="zh", sentiment=None).as_dict()


def _converted(rows: list[dict[str, Any]], name: str) -> bytes:
    out = io.BytesIO()
    part = io.BytesIO(b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows))
    convert(part, out, *form_of(Path(name)))
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("tags.jsonl", ("jsonl", None)),
        ("tags.ndjson", ("jsonl", None)),
        ("TAGS.JSONL.GZ", ("jsonl", "gz")),
        ("tags.csv", ("csv", None)),
        ("tags.csv.zst", ("csv", "zst")),
        ("2024.tags.parquet", ("parquet", None)),
    ],
)
def test_form_follows_the_ending(name: str, expected: tuple[str, str | None]) -> None:
    assert form_of(Path(name)) == expected


@pytest.mark.parametrize("name", ["tags", "tags.xlsx", "tags.parquet.gz", "tags.gz", "tags.txt"])
def test_unknown_ending_names_the_allowed_ones(name: str) -> None:
    with pytest.raises(UsageError, match=r"\.jsonl or \.csv .*\.parquet"):
        form_of(Path("somewhere") / name)


def test_csv_is_flat_and_begins_with_a_mark() -> None:
    data = _converted([FULL, EMPTY], "tags.csv")
    assert data.startswith(b"\xef\xbb\xbf")
    first, second = csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline=""))
    assert tuple(first) == CSV_COLUMNS
    assert first["text"] == FULL["text"]
    assert (first["sentiment"], first["sentiment_score"]) == ("negative", "0.9")
    assert (first["p_negative"], first["p_neutral"], first["p_positive"]) == ("0.9", "0.06", "0.04")
    assert first["aspects"] == "动力:negative; 价格:positive"
    assert orjson.loads(first["aspects_json"]) == FULL["aspects"]
    assert orjson.loads(first["opinions_json"]) == FULL["opinions"]
    assert (first["intent"], first["intent_score"]) == ("complaint", "0.88")
    assert (first["urgency"], first["urgency_reasons"]) == ("high", "安全; 法律")
    assert (first["model"], first["industry"]) == ("voc-zh@1.0.0", "automotive")
    assert first["flags"] == "truncated; replaced"
    assert second["id"] == "2"
    assert second["sentiment"] == second["aspects"] == second["intent"] == ""


FORMULAS = [
    "=1+1",
    "+86 138",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    '=HYPERLINK("http://x","y")',
    "=cmd|' /C calc'!A0",
    "＝1+1",
    "＋1",
    "－1",
    "＠x",
    " =1",
    "\ufeff=1",
]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_is_run_by_a_spreadsheet(formula: str) -> None:
    tags = {
        **FULL,
        "id": formula,
        "text": formula,
        "model": formula,
        "industry": formula,
        "language": formula,
        "flags": [formula],
        "urgency": {"label": formula, "reasons": [formula]},
        "intent": {"label": formula, "score": 1},
        "topics": [{"topic_id": "t", "topic": formula, "score": 1}],
        "aspects": [{"aspect": formula, "sentiment": "negative"}],
    }
    for cell in csv_row(tags):
        assert not cell.lstrip(" \ufeff").startswith(tuple("=+-@\t\r\n＝＋－＠"))


@pytest.mark.parametrize("cell", ["不错", "5", "", "'quoted", "a=b", "1-2", "\u3000=1"])
def test_harmless_cells_stay_as_they_are(cell: str) -> None:
    assert inert(cell) == cell


@settings(max_examples=60, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_csv_keeps_every_text_but_for_the_apostrophe(text: str) -> None:
    data = _converted([{**EMPTY, "text": text}], "tags.csv")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) == 1
    assert rows[0]["text"] in (text, f"'{text}")
    assert None not in rows[0]


@pytest.mark.parametrize("rows", [[], [EMPTY], [EMPTY, FULL], [FULL]])
def test_parquet_has_one_schema_whatever_the_rows_hold(rows: list[dict[str, Any]]) -> None:
    table = pq.read_table(io.BytesIO(_converted(rows, "tags.parquet")))
    assert table.schema.equals(parquet_schema())
    assert table.to_pylist() == rows


def test_parquet_columns_are_nested_and_not_json() -> None:
    kinds = {field.name: str(field.type) for field in parquet_schema()}
    assert kinds["aspects"].startswith("list<")
    assert "evidence: list<" in kinds["aspects"]
    assert kinds["sentiment"].startswith("struct<label: string, score: double, probabilities:")
    assert kinds["flags"].startswith("list<")


@pytest.mark.parametrize("name", ["tags.jsonl.gz", "tags.jsonl.zst"])
def test_packed_lines_are_the_lines(name: str) -> None:
    import gzip

    import zstandard

    data = _converted([FULL, EMPTY], name)
    plain = (
        gzip.decompress(data)
        if name.endswith("gz")
        else zstandard.ZstdDecompressor().decompressobj().decompress(data)
    )
    assert [orjson.loads(line) for line in plain.splitlines()] == [FULL, EMPTY]


@pytest.mark.parametrize("name", ["tags.csv.gz", "tags.csv.zst"])
def test_packed_csv_is_read_back(name: str, tmp_path: Path) -> None:
    from voc.sources.tables import read_rows

    path = tmp_path / name
    path.write_bytes(_converted([FULL, EMPTY], name))
    with read_rows(path) as table:
        rows = [row.values for row in table if hasattr(row, "values")]
    assert [row["id"] for row in rows] == ["1", "2"]


EXTRA = {"门店": "=1+1", "text": "原文", "数": 3, "空": None}


@pytest.mark.parametrize("name", ["o.jsonl", "o.csv", "o.parquet"])
def test_kept_columns_are_written(name: str) -> None:
    part = io.BytesIO(orjson.dumps({"id": "1", "extra": EXTRA}, option=orjson.OPT_APPEND_NEWLINE))
    out = io.BytesIO()
    convert(part, out, *form_of(Path(name)), kept=list(EXTRA))
    if name == "o.jsonl":
        assert orjson.loads(out.getvalue())["extra"] == EXTRA
    elif name == "o.csv":
        (row,) = csv.DictReader(io.StringIO(out.getvalue().decode("utf-8-sig")))
        assert (row["text"], row["extra.text"], row["数"], row["空"]) == ("", "原文", "3", "")
        assert row["门店"] == "'=1+1"
    else:
        table = pq.read_table(io.BytesIO(out.getvalue()))
        (kept,) = table.column("extra").to_pylist()
        assert dict(kept) == {"门店": "=1+1", "text": "原文", "数": "3", "空": None}


def test_a_heading_that_is_a_formula_is_not_run() -> None:
    assert csv_header(["=cmd()"])[-1] == "'=cmd()"
