"""Alerts over runs: once each, updated, closed, taken up again; one for the same voices."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from tests.issues.conftest import START
from voc.config.sections import AlertSettings
from voc.issues.alerts import form_alerts
from voc.issues.emergence import USUAL
from voc.issues.streams import StreamKey, build_streams
from voc.records import UNHEARD, UNPLACED, Alert, Evidence, Issue, Mention

Make = Callable[..., Mention]
TITLES = {"power": "动力", "service": "服务", "t1": "变速箱顿挫", "t2": "早餐（多方面）"}


@dataclass(frozen=True, slots=True)
class Heard:
    """One feedback, made by hand."""

    feedback_id: str
    occurred_at: datetime
    product: str | None = None
    store: str | None = None
    region: str | None = None


@dataclass(slots=True)
class Trade:
    """A hundred days of a trade, to which voices are added."""

    mention: Make
    feedback: list[Heard]
    mentions: list[Mention]

    def say(self, day: float, count: int = 1, **values: Any) -> None:
        """Adds complaints of a day, each a feedback."""
        for _ in range(count):
            name = f"s{len(self.feedback)}"
            one = self.mention(name, day, **values)
            self.feedback.append(Heard(name, one.occurred_at, one.product, one.store, one.region))
            self.mentions.append(one)

    def run(
        self,
        day: float,
        before: Sequence[Alert] = (),
        settings: AlertSettings = USUAL,
        **values: Any,
    ) -> list[Alert]:
        """Returns what a run on a day changes."""
        as_of = START + timedelta(days=day)
        streams = build_streams(
            "cars",
            [one for one in self.feedback if one.occurred_at <= as_of],
            [one for one in self.mentions if one.occurred_at <= as_of],
            as_of=as_of,
            settings=settings,
        )
        assert streams is not None
        return form_alerts(streams, before, as_of=as_of, titles=TITLES, settings=settings, **values)


@pytest.fixture
def trade(mention: Make) -> Trade:
    """Of each day 12 feedbacks over three products, stores and regions; one in ten complains."""
    draw = np.random.default_rng(1)
    made = Trade(mention, [], [])
    for day in range(160):
        for number in range(12):
            place = {"product": f"X{number % 3}", "store": f"店{number % 4}", "region": "浙江"}
            moment = START + timedelta(days=day, hours=number / 2)
            made.feedback.append(Heard(f"d{day}n{number}", moment, **place))
            if draw.random() < 0.1:
                name = ("power", "service")[int(draw.integers(2))]
                made.mentions.append(mention(f"d{day}n{number}", day, aspect_id=name, **place))
    return made


def kept(before: Sequence[Alert], changed: Sequence[Alert]) -> list[Alert]:
    return list({alert.alert_id: alert for alert in (*before, *changed)}.values())


def test_nothing_emerges_from_an_even_trade(trade: Trade) -> None:
    assert trade.run(140) == []


@pytest.mark.parametrize(
    ("theme", "said", "title"),
    [
        ("t1", "入住机死机", "变速箱顿挫"),
        ("t2", "入住机死机", "入住机死机"),
        ("t2", "", "早餐（多方面）"),
    ],
)
def test_what_emerges_of_a_theme_without_a_problem_is_called_by_what_is_said(
    theme: str, said: str, title: str, trade: Trade
) -> None:
    for day in range(120, 130):
        trade.say(day, 2, topic_id=theme)
    asked: list[tuple[str, int]] = []

    def tell(topic_id: str, names: Collection[str]) -> str:
        asked.append((topic_id, len(names)))
        return said

    [alert] = trade.run(129.9, said=tell)
    assert (alert.title, alert.topic_id) == (title, theme)
    assert asked == ([] if theme == "t1" else [(theme, alert.count)])
    assert trade.run(129.9, [alert], said=tell) == []


def test_what_emerges_is_told_with_place_figures_and_voices(trade: Trade) -> None:
    for day in range(120, 130):
        trade.say(day, 2, product="X1", topic_id="t1", store=f"店{day % 4}")
    issue = Issue(
        "is_1", "动力", "cars", "power", "open", "high", START, START, 3, "rising", 0.01,
        evidence=tuple(Evidence(one.feedback_id, 0, 1, "") for one in trade.mentions[-18:]),
    )  # fmt: skip
    [alert] = trade.run(129.9, issues=[issue])
    assert (alert.title, alert.topic_id, alert.product) == ("变速箱顿挫", "t1", "X1")
    assert (alert.store, alert.region, alert.status) == (None, None, "open")
    assert (alert.trend, alert.ratio, alert.high) == ("new", None, None)
    assert alert.alert_id == StreamKey("cars", "topic", "t1", "X1").alert_id
    assert alert.count == len(alert.feedback_ids) >= 16
    assert alert.expected < 2
    assert alert.low > 1
    assert alert.p < 1e-6
    assert 0 <= (alert.opened_at - (START + timedelta(days=119))).days <= 4
    assert abs((alert.since - (START + timedelta(days=120))).days) <= 2
    # The issue speaks of the aspect, the alert of the theme.
    assert alert.issue_id is None
    assert trade.run(129.9, issues=[replace(issue, topic_id="t1")])[0].issue_id == "is_1"
    twin = replace(issue, topic_id="t0")
    assert trade.run(129.9, issues=[twin])[0].issue_id is None
    assert trade.run(129.9, issues=[twin], twins={"t1": "t0"})[0].issue_id == "is_1"
    # Where many of the theme speak of that aspect, its issue is theirs.
    assert trade.run(129.9, issues=[issue], aspects={"t1": ["power"]})[0].issue_id == "is_1"
    assert trade.run(129.9, issues=[issue], aspects={"t1": ["service"]})[0].issue_id is None
    few = replace(issue, evidence=issue.evidence[-7:])
    assert trade.run(129.9, issues=[few], aspects={"t1": ["power"]})[0].issue_id == "is_1"
    apart = replace(few, aspect_id=UNPLACED)
    assert trade.run(129.9, issues=[apart])[0].issue_id == "is_1", "emergencies are told apart"
    fewer = replace(issue, evidence=issue.evidence[-4:])
    assert trade.run(129.9, issues=[fewer], aspects={"t1": ["power"]})[0].issue_id is None


def test_again_changes_nothing_and_daily_runs_give_one_alert(trade: Trade) -> None:
    for day in range(120, 130):
        trade.say(day, 3, product="X1")
    alerts: list[Alert] = []
    for day in range(118, 160, 2):
        alerts = kept(alerts, trade.run(day + 0.9, alerts))
        assert trade.run(day + 0.9, alerts) == []
    [alert] = alerts
    assert (alert.status, alert.reopened, alert.product) == ("closed", 0, "X1")
    assert alert.closed_at is not None
    assert alert.closed_at > START + timedelta(days=130)
    # One run at the end finds the same.
    [late] = trade.run(158.9)
    assert (late.alert_id, late.status) == (alert.alert_id, "closed")
    assert late.opened_at == alert.opened_at


def test_what_comes_back_reopens_its_alert(trade: Trade) -> None:
    for day in (*range(100, 105), *range(145, 150)):
        trade.say(day, 4, product="X1")
    first = trade.run(104.9)
    assert [alert.status for alert in first] == ["open"]
    closed = kept(first, trade.run(140.9, first))
    assert [alert.status for alert in closed] == ["closed"]
    [again] = kept(closed, trade.run(149.9, closed))
    assert (again.alert_id, again.status, again.reopened) == (first[0].alert_id, "open", 1)
    assert again.opened_at > closed[0].opened_at
    assert again.closed_at is None
    assert trade.run(149.9, [again]) == []
    # A run that slept through it all counts the same.
    [slept] = kept(first, trade.run(149.9, first))
    assert (slept.status, slept.reopened) == ("open", 1)
    [fresh] = trade.run(149.9)
    assert (fresh.status, fresh.reopened) == ("open", 1)


def closed_by_hand(alert: Alert) -> Alert:
    return replace(
        alert,
        status="closed",
        closed_at=START + timedelta(days=500),
        settled_until=alert.last_seen,
    )


def test_what_a_person_closed_stays_closed_while_it_is_the_same(trade: Trade) -> None:
    for day in range(120, 130):
        trade.say(day, 3, product="X1", topic_id="t1")
    [alert] = trade.run(129.9)
    closed = closed_by_hand(alert)
    # The streams of the same voices stay quiet too.
    for moment in (129.9, 130.9, 134.9, 150.9):
        assert trade.run(moment, [closed]) == [], moment
    # Unless it was closed, it would have lasted till then.
    [lasting] = kept([alert], trade.run(134.9, [alert]))
    assert lasting.status == "open"


@pytest.mark.parametrize("first", [130, 133, 150], ids=["at once", "soon", "after it had calmed"])
def test_voices_after_the_closing_that_stand_out_reopen_it(first: int, trade: Trade) -> None:
    for day in (*range(120, 130), first, first + 1):
        trade.say(day, 5, product="X1")
    [alert] = trade.run(129.9)
    closed = closed_by_hand(alert)
    [again] = trade.run(first + 1.9, [closed])
    assert (again.alert_id, again.status, again.reopened) == (alert.alert_id, "open", 1)
    assert again.closed_at is None
    assert again.since >= (START + timedelta(days=first)).replace(hour=0)
    later = {one.feedback_id for one in trade.mentions if one.occurred_at > alert.last_seen}
    assert set(again.feedback_ids) <= later
    assert trade.run(first + 1.9, [again]) == []
    [calm] = trade.run(first + 25.9, [again])
    assert (calm.status, calm.reopened, calm.is_settled) == ("closed", 1, False)
    assert trade.run(first + 25.9, [calm]) == []
    # A run that slept through it all tells the same.
    [slept] = trade.run(first + 25.9, [closed])
    assert (slept.status, slept.reopened, slept.closed_at) == ("closed", 1, calm.closed_at)


def test_a_few_voices_after_the_closing_do_not_reopen_it(trade: Trade) -> None:
    for day in range(120, 130):
        trade.say(day, 5, product="X1")
    [alert] = trade.run(129.9)
    trade.say(131, 1, product="X1")
    [lasting] = trade.run(131.9, [alert])
    assert lasting.status == "open"
    assert trade.run(131.9, [closed_by_hand(alert)]) == []


def test_what_a_person_closed_before_all_that_is_looked_at_may_come_back(trade: Trade) -> None:
    for day in range(140, 145):
        trade.say(day, 5, product="X1")
    [alert] = trade.run(144.9)
    long_ago = START - timedelta(days=700)
    closed = replace(
        alert, status="closed", opened_at=long_ago, closed_at=long_ago, settled_until=long_ago
    )
    [again] = trade.run(144.9, [closed])
    assert (again.status, again.reopened) == ("open", 1)


def test_voices_that_are_gone_since_reopen_nothing(trade: Trade) -> None:
    for day in range(120, 130):
        trade.say(day, 5, product="X1")
    [alert] = trade.run(129.9)
    closed = closed_by_hand(alert)
    assert [one.status for one in trade.run(125.9)] == ["open"]
    assert trade.run(125.9, [closed]) == []


def test_what_a_person_closed_goes_before_a_clearer_alert_that_calmed(trade: Trade) -> None:
    for day in range(120, 130):
        trade.say(day, 3, product="X1")
    [clearer] = trade.run(129.9)
    long_ago = START + timedelta(days=60)
    calmed = replace(clearer, status="closed", opened_at=long_ago, closed_at=long_ago)
    wide = StreamKey("cars", "aspect", "power").alert_id
    assert wide != clearer.alert_id
    closed = closed_by_hand(replace(clearer, alert_id=wide, product=None))
    assert trade.run(129.9, [calmed, closed]) == []


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ([{"product": "X1", "store": f"店{n}", "region": "浙江"} for n in range(4)], (True, False)),
        ([{"product": f"X{n}", "store": "店2", "region": "浙江"} for n in range(3)], (False, True)),
        ([{"product": f"X{n % 3}", "store": f"店{n % 4}", "region": "浙江"} for n in range(12)],
         (False, False)),
    ],
    ids=["one product", "one store", "everywhere"],
)  # fmt: skip
def test_nested_streams_give_one_alert_where_it_is(
    places: list[dict[str, Any]], told: tuple[bool, bool], trade: Trade
) -> None:
    for day in range(120, 128):
        for number in range(4):
            place = places[(4 * day + number) % len(places)]
            trade.say(day, 1, topic_id="t1", **place)
    [alert] = trade.run(127.9)
    assert (alert.product is not None, alert.store is not None) == told


def test_two_things_at_once_are_two_alerts(trade: Trade) -> None:
    for day in range(120, 128):
        trade.say(day, 3, product="X1")
        trade.say(day, 3, aspect_id="service", product="X2", store="店3")
    found = trade.run(127.9)
    assert {alert.aspect_id for alert in found} == {"power", "service"}
    assert len(found) == 2


def test_a_campaign_that_doubles_everything_raises_none(trade: Trade, mention: Make) -> None:
    first, last = START + timedelta(days=120), START + timedelta(days=135)
    trade.feedback += [
        replace(one, feedback_id=f"{one.feedback_id}+")
        for one in trade.feedback
        if first <= one.occurred_at < last
    ]
    trade.mentions += [
        replace(one, feedback_id=f"{one.feedback_id}+")
        for one in trade.mentions
        if first <= one.occurred_at < last
    ]
    assert trade.run(134.9) == []


def test_paid_posts_are_told_of_and_not_counted(trade: Trade, mention: Make) -> None:
    paid = [mention(f"p{n}", 124, product="X1") for n in range(30)]
    assert trade.run(124.9, paid=paid) == []
    for day in range(120, 128):
        trade.say(day, 3, product="X1")
    [alert] = trade.run(127.9, paid=[*paid, mention("other", 124, product="X2")])
    assert alert.set_aside == 30
    assert not {one.feedback_id for one in paid} & set(alert.feedback_ids)


def test_a_clock_that_runs_ahead_raises_nothing(trade: Trade) -> None:
    for day in range(300, 305):
        trade.say(day, 5, product="X1")
    as_of = START + timedelta(days=140)
    streams = build_streams("cars", trade.feedback, trade.mentions, as_of=as_of, settings=USUAL)
    assert streams is not None
    assert form_alerts(streams, [], as_of=as_of, titles=TITLES, settings=USUAL) == []


def test_days_are_those_of_the_reader(trade: Trade) -> None:
    for day in range(120, 128):
        trade.say(day + 0.3, 3, product="X1")
    shanghai = timezone(timedelta(hours=8))
    as_of = (START + timedelta(days=127.9)).astimezone(shanghai)
    streams = build_streams("cars", trade.feedback, trade.mentions, as_of=as_of, settings=USUAL)
    assert streams is not None
    [alert] = form_alerts(streams, [], as_of=as_of, titles=TITLES, settings=USUAL)
    for moment in (alert.since, alert.opened_at):
        assert (moment.hour, moment.minute, moment.utcoffset()) == (0, 0, timedelta(hours=8))
    assert alert.last_seen.utcoffset() == timedelta(hours=8)


def test_what_no_aspect_hears_is_a_stream_by_its_theme_alone(trade: Trade) -> None:
    for day in range(120, 128):
        trade.say(day, 3, aspect_id=UNHEARD, topic_id="t1", product="X1")
    alerts = trade.run(127.9)
    assert {(alert.topic_id, alert.aspect_id) for alert in alerts} == {("t1", None)}


def test_an_alert_whose_stream_is_gone_is_closed(trade: Trade) -> None:
    for day in range(120, 128):
        trade.say(day, 3, product="X1")
    [alert] = trade.run(127.9)
    other = replace(alert, alert_id="al_gone", topic_id="gone", aspect_id=None)
    [closed] = trade.run(127.9, [alert, other])
    assert (closed.alert_id, closed.status) == ("al_gone", "closed")
    assert trade.run(127.9, [alert, closed]) == []


def test_streams_are_counted_with_their_exposure(trade: Trade) -> None:
    as_of = START + timedelta(days=159, hours=12)
    streams = build_streams("cars", trade.feedback, trade.mentions, as_of=as_of, settings=USUAL)
    assert streams is not None
    at = {key: place for place, key in enumerate(streams.keys)}
    whole = at[StreamKey("cars", "aspect", "power")]
    product = at[StreamKey("cars", "aspect", "power", "X1")]
    assert streams.series.exposure[whole, 5:100].tolist() == [12.0] * 95
    assert streams.series.exposure[product, 5:100].tolist() == [4.0] * 95
    wanted = [one for one in trade.mentions if one.aspect_id == "power"]
    assert streams.series.counts[whole].sum() == len(wanted) == len(streams.members[whole])
    assert streams.series.parents[product] == whole
    # All stores lie in one region: a store's crossing with it is the store.
    assert not [key for key in streams.keys if key.region and key.places > 1]
    assert build_streams("cars", [], [], as_of=as_of, settings=USUAL) is None


def test_fewer_false_alarms_may_be_wanted(trade: Trade) -> None:
    for day in range(120, 128):
        trade.say(day + 0.3, 2, product="X1")
    [alert] = trade.run(127.9)
    strict = AlertSettings(false_alarms_a_month=1e-9)
    assert trade.run(127.9, settings=strict) == []
    assert [one.status for one in trade.run(127.9, [alert], settings=strict)] == ["closed"]


def test_a_longer_baseline_looks_further_back(trade: Trade) -> None:
    as_of = START + timedelta(days=400)
    trade.say(399, 6)
    found = [
        build_streams(
            "cars",
            trade.feedback,
            trade.mentions,
            as_of=as_of,
            settings=AlertSettings(baseline_days=days),
        )
        for days in (28, 140)
    ]
    assert [one.series.counts.shape[1] for one in found if one is not None] == [2, 244]
