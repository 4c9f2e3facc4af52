"""Work orders: one an issue, told once, told again when it gets worse and when it comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voc.config import Industry
from voc.records import (
    Issue,
    IssueStatus,
    Mention,
    Message,
    Severity,
    UrgencyLabel,
    WorkOrder,
    stable_id,
)
from voc.workorders.calendar import load_calendar
from voc.workorders.circumstances import Circumstances, VoiceFacts, circumstances_of, summary
from voc.workorders.comebacks import last_told
from voc.workorders.life import apply_event
from voc.workorders.orders import decide_orders
from voc.workorders.rules import RoutingRules

NOW = datetime(2026, 3, 9, 2, tzinfo=UTC)  # Monday, ten in the morning in Shanghai
CN = load_calendar("cn")
Tell = Callable[..., list[tuple[WorkOrder, Message]]]


@pytest.fixture(scope="session")
def tell(industries: Mapping[str, Industry]) -> Tell:
    def run(
        issue: Issue,
        existing: Sequence[WorkOrder] = (),
        *,
        now: datetime = NOW,
        rules: Mapping[str, Any] | None = None,
        circumstances: Circumstances | None = None,
        sinks: Sequence[str] = ("file",),
        **values: Any,
    ) -> list[tuple[WorkOrder, Message]]:
        return decide_orders(
            [issue],
            existing,
            routing=RoutingRules.model_validate(rules or {}),
            industries=industries,
            calendar=CN,
            now=now,
            circumstances={issue.issue_id: circumstances} if circumstances else None,
            sinks=sinks,
            **values,
        ).orders

    return run


def test_an_issue_gets_an_order_and_a_message(make_issue: Callable[..., Issue], tell: Tell) -> None:
    issue = make_issue()
    [(order, message)] = tell(issue)
    assert order.work_order_id == stable_id("wo", "is_1", "1")
    assert (order.issue_id, order.title, order.status) == ("is_1", issue.title, "open")
    assert (order.department, order.priority, order.type) == ("动力质量部", "normal", "投诉")
    assert order.created_at == NOW
    assert order.due_at == datetime(2026, 3, 12, 2, tzinfo=UTC)  # 24 working hours
    [entry] = order.history
    assert (entry.actor, entry.event, entry.at) == ("voc", "opened", NOW)
    assert message.message_id == stable_id("msg", order.work_order_id, "1", "file")
    assert (message.sink, message.key, message.sequence) == ("file", order.work_order_id, 1)
    assert message.payload["type"] == "work_order.created"


def test_again_tells_nothing(make_issue: Callable[..., Issue], tell: Tell) -> None:
    issue = make_issue()
    [(order, _)] = tell(issue)
    assert tell(issue, [order], now=NOW + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("values", "rules", "opens"),
    [
        ({}, {}, True),
        ({"status": "reopened"}, {}, True),
        ({"status": "ignored"}, {}, False),
        ({"status": "closed"}, {}, False),
        ({"severity": "low"}, {}, False),
        ({"severity": "low"}, {"open_when": {"severity": "low"}}, True),
        ({"severity": "medium"}, {"open_when": {"severity": "high"}}, False),
        ({"count": 4}, {"open_when": {"voices": 5}}, False),
        ({"count": 5}, {"open_when": {"voices": 5}}, True),
    ],
)
def test_what_opens_an_order(
    values: dict[str, Any],
    rules: dict[str, Any],
    opens: bool,
    make_issue: Callable[..., Issue],
    tell: Tell,
) -> None:
    assert bool(tell(make_issue(**values), rules=rules)) is opens


@pytest.mark.parametrize(
    ("severity", "count", "told"),
    [
        pytest.param("medium", 6, False, id="the same"),
        pytest.param("medium", 8, False, id="a few voices more"),
        pytest.param("medium", 9, True, id="half as many again"),
        pytest.param("high", 6, True, id="more severe"),
        pytest.param("low", 6, False, id="less severe"),
    ],
)
def test_what_is_told_again(
    severity: Severity, count: int, told: bool, make_issue: Callable[..., Issue], tell: Tell
) -> None:
    [(order, _)] = tell(make_issue())
    worse = make_issue(severity=severity, count=count)
    later = NOW + timedelta(hours=1)
    updates = tell(worse, [order], now=later)
    assert bool(updates) is told
    for updated, message in updates:
        assert message.sequence == 2
        assert message.payload["type"] == "work_order.updated"
        assert message.message_id == stable_id("msg", order.work_order_id, "2", "file")
        assert last_told(updated) == (severity, count)
        assert tell(worse, [updated], now=later + timedelta(hours=1)) == []


def test_small_issues_need_a_few_voices_more(make_issue: Callable[..., Issue], tell: Tell) -> None:
    """Half as many again of two is one voice; three are asked for at least."""
    [(order, _)] = tell(make_issue(count=2, severity="high"))
    assert tell(make_issue(count=4, severity="high"), [order]) == []
    assert len(tell(make_issue(count=5, severity="high"), [order])) == 1


def test_a_higher_priority_shortens_the_time(make_issue: Callable[..., Issue], tell: Tell) -> None:
    [(order, _)] = tell(make_issue())
    later = NOW + timedelta(hours=1)
    [(updated, _)] = tell(make_issue(severity="critical"), [order], now=later)
    assert (updated.priority, updated.due_at) == ("urgent", later + timedelta(hours=4))
    assert "优先级升为紧急" in (updated.history[-1].note or "")


def test_a_time_that_ends_sooner_stays(make_issue: Callable[..., Issue], tell: Tell) -> None:
    [(order, _)] = tell(make_issue())
    late = order.due_at - timedelta(hours=1)
    [(updated, _)] = tell(make_issue(severity="critical"), [order], now=late)
    assert updated.due_at == order.due_at


def test_people_and_places_set_by_others_stay(make_issue: Callable[..., Issue], tell: Tell) -> None:
    [(order, _)] = tell(make_issue())
    moved = replace(
        apply_event(order, "accepted", actor="老李", at=NOW),
        department="别的部门",
        assignee="老李",
        external_ref="JIRA-1",
    )
    [(updated, message)] = tell(make_issue(count=30, severity="high"), [moved])
    assert (updated.department, updated.assignee, updated.external_ref, updated.status) == (
        "别的部门",
        "老李",
        "JIRA-1",
        "accepted",
    )
    assert [entry.event for entry in updated.history] == ["opened", "accepted", "updated"]
    assert message.sequence == 2


@pytest.mark.parametrize("status", ["ignored", "closed"])
def test_an_issue_nobody_works_on_is_not_told_again(
    status: IssueStatus, make_issue: Callable[..., Issue], tell: Tell
) -> None:
    [(order, _)] = tell(make_issue())
    assert tell(make_issue(status=status, count=60, severity="critical"), [order]) == []


def voices(issue: Issue, *later_days: float, urgency: UrgencyLabel = "normal") -> Circumstances:
    """Six voices of the days before an order was opened, and those so many days after its end."""
    days = [*(float(day) for day in range(-6, 0)), *later_days]
    mentions = [
        Mention(
            feedback_id=f"fb_{number}",
            industry=issue.industry,
            aspect_id=issue.aspect_id,
            sentiment="negative",
            score=0.9,
            occurred_at=issue.first_seen + timedelta(days=day),
            urgency=urgency if day > 0 else "normal",
        )
        for number, day in enumerate(days)
    ]
    return circumstances_of({issue.issue_id: mentions})[issue.issue_id]


def ended_order(tell: Tell, issue: Issue, event: str = "closed") -> WorkOrder:
    """An order that ended three days after it was opened, when the newest voice was a day old."""
    [(first, _)] = tell(issue)
    ended = apply_event(first, event, actor="老李", at=NOW + timedelta(days=3), note="修好了")
    heard_until = issue.first_seen - timedelta(days=1)
    return replace(ended, clock=replace(ended.clock, heard_until=heard_until))


def as_many_as_make_an_issue(heard: Sequence[Mention]) -> bool:
    return len(heard) >= 3 or any(mention.urgency == "critical" for mention in heard)


@pytest.mark.parametrize("event", ["resolved", "closed"])
@pytest.mark.parametrize(
    ("status", "later_days", "severity", "reopened_days", "is_back"),
    [
        pytest.param("open", (), "medium", None, False, id="nothing since"),
        pytest.param("open", (1,), "medium", None, False, id="one voice, maybe misread"),
        pytest.param("open", (1, 2, 3), "medium", None, True, id="as many as make an issue"),
        pytest.param("open", (-1.5, -2.5, -3.5), "medium", None, False, id="late rows of before"),
        pytest.param("reopened", (1, 2, 3), "medium", 1, True, id="the issue was reopened"),
        pytest.param("reopened", (1,), "medium", 1, True, id="by it, where it was elsewhere too"),
        pytest.param("reopened", (), "medium", 1, False, id="but not of this part"),
        pytest.param("reopened", (1,), "medium", -1, False, id="reopened before the end"),
        pytest.param("reopened", (1, 2, 3), "low", 1, False, id="not severe enough"),
        pytest.param("closed", (1, 2, 3), "medium", 1, False, id="closed again"),
    ],
)
def test_a_comeback_reopens_the_order(
    event: str,
    status: IssueStatus,
    later_days: Sequence[float],
    severity: Severity,
    reopened_days: float | None,
    is_back: bool,
    make_issue: Callable[..., Issue],
    tell: Tell,
) -> None:
    """Its voices are older than the order by far, as those of a year's complaints are."""
    ended = ended_order(tell, make_issue(), event)
    issue = make_issue(status=status, count=6 + len(later_days), severity=severity)
    later = NOW + timedelta(days=7)
    again: dict[str, Any] = {
        "circumstances": voices(issue, *later_days),
        "now": later,
        "is_enough": as_many_as_make_an_issue,
        "comeback": "reopen",
    }
    if reopened_days is not None:
        again["reopened_at"] = {"is_1": NOW + timedelta(days=3 + reopened_days)}
    told = tell(issue, [ended], **again)
    assert bool(told) is is_back
    for order, message in told:
        assert (order.work_order_id, order.status) == (ended.work_order_id, "reopened")
        assert (order.reopened_count, message.sequence) == (1, 2)
        assert order.due_at > later
        assert order.history[-1].event == "reopened"
        assert last_told(order) == ("medium", issue.count)
        assert message.payload["type"] == "work_order.updated"
        data: Any = message.payload["data"]
        said = data["event"]
        assert (said["event"], said["note"]) == ("reopened", order.history[-1].note)
        assert tell(issue, [order], **again) == []


