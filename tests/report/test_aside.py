from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from voc.report.aside import set_aside
from voc.report.tally import tally_rows

ZONE = ZoneInfo("Asia/Shanghai")


def test_bursts_are_told_by_product_and_evening(row: Callable[..., Any]) -> None:
    rows = [
        row(f"a{n}", day=n / 1440 * 4, product="E3", flags=["paid_burst"], text=f"太值了{n}")
        for n in range(10)
    ]
    rows += [row(f"b{n}", day=7, product="E3", flags=["paid_burst"]) for n in range(3)]
    rows += [row("c", product=None, day=None, flags=["paid_burst"], channel="forum")]
    rows += [row("d", flags=["near_duplicate"]), row("e", flags=["uninformative"])]
    rows += [row("f", flags=["staff", "uninformative"])]
    found = set_aside(tally_rows(rows, {}, zone=ZONE))
    assert (found.paid, found.near_duplicates, found.uninformative) == (14, 1, 1)
    assert found.staff == 1
    assert [(burst.product, burst.count, burst.minutes) for burst in found.bursts] == [
        ("E3", 10, 36),
        ("E3", 3, 1),
        (None, 1, None),
    ]
    assert found.bursts[0].sample == "太值了0"
    assert found.bursts[0].began == "2026-09-21T10:00+08:00"
    assert found.bursts[2].channels == ("forum",)


def test_many_bursts_are_cut_and_counted(row: Callable[..., Any]) -> None:
    rows = [row(f"a{n}", product=f"P{n}", flags=["paid_burst"]) for n in range(12)]
    found = set_aside(tally_rows(rows, {}, zone=ZONE))
    assert (len(found.bursts), found.more_bursts) == (10, 2)
