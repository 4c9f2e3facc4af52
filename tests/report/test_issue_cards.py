from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from voc.records import Topic, theme_of
from voc.report import build_figures
from voc.report.issue_cards import has_told_ratio, ranked_issues

MONDAY = datetime(2026, 9, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"severity": "critical"}, {"severity": "high"}),
        ({"severity": "high", "trend": "rising"}, {"severity": "critical"}),
        ({"severity": "high", "trend": "new"}, {"severity": "high"}),
        ({"severity": "critical"}, {"severity": "high", "trend": "new", "count": 1}),
        ({"severity": "critical", "count": 3}, {"severity": "high", "trend": "new", "count": 2}),
        ({"severity": "high", "trend": "steady"}, {"severity": "high", "trend": "falling"}),
        ({"severity": "medium"}, {"severity": "low", "trend": "rising"}),
        ({"severity": "low"}, {"severity": "critical", "status": "closed"}),
        ({"count": 30}, {"count": 20}),
    ],
)
def test_what_is_urgent_comes_first(
    issue: Callable[..., Any], first: dict[str, Any], second: dict[str, Any]
) -> None:
    issues = [issue("is_1", [], **({"count": 9} | second))]
    issues += [issue("is_2", [], **({"count": 9} | first))]
    ranked = ranked_issues(issues, since=None, until=None)
    assert [one.issue_id for one in ranked] == ["is_2", "is_1"]


def test_the_newest_emergencies_come_first_and_leave_room_for_others(
    issue: Callable[..., Any],
) -> None:
    theme = theme_of("食品安全")
    fields = {"severity": "high", "count": 1, "topic_id": theme}
    issues = [issue(f"is_{at}", [], last=at, **fields) for at in range(10, 16)]
    issues.append(issue("rising", [], last=9, severity="critical", trend="rising", count=40))
    ranked = [one.issue_id for one in ranked_issues(issues, since=None, until=None)]
    assert ranked[:5] == ["is_15", "is_14", "is_13", "is_12", "rising"]
    assert sorted(ranked) == sorted(one.issue_id for one in issues)


def test_ignored_absorbed_and_other_times_issues_are_left_out(issue: Callable[..., Any]) -> None:
    issues = [
        issue("kept", ["a"], first=10, last=20),
        issue("ignored", ["a"], first=10, last=20, status="ignored"),
        issue("absorbed", []),
        issue("over", ["a"], first=0, last=5),
        issue("later", ["a"], first=40, last=50),
    ]
    since, until = datetime(2026, 9, 28, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC)
    assert [one.issue_id for one in ranked_issues(issues, since=since, until=until)] == ["kept"]


def test_a_card_tells_how_much_where_and_in_whose_words(
    row: Callable[..., Any],
    issue: Callable[..., Any],
    order: Callable[..., Any],
    report: Callable[..., Any],
) -> None:
    # Eight weeks of ten feedbacks each on the product; the issue's voices: 1 a week for six
    # weeks, then 6 a week for two.
    rows, voices = [], []
    for week in range(8):
        for number in range(10):
            name = f"w{week}n{number}"
            is_voice = number < (6 if week >= 6 else 1)
            voices += [name] if is_voice else []
            rows.append(row(name, day=7 * week + number % 7, store="甲店" if is_voice else "乙店"))
    one = issue("is_1", voices, product="X5", trend="rising", trend_p=0.0004, severity="critical")
    figures = build_figures(report(rows=rows, issues=[one], work_orders=[order("wo_1")]))
    (card,) = figures.issues
    assert card.line.in_period == card.line.count == 18
    assert card.weekly == (1, 1, 1, 1, 1, 1, 6, 6)
    assert card.weeks[0] == "2026-09-21"
    assert (card.recent.days, card.recent.count) == (14, 12)
    assert (card.recent.days_before, card.recent.count_before) == (42, 6)
    assert card.recent.ratio is not None
    assert (card.recent.ratio.value, card.recent.ratio.low, card.recent.ratio.high) == (6, 2.5, 15)
    assert has_told_ratio(card)
    assert [(share.name, share.share) for share in card.stores.shares] == [("甲店", 1.0)]
    assert len(card.verbatims) == 1  # the others say the very same
    assert card.verbatims[0].parts[0].marked
    assert [one.work_order_id for one in card.orders] == ["wo_1"]
    assert card.line.department == "动力总成部"


