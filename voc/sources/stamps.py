"""Times beside the turns of a transcript: 00:05 · 1:00:05.5 · 2026-11-03 10:00:05."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC
from typing import Final

from voc.sources.times import read_time

_CLOCK: Final = r"(?:\d{1,4}:)?\d{1,2}:\d{1,2}(?:[.,]\d{1,3})?"
STAMP: Final = (
    r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]{1,2})?"
    rf"{_CLOCK}(?:[ ]?(?:--?>|[-~–—至])[ ]?{_CLOCK})?"
)
"""A pattern, without groups, of a clock, perhaps with a date before it or an end behind it."""
_COUNT: Final = r"\d{1,5}(?:\.\d{1,3})?[ ]?(?:s|秒)"
BOXED_TIME: Final = (
    rf"[\[(（【][ ]?(?:{STAMP}|{_COUNT}(?:[ ]?(?:--?>|[-~–—至])[ ]?{_COUNT})?)[ ]?[\])）】]"
)
"""The same in brackets, there also as seconds: [0.00s -> 4.20s]."""
TIME_ALONE: Final = rf"(?:{BOXED_TIME}|{STAMP})"
"""The same, perhaps in brackets."""
_SECONDS: Final = re.compile(
    r"(?P<date>\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]{1,2})?"
    r"(?:(?P<h>\d{1,4}):)?(?P<m>\d{1,2}):(?P<s>\d{1,2}(?:[.,]\d{1,3})?)"
)

_COUNTED: Final = re.compile(r"(\d{1,5}(?:\.\d{1,3})?)[ ]?(?:s|秒)", re.IGNORECASE)


def dated(time: str) -> str | None:
    """Returns the date and time as written; `None` where `time` tells no date."""
    found = _SECONDS.search(time)
    return found[0] if found and found["date"] else None


def seconds_of(times: Sequence[str]) -> list[float | None]:
    """Returns when each turn began: by its clock, or where all tell a date, since the first."""
    found = [_SECONDS.search(time) for time in times]
    if found and all(match and match["date"] for match in found):
        moments = [read_time(match[0], UTC) if match else None for match in found]
        if moments[0]:
            return [(at - moments[0]).total_seconds() if at else None for at in moments]
    counted = [_COUNTED.search(time) for time in times]
    return [
        _clock(clock) if clock else float(count[1]) if count else None
        for clock, count in zip(found, counted, strict=True)
    ]


def _clock(match: re.Match[str]) -> float | None:
    minutes, second = int(match["m"]), float(match["s"].replace(",", "."))
    if minutes > 59 or second >= 60:
        return None
    return int(match["h"] or 0) * 3600 + minutes * 60 + second
