from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from voc.insights import proportion
from voc.records import Topic
from voc.report import Scope, build_figures
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
    voices = [(one.feedback_id, "t1") for one in rows] + [("b1", "t2"), ("b1", "t2")]
    topics = [_topic("t1", rows[0].occurred_at), _topic("t2", rows[0].occurred_at)]

    def told(**values: Any) -> dict[str, tuple[int, float | None]]:
        figures = build_figures(
            report(rows=rows, topics=topics, topic_voices=iter(voices), **values)
        )
        return {one.topic_id: (one.count, one.negative.share) for one in figures.topics}

    assert told() == {"t1": (10, 0.5), "t2": (1, 0.0)}
    assert told(scope=Scope(products=("X5",))) == {"t1": (4, 1.0)}
    assert told(scope=Scope(products=("E3",))) == {"t1": (6, 0.0), "t2": (1, 0.0)}


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
