from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest

from voc.insights import Difference, Proportion, difference, proportion
from voc.records import UNHEARD, EmergingTerm, OrderClock
from voc.report import Figures, Scope, build_figures
from voc.report.lead import _change, lead
from voc.report.wording import Calendar

ENDED_AT = datetime(2026, 11, 20, 10, tzinfo=timezone(timedelta(hours=8)))


def said(parts: Any) -> str:
    return "".join(part.text for part in parts)


def points(figures: Figures) -> list[tuple[str, str, str]]:
    return [(point.kind, said(point.sentence), said(point.action)) for point in figures.key_points]


@pytest.fixture
def rising(
    row: Callable[..., Any], issue: Callable[..., Any], report: Callable[..., Any]
) -> Callable[..., Figures]:
    """Eight weeks of ten feedbacks; complaints of one issue go from 1 a week to 6."""

    def make(**values: Any) -> Figures:
        rows, voices = [], []
        for week in range(8):
            for number in range(10):
                name = f"w{week}n{number}"
                is_voice = number < (6 if week >= 6 else 1)
                voices += [name] if is_voice else []
                sentiment = "negative" if is_voice else "positive"
                store = "甲店" if number % 2 else "乙店"
                rows.append(row(name, day=7 * week + number % 7, store=store, sentiment=sentiment))
        changes = {"trend": "rising", "trend_p": 0.0004, "severity": "critical"}
        one = issue("is_1", voices, **(changes | values.pop("change", {})))
        others = values.pop("others", [])
        return build_figures(report(rows=rows, issues=[one, *others], **values))

    return make


def test_the_lead_says_how_much_was_said_and_what_changed(rising: Callable[..., Figures]) -> None:
    assert said(rising().lead) == (
        "9月21日–11月15日共收到 80 条反馈，负面占 22%（95% 区间 15–33%）。"
        "近 14 天负面占 60%，比此前 42 天高 50 个百分点（95% 区间 +26 至 +69，变化明显）。"
    )


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [
        (proportion(528, 1000), proportion(532, 1000), "占 53%，与前一周持平。"),
        (proportion(526, 1000), proportion(533, 1000), "占 53%，比前一周低 0.7 个百分点（"),
        (proportion(510, 1000), proportion(540, 1000), "占 51%，比前一周低 3 个百分点（"),
    ],
)
def test_a_change_agrees_with_the_shares_that_are_shown(
    now: Proportion, before: Proportion, told: str, rising: Callable[..., Figures]
) -> None:
    known, moved = rising().overview.recent, difference(now, before)
    assert known is not None
    assert moved is not None
    change = replace(known, now=now, before=before, change=moved)
    assert told in said(_change(change, "最近一周", "前一周"))


def test_a_point_says_what_is_new_in_its_issue(rising: Callable[..., Figures]) -> None:
    term = EmergingTerm("盖子", 14, 9, 12, 0, 30, 1e-6)
    told = "；近 14 天 12 条里 9 条说到“盖子”，此前 30 条里 0 条，涉及 2 家门店"
    assert told in points(rising(change={"emerging_term": term}))[0][1]
    narrowed = rising(change={"emerging_term": term}, scope=Scope(stores=("甲店",)))
    assert "盖子" not in points(narrowed)[0][1]
    assert narrowed.issues[0].line.emerging_term is None


def test_the_lead_says_to_which_day_weeks_and_deadlines_count(
    rising: Callable[..., Figures], order: Callable[..., Any]
) -> None:
    counted = "“近”“最近”数到反馈的最后一天（11月15日），工单时限数到今天（11月16日）。"
    assert said(rising(work_orders=[order("wo_1", due=60)]).lead).endswith(counted)
    assert "今天" not in said(rising().lead)
    same_day = datetime(2026, 11, 15, 23, tzinfo=timezone(timedelta(hours=8)))
    made = rising(work_orders=[order("wo_1", due=60)], generated_at=same_day)
    assert "今天" not in said(made.lead)


def test_a_rising_issue_is_told_with_its_ratio_and_interval(
    rising: Callable[..., Figures],
) -> None:
    (kind, sentence, action), *_ = points(rising())
    assert kind == "rising"
    assert sentence == (
        "动力：换挡顿挫 is_1：近 14 天 12 条，此前 42 天 6 条，"
        "按同期全部反馈（20 条，此前 60 条）折算是此前的 6.0 倍"
        "（95% 区间 2.5–15 倍，p<0.001），涉及 2 家门店。"
    )
    assert action == "尚无工单，建议交动力总成部核查"


