"""What was heard of problems: of those that places tell apart, and of themes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from voc.config import Aspect, Industry
from voc.insights.places import count_places
from voc.issues.grouping import GroupKey, group_rules, group_voices
from voc.issues.trends import day_of
from voc.records import Heard, Mention

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
TRADE = {
    "cars": Industry(
        id="cars",
        name="车",
        aspects=(
            Aspect(id="power", name="动力", group_by=("product",)),
            Aspect(id="service", name="服务", group_by=("store",)),
        ),
    )
}


def mention(name: str, aspect_id: str, **values: Any) -> Mention:
    fields: dict[str, Any] = {
        "sentiment": "negative",
        "score": 0.9,
        "occurred_at": START,
        "topic_id": "noise",
    }
    return Mention(feedback_id=name, industry="cars", aspect_id=aspect_id, **(fields | values))


def test_a_theme_is_heard_in_all_its_aspects_and_each_aspect_in_all_its_places() -> None:
    said = [
        mention("a", "power"),
        mention("a", "service"),
        mention("b", "service", occurred_at=START + timedelta(days=1)),
        mention("c", "service", sentiment="positive"),
        mention("d", "power", product="X5"),
        mention("e", "power", product="X7"),
    ]
    rules, as_of = group_rules(TRADE), {"cars": START}
    theme = GroupKey("cars", None, None, None, "noise")
    first, last = (day_of(START, START), day_of(START, START) + 1)
    groups = group_voices(
        [one for one in said if one.sentiment == "negative"],
        rules=group_rules(TRADE),
        min_score=0.3,
    )
    x5 = GroupKey("cars", "power", "X5", None)
    found = count_places(said, said, groups, aspects={theme[:2], x5[:2]}, rules=rules, as_of=as_of)
    assert found.heard(theme, first, last) == Heard(2, 3, 6)
    assert found.elsewhere(theme, first, last) is None
    assert found.heard(x5, first, last) == Heard(1, 1, 1)
    assert found.elsewhere(x5, first, last) == Heard(2, 2, 5)
