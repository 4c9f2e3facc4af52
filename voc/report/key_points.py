"""The first screen: what changed and what to do, in sentences made from the figures."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from voc.issues import ASPECT_NAMES
from voc.records import UNHEARD, UNPLACED
from voc.report.figures import KeyPoint, PointKind
from voc.report.issue_cards import is_growing, is_open, urgency_rank
from voc.report.issue_figures import IssueCard, IssueLine, OrderLine, TextPart
from voc.report.lead import Sentence, plain, strong
from voc.report.orders import is_open as is_order_open
from voc.report.wider_points import Findings, told_change, voices_of, wider_points
from voc.report.wording import (
    Calendar,
    hours,
    label,
    number,
)

MOST_POINTS: Final = 6
MOST_ISSUES: Final = 4
FEWEST_ISSUES: Final = 3
_DATE_LENGTH: Final = len("2026-01-31")


def key_points(findings: Findings) -> tuple[KeyPoint, ...]:
    """Returns up to six sentences, what must be looked at first."""
    rest = wider_points(findings)
    taken = len(rest) + bool(findings.overview.open_orders)
    room = max(FEWEST_ISSUES, min(MOST_ISSUES, MOST_POINTS - taken))
    groups = _notable(findings.cards)[:room]
    issues = [_issue(group[0], findings) for group in groups]
    orders = _orders(findings, told={group[0].line.issue_id for group in groups})
    return tuple([*issues, *orders, *rest][:MOST_POINTS])


def _notable(cards: Sequence[IssueCard]) -> list[list[IssueCard]]:
    """Returns open issues that belong on the first screen, those of one aspect together.

    So many small issues of one kind, as a foreign object in five shops, take one sentence and not
    all. What somebody must do within hours comes first, of that what was said last; then the order
    is that of the cards, then the larger groups first; what nobody speaks of lately comes after
    what is heard, and what was dealt with and not heard of since comes last.
    """
    groups: dict[str, list[IssueCard]] = {}
    for card in cards:
        line = card.line
        is_serious = line.severity in ("high", "critical")
        if is_open(line) and line.severity != "low" and (is_growing(line) or is_serious):
            groups.setdefault(_matter(line), []).append(card)

    def rank(group: list[IssueCard]) -> tuple[bool, bool, bool, int, bool, int]:
        head = group[0]
        first, growing = urgency_rank(head.line)
        size = sum(voices_of(card.line) for card in group)
        is_calm = not _is_urgent(head)
        return _settled_at(head) is not None, _is_silent(head), is_calm, first, growing, -size

    for group in groups.values():
        group.sort(key=_urgent_day, reverse=True)
        group.sort(key=_is_silent)
    return sorted(groups.values(), key=rank)


def _matter(line: IssueLine) -> str:
    """Returns what issues of one matter share: their aspect; those of none share nothing."""
    return line.issue_id if line.aspect == ASPECT_NAMES[UNHEARD] else line.aspect


def _is_silent(card: IssueCard) -> bool:
    """Says whether nobody has spoken of it lately, where there is a time before to compare."""
    return bool(card.recent.days_before) and not card.recent.count


def _is_urgent(card: IssueCard) -> bool:
    """Says whether a team has an order of it that must be done within hours."""
    return any(order.priority == "urgent" for order in card.orders if is_order_open(order))


def _urgent_day(card: IssueCard) -> str:
    """Returns the day when what must be done within hours was heard of last; nothing of others."""
    return card.line.last_seen if _is_urgent(card) else ""


def _issue(card: IssueCard, findings: Findings) -> KeyPoint:
    line, calendar = card.line, findings.calendar
    kind: PointKind = "attention"
    if line.trend == "rising":
        kind = "rising"
    elif line.trend == "new":
        kind = "new"
    told = _told_new(card, calendar) if kind == "new" else told_change(card)
    return KeyPoint(
        kind,
        (
            strong(line.title),
            plain("："),
            *told,
            *_told_newly(line),
            *_where(card),
            *_told_others(line, findings.lines),
            plain("。"),
        ),
        _issue_action(card, findings),
        f"issue-{line.issue_id}",
    )


def _told_newly(line: IssueLine) -> list[TextPart]:
    """Says what recent voices say that earlier ones did not."""
    return [plain("；"), strong(line.emerging_term.sentence)] if line.emerging_term else []


def _told_others(line: IssueLine, lines: Sequence[IssueLine]) -> list[TextPart]:
    """Counts all other open issues of the aspect, or emergencies, those without a card too."""
    others = [
        one
        for one in lines
        if is_open(one) and _matter(one) == _matter(line) and one.issue_id != line.issue_id
    ]
    if not others:
        return []
    voices = sum(voices_of(one) for one in others)
    is_any = line.aspect == ASPECT_NAMES[UNPLACED]
    return [
        plain("；另有 " if is_any else "；同一方面还有 "),
        strong(f"{number(len(others))} 个{'紧急情况' if is_any else '问题'}"),
        plain(f"，共 {number(voices)} 条"),
    ]


def _told_new(card: IssueCard, calendar: Calendar) -> list[TextPart]:
    line = card.line
    have = "已有" if line.in_period in (0, line.count) else "本期有"
    return [
        plain(f"{calendar.day(line.first_seen)}首次出现，{have} "),
        strong(f"{number(voices_of(line))} 条"),
        plain("反馈"),
    ]


def _where(card: IssueCard) -> list[TextPart]:
    """Says how many stores, or else products, voices name, and which stands out, if any does."""
    line = card.line
    for unit, places, known in (
        ("家门店", card.stores, line.store),
        ("个产品", card.products, line.product),
    ):
        if known is None and places.distinct > 1 and places.shares[0].count > 1:
            found = [plain(f"，涉及 {number(places.distinct)} {unit}")]
            if one := places.standout:
                each = f"每百条反馈 {one.per_hundred:.1f} 条，其余 {one.elsewhere:.1f} 条"
                found += [plain("，"), strong(f"{one.name}最突出"), plain(f"（{each}）")]
            return found
    return []


def _issue_action(card: IssueCard, findings: Findings) -> Sentence:
    calendar = findings.calendar
    pending = [order for order in card.orders if is_order_open(order)]
    if pending:
        return _order_action(pending[0], calendar)
    if card.orders:
        department = card.orders[0].department
        if settled := _settled_at(card):
            silence = _silence_since(settled, findings.last_day, calendar)
            return (plain(f"工单已于 {calendar.day(settled)}办结{silence}"),)
        return (plain("工单已办结而反馈未止，请"), strong(department), plain("复核处理结果"))
    if card.line.department:
        return (plain("尚无工单，建议交"), strong(card.line.department), plain("核查"))
    return (plain("尚无工单，请指定负责部门"),)


def _silence_since(day: str, last_day: str | None, calendar: Calendar) -> str:
    """Says until when nobody spoke after a day; nothing where the report ends before."""
    if last_day is None:
        return "，其后没有新的反馈"
    return f"，其后到 {calendar.day(last_day)}没有新的反馈" if day < last_day else ""


def _settled_at(card: IssueCard) -> str | None:
    """Returns the day on which an issue's last order ended, if nobody has spoken of it since."""
    ends = [order.ended_at for order in card.orders]
    if not ends or None in ends:
        return None
    last = max(end for end in ends if end is not None)[:_DATE_LENGTH]
    return last if card.line.last_seen <= last else None


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