@pytest.mark.parametrize(
    ("change", "action"),
    [
        ({}, "请动力总成部 11月17日 10:00 前完成（工单待处理，优先级高）"),
        (
            {"status": "in_progress"},
            "动力总成部 11月17日 10:00 前完成（工单处理中，优先级高）",
        ),
        (
            {"due": 53, "status": "waiting"},
            "请催办动力总成部：工单等待中，优先级高，应于 11月13日 10:00 完成，已逾期 3 天",
        ),
        ({"status": "closed"}, "工单已办结而反馈未止，请动力总成部复核处理结果"),
    ],
)
def test_what_to_do_follows_from_the_order(
    rising: Callable[..., Figures],
    order: Callable[..., Any],
    change: dict[str, Any],
    action: str,
) -> None:
    figures = rising(work_orders=[order("wo_1", **change)])
    assert points(figures)[0][2] == action


def test_what_was_dealt_with_is_called_so_and_comes_last(
    rising: Callable[..., Figures], order: Callable[..., Any], issue: Callable[..., Any]
) -> None:
    done = order("wo_1", status="resolved", clock=OrderClock(ended_at=ENDED_AT))
    other = issue("is_2", ["w2n0"], aspect_id="service", severity="high")
    told = points(rising(work_orders=[done], others=[other]))
    assert "is_2" in told[0][1]
    assert told[1][2] == "工单已于 11月20日办结，其后没有新的反馈"


@pytest.mark.parametrize(
    ("days_after", "said_of_it"),
    [(8, "，其后到 11月28日没有新的反馈"), (0, ""), (-2, "")],
)
def test_a_report_of_the_past_vouches_for_no_day_after_it(
    days_after: int, said_of_it: str, rising: Callable[..., Figures], order: Callable[..., Any]
) -> None:
    done = order("wo_1", status="resolved", clock=OrderClock(ended_at=ENDED_AT))
    until = ENDED_AT.replace(hour=0) + timedelta(days=days_after + 1)
    figures = rising(work_orders=[done], until=until)
    assert points(figures)[0][2] == f"工单已于 11月20日办结{said_of_it}"


def test_what_must_be_done_within_hours_comes_before_larger_issues(
    rising: Callable[..., Figures], order: Callable[..., Any], issue: Callable[..., Any]
) -> None:
    urgent = order("wo_2", issue_id="is_2", priority="urgent")
    other = issue("is_2", ["w7n9"], aspect_id="service", severity="high")
    assert "is_2" in points(rising(work_orders=[urgent], others=[other]))[0][1]
    assert "is_1" in points(rising(others=[other]))[0][1]


def test_what_nobody_speaks_of_lately_comes_after_what_is_heard(
    rising: Callable[..., Figures], issue: Callable[..., Any]
) -> None:
    old = issue("is_2", ["w1n0", "w2n0"], aspect_id="service", severity="critical")
    heard = issue("is_3", ["w7n8"], aspect_id="price", severity="high")
    told = points(rising(others=[old, heard], change={"trend": "steady"}))
    assert ["is_3" in one[1] or "is_1" in one[1] for one in told[:3]] == [True, True, False]


@pytest.mark.parametrize(
    ("change", "volume"),
    [
        ({"product": "X5"}, "该产品的反馈量"),
        ({"store": "甲店"}, "反馈量"),
        ({"product": "X5", "store": "甲店"}, "反馈量"),
        ({"others": "snack"}, "反馈量"),
    ],
)
def test_a_ratio_by_other_feedback_says_so(
    change: dict[str, str],
    volume: str,
    rising: Callable[..., Figures],
    issue: Callable[..., Any],
) -> None:
    others = [issue("is_2", ["w2n0"], industry=change.pop("others", "cars"), severity="low")]
    told = points(rising(change=change, others=others))
    assert f"，按{volume}折算是此前的 6.0 倍" in told[0][1]


def test_a_new_issue_is_told_from_its_first_day(rising: Callable[..., Figures]) -> None:
    kind, sentence, _ = points(rising(change={"trend": "new"}))[0]
    assert kind == "new"
    assert sentence.startswith("动力：换挡顿挫 is_1：9月21日首次出现，已有 18 条反馈")


def test_many_issues_of_one_aspect_take_one_sentence(
    rising: Callable[..., Figures], issue: Callable[..., Any]
) -> None:
    others = [issue(f"is_{n}", [f"w{n}n0"], aspect_id="service") for n in range(2, 7)]
    told = points(rising(others=others))
    assert [kind for kind, _, _ in told][:2] == ["rising", "attention"]
    assert "；同一方面还有 4 个问题，共 4 条。" in told[1][1]


