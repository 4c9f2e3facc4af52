"""Emergencies are heard, told apart, quoted, and given to whose they are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.pipeline.workshop import NOW, OLD, Workshop, voice
from voc.issues import telling_span
from voc.records import UNPLACED, Sentiment, Urgency

FIRE = Urgency("critical", ("火灾与燃气", "安全"))


@pytest.mark.parametrize(
    ("values", "heard"),
    [
        pytest.param({"aspect": None}, True, id="no aspect"),
        pytest.param({"aspect": None, "sentiment": "neutral"}, True, id="told without anger"),
        pytest.param({"aspect": None, "sentiment": "positive"}, False, id="praise"),
        pytest.param({"aspect": "power", "score": 0.1}, True, id="an aspect too doubtful to count"),
        pytest.param({"aspect": "power"}, False, id="an aspect that counts"),
    ],
)
def test_an_emergency_is_heard(values: dict[str, Any], heard: bool, workshop: Workshop) -> None:
    text = "你好。小区里面煤气泄漏了没有人来管！谢谢"
    workshop.hear("automotive", [voice("automotive", "a", OLD, text, urgency=FIRE, **values)])
    workshop.chain().form()
    found = [
        workshop.store.issue(issue.issue_id) for issue in workshop.store.issues(aspect_id=UNPLACED)
    ]
    assert bool(found) is heard
    for issue in found:
        assert issue
        assert issue.title == "火灾与燃气：煤气泄漏"
        assert [item.text for item in issue.evidence] == ["小区里面煤气泄漏了没有人来管！"]
    assert workshop.chain().form() == (0, 0)


def test_an_emergency_in_a_crowd_is_an_issue_and_an_order_of_its_own(workshop: Workshop) -> None:
    poisoned = Urgency("critical", ("食品安全",))
    said = "菜太淡没有味道"
    voices = [
        voice("restaurant", str(day), NOW - timedelta(days=day), said, aspect="dish.taste")
        for day in range(1, 7)
    ]
    ill = "吃完他家的鱼上吐下泻"
    when = NOW - timedelta(days=1, hours=1)
    for name, text in (("in", f"{said}，{ill}"), ("alone", ill)):
        voices.append(voice("restaurant", name, when, text, aspect="dish.taste", urgency=poisoned))
    workshop.hear("restaurant", voices)
    workshop.chain().form()
    taste, ill_of_it = sorted(
        (workshop.store.issue(issue.issue_id) for issue in workshop.store.issues()),
        key=lambda issue: issue.aspect_id if issue else "",
    )
    assert taste
    assert ill_of_it
    assert (taste.aspect_id, taste.count, taste.severity) == ("dish.taste", 7, "medium")
    assert (ill_of_it.aspect_id, ill_of_it.count, ill_of_it.severity) == (UNPLACED, 2, "high")
    assert ill_of_it.title == "食品安全：上吐下泻"
    orders = {order.issue_id: order for order in workshop.orders("restaurant")}
    assert orders[taste.issue_id].priority == "normal"
    urgent = orders[ill_of_it.issue_id]
    assert (urgent.priority, urgent.department) == ("urgent", "品控食安部")
    assert "十分紧急：食品安全" in urgent.description
    assert workshop.chain().form() == (0, 0)


@pytest.mark.parametrize(("score", "heard"), [(0.9, True), (0.97, False)])
def test_praise_hides_no_emergency_of_a_team_unless_it_is_sure(
    score: float, heard: bool, workshop: Workshop
) -> None:
    text = "很好，只不过吃完拉肚子了"
    poisoned = Urgency("critical", ("食品安全",))
    item, tags = voice("restaurant", "a", NOW, text, aspect=None, urgency=poisoned)
    mood = Sentiment("positive", score, {})
    workshop.hear("restaurant", [(item, replace(tags, sentiment=mood))])
    workshop.chain().form()
    assert [issue.title for issue in workshop.store.issues()] == ["食品安全：拉肚子"] * heard


def test_a_danger_of_years_ago_presses_nobody(workshop: Workshop) -> None:
    once = f"{OLD.year - 4}年这里煤气泄漏过，有人中毒。"
    now = "前天煤气泄漏了没有人来管！"
    again = f"{once}煤气泄漏以后我们搬走了。"
    for name, text in (("once", once), ("again", again), ("both", f"{again}{now}")):
        said = voice("automotive", name, OLD, text, aspect=None, urgency=FIRE)
        workshop.hear("automotive", [said])
    workshop.chain().form()
    [issue] = workshop.store.issues(aspect_id=UNPLACED)
    assert issue.count == 1


def test_an_emergency_with_a_wrong_year_counts_for_when_it_came_in(workshop: Workshop) -> None:
    voices = [
        voice("automotive", "a", NOW + timedelta(days=9_000), aspect=None, urgency=FIRE),
        voice("automotive", "b", OLD),
    ]
    workshop.hear("automotive", voices)
    assert workshop.chain().form() == (1, 1)
    [issue] = workshop.store.issues(aspect_id=UNPLACED)
    assert (issue.first_seen, issue.last_seen) == (NOW, NOW)
    with workshop.store.transaction() as transaction:
        transaction.set_issue_status(
            issue.issue_id, "closed", "老李", "好了", datetime.now(UTC) + timedelta(minutes=1)
        )
    assert workshop.chain().form() == (0, 0)


@pytest.mark.parametrize("product", [None, "X5"])
def test_emergencies_of_different_reasons_are_different_issues(
    product: str | None, workshop: Workshop
) -> None:
    reasons = ["食品安全", "人身安全", "食品安全"]
    voices = [
        voice(
            "automotive",
            str(index),
            OLD,
            aspect=None,
            urgency=Urgency("critical", (reason, "安全")),
            product=product,
        )
        for index, reason in enumerate(reasons)
    ]
    workshop.hear("automotive", voices)
    workshop.chain().form()
    issues = workshop.store.issues(aspect_id=UNPLACED)
    assert sorted(issue.count for issue in issues) == [1, 2]
    assert workshop.chain().form() == (0, 0)


@pytest.mark.parametrize(
    ("text", "opinions", "told"),
    [
        ("服务差。我昨天在店里被烫伤了，没人管！", ["差"], "我昨天在店里被烫伤了，没人管！"),
        ("我去过一次。这家店的服务真的很差劲！", ["差劲"], "这家店的服务真的很差劲！"),
        ("着火了！快来。", [], "着火了！快来。"),
        ("快来！着火了！", [], "快来！着火了！"),
        ("着火了", [], "着火了"),
        ("", [], ""),
    ],
)
def test_whole_sentences_are_quoted(text: str, opinions: list[str], told: str) -> None:
    _, tags = voice("restaurant", "a", OLD, text, aspect=None, opinions=opinions)
    span = telling_span(tags, None)
    assert span.text == told == text[span.start : span.end]
