"""Reads the customers behind complaints out of the directory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from voc.config.customers import CustomerSettings
from voc.issues import SPENDING_PERIOD, Clientele
from voc.records import Mention
from voc.store import Store


def clienteles_of(
    store: Store,
    mentions: Sequence[Mention],
    *,
    as_of: Mapping[str, datetime],
    settings: CustomerSettings,
) -> dict[str, Clientele]:
    """Returns who stands behind the voices of each industry; nothing where nobody is known.

    Args:
        store: The directory and the feedback.
        mentions: Complaints.
        as_of: The newest moment of each industry, from which spending is counted back.
        settings: What counts as a high level.
    """
    levels = store.tiers()
    if not levels:
        return {}
    behind = store.customers_behind({mention.feedback_id for mention in mentions})
    tiers = {item.customer_id: item.tier for item in store.customers(behind.values())}
    if not tiers:
        return {}
    high = sum(number for tier, number in levels.items() if settings.is_high(tier))
    return {
        industry: Clientele(
            behind=behind,
            tiers=tiers,
            spent=store.spending(since=moment - SPENDING_PERIOD, until=moment),
            high_share=high / sum(levels.values()),
            settings=settings,
        )
        for industry, moment in as_of.items()
    }
