"""Which voices are copies of others."""

from __future__ import annotations

from datetime import UTC, datetime

from voc.pipeline.copies import copies_among, voice_of
from voc.records import Feedback, Turn
from voc.store import StoredFeedback

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
SCRIPT = (
    "非常抱歉给您带来不便，这边已经为您登记，会尽快安排专员与您联系，请您保持电话畅通，感谢您的来电"
)


def _call(source: str, said: str) -> Feedback:
    turns = (Turn("customer", said), Turn("agent", SCRIPT))
    text = f"{said}\n{SCRIPT}"
    return Feedback(source, "1", "hotline", text, turns=turns, created_at=NOW)


def test_calls_with_one_script_are_no_copies_before_they_are_tagged() -> None:
    calls = [_call("morning", "电池起火了"), _call("evening", "话费多扣了")]
    rows = [
        StoredFeedback(seq, call.feedback_id, 1, None, call, NOW, NOW)
        for seq, call in enumerate(calls)
    ]
    assert copies_among([voice_of(row) for row in rows]).repeats == {}
