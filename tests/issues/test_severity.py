"""The table of severities, and the reasons it gives."""

from __future__ import annotations

import pytest

from voc.issues.severity import severity_of
from voc.records import Severity, Trend


@pytest.mark.parametrize(
    ("voices", "critical", "urgent", "trend", "severity"),
    [
        (1, 0, 0, "new", "low"),
        (4, 0, 1, "new", "low"),
        (5, 0, 0, "steady", "medium"),
        (3, 0, 2, "new", "medium"),
        (20, 0, 0, "falling", "high"),
        (12, 0, 10, "steady", "high"),
        (1, 1, 1, "new", "high"),
        (3, 3, 3, "new", "critical"),
        (100, 0, 0, "steady", "critical"),
        (4, 0, 0, "rising", "low"),
        (5, 0, 0, "rising", "high"),
        (20, 0, 0, "rising", "critical"),
        (100, 9, 9, "rising", "critical"),
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
        ((6, 1, 2, "steady"), ("1 条声音十分紧急", "6 条声音", "2 条声音紧急")),
        ((6, 0, 0, "rising"), ("6 条声音", "声量显著上升（p=0.004），升一级")),
        ((100, 0, 0, "rising"), ("100 条声音",)),
    ],
)
def test_reasons(figures: tuple[int, int, int, Trend], reasons: tuple[str, ...]) -> None:
    voices, critical, urgent, trend = figures
    found = severity_of(
        voices=voices, critical=critical, urgent=urgent, trend=trend, trend_p=0.0041
    )
    assert found[1] == reasons
