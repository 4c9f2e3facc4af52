"""Until when a store has heard voices."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, select

from voc.store import schema
from voc.store.moments import micros, moment, offset_s
from voc.store.statements import IS_CURRENT


def heard_by(connection: Connection, now: datetime) -> datetime:
    """Returns the time of the newest voice, `now` where there is none.

    What is said after that comes later than all that is known, though a store that is filled from
    an archive lags behind the present. A voice dated later than `now` was heard when it came in.
    """
    voice, at = schema.feedback.c, micros(now)
    newest = [
        connection.execute(select(func.max(column)).where(IS_CURRENT, condition)).scalar()
        for column, condition in (
            (voice.occurred_at, voice.occurred_at <= at),
            (voice.ingested_at, voice.occurred_at > at),
        )
    ]
    found = [each for each in newest if each is not None]
    return min(now, moment(max(found), offset_s(now))) if found else now
