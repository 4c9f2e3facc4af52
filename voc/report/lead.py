"""The first sentences: how much was said, how much of it negative, what changed."""

from __future__ import annotations

from typing import Final

from voc.report.figures import Overview, ShareChange
from voc.report.issue_figures import TextPart
from voc.report.wording import Calendar, interval, number, percent, signed

Sentence = tuple[TextPart, ...]
FEWEST_IN_WEEK: Final = 20
"""Judged feedback that a week needs for its negative share to be told against another's."""


def plain(text: str) -> TextPart:
    return TextPart(text)


def strong(text: str) -> TextPart:
    """Returns a figure or a name that matters."""
    return TextPart(text, marked=True)


def lead(
    overview: Overview,
    calendar: Calendar,
    first_day: str | None,
    last_day: str | None,
    *,
    undated: int = 0,
) -> Sentence:
    """Returns the sentences before the key points; none where there is no feedback.

    Where most feedback is `undated`, so that its days are those of its ingestion, it is said.
    What changed is told of the recent window where that change is clear, else of the last week.
    """
    if overview.rows == 0:
        return ()
    when = calendar.span(first_day, last_day) if first_day and last_day else "本期"
    parts = [plain(f"{when}共收到 "), strong(number(overview.rows)), plain(" 条反馈")]
    if overview.rows != overview.counted:
        aside = number(overview.rows - overview.counted)
        parts.append(plain(f"（{aside} 条疑似刷评或重复，不计入以下数字）"))
    if overview.negative.share is not None:
        share = overview.negative
        parts += [
            plain("，负面占 "),
            strong(percent(share.share)),
            plain(f"（95% 区间 {interval(share.low, share.high)}）"),
        ]
    parts.append(plain("。"))
    if 2 * undated > overview.rows:
        which = "它们" if undated == overview.rows else f"其中 {number(undated)} 条"
        parts.append(plain(f"{which}自己不带时间，按所在文件或导入的时间计。"))
    if overview.recent is not None and overview.recent.is_clear:
        parts += _change(
            overview.recent,
            f"近 {overview.recent.days} 天",
            f"此前 {overview.recent.days_before} 天",
        )
    elif overview.week is not None:
        span = calendar.span(overview.week.first_day, overview.week.last_day)
        if is_told(overview.week):
            parts += _change(overview.week, f"最近完整一周（{span}）", "前一周")
        else:
            few = min(overview.week.now.total, overview.week.before.total)
            parts.append(plain(f"最近完整两周里有一周只有 {number(few)} 条，不足以比较。"))
    if not overview.open_issues:
        parts.append(plain("没有需要跟进的问题。"))
    return tuple(parts)


def counted_to(calendar: Calendar, last_day: str | None, today: str) -> Sentence:
    """Returns to which day the last weeks count and to which deadlines, where these differ."""
    if last_day is None or last_day[:10] == today[:10]:
        return ()
    last, now = calendar.day(last_day), calendar.day(today)
    return (plain(f"“近”“最近”数到反馈的最后一天（{last}），工单时限数到今天（{now}）。"),)


def is_told(change: ShareChange) -> bool:
    """Says whether both periods hold enough feedback to be compared."""
    return min(change.now.total, change.before.total) >= FEWEST_IN_WEEK


def _change(change: ShareChange, recently: str, earlier: str) -> list[TextPart]:
    parts = [plain(f"{recently}负面占 "), strong(percent(change.now.share))]
    points = round(100 * change.change.value)
    if points == 0:
        return [*parts, plain(f"，与{earlier}持平。")]
    # 53 % and 53 %, rounded, are no point apart.
    seen = round(100 * (change.now.share or 0)) - round(100 * (change.before.share or 0))
    apart = number(abs(100 * change.change.value), 0 if seen == points else 1)
    more = "高" if points > 0 else "低"
    ends = (100 * change.change.low, 100 * change.change.high)
    digits = 1 if change.is_clear and any(round(end) == 0 for end in ends) else 0
    bounds = f"{signed(ends[0], digits)} 至 {signed(ends[1], digits)}"
    doubt = "变化明显" if change.is_clear else "尚在偶然波动范围内"
    return [
        *parts,
        plain(f"，比{earlier}"),
        strong(f"{more} {apart} 个百分点"),
        plain(f"（95% 区间 {bounds}，{doubt}）。"),
    ]
