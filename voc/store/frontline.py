"""What routing needs of the store beside orders: actions on voices, turns, parts and reviews."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from voc.records import OrderPart, OrderReview, VoiceAction
from voc.store import actions, reviews
from voc.store.engine import Database
from voc.store.pages import Wanted
from voc.store.rows import StoredFeedback


class FrontlineReads:
    """The reading half; `Store` has it."""

    _database: Database

    def voice_actions(self, feedback_id: str) -> list[dict[str, object]]:
        """Returns what rules did about a voice: rule, version, outcome, tag and time of each."""
        with self._database.reading() as connection:
            return actions.actions_on(connection, feedback_id)

    def held_back(self) -> list[str]:
        """Returns the ids of voices that nobody was told of, as the day's limit was reached."""
        with self._database.reading() as connection:
            return actions.held_back(connection)

    def customer_tags(self, customer_id: str) -> list[str]:
        """Returns the tags that rules gave a customer, the newest first."""
        with self._database.reading() as connection:
            return actions.tags_of(connection, customer_id)

    def order_parts(self, *, issue_id: str | None = None) -> dict[str, OrderPart]:
        """Returns which part of its issue each order is of; orders from before have none."""
        with self._database.reading() as connection:
            return reviews.parts(connection, issue_id)

    def order_reviews(self, *, issue_id: Wanted = None, state: Wanted = None) -> list[OrderReview]:
        """Returns orders that wait for a person, or waited, the oldest first."""
        with self._database.reading() as connection:
            return reviews.some(connection, issue_id=issue_id, state=state)


class FrontlineWrites:
    """The writing half; `Transaction` has it."""

    _connection: Connection

    def heard_before(self, rows: Sequence[StoredFeedback]) -> set[tuple[str, int]]:
        """Returns the feedback ids and versions, of those of `rows`, that rules have read.

        They have where a model has tagged the version, whichever it was, or a rule acted on it.
        """
        return actions.heard_before(self._connection, rows)

    def add_voice_actions(self, items: Sequence[VoiceAction]) -> set[str]:
        """Keeps what rules do about voices; returns the `action_id` of each that is new.

        A rule acts on a voice once: for an id that was there nothing may be sent.
        """
        return actions.add(self._connection, items)

    def voices_told_on(self, day: str) -> Counter[str]:
        """Returns how many voices people were told of on a day, by `place_of` their store."""
        return actions.told_on(self._connection, day)

    def rota_turns(self) -> dict[tuple[str, str], int]:
        """Returns the number of each person's last turn, by rota and person.

        Nobody else takes a turn before this transaction ends.
        """
        return actions.turns(self._connection)

    def save_rota_turns(self, taken: Mapping[tuple[str, str], int]) -> None:
        """Keeps turns that were taken, in the transaction of the orders they were taken for."""
        actions.save_turns(self._connection, taken)

    def save_order_parts(self, items: Sequence[OrderPart]) -> None:
        """Keeps of which part of its issue each order is."""
        reviews.save_parts(self._connection, items)

    def save_order_reviews(self, items: Sequence[OrderReview]) -> None:
        """Keeps orders that wait for a person, or what became of them, each by its id."""
        reviews.save(self._connection, items)

    def order_review(self, work_order_id: str) -> OrderReview | None:
        """Returns an order that waits; nobody else decides on it before this transaction ends."""
        return reviews.locked(self._connection, work_order_id)
