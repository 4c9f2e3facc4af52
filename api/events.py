"""What `POST /v1/work-orders/{id}/events` takes in: states and actions with what they need."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from api.inputs import Input, Short, Words, timely
from voc.records import WaitingFor

if TYPE_CHECKING:
    from voc.workorders import Details

EventName = Literal[
    "accepted", "in_progress", "waiting", "resolved", "closed", "rejected", "reopened", "note",
    "urge", "suspend", "resume", "transfer", "merge", "attach", "extend", "grant", "refuse",
    "call_back", "archive",
]  # fmt: skip

_DETAILS: Final = (
    "department", "skill_group", "assignee", "into", "hours", "days", "due_at", "waiting_for",
    "satisfaction", "satisfied",
)  # fmt: skip


class EventIn(Input):
    """What another system or a person says of a work order, or does with it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "event_id": "evt-20261102-31",
                    "event": "resolved",
                    "at": "2026-11-02T16:20:00+08:00",
                    "note": "已更换阀体",
                    "actor": "李工",
                },
                {
                    "event_id": "evt-20261102-32",
                    "event": "transfer",
                    "department": "售后服务部",
                    "note": "属于维修质量问题",
                },
            ]
        },
    )

    event_id: Annotated[
        Short | None, Field(description="Names the event; else the header webhook-id does.")
    ] = None
    event: EventName
    at: Annotated[datetime | None, Field(description="When it happened; else now.")] = None
    note: Annotated[
        Words | None,
        Field(
            max_length=2_000,
            description="Why: needed for rejected, reopened, note, suspend, transfer, extend,"
            " refuse.",
        ),
    ] = None
    actor: Annotated[Short | None, Field(description="Who did it; else the key.")] = None
    department: Annotated[Short | None, Field(description="transfer: the team that gets it.")] = (
        None
    )
    skill_group: Annotated[Short | None, Field(description="transfer: the group in it.")] = None
    assignee: Annotated[Short | None, Field(description="transfer: the person.")] = None
    into: Annotated[
        Short | None,
        Field(description="merge: the order that takes it over; attach: its parent."),
    ] = None
    hours: Annotated[
        float | None,
        Field(gt=0, le=8_760, description="extend, grant: hours of the order's clock more."),
    ] = None
    days: Annotated[
        float | None,
        Field(gt=0, le=366, description="extend, grant: days more, working days by its clock."),
    ] = None
    due_at: Annotated[
        datetime | None, Field(description="extend, grant: the new end of its time.")
    ] = None
    waiting_for: Annotated[WaitingFor | None, Field(description="waiting: for whom.")] = None
    satisfaction: Annotated[
        int | None, Field(ge=1, le=5, description="call_back: what the customer gave.")
    ] = None
    satisfied: Annotated[
        bool | None, Field(description="call_back: else as satisfaction says.")
    ] = None

    _in_our_time = field_validator("at", "due_at")(timely)

    @model_validator(mode="after")
    def _is_whole(self) -> EventIn:
        from voc.workorders.requests import complaints

        found = complaints(self.event, self.note, self.details(None))
        if found:
            raise ValueError("; ".join(found))
        return self

    def asked(self) -> bytes:
        """Returns what is asked, the same for the same request.

        Details that are not given leave no trace: what was told before there were any is known.
        """
        spare = {name for name in _DETAILS if getattr(self, name) is None}
        return self.model_dump_json(exclude={"event_id", *spare}).encode()

    def details(self, zone: Any) -> Details:
        """Returns what the action needs; times without an offset are in `zone`."""
        from voc.workorders import Details

        values = self.model_dump(include=set(_DETAILS))
        due = self.due_at
        if due is not None and due.tzinfo is None and zone is not None:
            values["due_at"] = due.replace(tzinfo=zone)
        return Details(**values)
