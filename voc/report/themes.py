"""Discovered themes: their voices in the period, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from voc.insights import proportion
from voc.records import Topic
from voc.report.intake import ReportInput
from voc.report.tally import RowTally
from voc.report.theme_figures import TopicFigures

MOST_TOPICS: Final = 24
MOST_OTHERS: Final = 120


def topics_of_voices(voices: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Returns the topics of each feedback, each once, sorted."""
    found: dict[str, set[str]] = {}
    for feedback_id, topic_id in voices:
        found.setdefault(feedback_id, set()).add(topic_id)
    return {feedback_id: tuple(sorted(names)) for feedback_id, names in found.items()}


def chosen(spoken: Sequence[TopicFigures], most: int) -> tuple[TopicFigures, ...]:
    """Returns the topics to show: two thirds by negative voices, then the largest of the rest.

    Args:
        spoken: All topics, most negative voices first; that order is kept.
        most: How many.
    """
    worst = list(spoken[: most - most // 3])
    rest = sorted(spoken[len(worst) :], key=lambda topic: -topic.count)[: most - len(worst)]
    shown = {topic.topic_id for topic in (*worst, *rest)}
    return tuple(topic for topic in spoken if topic.topic_id in shown)


def spoken_of(topics: Sequence[Topic], rows: RowTally) -> list[Topic]:
    """Returns the topics that the period speaks of, most negative voices first.

    Topics whose voices nobody named are kept as they stand.
    """
    kept = [topic for topic in topics if not rows.topics or _voices(topic, rows)]

    def rank(topic: Topic) -> tuple[float, int, str]:
        count = _voices(topic, rows) if rows.topics else topic.count
        return -topic.negative_share * count, -count, topic.topic_id

    return sorted(kept, key=rank)


def _voices(topic: Topic, rows: RowTally) -> int:
    return rows.topics[topic.topic_id].count if topic.topic_id in rows.topics else 0


def topic_figures(topic: Topic, report: ReportInput, rows: RowTally) -> TopicFigures:
    """Returns a topic as the period has it.

    Over all the time that the topic has, its negative share is that of its clauses; of a part of
    the feedback it is that of the voices as wholes, which is all that is known of them.
    """

    def day(moment: datetime) -> str:
        return moment.astimezone(report.zone).date().isoformat()

    voices = rows.topics.get(topic.topic_id)
    count = voices.count if voices else topic.count
    negative = proportion(round(topic.negative_share * count), count)
    first, last = day(topic.first_seen), day(topic.last_seen)
    if voices and is_narrowed(report):
        negative = proportion(voices.negative, voices.judged)
        first, last = _ends(voices.days) or (first, last)
    return TopicFigures(
        topic_id=topic.topic_id,
        topic=topic.topic,
        keywords=topic.keywords,
        count=count,
        negative=negative,
        first_seen=first,
        last_seen=last,
        verbatim=next((item.text for item in topic.evidence if item.text), None),
    )


def is_narrowed(report: ReportInput) -> bool:
    """Says whether the report is about a part of the feedback."""
    return bool(report.scope) or report.since is not None or report.until is not None


def _ends(days: Mapping[int, int]) -> tuple[str, str] | None:
    if not days:
        return None
    return tuple(date.fromordinal(end(days)).isoformat() for end in (min, max))  # type: ignore[return-value]
