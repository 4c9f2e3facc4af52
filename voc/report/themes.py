"""Discovered themes: their voices in the period, and what they are called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Final

from voc.insights import proportion
from voc.records import Topic
from voc.report.aspects import MentionTally
from voc.report.intake import ReportInput
from voc.report.tally import RowTally, TopicSaid
from voc.report.theme_figures import ThemeQuality, TopicFigures
from voc.topics.phrases import is_bare_subject

MOST_TOPICS: Final = 24
MOST_OTHERS: Final = 120


def topics_of_voices(
    voices: Iterable[tuple[str, str, int, bool | None]],
) -> dict[str, tuple[TopicSaid, ...]]:
    """Returns what each feedback says of topics, each once, sorted."""
    found: dict[str, dict[str, TopicSaid]] = {}
    for feedback_id, topic_id, clauses, is_negative in voices:
        found.setdefault(feedback_id, {})[topic_id] = (topic_id, clauses, is_negative)
    return {one: tuple(said[name] for name in sorted(said)) for one, said in found.items()}


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

    Those that name a problem come before those of a subject of which voices say many things.
    Topics whose voices nobody named are kept as they stand.
    """
    kept = [topic for topic in topics if not rows.topics or _voices(topic, rows)]

    def rank(topic: Topic) -> tuple[tuple[bool, int, int], str]:
        voices = rows.topics.get(topic.topic_id)
        negative, count = (voices.negative, voices.count) if voices else (0, topic.count)
        return complaint_rank(topic, negative, count), topic.topic_id

    return sorted(kept, key=rank)


def complaint_rank(topic: Topic, negative: int, voices: int) -> tuple[bool, int, int]:
    """Ranks a topic: those that name a problem first, of these what most complain of.

    A subject with what is wrong with it, as 发票（没给等）, names one too.
    """
    return is_bare_subject(topic.topic), -negative, -voices


def _voices(topic: Topic, rows: RowTally) -> int:
    return rows.topics[topic.topic_id].count if topic.topic_id in rows.topics else 0


def topic_figures(topic: Topic, report: ReportInput, rows: RowTally) -> TopicFigures:
    """Returns a topic as the period has it.

    Its negative share is that of its voices that complain in a clause which belongs to it, of all
    that the period has and that were judged there.
    """

    def day(moment: datetime) -> str:
        return moment.astimezone(report.zone).date().isoformat()

    voices = rows.topics.get(topic.topic_id)
    count = voices.count if voices else topic.count
    first, last = day(topic.first_seen), day(topic.last_seen)
    if voices and is_narrowed(report):
        first, last = _ends(voices.days) or (first, last)
    return TopicFigures(
        topic_id=topic.topic_id,
        topic=topic.topic,
        keywords=topic.keywords,
        count=count,
        negative=voices.polarity if voices else proportion(0, 0),
        first_seen=first,
        last_seen=last,
        verbatim=next((item.text for item in topic.evidence if item.text), None),
    )


def theme_quality(
    report: ReportInput, rows: RowTally, mentions: MentionTally
) -> ThemeQuality | None:
    """Returns how well the themes cover the period, and what the last run made of them."""
    if not report.topics:
        return None
    words = [word for topic in report.topics for word in topic.keywords]
    run = report.theme_run
    return ThemeQuality(
        themes=len(report.topics),
        clauses=proportion(min(rows.assigned, mentions.clauses), mentions.clauses),
        diversity=len(set(words)) / len(words) if words else None,
        changed=run.at.astimezone(report.zone).date().isoformat() if run else None,
        kept=run.kept if run else 0,
        born=run.born if run else 0,
        ended=run.ended if run else 0,
    )


def is_narrowed(report: ReportInput) -> bool:
    """Says whether the report is about a part of the feedback."""
    return bool(report.scope) or report.since is not None or report.until is not None


def _ends(days: Mapping[int, int]) -> tuple[str, str] | None:
    if not days:
        return None
    return tuple(date.fromordinal(end(days)).isoformat() for end in (min, max))  # type: ignore[return-value]
