"""An industry whose taxonomy is gone does not stop the others."""

from datetime import UTC, datetime
from pathlib import Path

from voc.config import load_settings
from voc.pipeline.chain import Chain
from voc.records import Feedback
from voc.store import open_store
from voc.tagging.engine import load

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def test_the_others_are_tagged_and_the_missing_one_is_named(tmp_path: Path) -> None:
    settings = load_settings(
        overrides={
            "store.url": f"sqlite:///{tmp_path / 'voc.db'}",
            "queue.dir": str(tmp_path / "queue"),
        },
        environ={},
    )
    voices = {
        name: [
            Feedback(name, str(n), "review", f"店员态度差，第{n}次", created_at=NOW)
            for n in range(5)
        ]
        for name in ("snack", "gone")
    }
    with open_store(settings.store_url) as store:
        with store.transaction() as transaction:
            for industry, items in voices.items():
                transaction.add_feedback(items, industry=industry, now=NOW)
        done = Chain(store, load(settings=settings), settings).run()
        assert done.tagged == 5
        assert "gone is left out" in done.notes[0]
        assert {issue.industry for issue in store.issues()} == {"snack"}
