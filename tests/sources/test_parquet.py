"""Parquet files: all kinds of columns, in bounded batches, damaged and hostile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from voc.errors import SourceError
from voc.sources.base import Reject
from voc.sources.parquet import ParquetTable
from voc.sources.rows import Record, Row
from voc.sources.tables import row_count_hint

Read = Callable[..., tuple[list[Row], list[Reject]]]


def _write(path: Path, columns: dict[str, Any], **options: Any) -> None:
    pq.write_table(pa.table(columns), path, **options)


def test_values_are_plain(tmp_path: Path, read: Read) -> None:
    when = datetime(2262, 4, 11, tzinfo=UTC)
    _write(
        tmp_path / "f.parquet",
        {
            "评论": pa.array(["好", None]),
            "bytes": pa.array(["不错的评论".encode("gb18030"), None], pa.binary()),
            "nano": pa.array([1_551_324_305_123_456_789, None], pa.timestamp("ns")),
            "zone": pa.array([when, None], pa.timestamp("us", "Asia/Shanghai")),
            "day": pa.array([date(1970, 1, 1), None]),
            "money": pa.array([Decimal("1.50"), None]),
            "turns": pa.array([[{"speaker": "客户", "text": "喂"}], None]),
            "category": pa.array(["a", "a"]).dictionary_encode(),
            "stars": pa.array([float("nan"), 5.0]),
        },
    )
    (first, second), rejects = read("f.parquet")
    assert rejects == []
    assert first.place == "f.parquet:1"
    assert first.values["评论"] == "好"
    assert first.values["bytes"] == "不错的评论"
    assert first.values["nano"] == datetime(2019, 2, 28, 3, 25, 5, 123456)  # noqa: DTZ001
    assert first.values["zone"] == when
    assert first.values["day"] == date(1970, 1, 1)
    assert first.values["turns"] == [{"speaker": "客户", "text": "喂"}]
    assert first.values["category"] == second.values["category"] == "a"
    assert second.values["评论"] is None
    assert second.values["stars"] == 5.0


def test_no_rows(tmp_path: Path, read: Read) -> None:
    _write(tmp_path / "f.parquet", {"评论": pa.array([], pa.string())})
    assert read("f.parquet") == ([], [])


def test_row_groups_come_in_order(tmp_path: Path, read: Read) -> None:
    _write(tmp_path / "f.parquet", {"n": list(range(5000))}, row_group_size=700)
    rows, _ = read("f.parquet")
    assert [row.values["n"] for row in rows] == list(range(5000))
    assert row_count_hint(tmp_path / "f.parquet") == 5000


def test_only_parquet_tells_its_rows(tmp_path: Path) -> None:
    (tmp_path / "f.csv").write_text("a\n1\n")
    assert row_count_hint(tmp_path / "f.csv") is None


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"x" * 100 + b"PAR1", b"a,b\n1,2\n"])
def test_what_is_no_parquet(content: bytes, tmp_path: Path, read: Read) -> None:
    (tmp_path / "f.parquet").write_bytes(content)
    with pytest.raises(SourceError, match=r"f\.parquet: is no parquet file"):
        read("f.parquet")


def test_damaged_pages_keep_the_rows_before(tmp_path: Path, read: Read) -> None:
    path = tmp_path / "f.parquet"
    texts = [f"{number}号很好" * 5 for number in range(6000)]
    _write(path, {"text": texts}, row_group_size=1000, compression="zstd", use_dictionary=False)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 2000] = b"\xff" * 2000
    path.write_bytes(data)
    rows, rejects = read("f.parquet")
    assert [row.values["text"] for row in rows] == texts[: len(rows)]
    assert len(rows) >= 1000
    assert "parquet data is damaged" in rejects[-1].reason


@pytest.mark.parametrize(("keep_kind", "batch_rows"), [(False, 2), (True, 32)])
def test_a_long_text_that_many_rows_share_is_not_copied_for_all(
    keep_kind: bool, batch_rows: int, tmp_path: Path
) -> None:
    column = pa.DictionaryArray.from_arrays(
        pa.array([0] * 500 + [1], pa.int32()), pa.array(["很好" * 5_000_000, "短"])
    )
    path = tmp_path / "f.parquet"
    options = {"dictionary_pagesize_limit": 10**9, "store_schema": keep_kind}
    _write(path, {"id": list(range(501)), "text": column}, **options)
    assert path.stat().st_size < 2_000_000
    with path.open("rb") as file:
        table = ParquetTable(file, name="f.parquet")
        assert table._batch_rows(0) == batch_rows
        records = table.records()
        first = next(records)
        assert isinstance(first, Record)
        assert len(first.values["text"]) == 10_000_000
        records.close()  # type: ignore[attr-defined]
    assert pa.total_allocated_bytes() < 200_000_000


def test_rows_that_unpack_to_thousands_of_times_their_size(
    tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voc.sources.parquet._RATIO_COUNTS_FROM", 1_000_000)
    _write(
        tmp_path / "f.parquet",
        {"text": ["0" * 40_000_000]},
        compression="zstd",
        use_dictionary=False,
        write_statistics=False,
    )
    with pytest.raises(SourceError, match="looks like a bomb"):
        read("f.parquet")
