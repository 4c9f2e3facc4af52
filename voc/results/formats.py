"""The forms that Tags are written in: jsonl, csv and parquet, made from lines of JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Literal

import orjson

from voc.errors import UsageError, nearest

if TYPE_CHECKING:
    import pyarrow as pa

Form = Literal["jsonl", "csv", "parquet"]
Packing = Literal["gz", "zst"]

FORMS: Final[Mapping[str, Form]] = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".parquet": "parquet",
}
_PACKINGS: Final[Mapping[str, Packing]] = {".gz": "gz", ".zst": "zst"}
_BATCH_BYTES: Final = 16 * 1024**2
_BATCH_ROWS: Final = 16_384

CSV_COLUMNS: Final = (
    "id",
    "text",
    "language",
    "sentiment",
    "sentiment_score",
    "p_negative",
    "p_neutral",
    "p_positive",
    "aspects",
    "aspects_json",
    "opinions_json",
    "topics",
    "intent",
    "intent_score",
    "urgency",
    "urgency_reasons",
    "model",
    "industry",
    "flags",
)
# What a spreadsheet takes for the beginning of a formula, also in full width.
_RUN_BY_SPREADSHEETS: Final = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


def form_of(out: Path) -> tuple[Form, Packing | None]:
    """Returns the form and the packing that a file's name asks for.

    Raises:
        UsageError: Its ending is unknown, or a parquet file is to be packed again.
    """
    packing = _PACKINGS.get(out.suffix.lower())
    inner = Path(out.name).with_suffix("") if packing else Path(out.name)
    form = FORMS.get(inner.suffix.lower())
    if form is None or (form == "parquet" and packing):
        raise UsageError(
            f"{out}: results are not written as {out.suffix or out.name!r}."
            f"{nearest(out.suffix, FORMS)} End it in .jsonl or .csv (each also with .gz or .zst), "
            "or in .parquet."
        )
    return form, packing


def convert(
    part: IO[bytes],
    out: IO[bytes],
    form: Form,
    packing: Packing | None,
    *,
    kept: Sequence[str] = (),
) -> None:
    """Writes the lines of `part` to `out` in the form asked for, a batch at a time.

    Args:
        part: Tags, one a line; `extra` of each holds what is kept of its row.
        out: Where they go.
        form: How.
        packing: How they are packed.
        kept: Columns of the input that are kept: of csv further columns, of parquet a map `extra`.
    """
    if form == "parquet":
        _write_parquet(part, out, kept)
        return
    with _packed(out, packing) as packed:
        if form == "csv":
            _write_csv(part, packed, kept)
        else:
            while block := part.read(1 << 20):
                packed.write(block)


def _packed(out: IO[bytes], packing: Packing | None) -> AbstractContextManager[IO[bytes]]:
    if packing == "gz":
        import gzip

        return gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6, mtime=0)  # type: ignore[return-value]
    if packing == "zst":
        import zstandard

        return zstandard.ZstdCompressor(level=6).stream_writer(out, closefd=False)
    return _Left(out)


class _Left(AbstractContextManager[IO[bytes]]):
    """A file that is left open behind the `with` statement."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def __enter__(self) -> IO[bytes]:
        return self._file

    def __exit__(self, *_: object) -> None:
        """Does nothing."""


def csv_header(kept: Sequence[str] = ()) -> list[str]:
    """Returns `CSV_COLUMNS` and the kept columns, `extra.text` where one has the name of another.

    No cell is one that a spreadsheet runs.
    """
    names = (f"extra.{name}" if name in CSV_COLUMNS else name for name in kept)
    return [*CSV_COLUMNS, *map(inert, names)]


