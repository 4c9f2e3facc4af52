"""Tags voices that wait for it, as a model that says nothing of them."""

from __future__ import annotations

from datetime import datetime

from voc.pipeline.voices import is_of_staff
from voc.records import STAFF, Tags
from voc.store import Store


def tag_plainly(store: Store, *, model: str, at: datetime) -> None:
    """Keeps tags without any judgement of all voices, 100 at most, that `model` has not tagged."""
    rows = [
        (
            row,
            Tags(
                row.feedback_id,
                row.feedback.text,
                "zh",
                None,
                model=model,
                flags=(STAFF,) if is_of_staff(row.feedback) else (),
            ),
        )
        for row in store.untagged(model, limit=100)
    ]
    with store.transaction() as transaction:
        transaction.save_tags(rows, at)
