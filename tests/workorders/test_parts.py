"""One order an issue, a store or a voice; several departments; rotas; what waits for a person."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voc.config import Industry
from voc.records import Evidence, Issue, Mention, OrderReview, WorkOrder
from voc.workorders.calendar import load_calendar
from voc.workorders.circumstances import Circumstances, VoiceFacts, circumstances_of
from voc.workorders.ledger import Decided, Ledger
from voc.workorders.life import apply_event
from voc.workorders.orders import decide_orders
from voc.workorders.rules import RoutingRules

NOW = datetime(2026, 3, 9, 2, tzinfo=UTC)
CN = load_calendar("cn")
Make = Callable[..., Issue]
Voice = tuple[str, Mapping[str, Any]]

EAST, WEST = {"store": "城东店"}, {"store": "城西店"}
CRITICAL = {"urgency": "critical"}


class Office:
    """Decides run after run, and keeps what the store would."""

    def __init__(self, rules: Mapping[str, Any], industries: Mapping[str, Industry]) -> None:
        self.rules = RoutingRules.model_validate(rules)
        self.industries = industries
        self.orders: dict[str, WorkOrder] = {}
        self.ledger = Ledger(holds_back=True)

    def run(self, *issues: Issue, told: Mapping[str, Circumstances] | None = None) -> Decided:
        found = decide_orders(
            issues,
            list(self.orders.values()),
            routing=self.rules,
            industries=self.industries,
            calendar=CN,
            now=NOW,
            circumstances=told,
            ledger=self.ledger,
        )
        self.orders |= {order.work_order_id: order for order, _ in found.orders}
        self.ledger = replace(
            self.ledger,
            parts={**self.ledger.parts, **{one.work_order_id: one for one in found.parts}},
            reviews={**self.ledger.reviews, **{one.work_order_id: one for one in found.reviews}},
            turns={**self.ledger.turns, **found.turns},
        )
        return found

    def parts(self, found: Decided) -> dict[str, WorkOrder]:
        return {self.ledger.parts[order.work_order_id].part: order for order, _ in found.orders}


@pytest.fixture
def office(industries: Mapping[str, Industry]) -> Callable[[Mapping[str, Any]], Office]:
    return lambda rules: Office(rules, industries)


Open = Callable[[Mapping[str, Any]], Office]


def heard(
    make_issue: Make, *voices: Voice, name: str = "is_1", **values: Any
) -> tuple[Issue, dict[str, Circumstances]]:
    """Makes an issue of voices, each with its id and what is said of its mention."""
    evidence = tuple(Evidence(voice, 0, 8, f"{voice} 起步顿挫得厉害") for voice, _ in voices)
    issue = make_issue(issue_id=name, count=len(voices), evidence=evidence, **values)
    said: dict[str, Any] = {"score": 0.9, "occurred_at": issue.last_seen, "industry": "cars"}
    said |= {"sentiment": "negative", "aspect_id": issue.aspect_id}
    mentions = [Mention(feedback_id=voice, **{**said, **told}) for voice, told in voices]
    return issue, circumstances_of({name: mentions})


def rules(*rules: Mapping[str, Any], **values: Any) -> dict[str, Any]:
    return {"rules": list(rules)} | values


A_STORE = {"name": "每店", "when": {"store": "*"}, "then": {"per": "issue_and_store"}}
ALWAYS_A_STORE = {"name": "每店", "then": {"per": "issue_and_store"}}
A_VOICE = {
    "name": "危急",
    "when": {"urgency": "critical"},
    "then": {"per": "voice", "department": "应急", "priority": "urgent"},
}


def test_one_order_a_store_and_one_for_the_rest(make_issue: Make, office: Open) -> None:
    issue, told = heard(make_issue, ("a", EAST), ("b", EAST), ("c", WEST), ("d", {}))
    desk = office(rules(ALWAYS_A_STORE))
    orders = desk.parts(desk.run(issue, told=told))
    assert set(orders) == {"store=城东店", "store=城西店", "rest"}
    assert orders["store=城东店"].title == f"{issue.title}（城东店）"
    assert "2 条声音" in (orders["store=城东店"].history[0].note or "")
    assert "d 起步顿挫" in orders["rest"].description
    assert "a 起步顿挫" not in orders["rest"].description
    assert {order.issue_id for order in orders.values()} == {"is_1"}
    assert desk.run(issue, told=told).orders == []


def test_an_open_order_of_the_same_store_is_updated(make_issue: Make, office: Open) -> None:
    desk = office(rules(ALWAYS_A_STORE))
    few = [("a", EAST), ("c", WEST)]
    issue, told = heard(make_issue, *few)
    first = desk.parts(desk.run(issue, told=told))
    issue, told = heard(make_issue, *few, *((f"n{number}", EAST) for number in range(4)))
    [(order, message)] = desk.run(issue, told=told).orders
    assert order.work_order_id == first["store=城东店"].work_order_id
    assert message.payload["type"] == "work_order.updated"
    assert len(message.payload["data"]["issue"]["evidence"]) == 5


ANY = {"name": "全部", "then": {"department": "品质部"}}
EACH_STORE = {"name": "全部", "then": {"department": "品质部", "per": "issue_and_store"}}
STORES_TEAM = {"name": "门店", "then": {"department": "门店部", "per": "issue_and_store"}}


def test_parts_join_an_order_of_the_whole_that_runs(make_issue: Make, office: Open) -> None:
    """The rule is changed while the order is worked on; afterwards each store has its own."""
    desk = office(rules(ANY))
    few = [("a", EAST), ("c", WEST), ("d", {})]
    issue, told = heard(make_issue, *few)
    [(whole, _)] = desk.run(issue, told=told).orders
    desk.rules = RoutingRules.model_validate(rules(EACH_STORE))
    assert desk.run(issue, told=told).orders == []
    more = [*few, *((f"n{number}", EAST) for number in range(4))]
    issue, told = heard(make_issue, *more)
    [(updated, message)] = desk.run(issue, told=told).orders
    assert updated.work_order_id == whole.work_order_id
    assert len(message.payload["data"]["issue"]["evidence"]) == 7
    ended = apply_event(updated, "resolved", actor="老李", at=NOW)
    heard_until = replace(ended.clock, heard_until=issue.last_seen)
    desk.orders[whole.work_order_id] = replace(ended, clock=heard_until)
    assert desk.run(issue, told=told).orders == [], "all was told"
    new = {"occurred_at": issue.last_seen + timedelta(days=1)}
    issue, told = heard(make_issue, *more, ("z", WEST | new))
    assert set(desk.parts(desk.run(issue, told=told))) == {"store=城西店"}


def test_the_whole_leaves_out_the_parts_that_run(make_issue: Make, office: Open) -> None:
    desk = office(rules(EACH_STORE))
    few = [("a", EAST), ("c", WEST)]
    issue, told = heard(make_issue, *few)
    parts = desk.parts(desk.run(issue, told=told))
    desk.rules = RoutingRules.model_validate(rules(ANY))
    assert desk.run(issue, told=told).orders == []
    more = [*few, ("d", {}), *((f"n{number}", EAST) for number in range(4))]
    issue, told = heard(make_issue, *more)
    found = desk.parts(desk.run(issue, told=told))
    assert set(found) == {"store=城东店", "rest"}
    assert found["store=城东店"].work_order_id == parts["store=城东店"].work_order_id
    assert "d 起步顿挫" in found["rest"].description
    assert desk.run(issue, told=told).orders == []


@pytest.mark.parametrize(
    ("first", "then", "opens"),
    [("issue_and_store", "voice", {"voice=n"}), ("voice", "issue_and_store", {"store=城东店"})],
)
def test_one_kind_of_part_joins_the_other_that_runs(
    first: str, then: str, opens: set[str], make_issue: Make, office: Open
) -> None:
    """New voices of a part that runs join it; those of none have an order by the new rule."""
    few = [("a", EAST), ("b", EAST), ("c", WEST)]
    desk = office(rules(ANY | {"then": {"department": "品质部", "per": first}}))
    issue, told = heard(make_issue, *few)
    before = desk.parts(desk.run(issue, told=told))
    desk.rules = RoutingRules.model_validate(
        rules(ANY | {"then": {"department": "品质部", "per": then}})
    )
    assert desk.run(issue, told=told).orders == []
    place = EAST if then == "issue_and_store" else {"store": "城南店"}
    issue, told = heard(make_issue, *few, ("n", place))
    found = desk.run(issue, told=told)
    assert set(desk.parts(found)) == opens
    [(_, message)] = found.orders
    assert [one["feedback_id"] for one in message.payload["data"]["issue"]["evidence"]] == ["n"]
    assert not opens & set(before)
    assert desk.run(issue, told=told).orders == []


def test_what_is_more_urgent_has_its_own_order_beside_the_whole(
    make_issue: Make, office: Open
) -> None:
    desk = office(rules(A_VOICE))
    issue, told = heard(make_issue, ("a", {}), ("b", {}))
    [(whole, _)] = desk.run(issue, told=told).orders
    issue, told = heard(make_issue, ("a", {}), ("b", {}), ("c", CRITICAL))
    found = desk.run(issue, told=told)
    assert set(desk.parts(found)) == {"voice=c"}
    # When it is urgent no more, its order goes on, and the others' too.
    issue, told = heard(make_issue, ("a", {}), ("b", {}), ("c", {}))
    assert desk.run(issue, told=told).orders == []
    assert desk.orders[whole.work_order_id].status == "open"


def test_another_team_is_let_in_beside_the_whole(make_issue: Make, office: Open) -> None:
    desk = office(rules(ANY))
    issue, told = heard(make_issue, ("a", EAST), ("d", {}))
    desk.run(issue, told=told)
    desk.rules = RoutingRules.model_validate(rules(STORES_TEAM, ANY, match="all"))
    found = desk.parts(desk.run(issue, told=told))
    assert set(found) == {"store=城东店|department=门店部"}
    assert desk.run(issue, told=told).orders == []


def test_a_rule_is_asked_anew_for_each_part(make_issue: Make, office: Open) -> None:
    """What several voices told together no part need tell alone."""
    issue, told = heard(make_issue, ("a", EAST | {"channel": "hotline"}), ("b", WEST))
    desk = office(
        rules({"name": "热线", "when": {"channel": "hotline"}, "then": {"per": "issue_and_store"}})
    )
    orders = desk.parts(desk.run(issue, told=told))
    assert set(orders) == {"store=城东店", "rest"}
    assert "规则“默认”" in (orders["rest"].history[0].note or "")


def test_critical_voices_get_an_order_each(make_issue: Make, office: Open) -> None:
    issue, told = heard(make_issue, ("a", CRITICAL), ("b", {}), ("c", CRITICAL), ("d", {}))
    desk = office(rules(A_VOICE))
    orders = desk.parts(desk.run(issue, told=told))
    assert set(orders) == {"voice=a", "voice=c", "rest"}
    assert orders["voice=a"].department == "应急"
    assert orders["rest"].department == "动力质量部"
    assert orders["rest"].priority != "urgent"


def test_one_voice_has_one_order_whatever_it_complains_of(make_issue: Make, office: Open) -> None:
    first, told = heard(make_issue, ("a", CRITICAL))
    other, more = heard(make_issue, ("a", CRITICAL), name="is_2", aspect_id="service")
    desk = office(rules(A_VOICE))
    assert len(desk.run(first, other, told=told | more).orders) == 1
    assert desk.run(first, other, told=told | more).orders == []
    [only] = desk.orders.values()
    desk.orders = {
        only.work_order_id: apply_event(only, "resolved", actor="x", at=NOW, note="修好了")
    }
    assert desk.run(other, first, told=told | more).orders == []


def test_a_returned_order_is_updated_by_the_rule_that_it_went_to(
    make_issue: Make, office: Open
) -> None:
    desk = office(rules(ALWAYS_A_STORE, {"name": "备用", "then": {"department": "备用组"}}))
    issue, told = heard(make_issue, ("a", EAST), severity="medium")
    [(order, _)] = desk.run(issue, told=told).orders
    back = apply_event(order, "rejected", actor="x", at=NOW, note="不归我们")
    desk.orders = {order.work_order_id: replace(back, status="open", department="备用组")}
    worse, told = heard(make_issue, ("a", EAST), severity="critical")
    [(after, message)] = desk.run(worse, told=told).orders
    assert (after.work_order_id, after.department) == (order.work_order_id, "备用组")
    assert message.payload["data"]["routing"]["rule"] == "备用"


def test_one_voice_is_enough_for_its_own_order(make_issue: Make, office: Open) -> None:
    issue, told = heard(make_issue, ("a", CRITICAL), ("b", {}))
    desk = office(rules(A_VOICE, open_when={"voices": 5}))
    assert set(desk.parts(desk.run(issue, told=told))) == {"voice=a"}


def test_every_department_that_a_rule_brings_in(make_issue: Make, office: Open) -> None:
    issue, told = heard(make_issue, ("a", {}), ("b", {}))
    desk = office(
        rules(
            {"name": "质量", "then": {"department": "质量部", "sinks": ["one"]}},
            {"name": "再说质量", "then": {"department": "质量部", "sinks": ["two", "one"]}},
            {"name": "不管", "when": {"product": "别的"}, "then": {"department": "别的部"}},
            {"name": "公关", "then": {"department": "公关部", "skill_group": "舆情"}},
            match="all",
        )
    )
    found = desk.run(issue, told=told)
    assert [(order.department, message.sink) for order, message in found.orders] == [
        ("质量部", "one"), ("质量部", "two"), ("公关部", "file")
    ]  # fmt: skip
    assert [part.skill_group for part in found.parts] == [None, "舆情"]
    assert "技能组：舆情" in found.orders[2][0].description
    assert desk.run(issue, told=told).orders == []


def test_letting_several_in_doubles_no_open_order(make_issue: Make, office: Open) -> None:
    issue, told = heard(make_issue, ("a", {}), ("b", {}))
    desk = office({})
    [(order, _)] = desk.run(issue, told=told).orders
    desk.rules = RoutingRules.model_validate(
        rules(
            {"name": "本来的", "then": {"department": order.department}},
            {"name": "公关", "then": {"department": "公关部"}},
            match="all",
        )
    )
    [(added, _)] = desk.run(issue, told=told).orders
    assert added.department == "公关部"


def test_orders_are_taken_in_turn(make_issue: Make, office: Open) -> None:
    desk = office(rules({"name": "轮流", "then": {"assignee": ["张三", "李四"]}}))
    took = []
    for number in range(3):
        issue, told = heard(make_issue, ("a", {}), name=f"is_{number}")
        [(order, message)] = desk.run(issue, told=told).orders
        took.append(order.assignee)
        assert message.payload["data"]["work_order"]["assignee"] == order.assignee
    assert took == ["张三", "李四", "张三"]


def test_where_nobody_is_on_duty_the_order_says_so(make_issue: Make, office: Open) -> None:
    rota = {"people": "张三", "days_off": {"张三": [f"{NOW:%Y-%m-%d}"]}}
    desk = office(rules({"name": "轮流", "then": {"rota": "夜班"}}, rotas={"夜班": rota}))
    issue, told = heard(make_issue, ("a", {}))
    [(order, _)] = desk.run(issue, told=told).orders
    assert order.assignee is None
    assert "轮值“夜班”此刻无人当班" in order.description


@pytest.mark.parametrize(
    ("scores", "then", "waits"),
    [
        pytest.param([0.55], {}, True, id="unsure"),
        pytest.param([0.6], {}, False, id="sure enough"),
        pytest.param([0.55, 0.9], {}, False, id="the surest voice counts"),
        pytest.param([0.55], {"review": False}, False, id="a rule that wants none"),
        pytest.param([0.9], {"review": True}, True, id="a rule that always wants one"),
    ],
)
def test_what_waits_for_a_person(
    scores: Sequence[float], then: Mapping[str, Any], waits: bool, make_issue: Make, office: Open
) -> None:
    voices = [(f"v{number}", {"score": score}) for number, score in enumerate(scores)]
    issue, told = heard(make_issue, *voices)
    desk = office(rules({"name": "r", "then": then}, review={"confidence": 0.6}))
    found = desk.run(issue, told=told)
    assert (len(found.orders), [one.state for one in found.reviews]) == (
        (0, ["waiting"]) if waits else (1, [])
    )
    again = desk.run(issue, told=told)
    assert (again.orders, again.reviews) == ([], [])


def test_what_a_person_decided_holds(make_issue: Make, office: Open) -> None:
    issue, told = heard(make_issue, ("a", {}), ("b", {}))
    desk = office(rules({"name": "r", "then": {"review": True}}))
    [waiting] = desk.run(issue, told=told).reviews
    desk.ledger = replace(desk.ledger, reviews=kept(replace(waiting, state="dismissed")))
    assert desk.run(issue, told=told).reviews == []
    more, told = heard(make_issue, *((f"n{number}", {}) for number in range(6)))
    [anew] = desk.run(more, told=told).reviews
    assert (anew.state, anew.work_order_id, anew.count) == ("waiting", waiting.work_order_id, 6)
    desk.ledger = replace(desk.ledger, reviews=kept(replace(anew, state="approved")))
    [(order, _)] = desk.run(more, told=told).orders
    assert order.work_order_id == waiting.work_order_id


def test_eased_rules_open_what_waited(make_issue: Make, office: Open) -> None:
    issue, told = heard(make_issue, ("a", {}))
    desk = office(rules({"name": "r", "then": {"review": True}}))
    desk.run(issue, told=told)
    desk.rules = RoutingRules()
    found = desk.run(issue, told=told)
    assert len(found.orders) == 1
    assert [(one.state, one.actor) for one in found.reviews] == [("approved", "voc")]


def kept(review: OrderReview) -> dict[str, OrderReview]:
    return {review.work_order_id: review}


def test_history_of_one_part_opens_nothing(make_issue: Make, industries: Any) -> None:
    old = {"occurred_at": NOW - timedelta(days=200)}
    issue, told = heard(make_issue, ("a", EAST | old), ("b", WEST), last_seen=NOW)
    found = decide_orders(
        [issue], [], routing=RoutingRules.model_validate(rules(A_STORE | {"when": {}})),
        industries=industries, calendar=CN, now=NOW, circumstances=told,
        as_of={"cars": NOW}, quiet_days=30,
    )  # fmt: skip
    assert [part.part for part in found.parts] == ["store=城西店"]


@pytest.mark.parametrize(
    ("when", "held"),
    [
        ({"sentiment": "negative"}, True),
        ({"sentiment": "positive"}, False),
        ({"intent": ["complaint", "praise"]}, True),
        ({"nps": "detractor"}, True),
        ({"nps": "promoter"}, False),
        ({"tier": "g*"}, True),
        ({"tier": "silver"}, False),
        ({"csat": {"at_most": 2}}, True),
        ({"csat": {"at_least": 2}}, False),
        ({"rating": {"at_least": 0.3, "at_most": 0.3}}, True),
        ({"sentiment_score": {"at_least": 0.95}}, False),
        ({"confidence": {"at_least": 0.9}}, True),
        ({"confidence": {"at_least": 0.91}}, False),
    ],
)
def test_conditions_on_what_voices_tell(
    when: Mapping[str, Any], held: bool, make_issue: Make, office: Open
) -> None:
    issue, _ = heard(make_issue, ("a", {}), ("b", {}))
    mentions = [
        Mention(name, "cars", "power", "negative", 0.9, issue.last_seen) for name in ("a", "b")
    ]
    facts = {
        "a": VoiceFacts("negative", 0.9, "complaint", nps=6, csat=1, rating=0.2, tier="gold"),
        "b": VoiceFacts("neutral", 0.8, rating=0.4),
    }
    desk = office(rules({"name": "r", "when": when, "then": {"department": "来了"}}))
    told = circumstances_of({issue.issue_id: mentions}, facts)
    [(order, _)] = desk.run(issue, told=told).orders
    assert (order.department == "来了") is held
