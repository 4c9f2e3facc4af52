"""Where a returned order goes: never back by the rule, or to the team, that returned it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.workorders.lives import CN, MONDAY, act, order
from voc.config import Industry
from voc.records import Issue, WorkOrder
from voc.workorders.circumstances import Circumstances
from voc.workorders.life import Rulebook
from voc.workorders.returns import Rerouting
from voc.workorders.routing import Router, Routing
from voc.workorders.rules import RoutingRules

BY_ASPECT: dict[str, Any] = {"name": "按方面", "when": {"industry": "cars"}, "then": {}}
TO_PUMP: dict[str, Any] = {"name": "油泵", "then": {"department": "油泵组", "assignee": "小陈"}}


def desk(rules: Sequence[Mapping[str, Any]], **handling: Any) -> Rerouting:
    read = RoutingRules.model_validate({"rules": rules, "handling": handling})
    return Rerouting(Router(read), "客户服务部", Rulebook(read.handling, CN))


def returned(*by: tuple[str, str]) -> WorkOrder:
    life = order()
    for hour, (rule, team) in enumerate(by, start=1):
        again = replace(life, status="open", rule=rule, department=team)
        life = act(again, "rejected", at=MONDAY + timedelta(hours=hour))
    return life


@pytest.mark.parametrize(
    ("rules", "by", "goes"),
    [
        ([BY_ASPECT, TO_PUMP], [("按方面", "动力质量部")], ("油泵组", "油泵")),
        ([TO_PUMP, BY_ASPECT], [("油泵", "油泵组")], ("动力质量部", "按方面")),
        # The default would be the aspect's team again, so it is the default department.
        ([BY_ASPECT], [("按方面", "动力质量部")], ("客户服务部", "默认")),
        ([], [("默认", "动力质量部")], ("客户服务部", "默认")),
        ([], [("默认", "动力质量部"), ("默认", "客户服务部")], ("人工分拨", "人工分拨")),
        ([], [("默认", "动力质量部"), ("默认", "客户服务部"), ("人工分拨", "人工分拨")], None),
        # Whom a person chose is no rule, but a team that does not want it.
        ([TO_PUMP], [("人工指定", "油泵组")], ("动力质量部", "默认")),
        # Three returns are enough, whatever rules are left.
        (
            [TO_PUMP],
            [("一", "甲"), ("二", "乙"), ("三", "丙")],
            ("人工分拨", "人工分拨"),
        ),
    ],
)
def test_where_it_goes(
    rules: list[dict[str, Any]],
    by: list[tuple[str, str]],
    goes: tuple[str, str] | None,
    make_issue: Callable[..., Issue],
    industries: Mapping[str, Industry],
) -> None:
    decided = desk(rules).decide(
        returned(*by), make_issue(), industry=industries["cars"], told=Circumstances()
    )
    assert (decided and (decided.department, decided.rule)) == goes


def test_the_new_team_has_all_its_time_and_is_told_why(
    make_issue: Callable[..., Issue], industries: Mapping[str, Industry]
) -> None:
    rerouting = desk([TO_PUMP])
    life = replace(returned(("默认", "动力质量部")), priority="urgent", skill_group="甲班")
    issue, told = make_issue(), Circumstances()
    decided = rerouting.decide(life, issue, industry=industries["cars"], told=told)
    assert isinstance(decided, Routing)
    at = MONDAY + timedelta(days=1)
    after = rerouting.rerouted(life, issue, decided, told=told, at=at)
    assert (after.status, after.department, after.assignee) == ("open", "油泵组", "小陈")
    assert (after.priority, after.skill_group, after.rule) == ("urgent", None, "油泵")
    assert after.clock.hours == decided.sla_hours
    assert after.due_at == at + timedelta(days=2, hours=9)  # 24 working hours
    assert "派单依据：规则“油泵”" in after.description
    entry = after.history[-1]
    assert (entry.event, entry.actor, entry.note) == ("rerouted", "voc", decided.explanation)
    assert entry.changes["department"] == ("动力质量部", "油泵组")
