"""Until when a store has heard voices."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from voc.store import schema
from voc.store.moments import moment, offset_s
from voc.store.statements import IS_CURRENT


def heard_by(connection: Connection, now: datetime) -> datetime:
    """Returns the time of the newest voice, `now` where none is or it is later than that.

    What is said after that comes later than all that is known, though a store that is filled from
    an archive lags behind the present.
    """
    when = schema.feedback.c.occurred_at
    newest = connection.execute(select(func.max(when)).where(IS_CURRENT)).scalar()
    return now if newest is None else min(now, moment(newest, offset_s(now)))
