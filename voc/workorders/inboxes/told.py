"""What a letter says: an event of a work order, as `POST /v1/work-orders/{id}/events` takes it."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from voc.errors import UsageError
from voc.records import WaitingFor
from voc.text.normalise import sanitise
from voc.workorders.inboxes.base import Letter
from voc.workorders.requests import Details, complaints
from voc.workorders.states import Action

MOST_BYTES: Final = 65_536
"""Longest letter that is read."""

_YEARS: Final = (1970, 2262)
_DETAILS: Final = frozenset(Details.__slots__)

Short = Annotated[str, Field(min_length=1, max_length=200)]


class ToldEvent(BaseModel):
    """The JSON of a letter; the keys are those of the API, with the order it is about.

    `work_order_id` names the order. `event_id` names the event, so that it counts once; without it
    the letter's own name does. The rest is as the API has it: `event`, `at`, `note`, `actor`, and
    what the action needs.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    work_order_id: Annotated[str, Field(min_length=1, max_length=100)]
    event_id: Short | None = None
    event: Action
    at: datetime | None = None
    note: Annotated[str | None, Field(max_length=2_000)] = None
    actor: Short | None = None
    department: Short | None = None
    skill_group: Short | None = None
    assignee: Short | None = None
    into: Short | None = None
    hours: float | None = None
    days: float | None = None
    due_at: datetime | None = None
    waiting_for: WaitingFor | None = None
    satisfaction: int | None = None
    satisfied: bool | None = None

    @field_validator("at", "due_at")
    @classmethod
    def _in_our_time(cls, moment: datetime | None) -> datetime | None:
        if moment is not None and not _YEARS[0] < moment.year < _YEARS[1]:
            raise ValueError(f"must lie between the years {_YEARS[0]} and {_YEARS[1]}")
        return moment

    @model_validator(mode="after")
    def _is_whole(self) -> ToldEvent:
        found = complaints(self.event, self.note, self.details(None))
        if found:
            raise ValueError("; ".join(found))
        return self

    def details(self, zone: tzinfo | None) -> Details:
        """Returns what the action needs; a time without an offset is in `zone`."""
        values = self.model_dump(include=set(_DETAILS))
        if self.due_at is not None and self.due_at.tzinfo is None and zone is not None:
            values["due_at"] = self.due_at.replace(tzinfo=zone)
        return Details(**values)

    def moment(self, zone: tzinfo, now: datetime) -> datetime:
        """Returns when it happened; `now` where it does not say."""
        at = self.at or now
        return at if at.tzinfo else at.replace(tzinfo=zone)

    def asked(self) -> bytes:
        """Returns what is asked, the same bytes for the same request."""
        spare = {name for name in _DETAILS if getattr(self, name) is None}
        return self.model_dump_json(exclude={"event_id", "work_order_id", *spare}).encode()


def read_told(letter: Letter) -> ToldEvent:
    """Reads a letter.

    Raises:
        UsageError: It is no event; the message says what is wrong, without what it holds.
    """
    if len(letter.body) > MOST_BYTES:
        raise UsageError(f"has {len(letter.body)} bytes; {MOST_BYTES} are read at most")
    try:
        text = sanitise(letter.body.decode("utf-8-sig"))[0]
        return ToldEvent.model_validate_json(text)
    except UnicodeDecodeError:
        raise UsageError("is not UTF-8") from None
    except ValidationError as error:
        raise UsageError("; ".join(_said(detail) for detail in error.errors())) from None


def _said(detail: Any) -> str:
    place = ".".join(str(part) for part in detail["loc"])
    return f"{place}: {detail['msg']}" if place else str(detail["msg"])
