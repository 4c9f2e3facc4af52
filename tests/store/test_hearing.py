"""Until when a store has heard voices."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from voc.records import Feedback
from voc.store import Store

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=timezone(timedelta(hours=8)))
CAME = NOW - timedelta(days=3)


@pytest.mark.parametrize(
    ("days", "heard"),
    [
        pytest.param([], NOW, id="none"),
        pytest.param([-9, -5], NOW - timedelta(days=5), id="an archive"),
        pytest.param([-9, 4_000], CAME, id="a wrong year was heard when it came in"),
        pytest.param([-1, 4_000], NOW - timedelta(days=1), id="a later voice came since"),
    ],
)
def test_a_store_has_heard_until_its_newest_voice(
    store: Store, days: list[int], heard: datetime
) -> None:
    voices = [
        Feedback("s", str(day), "review", "慢", created_at=NOW + timedelta(days=day))
        for day in days
    ]
    with store.transaction() as transaction:
        transaction.add_feedback(voices, industry="snack", now=CAME)
        assert transaction.heard_by(NOW) == heard