def test_issues_of_no_aspect_are_no_one_matter(
    rising: Callable[..., Figures], issue: Callable[..., Any]
) -> None:
    others = [issue(f"is_{n}", [f"w{n}n0"], aspect_id=UNHEARD) for n in range(2, 4)]
    figures = rising(others=others)
    told = points(figures)
    assert ["is_2" in one[1] or "is_3" in one[1] for one in told[1:3]] == [True, True]
    assert not any("同一方面" in one[1] for one in told)
    assert {card.line.aspect for card in figures.issues if card.line.issue_id != "is_1"} == {
        "其他问题"
    }


def test_issues_without_a_card_are_counted_with_those_of_their_aspect(
    rising: Callable[..., Figures], issue: Callable[..., Any]
) -> None:
    others = [issue(f"is_{n:02}", ["w2n0"], severity="high") for n in range(20)]
    told = points(rising(others=others))
    assert "；同一方面还有 20 个问题，共 20 条。" in told[0][1]


def test_of_a_period_only_its_voices_are_told(
    row: Callable[..., Any], issue: Callable[..., Any], report: Callable[..., Any]
) -> None:
    rows = [row(f"r{n}", day=50 + n, store="甲店" if n else "乙店") for n in range(5)]
    voices = [*(f"old{n}" for n in range(21)), *(one.feedback_id for one in rows)]
    for trend in ("steady", "new"):
        one = issue("is_1", voices, trend=trend)
        since = rows[0].occurred_at - timedelta(hours=1)
        told = points(build_figures(report(rows=rows, issues=[one], since=since)))
        assert "26 条" not in told[0][1]
        assert "5 条反馈" in told[0][1]


def test_the_ratio_of_a_part_is_that_of_the_part(
    row: Callable[..., Any], issue: Callable[..., Any], report: Callable[..., Any]
) -> None:
    rows = [row(f"r{n}", day=n, region="广东" if n >= 42 else "浙江") for n in range(56)]
    rows += [row(f"s{n}", day=n, region="广东", sentiment="positive") for n in range(56)]
    voices = [one.feedback_id for one in rows if one.sentiment == "negative"]
    found = issue("is_1", voices, trend="rising", trend_p=0.001, trend_ratio=4.7)
    figures = build_figures(report(rows=rows, issues=[found], scope=Scope(regions=("广东",))))
    recent = figures.issues[0].recent
    assert (recent.count, recent.count_before) == (14, 0)
    assert recent.ratio is not None
    assert recent.ratio.value is None
    assert "倍" not in points(figures)[0][1]
    whole = build_figures(report(rows=rows, issues=[found]))
    assert whole.issues[0].recent.ratio is not None
    assert whole.issues[0].recent.ratio.value == 4.7


def test_what_lies_outside_the_days_told_is_not_counted_in_them(
    row: Callable[..., Any], report: Callable[..., Any]
) -> None:
    rows = [row(f"r{n}", day=n % 56) for n in range(400)]
    rows += [row("stray", day=-900, sentiment="positive")]
    figures = build_figures(report(rows=rows))
    assert said(figures.lead).startswith("9月21日–11月15日共收到 400 条反馈，负面占 100%")
    assert (figures.overview.counted, figures.coverage.rows, figures.coverage.strays) == (
        400,
        401,
        1,
    )
    in_buckets = sum(one.negative + one.positive for one in figures.volume.buckets)
    assert in_buckets == figures.overview.counted


def test_low_and_closed_issues_stay_off_the_first_screen(
    rising: Callable[..., Figures],
) -> None:
    for change in ({"severity": "low"}, {"status": "closed"}):
        assert "rising" not in [kind for kind, _, _ in points(rising(change=change))]
    assert said(rising(change={"status": "closed"}).lead).endswith("没有需要跟进的问题。")


def test_orders_are_told_with_those_overdue_and_one_not_told_yet(
    rising: Callable[..., Figures], order: Callable[..., Any]
) -> None:
    orders = [
        order("wo_1", due=50),
        order("wo_2", due=54, issue_id="is_9", department="门店运营部"),
        order("wo_3", due=60, issue_id="is_9"),
    ]
    told = {
        kind: (sentence, action) for kind, sentence, action in points(rising(work_orders=orders))
    }
    assert told["orders"] == (
        "未结工单 3 张，其中 2 张已逾期：动力总成部（1 张）、门店运营部（1 张）。",
        "已逾期 2 天：查明换挡顿挫 wo_2（门店运营部，11月14日 10:00 到期）",
    )


def test_what_falls_is_told_as_better(rising: Callable[..., Figures]) -> None:
    change = {"trend": "falling", "trend_p": 0.01, "severity": "medium"}
    kind, sentence, _ = points(rising(change=change))[0]
    assert kind == "improved"
    assert "正在回落" in sentence


