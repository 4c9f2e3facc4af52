"""Which voices are copies: paid posts in bursts, and a customer's words that were stored twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from voc.pipeline.voices import customer_words, is_of_staff
from voc.records import CONVERSATIONS
from voc.store import Store, StoredFeedback
from voc.text.bursts import Burst, Voice, find_bursts
from voc.text.repeats import find_repeats
from voc.text.replies import without_replies
from voc.text.speakers import CUSTOMER

_NEAR: Final = timedelta(days=1)
"""How far the copies of a voice are looked for: a burst is over in hours, and so is a repeat."""


@dataclass(frozen=True, slots=True)
class Copies:
    """The copies among some voices.

    Attributes:
        bursts: Bursts of paid posts.
        paid: Their voices, each with its burst's id.
        repeats: Other voices that repeat an earlier one, each with that one's id.
    """

    bursts: Sequence[Burst]
    paid: dict[str, str]
    repeats: dict[str, str]


def copies_among(voices: Sequence[Voice]) -> Copies:
    """Finds the copies among `voices`."""
    bursts = find_bursts(voices)
    paid = {name: burst.group for burst in bursts for name in burst.feedback_ids}
    unpaid = [voice for voice in voices if voice.feedback_id not in paid]
    return Copies(bursts, paid, find_repeats(unpaid))


class RecentCopies:
    """Finds copies among recent voices before they are screened with all others.

    They are looked for among all that is stored of their days, tagged or not. They are read once,
    and once more where voices are older than those.

    Args:
        store: Where the voices are.
        oldest: The age of the oldest voice that is asked about.
    """

    def __init__(self, store: Store, oldest: timedelta) -> None:
        self._store = store
        self._oldest = oldest
        self._since: datetime | None = None
        self._names: set[str] = set()

    def among(self, rows: Sequence[StoredFeedback], now: datetime) -> set[str]:
        """Returns the feedback ids of `rows`, none older than `oldest`, that are copies."""
        first = min((row.occurred_at for row in rows), default=now) - _NEAR
        if self._since is None or first < self._since:
            is_recent = self._since is None and first >= now - 2 * _NEAR
            self._since = now - (2 * _NEAR if is_recent else self._oldest + _NEAR)
            voices = [
                voice_of(row)
                for row in self._store.feedback_since(self._since)
                if not is_of_staff(row.feedback)
            ]
            found = copies_among(voices)
            self._names = {*found.paid, *found.repeats}
        return self._names & {row.feedback_id for row in rows}


def voice_of(row: StoredFeedback) -> Voice:
    """Returns what is compared of a voice that is not tagged yet: of a call the customer's words.

    Agents say the same in many calls.
    """
    told = row.feedback
    is_call = told.channel in CONVERSATIONS and any(one.speaker == CUSTOMER for one in told.turns)
    return Voice(
        row.feedback_id,
        customer_words(told.turns) if is_call else without_replies(told.text),
        told.author,
        row.occurred_at if told.created_at is not None else None,
        told.channel,
        told.product,
        told.store,
        told.source,
    )
