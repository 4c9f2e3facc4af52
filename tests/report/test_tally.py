from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.records import EmergingTerm, Evidence
from voc.report.tally import tally_rows

ZONE = ZoneInfo("Asia/Shanghai")


def test_each_feedback_counts_once_where_it_belongs(row: Callable[..., Any]) -> None:
    rows = [
        row("a"),
        row("b", day=1, sentiment="positive", store=None),
        row("c", day=1, sentiment=None, channel="forum"),
        row("d", day=None, sentiment="neutral"),
        row("e", flags=["uninformative"], text="此用户没有填写评价", rating=5.0),
        row("f", flags=["near_duplicate"]),
        row("g", flags=["paid_burst"], sentiment="positive"),
        row("h", flags=["staff", "uninformative"], text="感谢您的反馈", store="官方店"),
    ]
    tally = tally_rows(rows, {}, zone=ZONE)
    assert (tally.rows, tally.counted, tally.judged) == (7, 5, 3)
    assert tally.polarities == [1, 1, 1]
    assert (tally.near_duplicates, tally.uninformative, tally.untimed) == (1, 1, 1)
    assert tally.staff == 1
    assert tally.not_counted == {"f", "g", "h"}
    assert "官方店" not in tally.stores
    assert [post.text for post in tally.paid] == [rows[-2].text]
    assert tally.days[date(2026, 9, 21).toordinal()] == [1, 0, 0, 1]
    assert tally.days[date(2026, 9, 22).toordinal()] == [0, 0, 1, 1]
    assert tally.stores["滨江店"].rows == 4
    assert tally.channels["forum", "forum"].polarities == [0, 0, 0]
    assert tally.ratings == {5.0: 1}


def test_days_are_those_of_the_zone(row: Callable[..., Any]) -> None:
    late = datetime(2026, 9, 21, 17, tzinfo=UTC)
    tally = tally_rows([row("a").__class__(feedback_id="a", occurred_at=late)], {}, zone=ZONE)
    assert tally.first_day == tally.last_day == date(2026, 9, 22)


@pytest.mark.parametrize("year", [1, 1969, 2200, 9999])
def test_times_that_cannot_be_are_no_times(row: Callable[..., Any], year: int) -> None:
    odd = row("a").__class__(occurred_at=datetime(year, 6, 1, tzinfo=UTC))
    tally = tally_rows([odd], {}, zone=ZONE)
    assert tally.untimed == 1
    assert tally.first_day is None


@pytest.mark.parametrize(
    ("rating", "top", "kept"),
    [
        (4.0, 5.0, {4.0: 1}),
        (8.0, 10.0, {4.0: 1}),
        (4.0, None, {4.0: 1}),
        (6.0, 5.0, {}),
        (-1.0, 5.0, {}),
        (1.0, 0.0, {}),
        (float("nan"), 5.0, {}),
        (3.0, float("inf"), {}),
    ],
)
def test_ratings_are_brought_to_five(
    row: Callable[..., Any], rating: float, top: float | None, kept: dict[float, int]
) -> None:
    tally = tally_rows([row("a", rating=rating, rating_max=top)], {}, zone=ZONE)
    assert tally.ratings == kept
    assert tally.off_scale == (0 if kept else 1)


def test_scores_off_their_scale_are_counted_and_left_out(row: Callable[..., Any]) -> None:
    rows = [row("a", nps=11, csat=0), row("b", nps=0, csat=5), row("c", nps=10)]
    tally = tally_rows(rows, {}, zone=ZONE)
    assert tally.nps == {0: 1, 10: 1}
    assert tally.csat == {5: 1}
    assert tally.off_scale == 2
    assert tally.scored == {"b": (None, 0), "c": (None, 10)}


def test_issues_are_followed_by_their_evidence(
    row: Callable[..., Any], issue: Callable[..., Any]
) -> None:
    rows = [
        row("a", channel="forum"),
        row("b", day=3, region=None),
        row("c"),
        row("d", flags=["paid_burst"]),
        row("e", flags=["near_duplicate"]),
    ]
    one = issue("is_1", ["a", "b", "d", "e", "gone"])
    tally = tally_rows(rows, {"is_1": (one, True)}, zone=ZONE)
    voices = tally.issues["is_1"]
    assert voices.count == 3
    assert voices.channels == {"forum": 1, "review": 2}
    assert voices.regions == {"浙江": 2}
    assert sum(len(kept) for kept in voices.candidates.values()) == 2


def test_what_is_new_in_an_issue_is_quoted_beside_the_rest(
    row: Callable[..., Any], issue: Callable[..., Any]
) -> None:
    said = ["盖子扣不紧"] * 9 + ["汤洒了一袋"] * 9
    rows = [row(f"f{at}", day=at, text=f"{text}{at}") for at, text in enumerate(said)]
    places = tuple(Evidence(f"f{at}", 0, 5, text) for at, text in enumerate(said))
    term = EmergingTerm("盖子", 14, 9, 9, 0, 30, 1e-6)
    one = issue("is_1", [], evidence=places, emerging_term=term)
    voices = tally_rows(rows, {"is_1": (one, True)}, zone=ZONE).issues["is_1"]
    newest, rest = voices.queues()
    assert {told.beginning[:2] for told in newest} == {"盖子"}
    assert {told.beginning[:2] for told in rest} == {"汤洒"}


def test_no_text_is_kept_of_issues_shown_in_a_line(
    row: Callable[..., Any], issue: Callable[..., Any]
) -> None:
    tally = tally_rows([row("a")], {"is_1": (issue("is_1", ["a"]), False)}, zone=ZONE)
    assert tally.issues["is_1"].count == 1
    assert tally.issues["is_1"].candidates == {}


def test_channels_are_called_as_their_sources_call_them(row: Callable[..., Any]) -> None:
    names = ["携程", "携程", "评价", None, "Booking"]
    rows = [row(f"{at}", channel_name=name) for at, name in enumerate(names)]
    tally = tally_rows(rows, {}, zone=ZONE)
    told = {key: place.rows for key, place in tally.channels.items()}
    assert told == {("review", "携程"): 2, ("review", "review"): 2, ("review", "Booking"): 1}
