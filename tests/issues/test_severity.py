"""The table of severities, and the reasons it gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from voc.issues.heeding import heeded
from voc.issues.severity import Negativity, pressing, rate_voices, severity_of
from voc.records import Evidence, Issue, Mention, Severity, Trend, UrgencyLabel


@pytest.mark.parametrize(
    ("voices", "critical", "urgent", "trend", "severity"),
    [
        (1, 0, 0, "new", "low"),
        (4, 0, 1, "new", "low"),
        (5, 0, 0, "steady", "medium"),
        (3, 0, 2, "new", "medium"),
        (20, 0, 0, "falling", "medium"),
        (1, 1, 1, "falling", "high"),
        (3, 1, 1, "falling", "medium"),
        (2, 0, 0, "falling", "low"),
        (12, 0, 10, "steady", "high"),
        (1, 1, 1, "new", "high"),
        (3, 3, 3, "new", "critical"),
        (100, 0, 0, "steady", "high"),
        (4, 0, 0, "rising", "low"),
        (5, 0, 0, "rising", "high"),
        (20, 0, 0, "rising", "high"),
        (20, 0, 9, "rising", "high"),
        (20, 0, 10, "rising", "critical"),
        (20, 1, 1, "rising", "critical"),
        (500, 0, 2, "rising", "high"),
        (100, 9, 9, "rising", "critical"),
        (6, 1, 1, "rising", "high"),
    ],
)
def test_levels(voices: int, critical: int, urgent: int, trend: Trend, severity: Severity) -> None:
    found, reasons = severity_of(
        voices=voices, critical=critical, urgent=urgent, trend=trend, trend_p=0.01
    )
    assert found == severity
    assert reasons


@pytest.mark.parametrize(
    ("figures", "reasons"),
    [
        ((2, 0, 0, "new"), ("仅 2 条声音",)),
        ((6, 0, 0, "steady"), ("6 条声音",)),
        ((6, 6, 6, "steady"), ("6 条声音十分紧急",)),
        ((6, 1, 2, "steady"), ("1 条声音十分紧急", "6 条声音", "2 条声音紧急")),
        ((6, 0, 0, "rising"), ("6 条声音", "声量显著上升（p=0.004），升一级")),
        ((100, 0, 0, "rising"), ("100 条声音",)),
        ((20, 0, 0, "falling"), ("20 条声音", "声音已在减少，降一级")),
    ],
)
def test_reasons(figures: tuple[int, int, int, Trend], reasons: tuple[str, ...]) -> None:
    voices, critical, urgent, trend = figures
    found = severity_of(
        voices=voices, critical=critical, urgent=urgent, trend=trend, trend_p=0.0041
    )
    assert found[1] == reasons


@pytest.mark.parametrize(
    ("voices", "trend", "negativity", "severity", "why"),
    [
        (20, "steady", (30, 34), "high", None),
        (20, "steady", (20, 400), "medium", "提到它的 400 条里 5% 不满，降一级"),
        (20, "steady", (4, 5), "high", None),
        (20, "steady", (0, 0), "high", None),
        (20, "steady", (40, 100), "high", None),
        (20, "rising", (20, 400), "high", None),
        (5, "rising", (30, 34), "high", "声量显著上升（p=0.004），升一级"),
        (20, "rising", (30, 34), "high", None),
        (20, "falling", (20, 400), "medium", "声音已在减少，降一级"),
        (4, "steady", (4, 400), "low", None),
    ],
)
def test_how_many_of_those_who_speak_of_it_complain(
    voices: int, trend: Trend, negativity: tuple[int, int], severity: Severity, why: str | None
) -> None:
    found, reasons = severity_of(
        voices=voices,
        critical=0,
        urgent=0,
        trend=trend,
        trend_p=0.0041,
        negativity=Negativity(*negativity),
    )
    assert found == severity
    assert (why in reasons) if why else not any("一级" in reason for reason in reasons)


@pytest.mark.parametrize(
    ("days", "why", "severity"),
    [
        pytest.param([0], "安全", "high", id="a danger, told once"),
        pytest.param([0, 1, 2, 3], "安全", "high", id="a danger, told by one of some"),
        pytest.param([0, 1, 2, 3], "监管", "high", id="an authority"),
        pytest.param([0, 1, 2, 3], "资金冻结", "medium", id="nothing of that kind"),
        pytest.param(range(21), "安全", "high", id="what one voice makes high, and many too"),
        pytest.param(
            [0, *(70 + at / 2 for at in range(22))], "安全", "medium", id="a danger of long ago"
        ),
    ],
)
def test_silence_lowers_no_danger(
    days: Sequence[float], why: str, severity: Severity, mention: Callable[..., Mention]
) -> None:
    first = mention("c", days[0], urgency="critical", urgency_reasons=(why,))
    voices = [first, *(mention(f"n{day}", day) for day in days[1:])]
    if len(days) == 21:
        voices = [replace(first, occurred_at=voices[-1].occurred_at), *voices[1:]]
    found, reasons = rate_voices(voices, trend="falling", trend_p=1.0, window_days=14)
    assert found == severity
    assert ("声音已在减少，降一级" in reasons) is (severity == "medium")


@pytest.mark.parametrize(
    ("critical_days", "other_days", "why", "severity"),
    [
        pytest.param([0], [], "资金冻结", "medium", id="a voice alone"),
        pytest.param([0], [], "人身伤害", "high", id="a voice alone, people in danger"),
        pytest.param([0], [20, 40], "限时", "high", id="one of a few, long ago"),
        pytest.param([0], [20, 40, 41], "食品安全", "low", id="one of more, long ago"),
        pytest.param([40], [20, 38, 41], "限时", "high", id="one of more, of late"),
        pytest.param([0, 10, 20], [60, 61], "食品安全", "medium", id="three, long ago"),
        pytest.param([50, 58, 62], [60, 61], "食品安全", "critical", id="three of late"),
        pytest.param([], [0, 1], "", "low", id="none"),
    ],
)
def test_what_was_urgent_long_ago_presses_nobody(
    critical_days: Sequence[float],
    other_days: Sequence[float],
    why: str,
    severity: Severity,
    mention: Callable[..., Mention],
) -> None:
    voices = [
        mention(f"c{day}", day, urgency="critical", urgency_reasons=(why, "其他"))
        for day in critical_days
    ] + [mention(f"n{day}", day) for day in other_days]
    voices.sort(key=lambda voice: voice.occurred_at)
    found, reasons = rate_voices(voices, trend="steady", trend_p=1.0, window_days=14)
    assert found == severity
    assert reasons


def test_both_ends_of_the_window_press(mention: Callable[..., Mention]) -> None:
    voices = [mention(f"f{day}", day) for day in (0, 5.9, 6, 7, 20)]
    assert [voice.feedback_id for voice in pressing(voices, 14)] == ["f6", "f7", "f20"]


@pytest.mark.parametrize(
    ("days", "urgencies"),
    [
        pytest.param([0, 40, 50, 60], ["normal", "normal", "high", "high"], id="long ago"),
        pytest.param([0, 4, 5, 10], ["critical", "high", "high", "high"], id="of late"),
        pytest.param([0, 60], ["critical", "high"], id="one of a few"),
        pytest.param([0], ["high"], id="alone, nobody in danger"),
    ],
)
def test_orders_hear_the_urgency_of_the_last_window(
    days: Sequence[float], urgencies: list[UrgencyLabel], mention: Callable[..., Mention]
) -> None:
    voices = [
        mention(f"f{day}", day, urgency="high" if day else "critical", urgency_reasons=("限时",))
        for day in days
    ]
    names = [voice.feedback_id for voice in voices]
    issue = _issue(names, last_seen=voices[-1].occurred_at)
    other = mention("other", 60, urgency="critical")
    found = heeded([issue], [*voices, other], window_days=14)
    assert [voice.urgency for voice in found["is_1"]] == urgencies


def test_voices_of_a_theme_are_heard_once_whatever_they_speak_of(
    mention: Callable[..., Mention],
) -> None:
    """A voice may be in two themes; its issue hears what it says of its own."""
    place: dict[str, Any] = {"product": None, "store": None, "topic_id": "noise"}
    voices = [
        mention("a", 0, aspect_id="brakes", **place),
        mention("a", 0, aspect_id="service", urgency="critical", **place),
        mention("b", 0, aspect_id="power", **place | {"topic_id": "lift"}),
        mention("b", 0, aspect_id="service", sentiment="positive", **place),
        mention("b", 0, aspect_id="service", **place | {"industry": "bank"}),
        mention("c", 0, aspect_id="service", **place),
    ]
    issue = _issue(["a", "b"], topic_id="noise", aspect_id="brakes")
    placed = _issue(["a", "b"], product="X5", topic_id="noise", aspect_id="power")
    found = heeded([issue, replace(placed, issue_id="is_2")], voices, window_days=14)
    assert [(one.feedback_id, one.aspect_id, one.urgency) for one in found["is_1"]] == [
        ("a", "brakes", "critical")
    ]
    assert [one.feedback_id for one in found["is_2"]] == ["b"]


def _issue(names: Sequence[str], **values: Any) -> Issue:
    moment = datetime(2026, 3, 1, tzinfo=UTC)
    fields: dict[str, Any] = {
        "issue_id": "is_1", "title": "动力", "industry": "cars", "aspect_id": "power",
        "status": "open", "severity": "low", "first_seen": moment, "last_seen": moment,
        "count": len(names), "trend": "steady", "trend_p": 1.0,
        "evidence": tuple(Evidence(name, 0, 0, "") for name in names),
    }  # fmt: skip
    return Issue(**(fields | values))


@pytest.mark.parametrize(
    ("n_voices", "urgency", "trend", "silent_days", "severity"),
    [
        pytest.param(1, "critical", "steady", None, "high", id="a danger, of late"),
        pytest.param(1, "critical", "steady", 29, "medium", id="a danger, long silent"),
        pytest.param(120, "normal", "steady", 40, "medium", id="a crowd"),
        pytest.param(30, "normal", "falling", 40, "medium", id="lowered already"),
        pytest.param(6, "normal", "steady", 40, "medium", id="not below medium"),
    ],
)
def test_what_is_long_silent_gives_way(
    n_voices: int,
    urgency: UrgencyLabel,
    trend: Trend,
    silent_days: int | None,
    severity: Severity,
    mention: Callable[..., Mention],
) -> None:
    voices = [
        mention(f"f{number}", number / 100, urgency=urgency, urgency_reasons=("安全",))
        for number in range(n_voices)
    ]
    found, reasons = rate_voices(
        voices, trend=trend, trend_p=1.0, window_days=14, silent_days=silent_days
    )
    assert found == severity
    assert sum("降一级" in reason for reason in reasons) <= 1
    assert (f"已 {silent_days} 天无新声音，降一级" in reasons) is (
        silent_days is not None and trend == "steady" and n_voices != 6
    )


@pytest.mark.parametrize(
    ("days", "severity", "reason"),
    [
        pytest.param([at / 2 for at in range(20)], "high", "20 条声音", id="a crowd of two weeks"),
        pytest.param(
            [*range(20), *(20 + at / 2 for at in range(25))],
            "high",
            "45 条声音，最后 14 天 27 条",
            id="a crowd that goes on",
        ),
        pytest.param([3 * at for at in range(40)], "medium", "40 条声音", id="gathered in months"),
        pytest.param([9 * at for at in range(5)], "medium", "5 条声音", id="a few, seldom"),
        pytest.param([0, 1, 2, 3], "low", "仅 4 条声音", id="fewer"),
    ],
)
def test_a_crowd_is_one_of_late(
    days: Sequence[float], severity: Severity, reason: str, mention: Callable[..., Mention]
) -> None:
    voices = [mention(f"f{day}", day) for day in days]
    found = rate_voices(voices, trend="steady", trend_p=1.0, window_days=14)
    assert found == (severity, (reason,))
