"""What a work order says to the people who get it, in Chinese they can act on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Final

from voc.records import Evidence, Issue, Mention, Trend
from voc.text.normalise import normalise
from voc.text.regions import counted_by_region
from voc.topics.titles import words_of_title
from voc.workorders.circumstances import CHANNEL_LABELS, Circumstances, Counts, ranked
from voc.workorders.routing import Routing
from voc.workorders.rules import SEVERITY_LABELS

TREND_LABELS: Final[Mapping[Trend, str]] = {
    "new": "新出现",
    "rising": "上升",
    "steady": "平稳",
    "falling": "下降",
}
_VERBATIMS: Final = 5
_READ_EVIDENCE: Final = 200
_LONGEST: Final = 80
_NAMED_PLACES: Final = 5


def describe(
    issue: Issue,
    *,
    routing: Routing,
    circumstances: Circumstances,
    due_at: datetime,
    former: str | None = None,
) -> str:
    """Writes the description of a work order.

    Args:
        issue: The issue, with its evidence (masked text, as it is stored).
        routing: Where it goes and why.
        circumstances: Where its voices come from.
        due_at: The end of its time; days are written in its zone.
        former: The id of the work order that was meant to have settled it.
    """
    lines = [
        f"问题：{issue.title}",
        _situation(issue, circumstances, due_at),
        f"新情况：{issue.emerging_term.sentence}" if issue.emerging_term else "",
        _scope(issue, circumstances),
        "原声：",
        *_quoted(issue, circumstances, due_at.tzinfo),
        f"办理：{routing.advice}",
        f"技能组：{routing.skill_group}" if routing.skill_group else "",
        f"时限：{due_at:%Y-%m-%d %H:%M} 前",
        f"派单依据：{routing.explanation}",
        f"问题编号：{issue.issue_id}",
    ]
    if former:
        lines.append(f"重现：此前的工单 {former} 办结后又有新的声音")
    return "\n".join(line for line in lines if line)


def verbatims(
    evidence: Sequence[Evidence],
    *,
    limit: int = _VERBATIMS,
    first: Collection[str] = (),
    words: Collection[str] = (),
    newly: str = "",
) -> list[Evidence]:
    """Picks what to quote: telling pieces that do not repeat each other, newest first if equal.

    Args:
        evidence: Places in order of time; the last 200 are looked at.
        limit: Pieces at most.
        first: The ids of voices that come before others, and are looked at in any case.
        words: What pieces hold that come next: what the issue is called by.
        newly: What pieces hold, in normal form, that come before those; of others as many are
            picked, if there are.
    """
    looked = [item for item in evidence[:-_READ_EVIDENCE] if item.feedback_id in first]
    looked += evidence[-_READ_EVIDENCE:]
    told = [item for item in looked if len(item.text.strip()) >= 2]
    newest_first = [told[index] for index in range(len(told) - 1, -1, -1)]
    new = {item for item in told if newly and newly in normalise(item.text).text}
    ranked = sorted(
        newest_first,
        key=lambda item: (
            item.feedback_id not in first,
            item not in new,
            not any(word in item.text for word in words),
            -min(len(item.text), 40),
        ),
    )
    picked = _unlike(ranked, limit)
    n_new = sum(item in new and item.feedback_id not in first for item in picked)
    if n_new <= limit / 2:
        return picked
    at_first = [item for item in ranked if item.feedback_id in first]
    some_new = _unlike([item for item in ranked if item in new], (limit + 1) // 2)
    others = [item for item in ranked if item not in new]
    return _unlike([*at_first, *some_new, *others, *ranked], limit)


def _unlike(ranked: Iterable[Evidence], limit: int) -> list[Evidence]:
    """Returns the first pieces that do not repeat each other."""
    picked: list[Evidence] = []
    for item in ranked:
        if len(picked) < limit and not any(_alike(item.text, other.text) for other in picked):
            picked.append(item)
    return picked


def _alike(one: str, other: str) -> bool:
    first, second = _bigrams(one), _bigrams(other)
    return 2 * len(first & second) > min(len(first), len(second))


def _bigrams(text: str) -> set[str]:
    return {text[index : index + 2] for index in range(max(1, len(text) - 1))}


def _quoted(issue: Issue, circumstances: Circumstances, zone: tzinfo | None) -> list[str]:
    """Returns what voices said, each with where it is from; critical ones first."""
    known = {voice.feedback_id: voice for voice, _ in circumstances.voices}
    urgent = [name for name, voice in known.items() if voice.urgency == "critical"]
    picked = verbatims(
        issue.evidence,
        first=urgent,
        words=words_of_title(issue.title),
        newly=issue.emerging_term.term if issue.emerging_term else "",
    )
    quotes = [
        f"  {number}. “{_cut(item.text)}”（{_source(item.feedback_id, known, issue, zone)}）"
        for number, item in enumerate(picked, start=1)
    ]
    return quotes or [f"  （见反馈 {'、'.join(item.feedback_id for item in issue.evidence[-3:])}）"]


def _source(
    feedback_id: str, known: Mapping[str, Mention], issue: Issue, zone: tzinfo | None
) -> str:
    """Names a voice, its day, the place that the issue does not name, and why it is critical."""
    voice = known.get(feedback_id)
    if voice is None:
        return feedback_id
    reasons = f"：{'、'.join(voice.urgency_reasons)}" if voice.urgency_reasons else ""
    parts = (
        feedback_id,
        f"{voice.occurred_at.astimezone(zone):%m-%d}",
        voice.product if issue.product is None else None,
        voice.store if issue.store is None else None,
        f"十分紧急{reasons}" if voice.urgency == "critical" else None,
    )
    return "，".join(part for part in parts if part)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def _situation(issue: Issue, circumstances: Circumstances, due_at: datetime) -> str:
    first, last = (
        moment.astimezone(due_at.tzinfo) for moment in (issue.first_seen, issue.last_seen)
    )
    span = (
        f"{first:%Y-%m-%d}"
        if first.date() == last.date()
        else f"{first:%Y-%m-%d} 至 {last:%Y-%m-%d}"
    )
    parts = [
        f"情况：{span} 共 {issue.count} 条声音",
        f"严重程度{SEVERITY_LABELS[issue.severity]}",
        f"声量{TREND_LABELS[issue.trend]}",
    ]
    if circumstances.satisfaction is not None:
        mean = f"{circumstances.satisfaction:.1f}".replace("-", "−")
        parts.append(f"其中会话的预测满意度平均 {mean}（−2 至 2）")
    if circumstances.reasons:
        parts.append(f"涉及{'、'.join(circumstances.reasons[:3])}")
    return "，".join(parts)


def _scope(issue: Issue, told: Circumstances) -> str:
    channels = tuple((CHANNEL_LABELS.get(name, name), count) for name, count in told.channels)
    parts = [
        f"产品 {issue.product}" if issue.product else _places("产品", told.products),
        f"门店 {issue.store}" if issue.store else _places("门店", told.stores),
        _places("地区", ranked(counted_by_region(dict(told.regions)))),
        _places("渠道", channels),
    ]
    named = [part for part in parts if part]
    return f"范围：{'；'.join(named)}" if named else ""


def _places(label: str, counts: Counts) -> str:
    if not counts:
        return ""
    listed = "、".join(f"{name} {count} 条" for name, count in counts[:_NAMED_PLACES])
    more = f"等 {len(counts)} 个" if len(counts) > _NAMED_PLACES else ""
    return f"{label} {listed}{more}"
