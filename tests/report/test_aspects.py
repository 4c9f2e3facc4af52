from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.config import Industry
from voc.report.aspects import (
    MOST_PLACES,
    PAGE_PLACES,
    aspect_figures,
    aspects_by_id,
    heat_table,
    score_drivers,
    tally_mentions,
)
from voc.report.issue_figures import Standout
from voc.report.standouts import standouts
from voc.report.tally import tally_rows

ZONE = ZoneInfo("Asia/Shanghai")


def test_a_feedback_counts_once_for_an_aspect_and_polarity(
    row: Callable[..., Any], mention: Callable[..., Any], cars: Industry
) -> None:
    rows = tally_rows([row("a"), row("b"), row("c", flags=["paid_burst"])], {}, zone=ZONE)
    mentions = [
        mention("a"),
        mention("a"),
        mention("a", sentiment="positive"),
        mention("b", sentiment="neutral"),
        mention("b", "unheard"),
        mention("c", sentiment="positive"),
    ]
    tally = tally_mentions(mentions, rows)
    assert tally.feedback == 2
    power, unheard = aspect_figures(tally, aspects_by_id(cars))
    assert (power.name, power.department) == ("动力", "动力总成部")
    assert (power.negative, power.neutral, power.positive) == (1, 1, 1)
    assert (power.negative_share.count, power.negative_share.total) == (1, 2)
    assert (unheard.name, unheard.department) == ("unheard", None)


def test_heat_tables_tell_only_what_enough_feedback_tells(
    row: Callable[..., Any], mention: Callable[..., Any], cars: Industry
) -> None:
    bad = [row(f"bad{n}", store="甲店") for n in range(10)]
    good = [row(f"good{n}", store="乙店", sentiment="positive") for n in range(30)]
    tiny = [row(f"tiny{n}", store="丙店") for n in range(2)]
    rows = tally_rows([*bad, *good, *tiny], {}, zone=ZONE)
    mentions = [mention(one.feedback_id, store=one.store) for one in [*bad, *tiny]]
    mentions += [mention("good1", "price", "positive", store="乙店")]
    tally = tally_mentions(mentions, rows)
    table = heat_table(rows.stores, tally.stores, aspect_figures(tally, aspects_by_id(cars)))
    assert table.columns == ("动力", "价格")
    assert [one.name for one in table.rows] == ["甲店", "乙店", "丙店"]
    assert (table.page_rows, table.page_columns, table.more_rows) == (2, 2, 0)
    full, other, few = table.rows
    assert (full.cells[0].per_hundred, full.cells[0].level) == (100.0, 4)
    assert (other.cells[0].per_hundred, other.cells[0].level) == (0.0, 0)
    assert (other.cells[1].negative, other.cells[1].total) == (0, 1)
    assert (few.cells[0].negative, few.cells[0].per_hundred, few.cells[0].level) == (2, None, None)
    assert (full.level, other.level) == (4, 0)
    [worst] = table.standouts
    assert (worst.aspect, worst.place) == ("动力", Standout("甲店", 10, 100.0, 100 * 2 / 32))


def test_heat_tables_hold_all_places_and_the_page_shows_the_first(row: Callable[..., Any]) -> None:
    rows = tally_rows([row(f"r{n}", store=f"{n:02}号店") for n in range(15)], {}, zone=ZONE)
    table = heat_table(rows.stores, {}, ())
    assert (len(table.rows), table.page_rows, table.more_rows) == (15, PAGE_PLACES, 0)
    many = {f"{n}号店": next(iter(rows.stores.values())) for n in range(MOST_PLACES + 3)}
    table = heat_table(many, {}, ())
    assert (len(table.rows), table.more_rows) == (MOST_PLACES, 3)


def test_a_place_with_more_feedback_does_not_stand_out_by_more_complaints() -> None:
    fed = {"大店": 3_000, "小店": 300, "中店": 300, "新店": 9}
    assert standouts({"大店": 150, "小店": 15, "中店": 14, "新店": 8}, fed) == []
    [one] = standouts({"大店": 150, "小店": 36, "中店": 14}, fed)
    assert (one.name, one.count, round(one.per_hundred, 1)) == ("小店", 36, 12.0)
    assert round(one.elsewhere, 1) == round(100 * 164 / 3_309, 1)
    assert standouts({"小店": 2}, fed) == []
    assert standouts({"小店": 50}, {"小店": 300}) == [], "there is nothing to compare it with"


def test_drivers_compare_those_who_complain_with_the_others(
    row: Callable[..., Any], mention: Callable[..., Any], cars: Industry
) -> None:
    unhappy = [row(f"u{n}", rating=1.0 + n % 2) for n in range(20)]
    happy = [row(f"h{n}", rating=4.0 + n % 2) for n in range(60)]
    rows = tally_rows([*unhappy, *happy], {}, zone=ZONE)
    mentions = [mention(one.feedback_id) for one in unhappy]
    mentions += [mention(f"h{n}", "price") for n in range(5)] + [mention("h9", "service")]
    found = score_drivers(rows, tally_mentions(mentions, rows), aspects_by_id(cars))
    assert found is not None
    assert (found.score, found.n) == ("rating", 80)
    assert found.mean == pytest.approx(3.75)
    assert [one.name for one in found.drivers] == ["动力", "价格"]
    power, price = (one.driver for one in found.drivers)
    assert (power.mean, power.mean_other) == (1.5, 4.5)
    assert power.drag == pytest.approx(-0.75)
    assert power.is_enough
    assert not price.is_enough


def test_the_score_that_more_customers_gave_is_explained(
    row: Callable[..., Any], mention: Callable[..., Any]
) -> None:
    rows = tally_rows([row("a", rating=5.0), row("b", nps=0), row("c", nps=9)], {}, zone=ZONE)
    found = score_drivers(rows, tally_mentions([mention("b")], rows), {})
    assert found is not None
    assert (found.score, found.mean) == ("nps", 4.5)


def test_without_scores_there_are_no_drivers(row: Callable[..., Any]) -> None:
    rows = tally_rows([row("a")], {}, zone=ZONE)
    assert score_drivers(rows, tally_mentions([], rows), {}) is None