@pytest.mark.parametrize(
    ("urgency", "is_back"), [("high", False), ("critical", True)], ids=["urgent", "critical"]
)
def test_one_critical_voice_is_a_comeback(
    urgency: UrgencyLabel, is_back: bool, make_issue: Callable[..., Issue], tell: Tell
) -> None:
    ended, issue = ended_order(tell, make_issue()), make_issue(count=7)
    told = tell(
        issue,
        [ended],
        circumstances=voices(issue, 1, urgency=urgency),
        now=NOW + timedelta(days=7),
        is_enough=as_many_as_make_an_issue,
        comeback="reopen",
    )
    assert [order.status for order, _ in told] == ["reopened"] * is_back


@pytest.mark.parametrize(
    ("days", "comeback"), [(34, "reopen"), (7, "open")], ids=["too late", "as it is asked"]
)
def test_a_comeback_opens_a_new_order(
    days: int, comeback: str, make_issue: Callable[..., Issue], tell: Tell
) -> None:
    ended, issue = ended_order(tell, make_issue()), make_issue(status="reopened", count=9)
    again: dict[str, Any] = {
        "circumstances": voices(issue, 1, 2, 3),
        "now": NOW + timedelta(days=days),
        "is_enough": as_many_as_make_an_issue,
        "comeback": comeback,
    }
    [(second, message)] = tell(issue, [ended], **again)
    assert second.work_order_id == stable_id("wo", "is_1", "2")
    assert (second.status, message.sequence) == ("open", 1)
    assert f"此前的工单 {ended.work_order_id}" in second.description
    assert tell(issue, [ended, second], **again) == []


