"""Rows of a table that add up others and are nobody's words: 合计, 平均值, Total."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from voc.sources.identity import named
from voc.sources.names import fold

TOTAL_ROW: Final = "is a total of other rows, and no row of its own"
"""Why it is a reject."""
_TOTAL: Final = re.compile(
    "(?:本页|当页|本表|全部|总)?(?:合计|总计|小计|汇总|累计)[数行]?|共计|平均值?|平均分|均值"
    "|(?:grand|sub)?total|average"
)
_LONGEST: Final = 40
_SUM: Final = re.compile(r"共?[\d,.]+%?(?:条|个|件|份|人次?)?")


def is_total(value: Any) -> bool:
    """Whether a cell says that its row is a total or a mean: 合计, 本页小计：, 平均值, Total."""
    told = named(value)
    return told is not None and _TOTAL.fullmatch(fold(told)) is not None


def is_total_row(values: Mapping[str, Any], *, text: str | None, words: str) -> bool:
    """Whether a row is a total: its first cell says so, and it has no words but a number.

    Args:
        values: Its cells, in order.
        text: The column of the words, which make no total of themselves.
        words: What stands there, or in the title.
    """
    said = named(words) if len(words) <= _LONGEST else words
    if not (said is None or is_total(said) or _SUM.fullmatch(said)):
        return False
    filled = ((name, value) for name, value in values.items() if named(value) is not None)
    column, first = next(filled, (text, None))
    return column != text and is_total(first)
