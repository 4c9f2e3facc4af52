from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.records import Evidence, Topic
from voc.report import ReportRow, build_figures
from voc.report.themes import MOST_OTHERS, MOST_TOPICS
from voc.store.rows import TaggedRow

ZONE = ZoneInfo("Asia/Shanghai")


def test_a_row_of_the_store_is_a_row_of_the_report() -> None:
    def as_report_row(row: TaggedRow) -> ReportRow:
        return row

    assert as_report_row.__annotations__


def test_the_period_is_as_asked_for_or_else_that_of_the_feedback(
    row: Callable[..., Any], report: Callable[..., Any]
) -> None:
    rows = [row("a", day=3), row("b", day=10)]
    found = build_figures(report(rows=rows))
    assert (found.first_day, found.last_day) == ("2026-09-24", "2026-10-01")
    since, until = datetime(2026, 9, 1, tzinfo=ZONE), datetime(2026, 10, 12, tzinfo=ZONE)
    found = build_figures(report(rows=rows, since=since, until=until))
    assert (found.first_day, found.last_day) == ("2026-09-01", "2026-10-11")
    assert found.volume.buckets[-1].is_full


def test_rows_are_read_once_and_before_the_mentions(
    row: Callable[..., Any], mention: Callable[..., Any], report: Callable[..., Any]
) -> None:
    events = []

    def stream(kind: str, items: list[Any]) -> Any:
        for item in items:
            events.append(kind)
            yield item

    build_figures(
        report(rows=stream("row", [row("a"), row("b")]), mentions=stream("said", [mention("a")]))
    )
    assert events == ["row", "row", "said"]


def test_the_order_of_rows_changes_nothing(
    row: Callable[..., Any],
    mention: Callable[..., Any],
    issue: Callable[..., Any],
    report: Callable[..., Any],
) -> None:
    rows = [
        row(f"r{n}", day=n * 1.3, text=f"第{n}次低速换挡一顿一顿的", channel=channel, rating=3.0)
        for n, channel in enumerate(["forum", "hotline", "review"] * 10)
    ]
    mentions = [mention(one.feedback_id) for one in rows]
    issues = [issue("is_1", [one.feedback_id for one in rows])]
    one = build_figures(report(rows=rows, mentions=mentions, issues=issues))
    other = build_figures(report(rows=rows[::-1], mentions=mentions[::-1], issues=issues))
    assert one == other


def test_the_week_is_compared_with_the_one_before(
    row: Callable[..., Any], report: Callable[..., Any]
) -> None:
    rows = [row(f"a{n}", day=n % 7, sentiment="positive") for n in range(14)]
    rows += [row(f"b{n}", day=7 + n % 7) for n in range(14)]
    week = build_figures(report(rows=rows)).overview.week
    assert week is not None
    assert (week.first_day, week.before.share, week.now.share) == ("2026-09-28", 0.0, 1.0)
    assert week.is_clear


def test_scores_stand_only_where_they_were_given(
    row: Callable[..., Any], report: Callable[..., Any]
) -> None:
    without = build_figures(report(rows=[row("a")])).overview
    assert (without.nps, without.csat, without.ces, without.rating) == (None,) * 4
    given = build_figures(
        report(rows=[row("a", nps=10, csat=4, ces=3, rating=9.0, rating_max=10.0)])
    )
    assert given.overview.nps is not None
    assert given.overview.nps.value == 100
    assert given.overview.csat is not None
    assert given.overview.csat.satisfied.share == 1
    assert given.overview.ces is not None
    assert (given.overview.ces.easy.share, given.overview.ces.mean.value) == (0, 3)
    assert given.overview.rating is not None
    assert given.overview.rating.value == 4.5


def test_topics_are_told_by_size(row: Callable[..., Any], report: Callable[..., Any]) -> None:
    moment = datetime(2026, 10, 1, 23, 30, tzinfo=ZONE)
    topics = [
        Topic(
            f"t{n}", f"主题{n}", "cars", ("顿挫",), n, 0.5, moment, moment + timedelta(days=3),
            (Evidence("a", 0, 0, ""), Evidence("b", 0, 2, "一顿")),
        )
        for n in range(25)
    ]  # fmt: skip
    found = build_figures(report(rows=[row("a")], topics=topics))
    assert [topic.count for topic in found.topics] == list(range(24, 0, -1))
    assert ([topic.count for topic in found.other_topics], found.more_topics) == ([0], 0)
    assert (found.topics[0].verbatim, found.topics[0].first_seen) == ("一顿", "2026-10-01")


