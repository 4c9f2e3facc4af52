"""The other sentences of the first screen: calls, themes, what got better, praise, the score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from voc.insights import Proportion, proportion
from voc.records import POLARITIES
from voc.report.call_figures import CallFigures
from voc.report.calls import FEWEST_CALLS
from voc.report.figures import KeyPoint, OrderFigures, Overview, ScoreDrivers
from voc.report.issue_cards import has_told_ratio
from voc.report.issue_figures import IssueCard, IssueLine, RecentChange, TextPart
from voc.report.lead import plain, strong
from voc.report.tally import Place
from voc.report.theme_figures import ThemePeak
from voc.report.wording import Calendar, interval, number, p_value, percent, signed, times

MOST_ALSO_PRAISED: Final = 2
MOST_THEMES: Final = 3
_FEWEST_PRAISED: Final = 10
_FEWEST_SILENT: Final = 5
_POSITIVE: Final = POLARITIES.index("positive")


@dataclass(frozen=True, slots=True)
class Findings:
    """What the sentences are made from.

    `last_day` is the last one that was asked for, where one was: what came later is not told.
    """

    overview: Overview
    cards: Sequence[IssueCard]
    lines: Sequence[IssueLine]
    orders: OrderFigures
    drivers: ScoreDrivers | None
    stores: Mapping[str, Place]
    products: Mapping[str, Place]
    calendar: Calendar
    peaks: tuple[ThemePeak, ...] = ()
    calls: CallFigures | None = None
    last_day: str | None = None


def wider_points(findings: Findings) -> list[KeyPoint]:
    """Returns the sentences that are about no single issue that must be looked at."""
    return [
        *_calls(findings),
        *_theme(findings),
        *_improved(findings),
        *_praise(findings),
        *_score(findings),
    ]


def voices_of(line: IssueLine) -> int:
    """Returns the voices of the period, of all time where it holds none."""
    return line.in_period or line.count


def told_change(card: IssueCard) -> list[TextPart]:
    recent, line = card.recent, card.line
    if not recent.days_before:
        whole = "共" if line.in_period in (0, line.count) else "本期共"
        return [plain(f"{whole} "), strong(f"{number(voices_of(line))} 条"), plain("反馈")]
    parts = [plain(f"近 {recent.days} 天 "), strong(f"{number(recent.count)} 条")]
    parts.append(plain(f"，此前 {recent.days_before} 天 {number(recent.count_before)} 条"))
    ratio = recent.ratio
    if not has_told_ratio(card) or ratio is None or ratio.value is None or ratio.high is None:
        whole = "累计" if line.in_period in (0, line.count) else "本期共"
        return [*parts, plain(f"，{whole} {number(voices_of(line))} 条")]
    bounds = f"95% 区间 {times(ratio.low)}–{times(ratio.high)} 倍，{p_value(ratio.p)}"
    return [
        *parts,
        plain(f"，按{_volume(line, recent)}折算是此前的 "),
        strong(f"{times(ratio.value)} 倍"),
        plain(f"（{bounds}）"),
    ]


def _volume(line: IssueLine, recent: RecentChange) -> str:
    """Says what feedback a ratio is by, with its counts where they are known."""
    if recent.fed is None or recent.fed_before is None:
        # By a store's own feedback or, where that is little, by that of all stores.
        return "该产品的反馈量" if line.product and not line.store else "反馈量"
    return f"同期全部反馈（{number(recent.fed)} 条，此前 {number(recent.fed_before)} 条）"


def _calls(findings: Findings) -> Iterator[KeyPoint]:
    """Tells how conversations ended, where they are most of what came in."""
    calls = findings.calls
    if calls is None or calls.total < FEWEST_CALLS or 2 * calls.total < findings.overview.rows:
        return
    left = calls.unresolved
    sentence = [
        plain(f"{number(calls.total)} 通会话，按最后的话 "),
        strong(f"{percent(left.share)} 未解决"),
        plain(
            f"（95% 区间 {interval(left.low, left.high)}），"
            f"{percent(calls.pending.share)} 待跟进，{percent(calls.resolved.share)} 已解决"
        ),
    ]
    if calls.soothed.total >= FEWEST_CALLS:
        sentence.append(
            plain(
                f"；一开始就不满的 {number(calls.soothed.total)} 通里，"
                f"{percent(calls.soothed.share)} 结束时不再不满"
            )
        )
    yield KeyPoint("calls", (*sentence, plain("。")), (), "calls")


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
            bounds = f"95% 区间 {times(ratio.low)}–{times(ratio.high)}"
            sentence.append(plain(f"是其余时间的 {times(ratio.value)} 倍，{bounds}）"))
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
    sentence = (strong(card.line.title), plain("正在回落："), *told_change(card), plain("。"))
    yield KeyPoint("improved", sentence, (), f"issue-{card.line.issue_id}")


def _praise(findings: Findings) -> Iterator[KeyPoint]:
    """Names the store or product that is surely praised most, where it is more than the whole.

    Up to two more of each kind that are praised for sure are named after it.
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
        for kind in ("stores", "products")
        for *_, name, _, other in [one for one in found[1:] if one[3] == kind][:MOST_ALSO_PRAISED]
    ]
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
    overview = findings.overview
    nps, rating = overview.nps, overview.rating
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
        parts = (*sentence, *_driver(findings.drivers), *_contradicting(overview), plain("。"))
        yield KeyPoint("score", parts, (), "drivers" if findings.drivers else None)


def _contradicting(overview: Overview) -> list[TextPart]:
    """Says where words and scores disagree: those who give ten points and are angry are missed."""
    told = [
        f"{number(count)} 份{what}"
        for count, what in (
            (overview.praised_but_angry, "打了高分，文字却是负面"),
            (overview.scolded_but_glad, "打了低分，文字却是正面"),
        )
        if count
    ]
    return [plain(f"；分数与文字矛盾：{'，'.join(told)}")] if told else []


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