def test_a_dozen_stand_in_full_and_the_rest_in_a_line(
    row: Callable[..., Any], issue: Callable[..., Any], report: Callable[..., Any]
) -> None:
    issues = [issue(f"is_{n:03}", ["a"], count=300 - n) for n in range(200)]
    issues[3] = issue("is_003", ["a"], count=297, status="closed")
    figures = build_figures(report(rows=[row("a")], issues=issues))
    assert len(figures.issues) == 12
    assert len(figures.more_issues) == 188
    assert "".join(part.text for part in figures.more_issues[0].line.quote) == row("a").text
    assert figures.more_issues[-1].line.issue_id == "is_003"
    assert figures.overview.open_issues == 199


def test_the_topic_that_an_issue_was_formed_of_is_none_that_it_is_spoken_of_with(
    row: Callable[..., Any],
    issue: Callable[..., Any],
    report: Callable[..., Any],
) -> None:
    topics = [
        Topic(name, told, "cars", (), 3, 1.0, MONDAY, MONDAY)
        for name, told in (("t1", "换挡（多方面）"), ("t2", "油耗高"))
    ]
    one = issue("is_1", ["a", "b", "c"], title="动力：换挡一冲一冲", topic_id="t1")
    said = [(name, of, 1, True) for name in "abc" for of in ("t1", "t2")]
    figures = build_figures(
        report(
            rows=[row("a"), row("b"), row("c")],
            issues=[one],
            topics=topics,
            topic_voices=said,
        )
    )
    assert [share.name for share in figures.issues[0].topics.shares] == ["油耗高"]


def test_an_issue_without_voices_in_the_period_is_shown_without_words(
    row: Callable[..., Any], issue: Callable[..., Any], report: Callable[..., Any]
) -> None:
    figures = build_figures(report(rows=[row("a", day=None)], issues=[issue("is_1", ["gone"])]))
    (card,) = figures.issues
    assert (card.line.in_period, card.verbatims, card.weekly) == (0, (), ())
    assert card.recent.ratio is None


def test_small_matters_get_no_card_beside_greater_ones(
    row: Callable[..., Any], issue: Callable[..., Any], report: Callable[..., Any]
) -> None:
    low = [issue(f"is_{n}", ["a"], severity="low") for n in range(3)]
    figures = build_figures(report(rows=[row("a")], issues=[*low, issue("is_9", ["a"])]))
    assert [card.line.issue_id for card in figures.issues] == ["is_9"]
    assert len(build_figures(report(rows=[row("a")], issues=low)).issues) == 3


def test_no_trend_is_told_where_there_is_nothing_before(
    row: Callable[..., Any], issue: Callable[..., Any], report: Callable[..., Any]
) -> None:
    rows = [row(f"r{n}", day=0) for n in range(9)]
    new = issue("is_1", [one.feedback_id for one in rows], trend="new", trend_p=0.001)
    figures = build_figures(report(rows=rows, issues=[new]))
    assert not figures.has_trends
    assert (figures.issues[0].line.trend, figures.issues[0].line.trend_p) == ("unknown", 1.0)
    assert figures.overview.growing_issues == 0
    assert figures.key_points[0].kind == "attention"
    later = [*rows, row("z", day=40)]
    figures = build_figures(report(rows=later, issues=[new]))
    assert figures.issues[0].line.trend == "new"


def test_only_of_an_issue_of_all_places_one_stands_out(
    row: Callable[..., Any], issue: Callable[..., Any], report: Callable[..., Any]
) -> None:
    rows = [row(f"a{n}", store="甲店", product="X5") for n in range(20)]
    rows += [row(f"b{n}", store="乙店", product="X7") for n in range(200)]
    voices = [f"a{n}" for n in range(15)] + [f"b{n}" for n in range(4)]

    def told(**values: Any) -> Any:
        one = issue("is_1", voices, count=len(voices), **values)
        [card] = build_figures(report(rows=rows, issues=[one])).issues
        return card

    standout = told(product=None, store=None).stores.standout
    assert (standout.name, standout.count) == ("甲店", 15)
    assert told(product="X5", store=None).stores.standout is None
