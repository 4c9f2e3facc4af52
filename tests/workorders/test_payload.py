"""The document the other system gets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from voc.config import Industry
from voc.records import Issue
from voc.workorders.calendar import load_calendar
from voc.workorders.circumstances import Circumstances
from voc.workorders.life import apply_event
from voc.workorders.orders import decide_orders
from voc.workorders.payload import routing_of, told_before, work_order_message
from voc.workorders.rules import RoutingRules

NOW = datetime(2026, 3, 9, 2, tzinfo=UTC)


def test_the_payload_is_json_as_documented(
    make_issue: Callable[..., Issue], industries: Mapping[str, Industry]
) -> None:
    told = Circumstances(urgency="high", reasons=("安全",), regions=(("上海", 3),))
    issue = make_issue(count=45)
    [(order, message)] = decide_orders(
        [issue],
        [],
        routing=RoutingRules(),
        industries=industries,
        calendar=load_calendar("cn"),
        now=NOW,
        circumstances={"is_1": told},
    ).orders
    document = json.loads(json.dumps(message.payload, allow_nan=False))
    assert document == message.payload
    assert set(document) == {"type", "id", "timestamp", "sequence", "data"}
    assert document["id"] == message.message_id
    assert document["timestamp"] == "2026-03-09T02:00:00+00:00"
    data = document["data"]
    assert set(data) == {"work_order", "issue", "evidence_total", "routing", "circumstances"}
    assert data["work_order"] == order.as_dict()
    assert data["evidence_total"] == 45
    assert [item["feedback_id"] for item in data["issue"].pop("evidence")] == [
        f"fb_{number}" for number in range(25, 45)
    ]
    whole = issue.as_dict()
    del whole["evidence"]
    assert data["issue"] == whole
    assert data["routing"] == {
        "rule": "默认",
        "skill_group": None,
        "explanation": order.history[0].note.partition("；")[2] if order.history[0].note else "",
        "sla_hours": 24,
        "clock": "working",
    }
    assert data["circumstances"] == {
        "urgency": "high",
        "reasons": ["安全"],
        "products": {},
        "stores": {},
        "regions": {"上海": 3},
        "channels": {},
        "predicted_satisfaction": None,
    }


def test_an_action_is_told_with_what_it_changed(
    make_issue: Callable[..., Issue], industries: Mapping[str, Industry]
) -> None:
    told = Circumstances(
        urgency="high", reasons=("安全",), regions=(("上海", 3), ("北京", 1), ("安徽", 1))
    )
    issue = make_issue()
    [(order, first)] = decide_orders(
        [issue],
        [],
        routing=RoutingRules(),
        industries=industries,
        calendar=load_calendar("cn"),
        now=NOW,
        circumstances={"is_1": told},
    ).orders
    kept, routed = told_before(first)
    assert kept == replace(told, regions=(("上海", 3), ("北京", 1), ("安徽", 1)))
    after = apply_event(order, "suspend", actor="老李", at=NOW, note="等配件")
    message = work_order_message(
        replace(after, sequence=2),
        issue,
        kind="work_order.updated",
        sink="file",
        routing=routing_of(after, routed, sla_hours=24),
        circumstances=kept,
        at=NOW,
        entry=after.history[-1],
    )
    document = json.loads(json.dumps(message.payload, allow_nan=False))
    assert (document["type"], document["sequence"]) == ("work_order.updated", 2)
    assert document["id"] != first.message_id
    data = document["data"]
    assert data["event"] == {
        "event": "suspend", "label": "挂起", "at": NOW.isoformat(), "actor": "老李",
        "note": "等配件", "changes": {"phase": ["open", "suspended"]},
    }  # fmt: skip
    assert data["routing"] == first.payload["data"]["routing"]
    assert data["work_order"]["clock"]["paused_at"] == NOW.isoformat()


def test_what_was_never_told_is_empty() -> None:
    assert told_before(None) == (Circumstances(), {})
