"""The days that feedback covers, without a few with a wrong date."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from voc.insights import core_days

MONDAY = date(2026, 11, 2)


@pytest.mark.parametrize(
    ("days", "first", "last"),
    [
        ({0: 500, 6: 500}, 0, 6),
        ({-400: 1, -60: 1, 0: 500, 6: 500}, 0, 6),  # a few with a wrong year
        ({0: 500, 6: 500, 50: 2, 900: 1}, 0, 6),
        ({0: 500, 6: 500, 16: 2}, 0, 16),  # a short silence
        ({-3: 1, 0: 500, 6: 500}, -3, 6),  # no gap before the rest
        ({-400: 60, 0: 500, 6: 500}, -400, 6),  # too many to be strays
        ({0: 1}, 0, 0),
        ({0: 1, 100: 1}, 0, 100),
    ],
)
def test_strays_at_either_end_are_left_out(days: dict[int, int], first: int, last: int) -> None:
    counts = {MONDAY.toordinal() + day: count for day, count in days.items()}
    assert core_days(counts) == (MONDAY + timedelta(days=first), MONDAY + timedelta(days=last))


def test_no_feedback_has_no_ends() -> None:
    assert core_days({}) is None
