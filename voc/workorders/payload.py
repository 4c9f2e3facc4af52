"""The document that the other system gets: one work order with its issue and evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, Literal

from voc.records import Issue, Message, WorkOrder, stable_id
from voc.workorders.circumstances import Circumstances
from voc.workorders.routing import Routing

MessageType = Literal["work_order.created", "work_order.updated"]

EVIDENCE_SENT: Final = 20


def work_order_message(
    order: WorkOrder,
    issue: Issue,
    *,
    kind: MessageType,
    sequence: int,
    sink: str,
    routing: Routing,
    circumstances: Circumstances,
    at: datetime,
) -> Message:
    """Returns the message that tells a sink of a new or changed work order.

    Its id is the same whenever the same change is told to the same sink, and is what the receiver
    tells repeats by. `key` is the work order; `sequence` counts what was told of it, from 1.

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
                          satisfaction | null,
            "issue":      the Issue of section 2, with at most 20 items of evidence, newest last,
            "evidence_total": integer, how many voices there are in all,
            "routing":    {"rule": string, "skill_group": string | null, "explanation": string,
                           "sla_hours": number, "clock": "working" | "calendar"},
            "circumstances": {"urgency": low normal high critical, "reasons": [string],
                              "products" "stores" "regions" "channels": {name: voices}}
          }
        }

    An update carries the whole state, so that a receiver may skip what it missed.
    """
    message_id = stable_id("msg", order.work_order_id, str(sequence), sink)
    payload = {
        "type": kind,
        "id": message_id,
        "timestamp": at.isoformat(),
        "sequence": sequence,
        "data": {
            "work_order": order.as_dict(),
            "issue": replace(issue, evidence=issue.evidence[-EVIDENCE_SENT:]).as_dict(),
            "evidence_total": len(issue.evidence),
            "routing": {
                "rule": routing.rule,
                "skill_group": routing.skill_group,
                "explanation": routing.explanation,
                "sla_hours": routing.sla_hours,
                "clock": routing.clock,
            },
            "circumstances": _circumstances(circumstances),
        },
    }
    return Message(
        message_id=message_id,
        sink=sink,
        key=order.work_order_id,
        sequence=sequence,
        payload=payload,
        created_at=at,
    )


def _circumstances(told: Circumstances) -> Mapping[str, Any]:
    return {
        "urgency": told.urgency,
        "reasons": list(told.reasons),
        "products": dict(told.products),
        "stores": dict(told.stores),
        "regions": dict(told.regions),
        "channels": dict(told.channels),
    }
