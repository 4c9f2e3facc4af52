"""The last full week against those before it, for the same amount of feedback."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from voc.records import Topic
from voc.report import Figures, build_figures

Make = Callable[..., Any]


@pytest.fixture
def made(row: Make, mention: Make, issue: Make, report: Make) -> Callable[..., Figures]:
    """Makes a report of five full weeks with `feedback` and `voices` of one issue in each."""

    def make(feedback: list[int], voices: list[int]) -> Figures:
        rows, mine = [], []
        for week, (total, loud) in enumerate(zip(feedback, voices, strict=True)):
            for place in range(total):
                name = f"r{week}.{place}"
                day = 7 * week + place % 7
                rows.append(row(name, day=day, sentiment="negative" if place < loud else "neutral"))
                if place < loud:
                    mine.append(name)
        moments = {one.feedback_id: one.occurred_at for one in rows}
        topic = Topic("t1", "换挡顿挫", "cars", (), len(mine), 1.0, rows[0].occurred_at,
                      rows[-1].occurred_at)  # fmt: skip
        return build_figures(
            report(
                rows=rows,
                mentions=[mention(name, occurred_at=moments[name]) for name in mine],
                issues=[issue("is_1", mine)],
                topics=[topic],
                topic_voices=[(name, "t1", 1, True) for name in mine],
            )
        )

    return make


def test_a_rise_is_told_for_issue_theme_and_aspect(made: Callable[..., Figures]) -> None:
    week = made([70] * 5, [4, 4, 4, 4, 30]).week
    assert week is not None
    assert (week.first_day, week.last_day) == ("2026-10-19", "2026-10-25")
    assert (week.weeks_earlier, week.rows, week.rows_before, week.rows_earlier) == (4, 70, 70, 280)
    assert {(one.kind, one.verdict) for one in week.lines} == {
        ("issue", "up"), ("topic", "up"), ("aspect", "up"),
    }  # fmt: skip
    first = week.lines[0]
    assert (first.kind, first.now, first.before, first.earlier) == ("issue", 30, 4, 16)
    assert first.to_earlier is not None
    assert first.to_earlier.value == pytest.approx(7.5)
    assert first.to_earlier.low > 1
    assert first.p < 0.001
    assert first.anchor == "issue-is_1"
    assert week.change_earlier is not None
    assert week.change_earlier.is_clear


@pytest.mark.parametrize(
    ("feedback", "voices", "verdict"),
    [
        ([70] * 5, [10] * 5, "even"),
        ([70, 70, 70, 70, 350], [10, 10, 10, 10, 50], "even"),  # more of everything is no rise
        ([70] * 5, [20, 20, 20, 20, 2], "down"),
        ([70] * 5, [1, 0, 1, 0, 1], "few"),
    ],
)
def test_only_what_volume_and_chance_do_not_explain_is_told(
    feedback: list[int], voices: list[int], verdict: str, made: Callable[..., Figures]
) -> None:
    week = made(feedback, voices).week
    assert week is not None
    assert {one.verdict for one in week.lines} == {verdict}


@pytest.mark.parametrize(("weeks", "earlier"), [(1, None), (2, 1), (3, 2)])
def test_as_many_weeks_are_compared_as_there_are(
    weeks: int, earlier: int | None, made: Callable[..., Figures]
) -> None:
    week = made([30] * weeks, [5] * weeks).week
    assert (week.weeks_earlier if week else None) == earlier


def test_one_chance_find_among_many_is_no_change(
    row: Make, mention: Make, issue: Make, report: Make
) -> None:
    # 7 against 1 a week is p < 0.05 alone; among twenty that stand still it is nothing.
    rows, issues = [], []
    for number in range(21):
        names = []
        for place in range(5):
            loud = 7 if place == 4 and number == 0 else 1
            for voice in range(loud):
                names.append(f"r{number}.{place}.{voice}")
                rows.append(row(names[-1], day=7 * place + voice))
        issues.append(issue(f"is_{number}", names))
    rows += [row(f"e{n}", day=n) for n in range(35) for _ in range(6)]
    week = build_figures(report(rows=rows, issues=issues)).week
    assert week is not None
    found = next(one for one in week.lines if one.now == 7)
    assert found.to_earlier is not None
    assert found.to_earlier.p < 0.05 < found.p
    assert found.verdict == "even"
    assert week.compared == 21
    assert len(week.lines) == 2  # nothing surely changed, so the loudest of the kind