@pytest.mark.parametrize("later_days", [(), (1,)])
def test_what_a_person_reopens_is_worked_on_again(
    later_days: Sequence[float], make_issue: Callable[..., Issue], tell: Tell
) -> None:
    ended, issue = ended_order(tell, make_issue()), make_issue(status="reopened")
    [(order, _)] = tell(
        issue,
        [ended],
        circumstances=voices(issue, *later_days),
        now=NOW + timedelta(days=7),
        reopened_at={"is_1": NOW + timedelta(days=6)},
        asked_for={"is_1"},
        is_enough=as_many_as_make_an_issue,
        comeback="reopen",
    )
    assert (order.work_order_id, order.status) == (ended.work_order_id, "reopened")


@pytest.mark.parametrize(("more", "is_back"), [(0, False), (3, True)])
def test_an_order_of_before_tells_by_how_many_it_was_told_of(
    more: int, is_back: bool, make_issue: Callable[..., Issue], tell: Tell
) -> None:
    ended = ended_order(tell, make_issue())
    ended = replace(ended, clock=replace(ended.clock, heard_until=None))
    issue = make_issue(count=6 + more)
    told = tell(
        issue,
        [ended],
        circumstances=voices(issue, *range(more)),
        now=NOW + timedelta(days=7),
        is_enough=as_many_as_make_an_issue,
    )
    assert bool(told) is is_back


