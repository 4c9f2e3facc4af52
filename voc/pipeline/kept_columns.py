"""Columns of a scored file that go into its results as they are, but for personal data."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from voc.errors import UsageError, nearest
from voc.sources.identity import written
from voc.sources.rows import Row
from voc.sources.tables import Table
from voc.text.normalise import sanitise
from voc.text.personal.columns import is_personal_column
from voc.text.privacy import MASK, mask


def check_kept(table: Table, names: Sequence[str]) -> None:
    """Checks that a table has the columns that are to be kept; one without rows may have none.

    Raises:
        UsageError: It has not; the message lists the columns there are.
    """
    columns = table.columns if names else []
    for name in names:
        if columns and name not in columns:
            raise UsageError(
                f"--keep {name!r}: {table.name} has no such column.{nearest(name, columns)}"
                f" The columns are: {', '.join(columns)}."
            )


def kept_of(row: Row, names: Sequence[str], *, masked: bool) -> Mapping[str, Any]:
    """Returns the named cells of a row as JSON values: numbers stay numbers, but for a telephone's.

    Args:
        row: What was read.
        names: The columns.
        masked: Whether personal data are masked, a cell as a whole where its column's name says
            what it is.
    """
    return {name: _cell(name, row.values.get(name), masked=masked) for name in names}


def _cell(name: str, value: Any, *, masked: bool) -> Any:
    if value is None or isinstance(value, bool):
        return value
    text = _text(value)
    if masked and is_personal_column(name):
        return MASK * len(text)
    kept = mask(text).text if masked else text
    is_number = isinstance(value, int) or (isinstance(value, float) and math.isfinite(value))
    return value if is_number and kept == text and abs(value) < 2**63 else kept


def _text(value: Any) -> str:
    nested = isinstance(value, (dict, list))
    return sanitise(json.dumps(value, ensure_ascii=False) if nested else written(value))[0]
