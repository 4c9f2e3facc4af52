"""Parquet files, a few rows at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import IO, TYPE_CHECKING, Any, Final

from voc.errors import SourceError
from voc.sources.rows import Problem, Record
from voc.text.encoding import decode

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH_BYTES: Final = 8 * 1024**2
_BATCH_ROWS: Final = 512
_READ_BUFFER_BYTES: Final = 1024**2
_MAX_RATIO: Final = 5_000
_RATIO_COUNTS_FROM: Final = 256 * 1024**2


class ParquetTable:
    """The rows of a parquet file.

    Texts are read as dictionaries, so that one that stands in many rows is held once.

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
            schema = parquet.read_schema(file)
            file.seek(0)
            self._file = parquet.ParquetFile(
                file,
                buffer_size=_READ_BUFFER_BYTES,
                pre_buffer=False,
                read_dictionary=[item.name for item in schema if _is_text(item.type)],
            )
        except (pa.ArrowException, OSError, ValueError) as error:
            raise SourceError(
                f"{name}: is no parquet file that can be read ({_first_line(error)})."
            ) from error
        self.columns: list[str] = list(schema.names)
        self.rows = int(self._file.metadata.num_rows)
        self._refuse_bomb()

    def records(self) -> Iterator[Record | Problem]:
        """Gives all rows in order; their places are row numbers from 1."""
        import pyarrow as pa

        try:
            for batch in self._file.iter_batches(self._batch_rows(), use_threads=False):
                columns = [_values(column) for column in batch.columns]
                for index in range(batch.num_rows):
                    self.rows_read += 1
                    values = {
                        name: value(index)
                        for name, value in zip(self.columns, columns, strict=True)
                    }
                    yield Record(f"{self._name}:{self.rows_read}", values)
        except (pa.ArrowException, OSError, ValueError) as error:
            reason = f"the parquet data is damaged ({_first_line(error)}); what follows is missing"
            yield Problem(f"{self._name}:{self.rows_read + 1}", reason, fatal=True)

    def _batch_rows(self) -> int:
        metadata = self._file.metadata
        total: int = sum(
            metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups)
        )
        row_bytes = total // max(self.rows, 1) + 16 * len(self.columns)
        return max(1, min(_BATCH_ROWS, _BATCH_BYTES // max(row_bytes, 1)))

    def _refuse_bomb(self) -> None:
        metadata = self._file.metadata
        for group in range(metadata.num_row_groups):
            for column in range(metadata.num_columns):
                chunk = metadata.row_group(group).column(column)
                ratio = chunk.total_uncompressed_size / max(chunk.total_compressed_size, 1)
                if chunk.total_uncompressed_size > _RATIO_COUNTS_FROM and ratio > _MAX_RATIO:
                    raise SourceError(
                        f"{self._name}: column {chunk.path_in_schema!r} unpacks to {ratio:,.0f} "
                        "times its size: this looks like a bomb. If you trust it, save it as csv."
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
    if pa.types.is_dictionary(kind):
        words, places = column.dictionary.to_pylist(), column.indices.to_pylist()
        return lambda index: None if places[index] is None else words[places[index]]
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        column = column.cast(pa.timestamp("us", kind.tz), safe=False)
    values = column.to_pylist()
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        values = [None if value is None else decode(value).text for value in values]
    found: Callable[[int], Any] = values.__getitem__
    return found


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
