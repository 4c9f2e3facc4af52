"""The tiers of customers, where the store has a directory of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Protocol, runtime_checkable

Tiers = Callable[[Collection[str]], Mapping[str, str]]
"""Returns the tier of each customer that has one, of those whose ids are given."""


class KnownCustomer(Protocol):
    """What is asked of an entry of the directory."""

    @property
    def customer_id(self) -> str: ...

    @property
    def tier(self) -> str | None: ...


@runtime_checkable
class CustomerDirectory(Protocol):
    """A store that knows customers."""

    def customers(self, wanted: Collection[str], /) -> Iterable[KnownCustomer]:
        """Returns those that are known."""


def tiers_of(store: object) -> Tiers:
    """Returns what tells the tiers of a store's customers; none are known without a directory."""

    def told(wanted: Collection[str]) -> Mapping[str, str]:
        if not wanted or not isinstance(store, CustomerDirectory):
            return {}
        return {one.customer_id: one.tier for one in store.customers(wanted) if one.tier}

    return told
