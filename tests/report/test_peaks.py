"""Themes of a few weeks are found among steady ones, and chance finds none."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from voc.records import Topic
from voc.report import Figures, build_figures
from voc.report.peaks import MOST_PEAKS

Make = Callable[..., Any]


@pytest.fixture
def made(row: Make, report: Make) -> Callable[..., Figures]:
    """Makes a report of 300 days with `daily(day)` voices, and themes spoken of on given days."""

    def make(
        themes: dict[str, list[int]],
        *,
        daily: Callable[[int], int] = lambda _: 4,
        days: int = 300,
        negative: float = 0.9,
    ) -> Figures:
        rows = [
            row(f"b{day}.{number}", day=day) for day in range(days) for number in range(daily(day))
        ]
        moment: datetime = rows[0].occurred_at
        voices, topics = [], []
        for name, spoken in themes.items():
            topics.append(
                Topic(name, f"主题{name}", "cars", (), len(spoken), 1.0, moment,
                      moment + timedelta(days=days))
            )  # fmt: skip
            for number, day in enumerate(spoken):
                rows.append(row(f"{name}.{number}", day=day))
                voices.append((f"{name}.{number}", name, 1, number < negative * len(spoken)))
        return build_figures(report(rows=rows, topics=topics, topic_voices=voices))

    return make


def test_a_theme_of_a_few_weeks_is_found_with_its_time(made: Callable[..., Figures]) -> None:
    hot = [*range(100, 120), *range(100, 120), 10, 200]
    figures = made({"hot": hot, "even": list(range(0, 300, 5))})
    (peak,) = figures.peaks
    assert (peak.topic_id, peak.count, peak.total) == ("hot", 40, 42)
    assert (peak.first_day, peak.last_day) == ("2026-12-30", "2027-01-18")
    assert peak.ratio is not None
    assert peak.ratio.low > 10
    assert peak.expected < 8
    point = next(one for one in figures.key_points if one.kind == "theme")
    sentence = "".join(part.text for part in point.sentence)
    assert "主题hot（2026年12月30日–2027年1月18日 40 条" in sentence


def test_a_month_that_brings_more_of_everything_is_no_peak(made: Callable[..., Figures]) -> None:
    busy = range(100, 128)
    spoken = [day for day in range(0, 300, 4) for _ in range(5 if day in busy else 1)]
    assert made({"t": spoken}, daily=lambda day: 20 if day in busy else 4).peaks == ()
    assert len(made({"t": spoken}).peaks) == 1


def test_chance_makes_no_peaks(made: Callable[..., Figures]) -> None:
    draw = random.Random(7)
    themes = {f"t{n:02}": [draw.randrange(300) for _ in range(30)] for n in range(60)}
    assert made(themes).peaks == ()


@pytest.mark.parametrize(
    ("days", "negative", "voices"), [(80, 0.9, 40), (300, 0.1, 40), (300, 0.9, 7)]
)
def test_short_times_praise_and_few_voices_make_none(
    days: int, negative: float, voices: int, made: Callable[..., Figures]
) -> None:
    spoken = [50 + n % 10 for n in range(voices)]
    assert made({"t": spoken}, days=days, negative=negative).peaks == ()


def test_those_with_most_voices_beyond_chance_come_first(made: Callable[..., Figures]) -> None:
    themes = {f"t{n}": [20 * n + place % 14 for place in range(20 + n)] for n in range(12)}
    found = made(themes).peaks
    assert [one.topic_id for one in found] == [f"t{n}" for n in range(11, 11 - MOST_PEAKS, -1)]
