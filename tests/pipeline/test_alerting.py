"""What alerts of the store are called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from voc.config import load_industry
from voc.pipeline.alerting import Emerging
from voc.records import UNHEARD, Mention, Span

DAY = datetime(2026, 11, 1, tzinfo=UTC)


def test_voices_of_a_theme_tell_what_is_wrong_where_they_say_one_thing() -> None:
    texts = {
        "machine": ("自助办理机死机", "自助办理机又死机", "办理机死机了"),
        "breakfast": ("自助早餐", "早餐在三楼", "早餐七点开始"),
        "desk": ("前台的系统死机", "死机了前台也不管", "前台说死机"),
    }
    complaints = [
        Mention(
            f"{theme}{at}", "restaurant", UNHEARD, "negative", 0.9, DAY + timedelta(hours=at),
            (Span(0, len(text), text),), topic_id=theme,
        )
        for theme, said in texts.items()
        for at, text in enumerate(said * 3)
    ]  # fmt: skip
    topics = {
        "machine": "前台（多方面）",
        "breakfast": "自助早餐（多方面）",
        "desk": "前台（多方面）",
    }
    said = Emerging(load_industry("restaurant"), complaints, topics)
    names = {one.feedback_id for one in complaints}
    assert "死机" in said("machine", names)
    assert "前台" not in said("machine", names)
    assert said("desk", names).startswith("前台")
    assert said("breakfast", names) == ""
    assert said("machine", set()) == ""
