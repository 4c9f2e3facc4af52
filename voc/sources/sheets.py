"""What the columns of a workbook's sheets are to one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from voc.errors import UsageError
from voc.sources.columns import ColumnMap, find_columns, has_text_column
from voc.sources.customers import COLUMNS
from voc.sources.identity import written
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
    found = _found(names, text)
    if found is not None:
        words = {found["text"], found["turns"]}
    else:
        words = {name for name in names if has_text_column([name])}
    return Leading(
        frozenset(number for number, name in enumerate(names) if name in words),
        frozenset(number for number, name in enumerate(names) if fold(name) in _IDS),
    )


class SheetColumns(NamedTuple):
    """The columns of a sheet, in order, and some of its rows."""

    sheet: str
    names: tuple[str, ...]
    sample_rows: Sequence[Mapping[str, Any]]


def joined(first: SheetColumns, other: SheetColumns, *, text: str | None) -> tuple[str, ...] | None:
    """Returns the columns of a sheet, named as those of the first one that hold the same fields.

    `None` where the sheet is not known to hold feedback: it has neither the first one's column of
    the text, nor one that is wholly called like one beside another known field. Where somebody
    tells the text's column, the sheet must have that. An id that both sheets give to other words
    only counts rows: its column is then named after the sheet, and names no voice.
    """
    if other.names == first.names:
        return other.names
    known = _found(first.names, text)
    words = known["text"] if known else None
    if known is None or words is None or (text is not None and text not in other.names):
        return None
    found = _found(other.names, words, other.sample_rows)
    if found is None or found["text"] is None:
        return None
    is_known = has_text_column([found["text"]], exact=True) and len(found.columns) > 1
    if found["text"] != words and not is_known:
        return None
    names = {
        column: known.columns[field]
        for field, column in found.columns.items()
        if field in known.columns and known.columns[field] not in other.names
    }
    if found["id"] and _count_rows(_words_by_id(first, known), _words_by_id(other, found)):
        names[found["id"]] = f"{found['id']} ({other.sheet})"
    return tuple(names.get(column, column) for column in other.names)


def _words_by_id(sheet: SheetColumns, columns: ColumnMap) -> dict[str, Any]:
    rows = ((row.get(columns["id"] or ""), row) for row in sheet.sample_rows)
    return {written(key): row.get(columns["text"] or "") for key, row in rows if key is not None}


def _count_rows(first: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return any(first[key] != other[key] for key in first.keys() & other.keys())


def united(sheets: Sequence[Sequence[str]], *, text: str | None) -> list[str]:
    """Returns the columns of sheets that are read as one table, as `joined` names them.

    They are those of the first sheet alone where more would leave the text's column in doubt.
    """
    first = list(sheets[0]) if sheets else []
    union = list(dict.fromkeys(name for names in sheets for name in names))
    known, found = _found(first, text), _found(union, text)
    is_sure = known is None or (found is not None and found["text"] == known["text"])
    return union if is_sure else first


def _found(
    names: Sequence[str], text: str | None, sample_rows: Sequence[Mapping[str, Any]] = ()
) -> ColumnMap | None:
    """The columns of the fields, or `None` where the text's cannot be told."""
    told = {"text": text} if text is not None and text in names else {}
    try:
        return find_columns(names, mapping=told, sample_rows=sample_rows)
    except UsageError:
        return None
