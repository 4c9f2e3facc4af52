"""Parquet files, a few rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any, Final

from voc.errors import SourceError
from voc.sources.rows import Problem, Record
from voc.text.encoding import decode

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_BYTES: Final = 64 * 1024**2
_BATCH_ROWS: Final = 32
_LISTED_BYTES: Final = 4 * 1024**2
_READ_BUFFER_BYTES: Final = 1024**2
_MAX_RATIO: Final = 200
_RATIO_COUNTS_FROM: Final = 128 * 1024**2


class ParquetTable:
    """The rows of a parquet file.

    A value that many rows share lies once in the file and once a row in memory, so few rows are
    read at a time, and fewer where the dictionary of a column holds a long one.

    Args:
        file: The file; it must be seekable and stays the caller's.
        name: The file's name, for places.

    Raises:
        SourceError: It is no parquet file, is damaged, or is not safe to read.
    """

    def __init__(self, file: IO[bytes], *, name: str) -> None:
        import pyarrow as pa
        from pyarrow import parquet

        self._name = name
        self.rows_read = 0
        try:
            options = {"buffer_size": _READ_BUFFER_BYTES, "pre_buffer": False}
            self._file = parquet.ParquetFile(file, **options)
            schema = self._file.schema_arrow
            self._texts = [item.name for item in schema if _is_text(item.type)]
            self._dictionaries = parquet.ParquetFile(
                file, metadata=self._file.metadata, read_dictionary=self._texts, **options
            )
        except (pa.ArrowException, OSError, ValueError) as error:
            raise SourceError(
                f"{name}: is no parquet file that can be read ({_first_line(error)})."
            ) from error
        self.columns: list[str] = list(schema.names)
        self.rows = int(self._file.metadata.num_rows)
        self._refuse_bomb(file.seek(0, 2))

    def records(self) -> Iterator[Record | Problem]:
        """Gives all rows in order; their places are row numbers from 1."""
        import pyarrow as pa

        try:
            for group in range(self._file.num_row_groups):
                rows = self._batch_rows(group)
                for batch in self._file.iter_batches(rows, [group], use_threads=False):
                    yield from self._batch_records(batch)
        except (pa.ArrowException, OSError, ValueError) as error:
            reason = f"the parquet data is damaged ({_first_line(error)}); what follows is missing"
            yield Problem(f"{self._name}:{self.rows_read + 1}", reason, fatal=True)

    def _batch_records(self, batch: pa.RecordBatch) -> Iterator[Record]:
        columns = [_values(column) for column in batch.columns]
        for index in range(batch.num_rows):
            self.rows_read += 1
            cells = [value(index) for value in columns]
            values = dict(zip(self.columns, cells, strict=True))
            yield Record(f"{self._name}:{self.rows_read}", values)

    def _batch_rows(self, group: int) -> int:
        """How many rows of a row group are safe to hold at a time."""
        metadata = self._file.metadata.row_group(group)
        average = int(metadata.total_byte_size) // max(int(metadata.num_rows), 1)
        longest = max([1, average, *self._longest_shared(group)])
        return max(1, min(_BATCH_ROWS, _BATCH_BYTES // longest))

    def _longest_shared(self, group: int) -> Iterator[int]:
        """The longest value in the dictionary of each text column of a row group, in bytes."""
        import pyarrow.compute as pc

        if self._file.metadata.row_group(group).total_byte_size > _BATCH_BYTES // _BATCH_ROWS:
            for name in self._texts:
                first = next(self._dictionaries.iter_batches(1, [group], [name]), None)
                if first is not None and first.num_columns:
                    lengths = pc.binary_length(first.column(0).dictionary)
                    yield int(pc.max(lengths).as_py() or 0)

    def _refuse_bomb(self, size: int) -> None:
        # Not by column: the metadata of one, where it is damaged, ends the process in pyarrow 26.
        metadata = self._file.metadata
        for group in range(metadata.num_row_groups):
            unpacked = metadata.row_group(group).total_byte_size
            if unpacked > max(_RATIO_COUNTS_FROM, _MAX_RATIO * size):
                raise SourceError(
                    f"{self._name}: rows unpack to {unpacked:,} bytes, {unpacked // size:,} times "
                    "the file's size: this looks like a bomb. If you trust it, save it as csv."
                )


def row_count(file: IO[bytes], *, name: str) -> int:
    """Returns how many rows a parquet file says it has."""
    return ParquetTable(file, name=name).rows


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _values(column: pa.Array) -> Callable[[int], Any]:
    """Returns what gives the value of a column at an index as a plain Python one."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return lambda index: _decoded(column[index].as_py())
    if pa.types.is_dictionary(kind) or column.nbytes > _LISTED_BYTES:
        return lambda index: column[index].as_py()
    listed: Callable[[int], Any] = column.to_pylist().__getitem__
    return listed


def _decoded(value: bytes | None) -> str | None:
    return None if value is None else decode(value).text


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
