"""How figures read in Chinese: labels, shares, days, spans of time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from voc.workorders.circumstances import CHANNEL_LABELS
from voc.workorders.description import TREND_LABELS
from voc.workorders.rules import PRIORITY_LABELS, SEVERITY_LABELS
from voc.workorders.states import STATUS_LABELS

ISSUE_STATUS_LABELS: Final = {
    "open": "跟进中",
    "reopened": "重新打开",
    "closed": "已关闭",
    "ignored": "已忽略",
}
POINT_LABELS: Final = {
    "rising": "上升",
    "new": "新出现",
    "attention": "需关注",
    "orders": "工单",
    "calls": "会话",
    "improved": "好转",
    "praise": "口碑",
    "score": "评分",
    "theme": "主题",
}
VERDICT_LABELS: Final = {
    "up": "明显上升",
    "down": "明显下降",
    "even": "单周看不出变化",
    "few": "太少，不下结论",
}
EFFECT_LABELS: Final = {
    "effective": "已见效",
    "not_effective": "未见效",
    "insufficient": "样本不足",
}
KIND_LABELS: Final = {"issue": "问题", "aspect": "方面", "topic": "主题"}
OUTCOME_LABELS: Final = {
    "resolved": "已解决",
    "pending": "待跟进",
    "unresolved": "未解决",
    "unknown": "看不出",
}
ALERT_LABELS: Final = {"new": "新出现", "reopened": "重新升温", "rising": "升温"}
UNIT_LABELS: Final = {"week": "周", "month": "月", "quarter": "季度"}
SCORE_LABELS: Final = {"rating": "平均评分", "nps": "NPS 打分"}
MINUS: Final = "−"
_BY_KIND: Final[Mapping[str, Mapping[Any, str]]] = {
    "channel": CHANNEL_LABELS,
    "trend": {**TREND_LABELS, "unknown": "趋势未知"},
    "severity": SEVERITY_LABELS,
    "priority": PRIORITY_LABELS,
    "order_status": STATUS_LABELS,
    "issue_status": ISSUE_STATUS_LABELS,
    "point": POINT_LABELS,
    "unit": UNIT_LABELS,
    "alert_kind": ALERT_LABELS,
    "score": SCORE_LABELS,
    "verdict": VERDICT_LABELS,
    "kind": KIND_LABELS,
    "effect": EFFECT_LABELS,
    "outcome": OUTCOME_LABELS,
}


def label(value: str, kind: str) -> str:
    """Returns the Chinese label of a coded value; one that is not known stands for itself."""
    return _BY_KIND[kind].get(value, value)


def number(value: float, digits: int = 0) -> str:
    """Returns a number with thousands separators and a true minus sign."""
    rounded = f"{abs(value):,.{digits}f}"
    return f"{MINUS}{rounded}" if value < 0 and float(rounded.replace(",", "")) else rounded


def usual(expected: float) -> str:
    """Returns how many voices are expected, with one digit, as 1.3 or 不到 0.1."""
    return "不到 0.1" if expected < 0.1 else number(expected, 1)


def signed(value: float, digits: int = 0) -> str:
    """Returns a number with its sign, as +3 or −3; what rounds to nothing has none."""
    text = number(value, digits)
    return f"+{text}" if value > 0 and float(text.replace(",", "")) else text


def percent(share: float | None) -> str:
    """Returns a share in per cent, with one digit more where it would read as none or all."""
    if share is None:
        return "—"
    near_edge = 0 < share < 0.01 or 0.99 < share < 1
    return f"{100 * share:.{1 if near_edge else 0}f}%"


def interval(low: float, high: float) -> str:
    """Returns two shares as 33–43%."""
    return f"{100 * low:.0f}–{100 * high:.0f}%"


def times(value: float) -> str:
    """Returns a ratio with two significant digits, as 3.6 or 12, and nothing as 0."""
    if value < 0.05:
        return "0"
    return f"{value:.0f}" if value >= 10 else f"{value:.1f}"


def p_value(p: float) -> str:
    """Returns a p-value as p<0.001 or p=0.03."""
    if p < 0.001:
        return "p<0.001"
    return f"p={p:.3f}" if p < 0.01 else f"p={p:.2f}"


def hours(value: float) -> str:
    """Returns a span of time as 3 天 or 5 小时; the sign is left to the caller."""
    span = abs(value)
    if span >= 48:
        return f"{span / 24:.0f} 天"
    return f"{span:.0f} 小时" if span >= 1 else "不到 1 小时"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Writes days, with the year only where the report would be ambiguous without it."""

    with_year: bool

    @classmethod
    def of(cls, *days: str | None) -> Calendar:
        """Returns a calendar for dates in ISO 8601 that the report speaks of."""
        return cls(len({day[:4] for day in days if day}) > 1)

    def day(self, value: str) -> str:
        """Returns 11月9日, or 2026年11月9日; `value` is an ISO 8601 date or moment."""
        then = date.fromisoformat(value[:10])
        month_day = f"{then.month}月{then.day}日"
        return f"{then.year}年{month_day}" if self.with_year else month_day

    def moment(self, value: str) -> str:
        """Returns 11月9日 14:05."""
        return f"{self.day(value)} {datetime.fromisoformat(value):%H:%M}"

    def span(self, first: str, last: str) -> str:
        """Returns 11月9日–15日, naming month and year twice only where they change."""
        end = date.fromisoformat(last[:10])
        if first[:10] == last[:10]:
            return self.day(first)
        if first[:7] == last[:7]:
            return f"{self.day(first)}–{end.day}日"
        if first[:4] == last[:4]:
            return f"{self.day(first)}–{end.month}月{end.day}日"
        return f"{full_day(first)}–{full_day(last)}"


def full_day(value: str) -> str:
    """Returns 2026年11月9日."""
    return Calendar(with_year=True).day(value)
