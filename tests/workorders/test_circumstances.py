"""What the voices of an issue tell beside it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from voc.records import Issue, Mention, UrgencyLabel
from voc.workorders.circumstances import Circumstances, circumstances_of


def mention(name: str, **values: Any) -> Mention:
    defaults: dict[str, Any] = {
        "industry": "cars",
        "aspect_id": "power",
        "sentiment": "negative",
        "score": 0.9,
        "occurred_at": datetime(2026, 3, 1, tzinfo=UTC),
    }
    return Mention(feedback_id=name, **(defaults | values))


def test_only_the_issues_own_voices_count(make_issue: Callable[..., Issue]) -> None:
    issue = make_issue(count=3)
    told = circumstances_of(
        [issue],
        [
            mention("fb_0", urgency="high", urgency_reasons=("召回",), region="上海", store="东店"),
            mention(
                "fb_1",
                urgency="critical",
                urgency_reasons=("安全", "召回"),
                region="上海",
                channel="hotline",
                product="X5",
            ),
            mention("fb_2", region="杭州", channel="forum"),
            mention("fb_2", aspect_id="service", region="北京", urgency="critical"),
            mention("fb_2", sentiment="positive", region="北京"),
            mention("fb_2", industry="bank", region="北京"),
            mention("fb_9", region="北京"),
        ],
    )
    assert told == {
        "is_1": Circumstances(
            urgency="critical",
            reasons=("召回", "安全"),
            products=(("X5", 1),),
            stores=(("东店", 1),),
            regions=(("上海", 2), ("杭州", 1)),
            channels=(("forum", 1), ("hotline", 1), ("review", 1)),
        )
    }
    assert told["is_1"].region == "上海"


def test_an_issue_without_known_voices_has_plain_ones(make_issue: Callable[..., Issue]) -> None:
    assert circumstances_of([make_issue()], []) == {"is_1": Circumstances()}
    assert Circumstances().region is None


@pytest.mark.parametrize(
    ("days", "urgency"),
    [
        pytest.param([0, 40, 50, 60], "high", id="what was critical long ago presses nobody"),
        pytest.param([0, 4, 5, 10], "critical", id="of late"),
        pytest.param([0, 60], "critical", id="one of a few"),
        pytest.param([0], "high", id="alone, nobody in danger"),
    ],
)
def test_the_urgency_of_the_last_window_counts(
    days: list[int], urgency: UrgencyLabel, make_issue: Callable[..., Issue]
) -> None:
    said = [
        mention(
            f"fb_{index}",
            urgency="high" if index else "critical",
            urgency_reasons=("限时",),
            occurred_at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=day),
        )
        for index, day in enumerate(days)
    ]
    told = circumstances_of([make_issue(count=len(days))], said, window_days=14)
    assert told["is_1"].urgency == urgency