def test_topics_that_the_page_leaves_out_follow_the_others(
    row: Callable[..., Any], report: Callable[..., Any]
) -> None:
    moment = datetime(2026, 10, 1, tzinfo=ZONE)
    topics = [
        Topic(f"t{n}", f"主题{n}", "cars", (), n, 0.5, moment, moment, ())
        for n in range(1 + MOST_TOPICS + MOST_OTHERS + 2)
    ]
    voices = [("a", f"t{n}", 1, True) for n in range(1, len(topics))]
    found = build_figures(report(rows=[row("a")], topics=topics, topic_voices=voices))
    told = [*found.topics, *found.other_topics, *found.further_topics]
    assert sorted(topic.topic_id for topic in told) == sorted(name for _, name, *_ in voices)
    assert len(found.further_topics) == found.more_topics == 2


def test_the_coverage_says_what_the_figures_rest_on(
    row: Callable[..., Any], mention: Callable[..., Any], report: Callable[..., Any]
) -> None:
    rows = [row("a"), row("b", day=None, sentiment=None), row("c", nps=99)]
    found = build_figures(report(rows=rows, mentions=[mention("a")], rejects=7, future=2)).coverage
    assert (found.rows, found.rejects, found.judged, found.with_aspect) == (5, 7, 2, 1)
    assert (found.untimed, found.off_scale, found.future) == (1, 1, 2)


def test_of_many_channels_the_small_ones_are_told_by_their_kind(
    row: Callable[..., Any], report: Callable[..., Any]
) -> None:
    names = [name for at in range(15) for name in [f"平台{at}"] * (20 - at)]
    rows = [row(f"{at}", channel_name=name) for at, name in enumerate(names)]
    found = build_figures(report(rows=[*rows, row("plain")])).channels
    assert sum(one.rows for one in found) == len(names) + 1
    assert (found[0].name, found[0].channel, found[0].rows) == (None, "review", 8 + 7 + 6 + 1)
    assert [one.name for one in found[1:]] == [f"平台{at}" for at in range(12)]


def test_figures_are_plain_json(
    row: Callable[..., Any],
    mention: Callable[..., Any],
    issue: Callable[..., Any],
    order: Callable[..., Any],
    report: Callable[..., Any],
) -> None:
    found = build_figures(
        report(
            rows=[row("a", rating=4.0), row("b", day=None, flags=["paid_burst"])],
            mentions=[mention("a")],
            issues=[issue("is_1", ["a"], trend="rising")],
            work_orders=[order("wo_1")],
        )
    )
    written = json.loads(json.dumps(found.as_dict(), ensure_ascii=False, allow_nan=False))
    assert written["issues"][0]["line"]["title"] == "动力：换挡顿挫 is_1"
    assert written["overview"]["counted"] == 1
    assert written["set_aside"]["bursts"][0]["minutes"] is None


_MANY = r"""
import re
from collections import namedtuple
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo
from voc.records import Evidence, Issue, Mention
from voc.report import ReportInput, build_figures, render_html

zone = ZoneInfo("Asia/Shanghai")
start = datetime(2026, 1, 1, tzinfo=zone)
fields = "feedback_id occurred_at channel product store region rating rating_max nps csat ces text"
Row = namedtuple("Row", fields + " url sentiment urgency flags is_dated channel_name")
polarities = ("negative", "neutral", "positive")
text = "等位等了一个多小时，叫号员爱答不理，菜上来都凉透了，真的不会再来第二次了。" * 5

def rows():
    for n in range(100_000):
        yield Row(
            f"fb_{n:020d}", start + timedelta(minutes=4 * n), "review", f"产品{n % 50}",
            f"门店{n % 400}", "浙江", 1.0 + n % 5, 5.0, n % 11, None, None, text + str(n), None,
            polarities[n % 3], "normal", frozenset(), True, None,
        )

def mentions():
    for n in range(100_000):
        for place in range(2):
            yield Mention(
                f"fb_{n:020d}", "cars", f"a{(n + place) % 12}", polarities[n % 3], 0.9, start,
                (), f"产品{n % 50}", f"门店{n % 400}",
            )

issues = [
    Issue(
        f"is_{k}", f"问题{k}", "cars", f"a{k % 12}", "open", "high", start,
        start + timedelta(days=250), 300, "rising", 0.01,
        evidence=tuple(Evidence(f"fb_{k * 300 + n:020d}", 0, 4, text[:4]) for n in range(300)),
    )
    for k in range(200)
]
figures = build_figures(
    ReportInput(
        title="大", industry=None, since=None, until=None, generated_at=start, zone=zone,
        model="m", rows=rows(), mentions=mentions(), issues=issues,
    )
)
page = render_html(figures)
peak_kb = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())[1]
print(int(peak_kb) // 1024, len(page) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux's /proc")
def test_a_hundred_thousand_rows_take_little_memory() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _MANY], capture_output=True, text=True, check=True, timeout=120
    )
    megabytes, kilobytes = (int(value) for value in done.stdout.split())
    assert megabytes < 500
    assert kilobytes < 1024
