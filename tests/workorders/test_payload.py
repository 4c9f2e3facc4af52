"""The document the other system gets."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from voc.config import Industry
from voc.records import Issue
from voc.workorders.calendar import load_calendar
from voc.workorders.circumstances import Circumstances
from voc.workorders.orders import open_work_orders
from voc.workorders.rules import RoutingRules

NOW = datetime(2026, 3, 9, 2, tzinfo=UTC)


def test_the_payload_is_json_as_documented(
    make_issue: Callable[..., Issue], industries: Mapping[str, Industry]
) -> None:
    told = Circumstances(urgency="high", reasons=("安全",), regions=(("上海", 3),))
    issue = make_issue(count=45)
    [(order, message)] = open_work_orders(
        [issue],
        [],
        routing=RoutingRules(),
        industries=industries,
        calendar=load_calendar("cn"),
        now=NOW,
        circumstances={"is_1": told},
    )
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
    }
