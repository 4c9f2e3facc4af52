from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from voc.insights import proportion
from voc.records import Topic
from voc.report import Scope, ThemeRun, build_figures, render_html
from voc.report.theme_figures import TopicFigures
from voc.report.themes import chosen

Make = Callable[..., Any]


def _topic(name: str, moment: datetime, **values: Any) -> Topic:
    defaults: dict[str, Any] = {
        "topic": f"主题{name}", "industry": "cars", "keywords": (), "count": 9,
        "negative_share": 0.5, "first_seen": moment, "last_seen": moment + timedelta(days=30),
    }  # fmt: skip
    return Topic(topic_id=name, **(defaults | values))


def test_a_part_of_the_feedback_has_its_own_themes(row: Make, report: Make) -> None:
    rows = [row(f"a{n}", day=n, product="X5", sentiment="negative") for n in range(4)]
    rows += [row(f"b{n}", day=n, product="E3", sentiment="positive") for n in range(6)]
    voices = [(one.feedback_id, "t1", 1, one.product == "X5") for one in rows]
    voices += [("b1", "t2", 1, False), ("b1", "t2", 1, False)]
    topics = [_topic("t1", rows[0].occurred_at), _topic("t2", rows[0].occurred_at)]

    def told(**values: Any) -> dict[str, tuple[int, float | None]]:
        figures = build_figures(
            report(rows=rows, topics=topics, topic_voices=iter(voices), **values)
        )
        return {one.topic_id: (one.count, one.negative.share) for one in figures.topics}

    assert told() == {"t1": (10, 0.4), "t2": (1, 0.0)}
    assert told(scope=Scope(products=("X5",))) == {"t1": (4, 1.0)}
    assert told(scope=Scope(products=("E3",))) == {"t1": (6, 0.0), "t2": (1, 0.0)}


def test_a_theme_without_a_problem_comes_after_those_that_have_one(row: Make, report: Make) -> None:
    rows = [row(f"a{n}", day=n, sentiment="negative") for n in range(5)]
    voices = [(one.feedback_id, "t1", 1, True) for one in rows]
    voices += [(one.feedback_id, "t2", 1, True) for one in rows[:2]]
    topics = [
        _topic("t1", rows[0].occurred_at, topic="店员（多方面）"),
        _topic("t2", rows[0].occurred_at, topic="袋子漏"),
    ]
    figures = build_figures(report(rows=rows, topics=topics, topic_voices=voices))
    assert [(one.topic, one.count) for one in figures.topics] == [
        ("袋子漏", 2),
        ("店员（多方面）", 5),
    ]


def test_a_negative_rate_is_counted_and_the_same_for_the_same_rows(row: Make, report: Make) -> None:
    rows = [row(f"a{n}", day=n, sentiment="negative") for n in range(5)]
    voices = [
        (one.feedback_id, "t1", 2, verdict)
        for one, verdict in zip(rows, (True, False, False, False, None), strict=True)
    ]
    topics = [_topic("t1", rows[0].occurred_at, negative_share=0.6)]

    def told(**values: Any) -> tuple[int, int]:
        figures = build_figures(report(rows=rows, topics=topics, topic_voices=voices, **values))
        return figures.topics[0].negative.count, figures.topics[0].negative.total

    assert told() == told(since=rows[0].occurred_at) == (1, 4)


def test_the_foot_tells_how_well_themes_cover_what_is_said(
    row: Make, mention: Make, report: Make
) -> None:
    rows = [row(f"a{n}", day=n) for n in range(4)]
    topics = [_topic("t1", rows[0].occurred_at, keywords=("甲", "乙")),
              _topic("t2", rows[0].occurred_at, keywords=("甲", "丙"))]  # fmt: skip
    made = report(
        rows=rows, topics=topics, mentions=[mention(one.feedback_id) for one in rows],
        topic_voices=[("a0", "t1", 1, True), ("a1", "t2", 1, True), ("a2", "t2", 1, True)],
        theme_run=ThemeRun(rows[0].occurred_at, kept=1, born=1, ended=3),
    )  # fmt: skip
    found = build_figures(made).theme_quality
    assert found is not None
    assert (found.themes, found.clauses.count, found.clauses.total) == (2, 3, 4)
    assert (found.diversity, found.changed) == (0.75, "2026-09-21")
    page = render_html(build_figures(made))
    assert "2 个主题，覆盖判断了方面的 4 句话中的 75%" in page
    assert "沿用 1 个，新出现 1 个，不再成立 3 个" in page
    assert build_figures(report(rows=rows)).theme_quality is None


def _figures(number: int, count: int, words: tuple[str, ...] = ()) -> TopicFigures:
    return TopicFigures(
        f"t{number:02}", f"第{number}个主题的名字", words, count, proportion(count // 2, count),
        "2026-09-21", "2026-11-15", None,
    )  # fmt: skip


def test_the_worst_and_the_largest_are_shown() -> None:
    worst = [replace(_figures(n, 30 - n), negative=proportion(30 - n, 30 - n)) for n in range(20)]
    large = [replace(_figures(20 + n, 90 + n), negative=proportion(1, 90 + n)) for n in range(9)]
    shown = [topic.topic_id for topic in chosen([*worst, *large], 12)]
    assert shown == [*(f"t{n:02}" for n in range(8)), *(f"t{n:02}" for n in range(25, 29))]
    assert chosen(worst[:2], 12) == tuple(worst[:2])
