"""Files out of gzip and zstd: whole, cut short, damaged, and bombs."""

from __future__ import annotations

import gzip
import io
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
import zstandard

from voc.errors import SourceError
from voc.sources.base import Reject
from voc.sources.compressed import DamagedError, Input
from voc.sources.rows import Row
from voc.sources.tables import read_rows

LINES = b"".join(b'{"text": "%d-%d"}\n' % (number, number**3) for number in range(30_000))


def _zst(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data)


PACKERS: dict[str, Callable[[bytes], bytes]] = {"gz": gzip.compress, "zst": _zst}
each_packing = pytest.mark.parametrize("packing", PACKERS)


def _read(path: Path) -> tuple[list[Row], list[Reject]]:
    with read_rows(path) as table:
        items = list(table)
    return (
        [item for item in items if isinstance(item, Row)],
        [item for item in items if isinstance(item, Reject)],
    )


@each_packing
@pytest.mark.parametrize("parts", [1, 3])
def test_whole(packing: str, parts: int, tmp_path: Path) -> None:
    path = tmp_path / f"f.jsonl.{packing}"
    path.write_bytes(PACKERS[packing](LINES) * parts)
    rows, rejects = _read(path)
    assert len(rows) == 30_000 * parts
    assert rejects == []


@each_packing
@pytest.mark.parametrize("empty", [b"", None])
def test_empty(packing: str, empty: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / f"f.csv.{packing}"
    path.write_bytes(PACKERS[packing](b"") if empty is None else empty)
    assert _read(path) == ([], [])


def test_zeros_behind_the_last_member(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"text": "1"}\n') + b"\x00" * 512)
    assert [row.values for row in _read(path)[0]] == [{"text": "1"}]


@each_packing
@pytest.mark.parametrize("name", ["f.jsonl", "f.csv", "f.json"])
def test_cut_short_gives_what_came_before(packing: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / f"{name}.{packing}"
    data = PACKERS[packing](LINES)
    path.write_bytes(data[: len(data) * 2 // 3])
    rows, rejects = _read(path)
    assert len(rows) > 5_000
    assert rows == _read_plain(name, len(rows), path.name, tmp_path)
    assert "cut short; what follows is missing" in rejects[-1].reason
    first_missing = len(rows) + (2 if name == "f.csv" else 1)
    assert rejects[-1].place == f"{path.name}:{first_missing}"


def _read_plain(name: str, count: int, packed_name: str, tmp_path: Path) -> list[Row]:
    path = tmp_path / name
    path.write_bytes(LINES)
    rows = _read(path)[0][:count]
    return [Row(row.number, row.place.replace(name, packed_name), row.values) for row in rows]


@each_packing
def test_damaged_in_the_middle(packing: str, tmp_path: Path) -> None:
    path = tmp_path / f"f.jsonl.{packing}"
    data = bytearray(PACKERS[packing](LINES))
    data[len(data) // 2 : len(data) // 2 + 40] = b"\xff" * 40
    path.write_bytes(data)
    rows, rejects = _read(path)
    assert rows
    assert "what follows is missing" in rejects[-1].reason


@each_packing
def test_not_packed_at_all(packing: str, tmp_path: Path) -> None:
    path = tmp_path / f"f.jsonl.{packing}"
    path.write_bytes(LINES)
    with pytest.raises(SourceError, match=r"f\.jsonl\.\w+: the \w+ data is damaged"):
        _read(path)


def test_bombs_are_given_in_small_pieces(tmp_path: Path) -> None:
    size = 300_000_000
    path = tmp_path / "bomb"
    compressor = zstandard.ZstdCompressor(level=3).compressobj()
    path.write_bytes(compressor.compress(bytes(size)) + compressor.flush())
    assert path.stat().st_size < 40_000
    with Input(path, compression="zst") as source:
        sizes = [len(chunk) for chunk in source.chunks()]
    assert sum(sizes) == size
    assert max(sizes) <= 32 * 1024**2
    path.write_bytes(gzip.compress(bytes(50_000_000)))
    with Input(path, compression="gz") as source:
        sizes = [len(chunk) for chunk in source.chunks()]
    assert sum(sizes) == 50_000_000
    assert max(sizes) <= 64 * 1024


def test_unpacking_to_jump_about_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voc.sources.compressed._SPOOL_LIMIT", 1_000_000)
    path = tmp_path / "f.parquet.gz"
    path.write_bytes(gzip.compress(bytes(2_000_000)))
    with Input(path, compression="gz") as source, pytest.raises(SourceError, match="more than"):
        source.seekable()
    path.write_bytes(gzip.compress(LINES)[:-2000])
    with Input(path, compression="gz") as source, pytest.raises(DamagedError):
        source.seekable()


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(LINES)))
    with read_rows("-") as table:
        assert table.name == "stdin"
        assert table.progress.bytes_total is None
        rows = list(table)
    assert len(rows) == 30_000
    assert table.progress.bytes_read == len(LINES)


def test_progress_speaks_of_bytes_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl.gz"
    path.write_bytes(gzip.compress(LINES))
    with read_rows(path) as table:
        assert table.progress.bytes_total == path.stat().st_size
        list(table)
        assert table.progress.bytes_read == path.stat().st_size


@pytest.mark.parametrize(
    ("name", "message"), [("missing.csv", "no such file"), ("folder.csv", "is a folder")]
)
def test_what_cannot_be_opened(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(SourceError, match=message):
        read_rows(tmp_path / name)


def test_no_more_than_the_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_bytes(LINES)
    with read_rows(path, limit=LINES.index(b"\n", 1000) + 1) as table:
        rows = list(table)
    assert len(rows) == LINES[:1000].count(b"\n") + 1
