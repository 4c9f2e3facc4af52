"""Rules: the first that holds decides, the rest follows the defaults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from voc.config import Industry
from voc.records import UNHEARD, Issue, NearAspect
from voc.workorders.circumstances import Circumstances
from voc.workorders.routing import Router, Routing
from voc.workorders.rules import RoutingRules

RULES = RoutingRules.model_validate(
    {
        "defaults": {"department": "客服部", "advice": "请处理。"},
        "rules": [
            {"name": "安全", "when": {"reason": "安全"}, "then": {"priority": "urgent"}},
            {
                "name": "城东变速箱",
                "when": {"aspect": "变速箱", "store": ["城东*", "城西店"]},
                "then": {"department": "城东组", "assignee": "老李", "sla_days": 2},
            },
            {
                "name": "动力",
                "when": {"aspect": "power", "product": "X5"},
                "then": {"type": "售后"},
            },
            {"name": "上海", "when": {"region": "上海"}, "then": {"department": "华东组"}},
            {
                "name": "又重又急",
                "when": {"severity": ["high", "critical"], "urgency": "high"},
                "then": {"sla_hours": 1, "clock": "calendar"},
            },
            {"name": "主题", "when": {"topic": "t1"}, "then": {"department": "主题组"}},
            {"name": "不满", "when": {"satisfaction": "low"}, "then": {"department": "回访组"}},
            {"name": "一家店", "when": {"store": 8}, "then": {"department": "八号店"}},
        ],
    }
)


@pytest.mark.parametrize(
    ("issue", "told", "rule"),
    [
        pytest.param({}, {"reasons": ("天气", "安全")}, "安全", id="one of the reasons"),
        pytest.param(
            {"aspect_id": "power.gearbox", "store": "城东一店"}, {}, "城东变速箱", id="star"
        ),
        pytest.param(
            {"aspect_id": "power.gearbox", "store": "城西店"}, {}, "城东变速箱", id="listed"
        ),
        pytest.param(
            {"aspect_id": "power.gearbox", "store": "城西店二"}, {}, "动力", id="the whole name"
        ),
        pytest.param({"aspect_id": "power.gearbox"}, {}, "动力", id="a parent covers its children"),
        pytest.param({"aspect_id": "power"}, {}, "动力", id="the aspect itself"),
        pytest.param({"product": None}, {}, "默认", id="no product fits no condition on it"),
        pytest.param(
            {"product": "X7"}, {"regions": (("上海", 3), ("杭州", 2))}, "上海", id="main region"
        ),
        pytest.param(
            {"product": "X7"}, {"regions": (("上海", 2), ("杭州", 2))}, "默认", id="no main region"
        ),
        pytest.param(
            {"product": "X7", "severity": "high"}, {"urgency": "high"}, "又重又急", id="both hold"
        ),
        pytest.param({"product": "X7", "severity": "high"}, {}, "默认", id="only one holds"),
        pytest.param({"product": "X7", "topic_id": "t1"}, {}, "主题", id="theme"),
        pytest.param({"product": "X7", "store": "8"}, {}, "一家店", id="a number as a name"),
        pytest.param({"product": "X7"}, {"satisfaction": -0.5}, "不满", id="unsatisfied calls"),
        pytest.param({"product": "X7"}, {"satisfaction": -0.4}, "默认", id="calls in between"),
        pytest.param({"product": "X7"}, {"satisfaction": None}, "默认", id="no calls"),
        pytest.param(
            {"industry": "own", "aspect_id": "custom.1"}, {}, "默认", id="unknown taxonomy"
        ),
    ],
)
def test_the_first_rule_that_holds(
    issue: dict[str, Any],
    told: dict[str, Any],
    rule: str,
    make_issue: Callable[..., Issue],
    industries: Mapping[str, Industry],
) -> None:
    made = make_issue(**issue)
    found = Router(RULES).route(
        made,
        industry=industries.get(made.industry),
        circumstances=Circumstances(**told),
    )
    assert found.rule == rule


BY_DEFAULT = Routing(
    "客服部", "normal", "投诉", 24, "working", None, "请处理。", "默认",
    "规则“默认”：该方面没有责任部门，派往默认部门；优先级中（严重程度中）；时限 24 个工作小时",
    named_by="default",
)  # fmt: skip


@pytest.mark.parametrize(
    ("issue", "told", "routing"),
    [
        pytest.param(
            {"aspect_id": "service", "product": "X7"},
            {},
            BY_DEFAULT,
            id="all defaults",
        ),
        pytest.param(
            {"severity": "critical"},
            {},
            Routing(
                "动力质量部", "urgent", "售后", 4, "calendar", None, "请处理。", "动力",
                "规则“动力”：“动力”归动力质量部；优先级紧急（严重程度特别严重）；"
                "时限 4 小时（昼夜不停）",
            ),
            id="a rule that names the type alone",
        ),
        pytest.param(
            {"aspect_id": "power.gearbox", "store": "城东店"},
            {},
            Routing(
                "城东组", "normal", "投诉", 16, "working", "老李", "请处理。", "城东变速箱",
                "规则“城东变速箱”：部门由规则指定；优先级中（严重程度中）；时限 16 个工作小时",
                named_by="rule",
            ),
            id="working days",
        ),
        pytest.param(
            {},
            {"reasons": ("安全",)},
            Routing(
                "动力质量部", "urgent", "投诉", 4, "calendar", None, "请处理。", "安全",
                "规则“安全”：“动力”归动力质量部；优先级紧急（由规则指定）；时限 4 小时（昼夜不停）",
            ),
            id="priority by rule",
        ),
        pytest.param(
            {"aspect_id": "service", "product": "X7"},
            {"urgency": "critical"},
            Routing(
                "客服部", "urgent", "投诉", 4, "calendar", None, "请处理。", "默认",
                "规则“默认”：该方面没有责任部门，派往默认部门；优先级紧急（声音十分紧急）；"
                "时限 4 小时（昼夜不停）", named_by="default",
            ),
            id="urgency outweighs severity",
        ),
        pytest.param(
            {"aspect_id": UNHEARD, "product": "X7"},
            {"near_aspect": NearAspect("power.gearbox", 0.814)},
            Routing(
                "动力质量部", "normal", "投诉", 24, "working", None, "请处理。", "默认",
                "规则“默认”：没有方面听出它，说法最近“动力”（概率 0.81），归动力质量部；"
                "优先级中（严重程度中）；时限 24 个工作小时", named_by="near",
            ),
            id="what no aspect hears goes to the team of the nearest",
        ),
        pytest.param(
            {"aspect_id": "service", "product": "X7"},
            {"near_aspect": NearAspect("power", 0.9)},
            BY_DEFAULT,
            id="what is heard does not",
        ),
        pytest.param(
            {"aspect_id": UNHEARD, "product": "X7"},
            {"near_aspect": NearAspect("service", 0.9)},
            BY_DEFAULT,
            id="the nearest has no team",
        ),
    ],
)  # fmt: skip
def test_decisions(
    issue: dict[str, Any],
    told: dict[str, Any],
    routing: Routing,
    make_issue: Callable[..., Issue],
    industries: Mapping[str, Industry],
) -> None:
    found = Router(RULES).route(
        make_issue(**issue),
        industry=industries["cars"],
        circumstances=Circumstances(**told),
    )
    assert found == routing


def test_an_urgency_given_by_itself_counts(
    make_issue: Callable[..., Issue], industries: Mapping[str, Industry]
) -> None:
    issue = make_issue(aspect_id="service", product="X7", severity="high")
    found = Router(RULES).route(issue, industry=industries["cars"], urgency="high")
    assert (found.rule, found.sla_hours, found.clock) == ("又重又急", 1, "calendar")


@pytest.mark.parametrize(
    ("aspect_id", "department"),
    [("power.pump", "油泵组"), ("power.gearbox", "动力质量部"), ("service", "客服部")],
)
def test_a_child_without_a_team_has_its_parents(
    aspect_id: str,
    department: str,
    make_issue: Callable[..., Issue],
    industries: Mapping[str, Industry],
) -> None:
    issue = make_issue(aspect_id=aspect_id)
    assert Router(RULES).route(issue, industry=industries["cars"]).department == department


def test_why_the_other_rules_do_not_hold(
    make_issue: Callable[..., Issue], industries: Mapping[str, Industry]
) -> None:
    issue = make_issue(aspect_id="power.gearbox", store="城西店二", severity="high")
    router = Router(RULES)
    assert router.route(issue, industry=industries["cars"]).rule == "动力"
    found = router.failed(issue, industry=industries["cars"])
    assert [(one.rule, one.condition, one.allowed, one.found) for one in found] == [
        ("安全", "reason", ("安全",), ()),
        ("城东变速箱", "store", ("城东*", "城西店"), ("城西店二",)),
        ("上海", "region", ("上海",), ()),
        ("又重又急", "urgency", ("high",), ("normal",)),
        ("主题", "topic", ("t1",), ()),
        ("不满", "satisfaction", ("low",), ()),
        ("一家店", "store", ("8",), ("城西店二",)),
    ]


def test_channel_and_trend_are_conditions(
    make_issue: Callable[..., Issue], industries: Mapping[str, Industry]
) -> None:
    rules = RoutingRules.model_validate(
        {
            "rules": [
                {
                    "name": "热线新问题",
                    "when": {"channel": "hotline", "trend": ["new", "rising"]},
                    "then": {"department": "值守"},
                }
            ]
        }
    )
    told = Circumstances(channels=(("review", 3), ("hotline", 1)))
    router = Router(rules)
    rising, steady = make_issue(trend="rising"), make_issue(trend="steady")
    industry = industries["cars"]
    assert router.route(rising, industry=industry, circumstances=told).department == "值守"
    assert router.route(steady, industry=industry, circumstances=told).rule == "默认"
    assert router.route(rising, industry=industry).rule == "默认"
