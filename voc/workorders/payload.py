"""The document that the other system gets: one work order with its issue and evidence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Literal

from voc.records import HistoryEntry, Issue, Message, WorkOrder, stable_id
from voc.workorders.circumstances import Circumstances, ranked
from voc.workorders.routing import DEFAULT_RULE, Routing
from voc.workorders.states import ACTION_LABELS

MessageType = Literal["work_order.created", "work_order.updated"]

EVIDENCE_SENT: Final = 20

_ASKED_COUNTS: Final = ("sentiments", "intents", "nps", "tiers")
_ASKED_MEANS: Final = ("csat", "rating", "sentiment_score", "confidence")
"""What is told where it is known: most of it is read only where a rule asks for it."""


def work_order_message(
    order: WorkOrder,
    issue: Issue,
    *,
    kind: MessageType,
    sink: str,
    routing: Routing,
    circumstances: Circumstances,
    at: datetime,
    entry: HistoryEntry | None = None,
) -> Message:
    """Returns the message that tells a sink of a new or changed work order.

    Its id is the same whenever the same change is told to the same sink, and is what the receiver
    tells repeats by. `key` is the work order; its `sequence` counts what was told of it, from 1.

    The payload is JSON (the envelope of the Standard Webhooks specification)::

        {
          "type":      "work_order.created" | "work_order.updated",
          "id":        string, the message id,
          "timestamp": string, ISO 8601 with offset,
          "sequence":  integer >= 1, grows with each change of this work order,
          "data": {
            "work_order": the WorkOrder of CONTRACT section 2: work_order_id, issue_id, title,
                          description, type, priority (low normal high urgent), department,
                          assignee | null, status, created_at, due_at, history, external_ref | null,
                          satisfaction | null; and what its life adds: skill_group, rule, parent_id,
                          merged_into, waiting_for, reopened_count, sequence, extension, clock,
            "issue":      the Issue of section 2, with at most 20 items of evidence, newest last,
            "evidence_total": integer, how many voices there are in all,
            "routing":    {"rule": string, "skill_group": string | null, "explanation": string,
                           "sla_hours": number, "clock": "working" | "calendar"},
            "circumstances": {"urgency": low normal high critical, "reasons": [string],
                              "products" "stores" "regions" "channels": {name: voices},
                              "predicted_satisfaction": mean of its calls, -2 to 2 | null,
                              where rules ask for them "sentiments" "intents" "nps" "tiers":
                              {name: voices}, "csat" "rating" "sentiment_score": mean; and
                              "confidence": of the surest voice, where it is known}},
            "event":      only where an action is told: the last item of history ("event" "at"
                          "actor" "note" "changes") with "label", what people call it
          }
        }

    An update carries the whole state, so that a receiver may skip what it missed.
    """
    message_id = stable_id("msg", order.work_order_id, str(order.sequence), sink)
    event = {**entry.as_dict(), "label": ACTION_LABELS[entry.event]} if entry else None
    payload = {
        "type": kind,
        "id": message_id,
        "timestamp": at.isoformat(),
        "sequence": order.sequence,
        "data": {
            "work_order": order.as_dict(),
            "issue": replace(issue, evidence=issue.evidence[-EVIDENCE_SENT:]).as_dict(),
            "evidence_total": max(len(issue.evidence), issue.count),
            "routing": {
                "rule": routing.rule,
                "skill_group": routing.skill_group,
                "explanation": routing.explanation,
                "sla_hours": routing.sla_hours,
                "clock": routing.clock,
            },
            "circumstances": _circumstances(circumstances),
            **({"event": event} if event else {}),
        },
    }
    return Message(
        message_id=message_id,
        sink=sink,
        key=order.work_order_id,
        sequence=order.sequence,
        payload=payload,
        created_at=at,
    )


def _circumstances(told: Circumstances) -> Mapping[str, Any]:
    asked = {name: dict(getattr(told, name)) for name in _ASKED_COUNTS}
    asked |= {name: getattr(told, name) for name in _ASKED_MEANS}
    return {
        "urgency": told.urgency,
        "reasons": list(told.reasons),
        "products": dict(told.products),
        "stores": dict(told.stores),
        "regions": dict(told.regions),
        "channels": dict(told.channels),
        "predicted_satisfaction": (
            None if told.satisfaction is None else round(told.satisfaction, 3)
        ),
        **{name: value for name, value in asked.items() if value not in ({}, None)},
    }


def told_before(message: Message | None) -> tuple[Circumstances, Mapping[str, Any]]:
    """Reads from the last message of an order what its voices told, and how it was routed.

    What changes an order later need not ask all its voices again.
    """
    data = message.payload.get("data", {}) if message else {}
    kept = data.get("circumstances", {})
    places = ("products", "stores", "regions", "channels", *_ASKED_COUNTS)
    counts: dict[str, Any] = {name: ranked(Counter(kept.get(name, {}))) for name in places}
    told = Circumstances(
        urgency=kept.get("urgency", "normal"),
        reasons=tuple(kept.get("reasons", ())),
        satisfaction=kept.get("predicted_satisfaction"),
        **{name: kept.get(name) for name in _ASKED_MEANS},
        **counts,
    )
    return told, data.get("routing", {})


def issue_told_before(issue: Issue, message: Message | None) -> Issue:
    """Returns an issue with the voices that an order of a part of it was last told of.

    Args:
        issue: The whole issue.
        message: The last message of the order.
    """
    if message is None:
        return issue
    told = message.payload["data"]["issue"]
    names = {item["feedback_id"] for item in told["evidence"]}
    return replace(
        issue,
        title=told["title"],
        store=told["store"],
        count=told["count"],
        first_seen=datetime.fromisoformat(told["first_seen"]),
        last_seen=datetime.fromisoformat(told["last_seen"]),
        evidence=tuple(item for item in issue.evidence if item.feedback_id in names),
    )


def routing_of(order: WorkOrder, routed: Mapping[str, Any], *, sla_hours: float) -> Routing:
    """Returns the routing of an order as it stands; `routed` is how it was told before."""
    return Routing(
        department=order.department,
        priority=order.priority,
        type=order.type,
        sla_hours=sla_hours,
        clock=order.clock.kind,
        assignee=order.assignee,
        advice="",
        rule=order.rule or routed.get("rule", DEFAULT_RULE),
        explanation=routed.get("explanation", ""),
        skill_group=order.skill_group,
    )
