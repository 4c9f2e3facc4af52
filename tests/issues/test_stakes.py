"""What customers weigh: beyond their number, against the directory they come from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest

from voc.config import Industry
from voc.config.customers import CustomerSettings
from voc.config.sections import IssueSettings
from voc.issues import Clientele, form_issues, severity_of
from voc.records import Issue, Mention, Stake, Trend

TYPICAL = {f"c_{number}": 100.0 for number in range(9)}
"""Nine customers of whom nobody complained; the median one spends 100."""


def clientele(
    spent: Mapping[str, float],
    *,
    tiers: Mapping[str, str | None] | None = None,
    high_share: float = 0.1,
    **settings: Any,
) -> Clientele:
    """One in which voice `v1` is of customer `a`, `v2` of `b`, and so on."""
    people = "abcdefghij"
    return Clientele(
        behind={f"v{number}": person for number, person in enumerate(people, 1)},
        tiers=tiers if tiers is not None else dict.fromkeys(spent),
        spent={**TYPICAL, **spent},
        high_share=high_share,
        settings=CustomerSettings(**settings),
    )


def test_each_customer_counts_once_and_strangers_not() -> None:
    known = clientele({"a": 500.0, "b": 0.0}, tiers={"a": "钻石会员", "b": None})
    voices = ["v1", "v2", "v3", "v1", "none"]
    assert known.stake(voices) == Stake(
        voices=4, known_voices=2, customers=2, high_tier=1, spend=500.0, typical=100.0
    )
    twice = Clientele({"v1": "a", "v9": "a"}, {"a": None}, {"a": 7.0}, 0.0, CustomerSettings())
    stake = twice.stake(["v1", "v9"])
    assert stake is not None
    assert (stake.customers, stake.known_voices, stake.spend) == (1, 2, 7.0)


def test_nothing_is_at_stake_where_nobody_is_known() -> None:
    known = clientele({}, tiers={})
    assert known.stake(["v1", "none"]) is None
    assert known.weight(None) is None


@pytest.mark.parametrize(
    ("spent", "settings", "weighs"),
    [
        ((300.0, 300.0, 300.0), {}, True),
        ((900.0, 0.0, 0.0), {}, True),
        ((299.0, 300.0, 300.0), {}, False),
        ((100.0,) * 10, {}, False),
        ((10_000.0, 10_000.0), {}, False),
        ((10_000.0, 10_000.0), {"least_customers": 2}, True),
        ((300.0, 300.0, 300.0), {"value_times": 0}, False),
        ((300.0, 300.0, 300.0), {"value_times": 4}, False),
    ],
)
def test_spending_weighs_beyond_that_of_as_many_typical_customers(
    spent: tuple[float, ...], settings: dict[str, Any], weighs: bool
) -> None:
    known = clientele(dict(zip("abcdefghij", spent, strict=False)), **settings)
    stake = known.stake([f"v{number}" for number in range(1, len(spent) + 1)])
    assert (known.weight(stake) is not None) == weighs


@pytest.mark.parametrize("scale", [0.01, 1.0, 1_000.0])
@pytest.mark.parametrize(("amount", "weighs"), [(350.0, True), (250.0, False)])
def test_it_scales_with_the_directory(scale: float, amount: float, weighs: bool) -> None:
    spent = dict.fromkeys("abc", amount * scale)
    others = {person: amount * scale for person, amount in TYPICAL.items()}
    known = Clientele(
        {"v1": "a", "v2": "b", "v3": "c"}, dict.fromkeys("abc"), {**others, **spent}, 0.0,
        CustomerSettings(),
    )  # fmt: skip
    assert (known.weight(known.stake(["v1", "v2", "v3"])) is not None) == weighs


@pytest.mark.parametrize(
    ("high", "total", "high_share", "weighs"),
    [
        (5, 5, 0.1, True),
        (5, 10, 0.1, True),
        (4, 10, 0.1, False),
        (3, 3, 0.6, False),
        (10, 10, 1.0, False),
        (2, 2, 0.1, False),
    ],
)
def test_high_levels_weigh_where_they_are_surely_more_than_usual(
    high: int, total: int, high_share: float, weighs: bool
) -> None:
    people = "abcdefghij"[:total]
    tiers = {person: "白金会员" if place < high else "普卡" for place, person in enumerate(people)}
    known = clientele({}, tiers=tiers, high_share=high_share)
    stake = known.stake([f"v{number}" for number in range(1, total + 1)])
    assert (known.weight(stake) is not None) == weighs


@pytest.mark.parametrize(
    ("voices", "trend", "weight", "severity"),
    [
        (20, "steady", "值钱", "critical"),
        (20, "rising", "值钱", "critical"),
        (20, "falling", "值钱", "high"),
        (5, "steady", "值钱", "high"),
        (3, "steady", "值钱", "medium"),
        (3, "steady", None, "low"),
        (3, "rising", None, "low"),
        (100, "steady", "值钱", "critical"),
    ],
)
def test_weight_lifts_by_one_step_at_most(
    voices: int, trend: Trend, weight: str | None, severity: str
) -> None:
    found, reasons = severity_of(
        voices=voices, critical=0, urgent=0, trend=trend, trend_p=0.01, weight=weight
    )
    assert found == severity
    moved = weight is not None and trend != "falling"
    assert ("值钱，升一级" in reasons) == moved


def test_one_critical_voice_is_not_made_critical_by_customers() -> None:
    found, _ = severity_of(
        voices=4, critical=1, urgent=1, trend="steady", trend_p=0.5, weight="值钱"
    )
    assert found == "high"


def test_reasons_read_as_a_sentence() -> None:
    rich = clientele({"a": 5_000.0, "b": 3_000.0, "c": 1_000.0})
    assert rich.weight(rich.stake(["v1", "v2", "v3"])) == (
        "涉及客户 3 位，近一年消费 ¥9,000，人均为典型客户的 30.0 倍"
    )
    high = clientele({}, tiers=dict.fromkeys("abc", "黑金卡"), high_share=0.04)
    assert high.weight(high.stake(["v1", "v2", "v3"])) == (
        "涉及客户 3 位，其中高等级 3 位（名录中占 4%）"
    )


def test_an_issue_keeps_what_is_at_stake(
    industries: Mapping[str, Industry], mention: Callable[..., Mention]
) -> None:
    voices = [mention(f"v{number}", number, product="X5") for number in (1, 2, 3)]
    known = clientele(dict.fromkeys("abc", 400.0))

    def form(existing: list[Issue]) -> list[Issue]:
        return form_issues(
            voices,
            existing,
            industries=industries,
            settings=IssueSettings(),
            volumes=None,
            as_of=voices[-1].occurred_at + timedelta(hours=1),
            clienteles={"cars": known},
        )

    [issue] = form([])
    assert (issue.severity, issue.stake) == ("medium", known.stake(["v1", "v2", "v3"]))
    assert issue.severity_reasons == (
        "仅 3 条声音",
        "涉及客户 3 位，近一年消费 ¥1,200，人均为典型客户的 4.0 倍，升一级",
    )
    assert form([issue]) == []
