"""The complaints that issues and their orders are made of."""

from __future__ import annotations

from collections.abc import Mapping

from voc.config import Industry
from voc.pipeline.emergencies import unplaced_emergencies
from voc.records import Mention
from voc.store import Store


def complaints_of(
    store: Store, *, model: str, industries: Mapping[str, Industry], min_score: float
) -> list[Mention]:
    """Returns negative mentions, and a mention for each emergency that complains of no aspect.

    Args:
        store: What is read.
        model: Whose tags.
        industries: Taxonomies by id; feedback of others is left out.
        min_score: Lowest probability of a mention that counts.
    """
    counted = [
        mention
        for mention in store.mentions(
            model=model, industry=sorted(industries), sentiment="negative"
        )
        if mention.score >= min_score
    ]
    heard = {mention.feedback_id for mention in counted}
    return [
        *counted,
        *unplaced_emergencies(store, model=model, heard=heard, industries=industries),
    ]
