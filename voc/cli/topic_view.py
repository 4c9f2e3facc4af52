"""One topic as people read it: its figures, what customers say, what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import tzinfo
from typing import Final

import typer

from voc.cli.terminal import days, print_part
from voc.pipeline.themes import Spoken
from voc.records import Evidence, Topic
from voc.report.wording import interval, percent
from voc.store import TopicEvent

EVENT_LABELS: Final = {
    "born": "出现", "split": "分出", "merged": "并入", "died": "消失", "renamed": "改名",
    "muted": "静音", "unmuted": "取消静音", "joined": "人工并入", "parted": "人工分出",
}  # fmt: skip


def print_topic(
    topic: Topic,
    spoken: Spoken | None,
    doubtful: Sequence[tuple[Evidence, float]],
    history: Sequence[TopicEvent],
    *,
    is_muted: bool,
    zone: tzinfo,
) -> None:
    """Prints a topic; days and times are in `zone`."""
    for line in _head(topic, spoken, is_muted, zone):
        typer.echo(line)
    print_part(
        f"有代表性的原话 {len(topic.evidence)} 条",
        {"反馈": "left", "原话": "left"},
        ((said.feedback_id, said.text) for said in topic.evidence),
    )
    print_part(
        f"最没有把握的原话 {len(doubtful)} 条",
        {"反馈": "left", "原话": "left", "把握": "right"},
        ((said.feedback_id, said.text, f"{score:.2f}") for said, score in doubtful),
    )
    print_part(
        f"经过 {len(history)} 条",
        dict.fromkeys(("时间", "谁", "变化", "另一主题", "何词"), "left"),
        (
            (
                f"{event.at.astimezone(zone):%Y-%m-%d %H:%M}", event.actor,
                EVENT_LABELS[event.kind], event.other or "", "、".join(event.words),
            )
            for event in history
        ),
    )  # fmt: skip


def told_share(spoken: Spoken | None) -> str:
    """Returns the complaints of a topic as 9/12 75%."""
    if spoken is None or spoken.negative.share is None:
        return "—"
    negative = spoken.negative
    return f"{negative.count}/{negative.total} {percent(negative.share)}"


def _head(topic: Topic, spoken: Spoken | None, is_muted: bool, zone: tzinfo) -> Iterator[str]:
    span = days(topic.first_seen, topic.last_seen, zone)
    yield f"主题 {topic.topic_id}  {topic.topic}{'（静音）' if is_muted else ''}"
    yield f"行业 {topic.industry}  声音 {spoken.voices if spoken else 0} 条  {span}"
    if spoken and spoken.negative.share is not None:
        bounds = interval(spoken.negative.low, spoken.negative.high)
        yield f"谈到它的话里有负面的 {told_share(spoken)}（95% 区间 {bounds}）"
    yield f"关键词 {'、'.join(topic.keywords) or '-'}"
