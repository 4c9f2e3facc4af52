"""What an order says to the people who get it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from voc.records import EmergingTerm, Evidence, Issue, Mention
from voc.workorders.circumstances import Circumstances, VoiceFacts
from voc.workorders.description import describe, verbatims
from voc.workorders.routing import Routing

DUE = datetime(2026, 3, 12, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
ROUTING = Routing(
    "动力质量部", "normal", "投诉", 24, "working", None, "请查明原因。", "默认",
    "规则“默认”：动力归动力质量部",
)  # fmt: skip


def evidence(*texts: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(f"fb_{i}", 0, len(text), text) for i, text in enumerate(texts))


def test_a_city_is_counted_with_its_province(make_issue: Callable[..., Issue]) -> None:
    told = Circumstances(regions=(("江苏", 14), ("南京", 12), ("杭州", 3)))
    text = describe(make_issue(), routing=ROUTING, circumstances=told, due_at=DUE)
    assert "地区 江苏 26 条、杭州 3 条" in text


def test_critical_voices_are_quoted_first_and_say_why(make_issue: Callable[..., Issue]) -> None:
    said = evidence("味道不好", *(f"等了{number}个小时的那一份很咸很油" for number in range(7)))
    voice = Mention(
        "fb_0", "restaurant", "taste", "negative", 0.9, DUE, urgency="critical",
        urgency_reasons=("食物中毒",), product="X5", store="东店",
    )  # fmt: skip
    told = Circumstances(urgency="critical", voices=((voice, VoiceFacts()),))
    issue = make_issue(count=8, evidence=said)
    text = describe(issue, routing=ROUTING, circumstances=told, due_at=DUE)
    assert "  1. “味道不好”（fb_0，03-12，东店，十分紧急：食物中毒）\n  2. “等了" in text
    many = evidence("味道不好", *(f"{number}号" for number in range(250)))
    assert verbatims(many, first={"fb_0"})[0].feedback_id == "fb_0"


def test_a_whole_description(make_issue: Callable[..., Issue]) -> None:
    issue = make_issue(
        count=12,
        severity="high",
        evidence=evidence("起步一顿一顿的", "嗯", "二挡升三挡\n闯得厉害", "修了三次没修好"),
    )
    told = Circumstances(
        urgency="critical",
        reasons=("安全",),
        products=(("X5", 12),),
        stores=tuple((f"店{number}", 8 - number) for number in range(7)),
        regions=(("上海", 9), ("杭州", 3)),
        channels=(("forum", 8), ("hotline", 4)),
    )
    text = describe(issue, routing=ROUTING, circumstances=told, due_at=DUE, former="wo_old")
    assert text == "\n".join(
        [
            "问题：动力：变速箱顿挫（X5）",
            "情况：2026-03-01 至 2026-03-07 共 12 条声音，严重程度高，声量上升，涉及安全",
            "范围：产品 X5；门店 店0 8 条、店1 7 条、店2 6 条、店3 5 条、店4 4 条等 7 个；"
            "地区 上海 9 条、杭州 3 条；渠道 论坛 8 条、热线 4 条",
            "原声：",
            "  1. “二挡升三挡 闯得厉害”（fb_2）",
            "  2. “修了三次没修好”（fb_3）",
            "  3. “起步一顿一顿的”（fb_0）",
            "办理：请查明原因。",
            "时限：2026-03-12 10:00 前",
            "派单依据：规则“默认”：动力归动力质量部",
            "问题编号：is_1",
            "重现：此前的工单 wo_old 办结后又有新的声音",
        ]
    )


def test_what_is_not_known_is_left_out(make_issue: Callable[..., Issue]) -> None:
    issue = make_issue(product=None, evidence=evidence("", ""), count=2)
    issue_text = describe(issue, routing=ROUTING, circumstances=Circumstances(), due_at=DUE)
    assert "范围" not in issue_text
    assert "（见反馈 fb_0、fb_1）" in issue_text


@pytest.mark.parametrize(
    ("texts", "picked"),
    [
        pytest.param(["起步顿挫", "起步顿挫"], ["起步顿挫"], id="a repeat"),
        pytest.param(["起步顿挫得厉害", "起步顿挫厉害"], ["起步顿挫得厉害"], id="nearly a repeat"),
        pytest.param(["顿挫", "漏油"], ["漏油", "顿挫"], id="the newest first"),
        pytest.param(["短的", "长一些的话"], ["长一些的话", "短的"], id="the fuller"),
        pytest.param(["甲乙", "丙丁", "戊己", "庚辛", "壬癸", "子丑"],
                     ["子丑", "壬癸", "庚辛", "戊己", "丙丁"], id="five at most"),
        pytest.param(["嗯", " "], [], id="nothing said"),
    ],
)  # fmt: skip
def test_what_is_quoted(texts: Sequence[str], picked: Sequence[str]) -> None:
    assert [item.text for item in verbatims(evidence(*texts))] == picked


def test_what_says_what_the_issue_is_called_by_is_quoted_first() -> None:
    evidence = [Evidence("a", 0, 9, "都是同规格的打包盒子"), Evidence("b", 0, 5, "汤全洒了")]
    assert [one.feedback_id for one in verbatims(evidence)] == ["a", "b"]
    assert [one.feedback_id for one in verbatims(evidence, words=["洒"])] == ["b", "a"]
    assert [one.feedback_id for one in verbatims(evidence, words=["洒"], first=["a"])] == ["a", "b"]


def test_what_is_new_is_told_and_half_of_what_is_quoted(make_issue: Callable[..., Issue]) -> None:
    old = ["汤全洒在袋子里面了", "粥撒了一半还是凉的", "包装袋破了一个大洞"]
    new = ["新的盖子扣不紧啊", "盖子一碰就打开", "换了盖子以后漏油", "盖子盖不严实"]
    term = EmergingTerm("盖子", 14, 4, 6, 0, 30, 1e-5)
    issue = make_issue(title="包装：洒了", evidence=evidence(*new, *old), emerging_term=term)
    text = describe(issue, routing=ROUTING, circumstances=Circumstances(), due_at=DUE)
    assert "\n新情况：近 14 天 6 条里 4 条说到“盖子”，此前 30 条里 0 条\n" in text
    quoted = [line for line in text.splitlines() if line.startswith("  ")]
    assert ["盖子" in line for line in quoted] == [True, True, True, False, False]
    told = [one.text for one in verbatims(evidence(*new, *new[:0], *old[:1]), newly="盖子")]
    assert (len(told), old[0] in told) == (5, True)
    app = evidence("ＡＰＰ打不开", "等了一个小时的那一份很咸很油")
    assert verbatims(app, newly="app")[0].text == "ＡＰＰ打不开"


def test_urgent_voices_are_quoted_whether_or_not_they_say_what_is_new() -> None:
    new = [
        "新的盖子扣不紧啊",
        "盖子一碰就打开",
        "换了盖子以后漏油",
        "盖子盖不严实",
        "盖子把手烫伤了",
    ]
    old = ["汤全洒在袋子里面了", "粥撒了一半还是凉的"]
    said = evidence(*old, *new)
    urgent = [one.feedback_id for one in said[2:]]
    assert [one.text for one in verbatims(said, first=urgent, newly="盖子")][-1] in new


def test_a_long_verbatim_is_cut(make_issue: Callable[..., Issue]) -> None:
    issue = make_issue(evidence=evidence("长" * 500), count=1)
    text = describe(issue, routing=ROUTING, circumstances=Circumstances(), due_at=DUE)
    assert f"“{'长' * 79}…”" in text