def test_a_place_is_praised_only_where_its_interval_is_above_the_whole(
    row: Callable[..., Any], report: Callable[..., Any]
) -> None:
    rows = [row(f"a{n}", store="高新店", product=None, sentiment="positive") for n in range(12)]
    rows += [row(f"b{n}", store="郑东店", product=None) for n in range(30)]
    rows += [row("c", store="小店", product=None, sentiment="positive")]
    told = points(build_figures(report(rows=rows)))
    assert told == [
        (
            "praise",
            "高新店受到好评：12 条反馈中 12 条正面（100%，95% 区间 76–100%），整体为 30%。",
            "",
        )
    ]


def test_the_score_is_told_with_what_pulls_it_down(
    row: Callable[..., Any], mention: Callable[..., Any], report: Callable[..., Any]
) -> None:
    rows = [row(f"u{n}", nps=n % 3) for n in range(30)]
    rows += [row(f"h{n}", nps=9 + n % 2) for n in range(30)]
    told = points(build_figures(report(rows=rows, mentions=[mention(f"u{n}") for n in range(30)])))
    assert told[-1][1] == (
        "NPS 为 0（60 份回答，95% 区间 −25 至 +25）；拉低评分最多的是动力："
        "抱怨它的顾客平均打 1.0 分，其余 9.5 分（n=30）"
        "；分数与文字矛盾：30 份打了高分，文字却是负面。"
    )


def test_there_are_six_points_at_most(
    rising: Callable[..., Figures],
    issue: Callable[..., Any],
    order: Callable[..., Any],
) -> None:
    others = [issue(f"is_{n}", [f"w{n}n0"], aspect_id=f"aspect{n}") for n in range(2, 9)]
    assert len(rising(others=others, work_orders=[order("wo_1")]).key_points) <= 6


def test_nothing_said_is_nothing_told(report: Callable[..., Any]) -> None:
    figures = build_figures(report())
    assert figures.lead == ()
    assert figures.key_points == ()


def test_a_trend_that_is_not_sure_is_not_told_as_its_ratio(
    row: Callable[..., Any], issue: Callable[..., Any], report: Callable[..., Any]
) -> None:
    rows = [row(f"r{n}", day=n) for n in range(40)]
    voices = [one.feedback_id for one in rows]
    rising = issue("is_1", voices, trend="rising", trend_p=0.051, trend_low=0.9)
    figures = build_figures(report(rows=rows, issues=[rising]))
    ratio = figures.issues[0].recent.ratio
    assert ratio is not None
    assert ratio.low < 1
    sentence = "".join(part.text for part in figures.key_points[0].sentence)
    assert "倍" not in sentence
    assert "累计 40 条" in sentence


def test_of_a_part_only_its_voices_are_told(
    row: Callable[..., Any], issue: Callable[..., Any], report: Callable[..., Any]
) -> None:
    rows = [row(f"r{n}", day=n, product="X5" if n % 2 else "E3") for n in range(40)]
    found = [issue(f"is_{n}", [one.feedback_id for one in rows]) for n in range(2)]
    figures = build_figures(report(rows=rows, issues=found, scope=Scope(products=("X5",))))
    sentence = "".join(part.text for part in figures.key_points[0].sentence)
    assert "本期共 20 条" in sentence
    assert "1 个问题，共 20 条" in sentence


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(0.002, 0.16, "+0.2 至 +16.0"), (0.02, 0.16, "+2 至 +16"), (-0.2, -0.004, "−20.0 至 −0.4")],
)
def test_a_clear_change_never_reads_as_none(
    low: float, high: float, told: str, rising: Callable[..., Figures]
) -> None:
    overview = rising().overview
    assert overview.recent is not None
    change = Difference((low + high) / 2, low, high)
    recent = replace(overview.recent, change=change, is_clear=True)
    sentence = said(
        lead(replace(overview, recent=recent), Calendar(with_year=False), "2026-09-21", None)
    )
    assert f"95% 区间 {told}，变化明显" in sentence


def test_few_voices_in_a_week_are_not_compared(rising: Callable[..., Figures]) -> None:
    overview = replace(rising().overview, recent=None)
    sentence = said(lead(overview, Calendar(with_year=False), None, None))
    assert "最近完整两周里有一周只有 10 条，不足以比较" in sentence


def test_feedback_without_a_time_is_said_to_have_none(rising: Callable[..., Figures]) -> None:
    overview = rising().overview
    sentence = said(lead(overview, Calendar(with_year=False), None, None, undated=70))
    assert "70 条自己不带时间" in sentence
    assert "不带时间" not in said(lead(overview, Calendar(with_year=False), None, None, undated=9))