@pytest.mark.parametrize("status", ["open", "reopened"])
@pytest.mark.parametrize(
    ("count", "severity", "told"),
    [
        pytest.param(6, "medium", False, id="the same"),
        pytest.param(7, "medium", False, id="a voice more"),
        pytest.param(9, "medium", True, id="half as many again"),
        pytest.param(7, "critical", True, id="more severe"),
    ],
)
def test_what_every_team_refused_stays_the_one_order(
    status: IssueStatus,
    count: int,
    severity: Severity,
    told: bool,
    make_issue: Callable[..., Issue],
    tell: Tell,
) -> None:
    """People sort it by hand; new voices join it there."""
    [(first, _)] = tell(make_issue())
    end = NOW + timedelta(days=3)
    refused = apply_event(first, "rejected", actor="老李", at=end, note="不归我们")
    later = end + timedelta(days=1)
    issue = make_issue(status=status, count=count, severity=severity)
    found = tell(issue, [refused], now=later, reopened_at={"is_1": later})
    assert bool(found) is told
    for order, message in found:
        assert (order.work_order_id, order.status) == (first.work_order_id, "rejected")
        assert (order.due_at, message.sequence) == (refused.due_at, 2)
        assert tell(issue, [order], now=later) == []


@pytest.mark.parametrize(
    ("newest_days", "opens"),
    [({"cars": 34}, True), ({"cars": 34.5}, False), ({"bank": 900}, True), ({}, True)],
)
def test_nobody_is_sent_out_for_history(
    newest_days: Mapping[str, float], opens: bool, make_issue: Callable[..., Issue], tell: Tell
) -> None:
    issue = make_issue()  # last spoken of on the sixth day
    as_of = {
        name: issue.first_seen + timedelta(days=newest) for name, newest in newest_days.items()
    }
    assert bool(tell(issue, as_of=as_of, quiet_days=28)) is opens
    # What a person takes up again is no history.
    assert tell(issue, as_of=as_of, quiet_days=28, asked_for={"is_1"})


