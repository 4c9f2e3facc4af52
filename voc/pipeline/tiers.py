"""The tiers of customers, as the directory of the store knows them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from voc.store import Store

Tiers = Callable[[Collection[str]], Mapping[str, str]]
"""Returns the tier of each customer that has one, of those whose ids are given."""


def tiers_of(store: Store) -> Tiers:
    """Returns what tells the tiers of a store's customers."""

    def told(wanted: Collection[str]) -> Mapping[str, str]:
        return {one.customer_id: one.tier for one in store.customers(wanted) if one.tier}

    return told
