"""The first screen: what changed and what to do, in sentences made from the figures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voc.insights import Proportion, proportion
from voc.records import POLARITIES
from voc.report.figures import KeyPoint, OrderFigures, Overview, PointKind, ScoreDrivers
from voc.report.issue_cards import has_told_ratio, is_growing, is_open, urgency_rank
from voc.report.issue_figures import IssueCard, IssueLine, OrderLine, TextPart
from voc.report.lead import Sentence, plain, strong
from voc.report.orders import is_open as is_order_open
from voc.report.tally import Place
from voc.report.theme_figures import ThemePeak
from voc.report.wording import (
    Calendar,
    hours,
    interval,
    label,
    number,
    p_value,
    percent,
    signed,
    times,
)

MOST_POINTS: Final = 6
MOST_ISSUES: Final = 4
FEWEST_ISSUES: Final = 3
MOST_ALSO_PRAISED: Final = 2
MOST_THEMES: Final = 3
_FEWEST_PRAISED: Final = 10
_FEWEST_SILENT: Final = 5
_POSITIVE: Final = POLARITIES.index("positive")


@dataclass(frozen=True, slots=True)
class Findings:
    """What the sentences are made from."""

    overview: Overview
    cards: Sequence[IssueCard]
    orders: OrderFigures
    drivers: ScoreDrivers | None
    stores: Mapping[str, Place]
    products: Mapping[str, Place]
    calendar: Calendar
    peaks: tuple[ThemePeak, ...] = ()


def key_points(findings: Findings) -> tuple[KeyPoint, ...]:
    """Returns up to six sentences, what must be looked at first."""
    rest = [
        *_theme(findings),
        *_improved(findings),
        *_praise(findings),
        *_score(findings),
    ]
    taken = len(rest) + bool(findings.overview.open_orders)
    room = max(FEWEST_ISSUES, min(MOST_ISSUES, MOST_POINTS - taken))
    groups = _notable(findings.cards)[:room]
    issues = [_issue(group, findings.calendar) for group in groups]
    orders = _orders(findings, told={group[0].line.issue_id for group in groups})
    return tuple([*issues, *orders, *rest][:MOST_POINTS])


def _notable(cards: Sequence[IssueCard]) -> list[list[IssueCard]]:
    """Returns open issues that belong on the first screen, those of one aspect together.

    So many small issues of one kind, as a foreign object in five shops, take one sentence and not
    all. The order is that of the cards, then the larger groups first.
    """
    groups: dict[str, list[IssueCard]] = {}
    for card in cards:
        line = card.line
        is_serious = line.severity in ("high", "critical")
        if is_open(line) and line.severity != "low" and (is_growing(line) or is_serious):
            groups.setdefault(line.aspect, []).append(card)

    def rank(group: list[IssueCard]) -> tuple[int, bool, int]:
        first, growing = urgency_rank(group[0].line)
        return first, growing, -sum(card.line.count for card in group)

    return sorted(groups.values(), key=rank)


def _issue(group: Sequence[IssueCard], calendar: Calendar) -> KeyPoint:
    card, *others = group
    line = card.line
    kind: PointKind = "attention"
    if line.trend == "rising":
        kind = "rising"
    elif line.trend == "new":
        kind = "new"
    told = _told_new(card, calendar) if kind == "new" else _told_change(card)
    return KeyPoint(
        kind,
        (
            strong(line.title),
            plain("："),
            *told,
            *_where(card),
            *_told_others(others),
            plain("。"),
        ),
        _issue_action(card, calendar),
        f"issue-{line.issue_id}",
    )


def _voices(line: IssueLine) -> int:
    """Returns the voices of the period, of all time where it holds none."""
    return line.in_period or line.count


def _told_others(others: Sequence[IssueCard]) -> list[TextPart]:
    if not others:
        return []
    voices = sum(_voices(card.line) for card in others)
    return [
        plain("；同一方面还有 "),
        strong(f"{number(len(others))} 个问题"),
        plain(f"，共 {number(voices)} 条"),
    ]


def _told_new(card: IssueCard, calendar: Calendar) -> list[TextPart]:
    return [
        plain(f"{calendar.day(card.line.first_seen)}首次出现，已有 "),
        strong(f"{number(card.line.count)} 条"),
        plain("反馈"),
    ]


def _told_change(card: IssueCard) -> list[TextPart]:
    recent, line = card.recent, card.line
    if not recent.days_before:
        return [plain("共 "), strong(f"{number(line.count)} 条"), plain("反馈")]
    parts = [plain(f"近 {recent.days} 天 "), strong(f"{number(recent.count)} 条")]
    parts.append(plain(f"，此前 {recent.days_before} 天 {number(recent.count_before)} 条"))
    ratio = recent.ratio
    if not has_told_ratio(card) or ratio is None or ratio.value is None or ratio.high is None:
        whole = "累计" if line.in_period in (0, line.count) else "本期共"
        return [*parts, plain(f"，{whole} {number(_voices(line))} 条")]
    bounds = f"95% 区间 {times(ratio.low)}–{times(ratio.high)} 倍，{p_value(ratio.p)}"
    return [
        *parts,
        plain("，按反馈量折算是此前的 "),
        strong(f"{times(ratio.value)} 倍"),
        plain(f"（{bounds}）"),
    ]


def _where(card: IssueCard) -> list[TextPart]:
    """Names the store, or else the product, that most voices share, where the title does not."""
    line = card.line
    for unit, places, known in (
        ("家门店", card.stores, line.store),
        ("个产品", card.products, line.product),
    ):
        if known is None and places.distinct > 1 and places.shares[0].count > 1:
            top = places.shares[0]
            found = f"涉及 {number(places.distinct)} {unit}，{top.name}最多"
            return [plain(f"，{found}（{number(top.count)} 条）")]
    return []


def _issue_action(card: IssueCard, calendar: Calendar) -> Sentence:
    pending = [order for order in card.orders if is_order_open(order)]
    if pending:
        return _order_action(pending[0], calendar)
    if card.orders:
        department = card.orders[0].department
        if not card.recent.count:
            return (plain(f"工单已办结，近 {card.recent.days} 天没有新的反馈"),)
        return (plain("工单已办结而反馈未止，请"), strong(department), plain("复核处理结果"))
    if card.line.department:
        return (plain("尚无工单，建议交"), strong(card.line.department), plain("核查"))
    return (plain("尚无工单，请指定负责部门"),)


def _order_action(order: OrderLine, calendar: Calendar) -> Sentence:
    due = calendar.moment(order.due_at)
    state = f"工单{label(order.status, 'order_status')}"
    level = f"优先级{label(order.priority, 'priority')}"
    if order.is_overdue and order.hours_left is not None:
        late = f"已逾期 {hours(order.hours_left)}"
        return (
            plain("请催办"),
            strong(order.department),
            plain(f"：{state}，{level}，应于 {due} 完成，"),
            strong(late),
        )
    verb = "请" if order.status in ("open", "reopened") else ""
    return (plain(verb), strong(order.department), plain(f" {due} 前完成（{state}，{level}）"))


def _orders(findings: Findings, *, told: Collection[str]) -> Iterator[KeyPoint]:
    overview, orders = findings.overview, findings.orders
    if not overview.open_orders:
        return
    sentence = [plain("未结工单 "), strong(f"{number(overview.open_orders)} 张")]
    if overview.overdue_orders:
        late = [
            f"{one.department}（{number(one.overdue)} 张）"
            for one in orders.departments
            if one.overdue
        ]
        sentence += [plain("，其中 "), strong(f"{number(overview.overdue_orders)} 张已逾期")]
        sentence.append(plain(f"：{'、'.join(late[:3])}{'等' if len(late) > 3 else ''}。"))
    else:
        sentence.append(plain("，没有逾期。"))
    first = next((one for one in orders.pressing if one.issue_id not in told), None)
    action = _next_order(first, findings.calendar) if first else ()
    yield KeyPoint("orders", tuple(sentence), action, "orders")


def _next_order(order: OrderLine, calendar: Calendar) -> Sentence:
    """Names the most pressing order that no sentence above has named."""
    state = f"已逾期 {hours(order.hours_left or 0)}" if order.is_overdue else "其余到期最早"
    due = calendar.moment(order.due_at)
    return (
        plain(f"{state}：{order.title}（"),
        strong(order.department),
        plain(f"，{due} 到期）"),
    )


def _theme(findings: Findings) -> Iterator[KeyPoint]:
    """Names the themes that were spoken of much in a few weeks."""
    if not findings.peaks:
        return
    sentence = [plain("短时间内集中出现的主题：")]
    for place, peak in enumerate(findings.peaks[:MOST_THEMES]):
        span = findings.calendar.span(peak.first_day, peak.last_day)
        sentence += [
            plain("；" if place else ""),
            strong(peak.topic),
            plain(f"（{span} {number(peak.count)} 条，"),
        ]
        ratio = peak.ratio
        if ratio and ratio.value is not None and ratio.high is not None:
            sentence.append(
                plain(
                    f"按反馈量折算是其余时间的 {times(ratio.value)} 倍，"
                    f"95% 区间 {times(ratio.low)}–{times(ratio.high)} 倍）"
                )
            )
        else:
            sentence.append(plain("其余时间没有）"))
    yield KeyPoint("theme", (*sentence, plain("。")), (), "topics")


def _improved(findings: Findings) -> Iterator[KeyPoint]:
    falling = [
        card
        for card in findings.cards
        if card.line.trend == "falling"
        and (has_told_ratio(card) or (card.recent.count_before >= _FEWEST_SILENT))
    ]
    if not falling:
        return
    card = max(falling, key=lambda one: (one.recent.count_before, one.line.issue_id))
    sentence = (strong(card.line.title), plain("正在回落："), *_told_change(card), plain("。"))
    yield KeyPoint("improved", sentence, (), f"issue-{card.line.issue_id}")


def _praise(findings: Findings) -> Iterator[KeyPoint]:
    """Names the store or product that is surely praised most, where it is more than the whole.

    Up to two more of the same kind that are praised for sure are named after it.
    """
    whole = findings.overview.positive
    found: list[tuple[float, int, str, str, Proportion]] = []
    for anchor, places in (("stores", findings.stores), ("products", findings.products)):
        for name, place in places.items():
            praised = proportion(place.polarities[_POSITIVE], sum(place.polarities))
            if praised.total >= _FEWEST_PRAISED and praised.low > (whole.share or 0.0):
                found.append((praised.low, praised.count, name, anchor, praised))
    if not found:
        return
    found.sort(key=lambda item: item[:3], reverse=True)
    *_, praised_name, found_in, share = found[0]
    also = [
        f"{name}（{number(other.total)} 条中 {number(other.count)} 条正面）"
        for *_, name, anchor, other in found[1:]
        if anchor == found_in
    ][:MOST_ALSO_PRAISED]
    sentence = (
        strong(praised_name),
        plain(f"受到好评：{number(share.total)} 条反馈中 "),
        strong(f"{number(share.count)} 条正面"),
        plain(
            f"（{percent(share.share)}，95% 区间 {interval(share.low, share.high)}），"
            f"整体为 {percent(whole.share)}"
        ),
        *([plain(f"；同样受好评的还有{'、'.join(also)}")] if also else []),
        plain("。"),
    )
    yield KeyPoint("praise", sentence, (), found_in)


def _score(findings: Findings) -> Iterator[KeyPoint]:
    sentence: list[TextPart] = []
    nps, rating = findings.overview.nps, findings.overview.rating
    if nps is not None and nps.value is not None:
        sentence += [
            plain("NPS 为 "),
            strong(signed(nps.value)),
            plain(f"（{number(nps.n)} 份回答，95% 区间 {signed(nps.low)} 至 {signed(nps.high)}）"),
        ]
    elif rating is not None and rating.value is not None:
        sentence += [
            plain("平均评分 "),
            strong(f"{number(rating.value, 1)} 分"),
            plain(f"（满分 5 分，{number(rating.n)} 个评分）"),
        ]
    if sentence:
        parts = (*sentence, *_driver(findings.drivers), plain("。"))
        yield KeyPoint("score", parts, (), "drivers" if findings.drivers else None)


def _driver(drivers: ScoreDrivers | None) -> list[TextPart]:
    top = drivers.drivers[0] if drivers and drivers.drivers else None
    if drivers is None or top is None or not top.driver.is_enough:
        return []
    if top.driver.mean is None or top.driver.mean_other is None or (top.driver.high or 0) >= 0:
        return []
    means = f"{number(top.driver.mean, 1)} 分，其余 {number(top.driver.mean_other, 1)} 分"
    return [
        plain("；拉低评分最多的是"),
        strong(top.name),
        plain(f"：抱怨它的顾客平均打 {means}（n={top.driver.n}）"),
    ]
