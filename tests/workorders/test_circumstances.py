"""What the voices of an issue tell beside it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from voc.records import Mention
from voc.workorders.circumstances import Circumstances, VoiceFacts, circumstances_of


def mention(name: str, **values: Any) -> Mention:
    defaults: dict[str, Any] = {
        "industry": "cars",
        "aspect_id": "power",
        "sentiment": "negative",
        "score": 0.9,
        "occurred_at": datetime(2026, 3, 1, tzinfo=UTC),
    }
    return Mention(feedback_id=name, **(defaults | values))


def test_voices_are_counted_by_what_they_name() -> None:
    told = circumstances_of(
        {
            "is_1": [
                mention(
                    "fb_0", urgency="high", urgency_reasons=("召回",), region="上海", store="东店"
                ),
                mention(
                    "fb_1",
                    urgency="critical",
                    urgency_reasons=("安全", "召回"),
                    region="上海",
                    channel="hotline",
                    product="X5",
                ),
                mention("fb_2", region="杭州", channel="forum"),
            ]
        }
    )
    assert told == {
        "is_1": Circumstances(
            urgency="critical",
            reasons=("召回", "安全"),
            products=(("X5", 1),),
            stores=(("东店", 1),),
            regions=(("上海", 2), ("杭州", 1)),
            channels=(("forum", 1), ("hotline", 1), ("review", 1)),
            confidence=0.9,
        )
    }
    assert told["is_1"].region == "上海"


def test_an_issue_without_known_voices_has_plain_ones() -> None:
    assert circumstances_of({"is_1": []}) == {"is_1": Circumstances()}
    assert Circumstances().region is None


def test_satisfaction_is_the_mean_of_the_issues_conversations() -> None:
    voices = [
        mention("fb_0", channel="hotline"),
        mention("fb_0", channel="hotline"),
        mention("fb_1", channel="chat"),
        mention("fb_2"),
    ]
    told = circumstances_of(
        {"is_1": voices},
        {
            name: VoiceFacts(satisfaction=score)
            for name, score in {"fb_0": -1.5, "fb_1": 0.5, "fb_9": 2.0}.items()
        },
    )
    assert told["is_1"].satisfaction == -0.5
    assert told["is_1"].satisfaction_level == "low"
    assert circumstances_of({"is_1": voices})["is_1"].satisfaction_level is None
