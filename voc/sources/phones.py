"""Which column tells a customer by telephone, where no column has ids."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from voc.sources.identity import named
from voc.sources.names import CALLING, DIRECTIONS, PHONES, fold
from voc.text.personal.phones import is_mobile, phone_of

_SPLIT: Final = re.compile(r"[/,、;；，|\n]")
_OUTGOING: Final = re.compile("出|外|out", re.IGNORECASE)
_ASKED: Final = re.compile(
    r"^(?:q\d{1,3})?(?:请(?:您)?(?:留下|填写|输入|提供|留)?)?(?:您|你)?的?|[(\[【](?:选填|必填|可不填|非必填)[)\]】]$"
)
"""What a question puts around it: 请留下您的手机号（选填）."""
_LEAST_PHONES: Final = 0.5
_LEAST_ALIKE: Final = 5


def phone_column(
    names: Sequence[str], rows: Sequence[Mapping[str, Any]], *, besides: frozenset[str]
) -> str | None:
    """Finds the column of the customers' telephones; `None` where there is none.

    Half of its values at least are numbers of mobiles, as a shop has others. A column that has one
    number alone is the company's, as is that of who called where calls go out.

    Args:
        names: All columns.
        rows: Some rows; of no use without one.
        besides: Columns that hold something else.
    """
    by_name = {_ASKED.sub("", fold(name)): name for name in reversed(names)}
    for known in PHONES:
        column = by_name.get(known)
        if column is None or column in besides or (known in CALLING and _go_out(by_name, rows)):
            continue
        cells = [cell for row in rows if (cell := named(row.get(column)))]
        numbers = [number for cell in cells if (number := phone_in(cell))]
        mobiles = sum(map(is_mobile, numbers))
        if len(cells) >= _LEAST_ALIKE and len({*numbers}) == 1:
            continue
        if mobiles and mobiles >= _LEAST_PHONES * len(cells):
            return column
    return None


def phone_in(value: Any) -> str | None:
    """Returns the first telephone number of a cell, in the form that all files have."""
    parts = _SPLIT.split(named(value) or "")
    return next((number for part in parts if (number := phone_of(part))), None)


def told_phone(column: str) -> str:
    """Returns the sentence that tells that customers are known by their telephones."""
    return (
        f"customers are known by {column!r}, as no column has their ids; kept is only a key made of"
        " the number. --map customer_id=COLUMN names another column, --map customer_id= none."
    )


def told_unread_phone(column: str, ids: str) -> str:
    """Returns the sentence that tells that telephones beside ids join nobody."""
    return (
        f"customers are known by {ids!r}; {column!r} was not read, so that voices and orders which"
        " tell the telephone alone are not joined to them, and voc forget TELEPHONE leaves what is"
        f" stored under {ids!r}. To forget somebody, forget both."
    )


def _go_out(by_name: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> bool:
    columns = [name for known, name in by_name.items() if known in DIRECTIONS]
    return any(_OUTGOING.search(str(row.get(name))) for name in columns for row in rows)
