"""Numbers that a spreadsheet cut: it keeps 15 digits of one, and shows long ones as 1.23457E+17."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

_KEPT_DIGITS: Final = 15
_CUT_FROM: Final = 10**_KEPT_DIGITS
# A spreadsheet shows a number of over 11 digits so, unless its cell is formatted otherwise.
_SHORTENED: Final = re.compile(r"[+-]?\d(?:\.\d{1,14})?[Ee]\+(?:1[1-9]|[2-9]\d)")
_LONGEST: Final = 24
_MOST_COLUMNS: Final = 20


class LongNumbers:
    """Columns with numbers that a spreadsheet may have cut, counted as rows go by."""

    def __init__(self) -> None:
        self._long: dict[str, tuple[int, str]] = {}
        self._shortened: dict[str, tuple[int, str]] = {}

    def note(self, place: str, values: Mapping[str, Any]) -> None:
        """Looks at the cells of a row."""
        for name, value in values.items():
            if isinstance(value, str):
                if "+" in value[:_LONGEST] and _is_shortened(value):
                    _count(self._shortened, name, place)
            elif isinstance(value, int) and abs(value) >= _CUT_FROM:
                _count(self._long, name, place)

    def sentences(self) -> list[str]:
        """Returns one sentence for each column and kind: how many rows, and the first one."""
        return [
            f"{count} rows have a number of over {_KEPT_DIGITS} digits in {name!r} (the first:"
            f" {first}), of which a spreadsheet keeps {_KEPT_DIGITS}: two that differed may read"
            " the same, so it is no sure id. Export the column as text."
            for name, (count, first) in self._long.items()
        ] + [
            f"{count} rows have a number in {name!r} that a spreadsheet cut, as 1.23457E+17 (the"
            f" first: {first}): its other digits are gone from the file, and two that differed may"
            " read the same. Export the column as text."
            for name, (count, first) in self._shortened.items()
        ]


def _is_shortened(text: str) -> bool:
    return len(text) <= _LONGEST and _SHORTENED.fullmatch(text.strip()) is not None


def _count(found: dict[str, tuple[int, str]], name: str, place: str) -> None:
    if name in found or len(found) < _MOST_COLUMNS:
        count, first = found.get(name, (0, place))
        found[name] = count + 1, first
