from __future__ import annotations

import pytest

from voc.report import wording
from voc.report.wording import Calendar


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [(12345, 0, "12,345"), (-3.4, 0, "−3"), (-0.2, 0, "0"), (2.345, 1, "2.3"), (0, 2, "0.00")],
)
def test_numbers(value: float, digits: int, text: str) -> None:
    assert wording.number(value, digits) == text


@pytest.mark.parametrize(
    ("value", "text"), [(9.2, "+9"), (-9.2, "−9"), (0.3, "0"), (-0.3, "0"), (0, "0")]
)
def test_signed_numbers(value: float, text: str) -> None:
    assert wording.signed(value) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, "—"),
        (0, "0%"),
        (1, "100%"),
        (0.324, "32%"),
        (0.004, "0.4%"),
        (0.996, "99.6%"),
    ],
)
def test_shares_never_read_as_none_or_all_where_they_are_not(
    share: float | None, text: str
) -> None:
    assert wording.percent(share) == text


@pytest.mark.parametrize(
    ("value", "text"), [(0.0004, "p<0.001"), (0.0042, "p=0.004"), (0.031, "p=0.03")]
)
def test_p_values(value: float, text: str) -> None:
    assert wording.p_value(value) == text


@pytest.mark.parametrize(
    ("span", "text"), [(0.4, "不到 1 小时"), (-5, "5 小时"), (47, "47 小时"), (-73, "3 天")]
)
def test_spans_of_hours(span: float, text: str) -> None:
    assert wording.hours(span) == text


@pytest.mark.parametrize(
    ("first", "last", "with_year", "text"),
    [
        ("2026-11-09", "2026-11-15", False, "11月9日–15日"),
        ("2026-09-21", "2026-11-15", False, "9月21日–11月15日"),
        ("2026-09-21", "2026-11-15", True, "2026年9月21日–11月15日"),
        ("2025-12-29", "2026-01-04", True, "2025年12月29日–2026年1月4日"),
    ],
)
def test_spans_of_days(first: str, last: str, with_year: bool, text: str) -> None:
    assert Calendar(with_year).span(first, last) == text


def test_the_year_is_named_where_days_of_two_years_meet() -> None:
    assert not Calendar.of("2026-01-01", None, "2026-12-31T09:00:00+08:00").with_year
    assert Calendar.of("2025-12-31", "2026-01-02").with_year


def test_a_moment_and_an_unknown_label_stand_for_themselves() -> None:
    assert Calendar(False).moment("2026-11-09T14:05:00+08:00") == "11月9日 14:05"
    assert wording.label("hotline", "channel") == "热线"
    assert wording.label("pigeon", "channel") == "pigeon"
