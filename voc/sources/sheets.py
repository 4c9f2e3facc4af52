"""What the columns of a workbook's sheets are to one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from voc.errors import UsageError
from voc.sources.columns import find_columns, has_text_column
from voc.sources.customers import COLUMNS
from voc.sources.names import EXACT, fold

_IDS: Final = frozenset((*EXACT["id"], *COLUMNS["order_id"]))


class Leading(NamedTuple):
    """The columns, by number, that make a row a voice of its own: its words and its ids."""

    words: frozenset[int]
    ids: frozenset[int]


def leading_columns(names: Sequence[str], text: str | None) -> Leading:
    """Finds the columns of a row's words and ids.

    Args:
        names: All columns, in order.
        text: The text's column, where somebody tells it.
    """
    told = {"text": text} if text in names and text is not None else {}
    try:
        found = find_columns(names, mapping=told)
        words = {found["text"], found["turns"]}
    except UsageError:
        words = {name for name in names if has_text_column([name])}
    return Leading(
        frozenset(number for number, name in enumerate(names) if name in words),
        frozenset(number for number, name in enumerate(names) if fold(name) in _IDS),
    )