@pytest.mark.parametrize(
    ("urgency", "days", "opens"),
    [("critical", 89, True), ("critical", 91, False), ("high", 29, False), ("normal", 29, False)],
)
def test_an_emergency_that_nobody_handled_is_no_history_so_soon(
    urgency: UrgencyLabel,
    days: int,
    opens: bool,
    make_issue: Callable[..., Issue],
    tell: Tell,
) -> None:
    issue = make_issue()
    as_of = {"cars": issue.last_seen + timedelta(days=days)}
    told = tell(
        issue,
        circumstances=Circumstances(urgency=urgency),
        now=as_of["cars"],
        as_of=as_of,
        quiet_days=28,
        emergency_days=90,
    )
    assert bool(told) is opens
    for order, _ in told:
        assert order.clock.kind == "working"
        assert f"{days} 天来没有新的声音" in order.description


@pytest.mark.parametrize(("days", "is_old"), [(28, False), (29, True), (2500, True)])
def test_what_is_of_long_ago_is_no_emergency(
    days: int, is_old: bool, make_issue: Callable[..., Issue], tell: Tell
) -> None:
    """All feedback of a backlog may be old; nobody is sent out at night for it."""
    friday = datetime(
        2026, 3, 13, 9, tzinfo=UTC
    )  # at five in the afternoon, an hour before the end
    last = friday - timedelta(days=days)
    issue = make_issue(last_seen=last)
    [(order, _)] = tell(
        issue, now=friday, as_of={"cars": last}, quiet_days=28,
        circumstances=Circumstances(urgency="critical"),
    )  # fmt: skip
    assert order.priority == "urgent"
    assert order.clock.kind == ("working" if is_old else "calendar")
    monday = datetime(2026, 3, 16, 4, tzinfo=UTC)
    assert order.due_at == (monday if is_old else friday + timedelta(hours=4))
    assert (f"{days} 天来没有新的声音，按工作时间计时" in order.description) is is_old


@pytest.mark.parametrize(("undated", "is_old"), [("ab", True), ("a", False), ("", False)])
def test_what_tells_no_time_and_came_in_a_backlog_is_no_emergency(
    undated: str, is_old: bool, make_issue: Callable[..., Issue], tell: Tell
) -> None:
    friday = datetime(2026, 3, 13, 9, tzinfo=UTC)
    voices = [
        Mention(
            feedback_id=name, industry="cars", aspect_id="x", sentiment="negative", score=1.0,
            occurred_at=friday, evidence=(), urgency="critical",
        )
        for name in "ab"
    ]  # fmt: skip
    [(order, _)] = tell(
        make_issue(last_seen=friday), now=friday, quiet_days=28, undated=set(undated),
        circumstances=summary([(voice, VoiceFacts()) for voice in voices]),
    )  # fmt: skip
    assert order.clock.kind == ("working" if is_old else "calendar")
    assert ("声音都没有时间，可能是很久以前的，按工作时间计时" in order.description) is is_old


def test_each_sink_is_told(make_issue: Callable[..., Issue], tell: Tell) -> None:
    told = tell(make_issue(), sinks=("file", "hook"))
    assert [message.sink for _, message in told] == ["file", "hook"]
    assert told[0][0] == told[1][0]
    assert len({message.message_id for _, message in told}) == 2


def test_circumstances_decide_too(make_issue: Callable[..., Issue], tell: Tell) -> None:
    [(order, _)] = tell(make_issue(), circumstances=Circumstances(urgency="critical"))
    assert order.priority == "urgent"
    assert order.due_at == NOW + timedelta(hours=4)


def test_an_order_made_by_hand_counts_as_never_told(
    make_issue: Callable[..., Issue], tell: Tell
) -> None:
    [(order, _)] = tell(make_issue())
    by_hand = replace(order, history=(), sequence=0)
    assert last_told(by_hand) == ("low", 0)
    [(updated, message)] = tell(make_issue(), [by_hand])
    assert (updated.work_order_id, message.sequence) == (order.work_order_id, 1)
    assert tell(make_issue(), [updated]) == []
