"""The directory of customers: what it tells, and how it is written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection

from voc.records import Customer, Order
from voc.store import customers, forgetting
from voc.store.engine import Database
from voc.store.rows import CustomerFile, Forgotten, UpsertCounts


class DirectoryReads:
    """The reading half; `Store` has it."""

    _database: Database

    def customers(
        self,
        ids: Iterable[str] | None = None,
        *,
        tier: str | None = None,
        limit: int | None = None,
    ) -> list[Customer]:
        """Returns customers by id.

        Args:
            ids: Only these, by their pseudonyms; the other filters then count for nothing.
            tier: Only of this level of membership.
            limit: Customers at most.
        """
        with self._database.reading() as connection:
            return list(customers.some(connection, ids, tier, limit))

    def customer(
        self, customer_id: str, *, since: datetime, until: datetime
    ) -> CustomerFile | None:
        """Returns what is known of one customer, with the spending of `(since, until]`."""
        with self._database.reading() as connection:
            return customers.file_of(connection, customer_id, since=since, until=until)

    def last_order(self, customer_id: str, *, until: datetime) -> Order | None:
        """Returns the last order that a customer placed up to `until`."""
        with self._database.reading() as connection:
            return next(
                iter(customers.orders_of(connection, customer_id, until=until, limit=1)), None
            )

    def tiers(self) -> dict[str | None, int]:
        """Returns how many customers there are of each level of membership."""
        with self._database.reading() as connection:
            return customers.tiers(connection)

    def tiers_of(self, feedback_ids: Iterable[str]) -> dict[str, str]:
        """Returns the level of membership of who said it, by feedback id, where it is known."""
        with self._database.reading() as connection:
            behind = customers.customers_behind(connection, feedback_ids)
            known = customers.some(connection, behind.values(), None, None)
            levels = {item.customer_id: item.tier for item in known if item.tier}
        return {name: levels[person] for name, person in behind.items() if person in levels}

    def customers_behind(self, feedback_ids: Iterable[str]) -> dict[str, str]:
        """Returns the customer of each voice that names one, by feedback id."""
        with self._database.reading() as connection:
            return customers.customers_behind(connection, feedback_ids)

    def spending(self, *, since: datetime, until: datetime) -> dict[str, float]:
        """Returns what each customer who bought in `(since, until]` spent, by id."""
        with self._database.reading() as connection:
            return customers.spending(connection, since=since, until=until)

    def forgettable(self, customer_id: str) -> Forgotten:
        """Returns what of a person would be forgotten."""
        with self._database.reading() as connection:
            return forgetting.count(connection, customer_id)


class DirectoryWrites:
    """The writing half; `Transaction` has it."""

    _connection: Connection

    def save_customers(self, items: Sequence[Customer]) -> UpsertCounts:
        """Stores customers: what is newer by `updated_at` wins, what it does not tell stays.

        Equally new ones are taken in their order, so that the same again changes nothing.
        """
        return customers.save_customers(self._connection, items)

    def save_orders(self, items: Sequence[Order]) -> UpsertCounts:
        """Stores orders, each once; what is newer wins, as with customers."""
        return customers.save_orders(self._connection, items)

    def forget(self, customer_id: str, now: datetime) -> Forgotten:
        """Removes a person by the pseudonym: as customer, and as author of posts.

        Voices go in all versions, with tags, evidence, corrections and flags; topics, alerts, work
        orders and messages, delivered ones too, lose the quotes. Issues count what is left of
        them; one of which nothing is left is closed, and the words it was named by go. The audit
        stays: it holds ids alone.
        """
        return forgetting.forget(self._connection, customer_id, now)