def csv_row(tags: Mapping[str, Any], kept: Sequence[str] = ()) -> list[str]:
    """Returns one Tags as the cells of `csv_header`, none of which a spreadsheet runs.

    A cell that begins like a formula is given an apostrophe in front, by which a spreadsheet
    shows the rest as text.
    """
    sentiment, intent, urgency = (
        tags.get(name) or {} for name in ("sentiment", "intent", "urgency")
    )
    likely = sentiment.get("probabilities") or {}
    cells = (
        tags.get("id"),
        tags.get("text"),
        tags.get("language"),
        sentiment.get("label"),
        sentiment.get("score"),
        likely.get("negative"),
        likely.get("neutral"),
        likely.get("positive"),
        "; ".join(f"{item['aspect']}:{item['sentiment']}" for item in tags.get("aspects") or ()),
        _json(tags.get("aspects") or []),
        _json(tags.get("opinions") or []),
        "; ".join(item["topic"] for item in tags.get("topics") or ()),
        intent.get("label"),
        intent.get("score"),
        urgency.get("label"),
        "; ".join(urgency.get("reasons") or ()),
        tags.get("model"),
        tags.get("industry"),
        "; ".join(tags.get("flags") or ()),
        *(_plain((tags.get("extra") or {}).get(name)) for name in kept),
    )
    return [inert("" if cell is None else str(cell)) for cell in cells]


def inert(cell: str) -> str:
    """Returns a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.lstrip(" \ufeff\u200b").startswith(_RUN_BY_SPREADSHEETS) else cell


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def _plain(value: Any) -> str | None:
    """Returns a kept value as the text of a cell."""
    return value if value is None or isinstance(value, str) else _json(value)


def _write_csv(part: IO[bytes], out: IO[bytes], kept: Sequence[str]) -> None:
    # Every cell is quoted: a spreadsheet that separates by `;` would begin a new one at it.
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(csv_header(kept))
    for line in part:
        writer.writerow(csv_row(orjson.loads(line), kept))
    text.flush()
    text.detach()


def _write_parquet(part: IO[bytes], out: IO[bytes], kept: Sequence[str]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    schema = parquet_schema()
    if kept:
        schema = schema.append(pa.field("extra", pa.map_(pa.string(), pa.string())))
    with parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for batch in _batches(part):
            rows = [_with_known_keys(orjson.loads(line), kept) for line in batch]
            writer.write_table(pa.Table.from_pylist(rows, schema=schema))


def _batches(part: IO[bytes]) -> Iterator[Sequence[bytes]]:
    lines: list[bytes] = []
    size = 0
    for line in part:
        lines.append(line)
        size += len(line)
        if size >= _BATCH_BYTES or len(lines) >= _BATCH_ROWS:
            yield lines
            lines, size = [], 0
    if lines:
        yield lines


def _with_known_keys(tags: Mapping[str, Any], kept: Sequence[str]) -> dict[str, Any]:
    known = {name: tags.get(name) for name in parquet_schema().names}
    if kept:
        extra = tags.get("extra") or {}
        known["extra"] = [(name, _plain(extra.get(name))) for name in kept]
    return known


@cache
def parquet_schema() -> pa.Schema:
    """The columns of a parquet file of Tags, the same whatever the rows hold."""
    import pyarrow as pa

    text, score = pa.string(), pa.float64()
    span = pa.struct([("start", pa.int32()), ("end", pa.int32()), ("text", text)])
    polarities = pa.struct([("negative", score), ("neutral", score), ("positive", score)])
    labelled = [("label", text), ("score", score)]
    aspect = [("aspect_id", text), ("aspect", text), ("sentiment", text), ("score", score)]
    opinion = [("target", span), ("opinion", span), ("sentiment", text)]
    topic = [("topic_id", text), ("topic", text), ("score", score)]
    return pa.schema(
        [
            ("id", text),
            ("text", text),
            ("language", text),
            ("sentiment", pa.struct([*labelled, ("probabilities", polarities)])),
            ("aspects", pa.list_(pa.struct([*aspect, ("evidence", pa.list_(span))]))),
            ("opinions", pa.list_(pa.struct(opinion))),
            ("topics", pa.list_(pa.struct(topic))),
            ("intent", pa.struct(labelled)),
            ("urgency", pa.struct([("label", text), ("reasons", pa.list_(text))])),
            ("model", text),
            ("industry", text),
            ("flags", pa.list_(text)),
        ]
    )
