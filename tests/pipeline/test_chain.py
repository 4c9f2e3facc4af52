"""Issues and orders over a store: each industry by its own clock, and who settles what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, cast

import pytest

from tests.pipeline.workshop import MODEL, NOW, OLD, Workshop, heard_on, voice
from voc.config import load_settings
from voc.pipeline.forming import MUTED
from voc.pipeline.handling import Handler
from voc.pipeline.moments import moments_of
from voc.pipeline.muting import mute_topic
from voc.pipeline.ordering import _reopened
from voc.pipeline.reporting import topic_figures
from voc.pipeline.standing import standing_for
from voc.records import (
    SEVERITIES,
    Issue,
    Span,
    Topic,
)
from voc.report import Figures, render_html
from voc.store import TopicEvent
from voc.workorders import apply_event


@pytest.mark.parametrize(
    "newer",
    [
        pytest.param(lambda: [voice("phone", "new", NOW)], id="another industry is newer"),
        pytest.param(lambda: [voice("phone", "undated", None)], id="another one is undated"),
    ],
)
def test_old_feedback_keeps_its_trends_and_orders(
    newer: Callable[[], list[Any]], workshop: Workshop
) -> None:
    workshop.hear("automotive", heard_on("automotive", 80, 60, 9, 8, 7, 6, 5, 4, 3, until=OLD))
    workshop.hear("phone", newer())
    workshop.chain().form()
    [issue] = workshop.store.issues(industry="automotive")
    assert issue.trend in ("new", "rising")
    assert workshop.orders("automotive")
    assert workshop.chain().form() == (0, 0)


def test_praise_that_was_misread_makes_neither_issue_nor_alert(workshop: Workshop) -> None:
    calm = [voice("automotive", f"c{day}", NOW - timedelta(days=day), "好", aspect=None)
            for day in range(1, 84)]  # fmt: skip
    days, best = [day / 10 for day in range(1, 10)], {"rating": 5.0, "rating_max": 5.0}
    workshop.hear("automotive", [*calm, *heard_on("automotive", *days, until=NOW, **best)])
    workshop.chain().form()
    assert workshop.store.issues() == []
    assert workshop.chain().alert() == 0
    angry = heard_on("automotive", *(day + 0.01 for day in days), until=NOW)
    workshop.hear("automotive", angry)
    workshop.chain().form()
    assert [issue.count for issue in workshop.store.issues()] == [18]
    assert workshop.chain().alert() == 1


def test_what_goes_while_issues_are_formed_is_quoted_nowhere(workshop: Workshop) -> None:
    said = heard_on("automotive", *range(1, 10), until=NOW)
    workshop.hear("automotive", said)

    def withdrawn() -> datetime:
        with workshop.store.transaction() as transaction:
            transaction.withdraw("automotive-s", ["automotive2"], NOW)
        return NOW

    chain = workshop.chain()
    chain._now = withdrawn
    chain.form()
    assert workshop.orders("automotive") == []
    workshop.chain().form()
    [order] = workshop.orders("automotive")
    assert said[1][0].feedback_id not in order.description
    [issue] = workshop.store.issues(industry="automotive")
    assert issue.count == 8


@pytest.mark.parametrize(
    ("voices", "newest"),
    [
        pytest.param([(OLD, "a"), (None, "b")], OLD, id="undated ones move no clock"),
        pytest.param([(None, "a"), (None, "b")], NOW, id="nobody knows"),
        pytest.param([(OLD, "a"), (NOW + timedelta(days=9), "b")], OLD, id="the future"),
    ],
)
def test_the_newest_moment(
    voices: list[tuple[datetime | None, str]], newest: datetime, workshop: Workshop
) -> None:
    workshop.hear("phone", [voice("phone", name, when) for when, name in voices])
    moments = moments_of(workshop.store, model=MODEL, zone=UTC, now=NOW)
    assert abs(moments.as_of["phone"] - newest) < timedelta(seconds=1)


def test_volumes_are_counted_by_product_and_store(workshop: Workshop) -> None:
    places = [("X5", "一店"), ("X5", "二店"), (None, "一店"), (None, None)]
    for n, (product, store) in enumerate(places):
        workshop.hear("phone", [voice("phone", f"a{n}", OLD, product=product, store=store)])
    volumes = moments_of(workshop.store, model=MODEL, zone=UTC, now=NOW).volumes
    assert {name[1:]: sum(days.values()) for name, days in volumes.items()} == {
        (None, None): 4, ("X5", None): 2, (None, "一店"): 2, (None, "二店"): 1,
        ("X5", "一店"): 1, ("X5", "二店"): 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("trouble", "trend"),
    [
        pytest.param(60, "steady", id="twice the complaints of twice the feedback"),
        pytest.param(110, "rising", id="a larger share of the feedback"),
    ],
)
def test_a_store_that_gets_more_feedback_has_no_rising_issue(
    trouble: int, trend: str, workshop: Workshop
) -> None:
    """In the eight weeks before, it had 30 feedbacks a week, half of them complaints; now 60."""

    def said(name: str, days: float, store: str, *, bad: bool) -> Any:
        when = OLD - timedelta(days=days)
        what: dict[str, Any] = {"aspect": "service"} if bad else {"aspect": None}
        sentiment = "negative" if bad else "positive"
        return voice("automotive", name, when, store=store, sentiment=sentiment, **what)

    before = [said(f"p{n}", 14.5 + n * 56 / 240, "一店", bad=n % 2 == 0) for n in range(240)]
    recent = [said(f"r{n}", n % 14, "一店", bad=n < trouble) for n in range(120)]
    others = [said(f"o{n}", n / 10, "二店", bad=False) for n in range(700)]
    workshop.hear("automotive", [*before, *recent, *others])
    workshop.chain().form()
    [issue] = [one for one in workshop.store.issues() if one.store == "一店"]
    assert issue.count == 120 + trouble
    assert issue.trend == trend


def test_one_wrong_year_does_not_make_history_of_the_rest(workshop: Workshop) -> None:
    workshop.hear(
        "phone", [voice("phone", f"a{n}", OLD - timedelta(days=n / 9)) for n in range(300)]
    )
    workshop.hear("phone", [voice("phone", "wrong", OLD + timedelta(days=400))])
    moments = moments_of(workshop.store, model=MODEL, zone=UTC, now=NOW)
    assert abs(moments.as_of["phone"] - OLD) < timedelta(seconds=1)


def test_an_eased_rule_opens_orders_for_known_issues(workshop: Workshop) -> None:
    rules = workshop.folder / "routing.yaml"
    rules.write_text("open_when: {severity: high}")
    workshop.hear("automotive", heard_on("automotive", 5, 4, 3, 2, 1, until=OLD))
    assert workshop.chain(**{"routing.file": str(rules)}).form() == (1, 0)
    rules.write_text("open_when: {severity: low}")
    assert workshop.chain(**{"routing.file": str(rules)}).form() == (0, 1)
    assert workshop.chain(**{"routing.file": str(rules)}).form() == (0, 0)


def test_an_issue_that_a_person_reopens_gets_an_order_again(workshop: Workshop) -> None:
    workshop.hear("automotive", heard_on("automotive", 5, 4, 3, 2, 1, until=OLD))
    assert workshop.chain().form() == (1, 1)
    [order] = workshop.store.work_orders()
    for minutes, status in ((1, "closed"), (2, "reopened")):
        at = datetime.now(UTC) + timedelta(minutes=minutes)
        with workshop.store.transaction() as transaction:
            if status == "closed":
                closed = apply_event(order, "closed", actor="老李", at=at, note="好了")
                transaction.update_work_order(closed)
            transaction.set_issue_status(order.issue_id, cast(Any, status), "老李", "没好", at)
        expected = 1 if status == "reopened" else 0
        assert workshop.chain().form() == (0, expected)
    assert workshop.chain().form() == (0, 0)
    [again] = workshop.store.work_orders()
    assert (again.status, again.reopened_count) == ("reopened", 1)
    assert "问题复发" in (again.history[-1].note or "")


def test_history_gets_an_order_where_a_person_takes_it_up_again(workshop: Workshop) -> None:
    old = [90 + number / 4 for number in range(20)]
    workshop.hear("automotive", heard_on("automotive", *old, 0, until=OLD))
    assert workshop.chain().form() == (1, 0)
    [issue] = workshop.store.issues()
    with workshop.store.transaction() as transaction:
        transaction.set_issue_status(issue.issue_id, "closed", "老李", "好了", NOW)
        transaction.set_issue_status(issue.issue_id, "reopened", "老李", "没好", NOW)
    assert workshop.chain().form() == (0, 1)
    assert workshop.chain().form() == (0, 0)


def test_new_voices_reopen_only_the_part_of_an_issue_that_they_are_of(workshop: Workshop) -> None:
    rules = workshop.folder / "routing.yaml"
    rules.write_text(
        "open_when: {severity: low, voices: 1}\nrules: [{name: 每店, then: {per: issue_and_store}}]"
    )
    asked = {"routing.file": str(rules)}
    for store, days in (("一店", (5, 3, 1)), ("二店", (4, 2))):
        workshop.hear("automotive", heard_on("automotive", *days, until=OLD, store=store))
    workshop.now = OLD
    workshop.chain(**asked).form()
    orders = workshop.store.work_orders()
    assert sorted(order.title[-4:] for order in orders) == ["（一店）", "（二店）"]
    handler = Handler(workshop.store, load_settings(overrides=asked, environ={}))
    for order in orders:
        with workshop.store.transaction() as transaction:
            handler.act(
                transaction, order.work_order_id, "closed",
                actor="老李", at=OLD + timedelta(minutes=9), note="好了",
            )  # fmt: skip
    [issue] = workshop.store.issues()
    assert issue.status == "closed"
    workshop.now = OLD + timedelta(days=1)
    for hour in (1 / 24, 2 / 24):
        workshop.hear("automotive", heard_on("automotive", -hour, until=OLD, store="二店"))
        told = workshop.chain(**asked).form()
        assert told == (1, 0), "fewer than make an issue"
    workshop.hear("automotive", heard_on("automotive", -3 / 24, until=OLD, store="二店"))
    assert workshop.chain(**asked).form() == (1, 1)
    assert {order.title[-4:]: order.status for order in workshop.store.work_orders()} == {
        "（一店）": "closed",
        "（二店）": "reopened",
    }
    assert workshop.chain(**asked).form() == (0, 0)


@pytest.mark.parametrize("closes", ["the issue", "its order"])
@pytest.mark.parametrize("later", [0, 300], ids=["at once", "of an archive"])
def test_what_was_said_before_the_closing_and_comes_in_later_reopens_nothing(
    closes: str, later: int, workshop: Workshop
) -> None:
    workshop.hear("automotive", heard_on("automotive", 9, 8, 7, 6, 5, until=OLD))
    newest = heard_on("snack", 0.05, until=OLD, text="新街口店说好吃", aspect="taste")
    workshop.hear("snack", newest)
    workshop.now = OLD
    assert workshop.chain().form() == (1, 1)
    [order], settings = workshop.store.work_orders(), load_settings(environ={})
    at = OLD + timedelta(days=later)
    with workshop.store.transaction() as transaction:
        if closes == "the issue":
            transaction.set_issue_status(order.issue_id, "closed", "老李", "好了", at)
        else:
            Handler(workshop.store, settings).act(
                transaction, order.work_order_id, "closed", actor="老李", at=at, note="好了"
            )
    workshop.now = OLD + timedelta(days=2)
    workshop.hear("automotive", heard_on("automotive", 4, 3, 2, 1, 0.1, until=OLD))
    assert workshop.chain().form()[0] == 1
    [issue], [order] = workshop.store.issues(), workshop.store.work_orders()
    assert (issue.status, issue.count) == ("closed", 10)
    assert order.reopened_count == 0
    workshop.hear("automotive", heard_on("automotive", -0.1, -0.2, -0.3, until=OLD))
    assert workshop.chain().form()[0] == 1
    [issue] = workshop.store.issues()
    assert (issue.status, issue.count) == ("reopened", 13)


def test_what_comes_back_after_a_pause_is_of_one_issue_and_order(workshop: Workshop) -> None:
    rules = workshop.folder / "routing.yaml"
    rules.write_text("open_when: {severity: low, voices: 1}")
    eased = {"issues.quiet_days": 30, "routing.file": str(rules)}
    for days, voices in (((70, 69, 68), 3), ((20, 19, 18), 6), ((45, 44), 8)):
        workshop.hear("automotive", heard_on("automotive", *days, until=OLD))
        workshop.chain(**eased).form()
        [issue], [order] = workshop.store.issues(), workshop.store.work_orders()
        assert (issue.count, order.issue_id) == (voices, issue.issue_id)
    assert workshop.chain(**eased).form() == (0, 0)


def test_themes_that_the_same_voices_speak_of_make_one_issue(workshop: Workshop) -> None:
    rules = workshop.folder / "routing.yaml"
    rules.write_text("open_when: {severity: low, voices: 1}")
    said = "小区有噪音，电梯也停"
    voices = heard_on("citizen", *range(8), until=OLD, text=said, aspect="urban_construction")
    workshop.hear("citizen", voices)
    topics = [
        Topic(name, name, "citizen", (name,), 8, 1.0, OLD, OLD) for name in ("to_noise", "to_lift")
    ]
    spans = {"to_noise": Span(0, 5, said[:5]), "to_lift": Span(6, 10, said[6:])}

    def assigned(shared: int) -> list[tuple[str, str, float, Span]]:
        """The first half of the voices is of one theme, the others of the other, some of both."""
        return [
            (item.feedback_id, name, 0.9, span)
            for place, (item, _) in enumerate(voices)
            for name, span in spans.items()
            if (place < 4) == (name == "to_noise") or place < shared
        ]

    for shared, expected in ((0, 2), (4, 1)):
        with workshop.store.transaction() as transaction:
            transaction.save_topics("citizen", topics, assigned(shared))
        workshop.chain(**{"routing.file": str(rules)}).form()
        living = [one for one in workshop.store.issues() if one.merged_into is None]
        assert len(living) == expected, shared
        orders = workshop.store.work_orders()
        running = [order for order in orders if order.status == "open"]
        assert len(running) == expected, shared
    assert {order.issue_id for order in orders} == {living[0].issue_id}
    assert living[0].count == 8


LIFTS = Topic("to_lift", "电梯停运", "citizen", ("电梯",), 1, 1.0, OLD, OLD)
NOISE = Topic("to_noise", "小区噪音", "citizen", ("噪音",), 8, 1.0, OLD, OLD)


def _noisy(workshop: Workshop, *topics: Topic) -> list[str]:
    """Eight voices of one theme, or of several, and one of another theme; the ids of the eight."""
    said = "小区有噪音"
    voices = heard_on("citizen", *range(8), until=OLD, text=said, aspect="urban_construction")
    other = voice("citizen", "other", OLD, "电梯停了", aspect="urban_construction")
    workshop.hear("citizen", [*voices, other])
    names = [item.feedback_id for item, _ in voices]
    spoken = [(name, one.topic_id, 0.9, Span(0, 5, said)) for one in topics for name in names]
    spoken.append((other[0].feedback_id, LIFTS.topic_id, 0.9, Span(0, 4, "电梯停了")))
    with workshop.store.transaction() as transaction:
        transaction.save_topics("citizen", [*topics, LIFTS], spoken)
    return names


@pytest.mark.parametrize("at_once", [True, False])
def test_the_issue_of_a_muted_theme_is_closed_until_it_speaks_again(
    workshop: Workshop, at_once: bool
) -> None:
    rules = workshop.folder / "routing.yaml"
    rules.write_text("open_when: {severity: low, voices: 1}")
    eased: dict[str, Any] = {"routing.file": str(rules)}
    _noisy(workshop, NOISE)
    workshop.chain(**eased).form()
    [issue] = workshop.store.issues()
    assert (issue.status, len(workshop.store.work_orders())) == ("open", 1)
    if at_once:
        settings = load_settings(environ={})
        closed = mute_topic(workshop.store, NOISE, actor="王", now=NOW, settings=settings)
        assert [one.issue_id for one in closed] == [issue.issue_id]
        assert workshop.chain(**eased).form() == (0, 0)
    else:  # as versions before this one muted
        with workshop.store.transaction() as transaction:
            transaction.mute_topic(NOISE, True, "王", NOW)
        assert workshop.chain(**eased).form() == (1, 0)
    assert [one.status for one in workshop.store.issues()] == ["closed"]
    [event] = workshop.store.issue_events(issue.issue_id)
    assert (event.actor, event.note) == ("王" if at_once else "voc", MUTED)
    assert workshop.chain(**eased).form() == (0, 0)
    with workshop.store.transaction() as transaction:
        transaction.mute_topic(NOISE, False, "王", NOW)
    assert workshop.chain(**eased).form() == (1, 0)
    assert [one.status for one in workshop.store.issues()] == ["reopened"]
    assert "不再静音" in (workshop.store.issue_events(issue.issue_id)[-1].note or "")
    [order] = workshop.store.work_orders()
    assert order.status == "open"


def test_an_issue_that_a_person_reopens_stays_open_though_its_theme_is_muted(
    workshop: Workshop,
) -> None:
    _noisy(workshop, NOISE)
    workshop.chain().form()
    settings = load_settings(environ={})
    [issue] = mute_topic(workshop.store, NOISE, actor="王", now=NOW, settings=settings)
    for actor, status in (("老李", "reopened"), ("老李", "closed")):
        with workshop.store.transaction() as transaction:
            transaction.note_issue(issue.issue_id, "voc", "方面有变", NOW)
            transaction.set_issue_status(issue.issue_id, cast(Any, status), actor, None, NOW)
            transaction.note_issue(issue.issue_id, "voc", "方面有变", NOW)
        for _ in range(2):
            workshop.chain().form()
            assert [one.status for one in workshop.store.issues()] == [status]


def test_a_person_who_settled_an_issue_is_not_overruled_by_muting(workshop: Workshop) -> None:
    _noisy(workshop, NOISE)
    workshop.chain().form()
    [issue] = workshop.store.issues()
    with workshop.store.transaction() as transaction:
        transaction.set_issue_status(issue.issue_id, "closed", "老李", "好了", NOW)
    settings = load_settings(environ={})
    assert mute_topic(workshop.store, NOISE, actor="王", now=NOW, settings=settings) == []
    with workshop.store.transaction() as transaction:
        transaction.mute_topic(NOISE, False, "王", NOW)
    assert workshop.chain().form() == (0, 0)
    assert [one.status for one in workshop.store.issues()] == ["closed"]


def test_no_issue_stands_on_a_muted_theme_for_its_twin(workshop: Workshop) -> None:
    twin = replace(NOISE, topic_id="to_loud", topic="吵得睡不着")
    _noisy(workshop, NOISE, twin)
    with workshop.store.transaction() as transaction:
        transaction.mute_topic(twin, True, "王", NOW)
    assert standing_for(workshop.store, ["citizen"]) == {}
    with workshop.store.transaction() as transaction:
        transaction.mute_topic(twin, False, "王", NOW)
    assert standing_for(workshop.store, ["citizen"]) == {"to_noise": "to_loud"}


def test_an_issue_tells_when_its_aspect_changes_and_its_order_stays(workshop: Workshop) -> None:
    rules = workshop.folder / "routing.yaml"
    rules.write_text("open_when: {severity: low, voices: 1}\nupdate_when: {voices: 5}")
    eased: dict[str, Any] = {"routing.file": str(rules)}
    names = _noisy(workshop, NOISE)
    workshop.chain(**eased).form()
    [before], [order] = workshop.store.issues(), workshop.store.work_orders()
    said = "工地有噪音"
    more = heard_on(
        "citizen", *(n / 9 for n in range(1, 11)), until=OLD, text=said, aspect="environment"
    )
    workshop.hear("citizen", more)
    spoken = [(name, "to_noise", 0.9, Span(0, 5, said)) for name in names]
    spoken += [(item.feedback_id, "to_noise", 0.9, Span(0, 5, said)) for item, _ in more]
    with workshop.store.transaction() as transaction:
        transaction.save_topics("citizen", [NOISE], spoken)
        transaction.set_issue_status(before.issue_id, "ignored", "老李", None, NOW)
        transaction.set_issue_status(before.issue_id, "reopened", "老李", None, NOW)
    assert workshop.chain(**eased).form() == (1, 1)
    [after], [same] = workshop.store.issues(), workshop.store.work_orders()
    assert (before.aspect_id, after.aspect_id) == ("urban_construction", "environment")
    *_, event = workshop.store.issue_events(after.issue_id)
    assert (event.actor, event.from_status, event.to_status) == ("voc", "reopened", "reopened")
    assert (event.note or "").startswith("方面由「城乡建设」改为「环境保护」")
    assert same.department == order.department
    assert f"此单已由{order.department}办理，不因此改派" in same.description
    assert workshop.chain(**eased).form() == (0, 0)
    reopened_at, asked_for = _reopened(workshop.store, [after], {after.issue_id: after}, NOW)
    assert (list(reopened_at.values()), asked_for) == ([NOW], {after.issue_id})


@pytest.mark.parametrize("how", ["joined", "merged", "died"])
def test_no_voice_counts_twice_when_its_theme_goes(
    workshop: Workshop, how: Literal["joined", "merged", "died"]
) -> None:
    rules = workshop.folder / "routing.yaml"
    rules.write_text("open_when: {severity: low, voices: 1}")
    said = "小区有噪音"
    voices = heard_on("citizen", *range(8), until=OLD, text=said, aspect="urban_construction")
    workshop.hear("citizen", voices)
    names = [item.feedback_id for item, _ in voices]

    def keep(themes: dict[str, list[str]]) -> list[Issue]:
        topics = [Topic(one, one, "citizen", (one,), 8, 1.0, OLD, OLD) for one in themes]
        spoken = [(name, one, 0.9, Span(0, 5, said)) for one in themes for name in themes[one]]
        with workshop.store.transaction() as transaction:
            transaction.save_topics("citizen", topics, spoken)
        workshop.chain(**{"routing.file": str(rules)}).form()
        return [one for one in workshop.store.issues() if one.status == "open"]

    assert len(keep({"to_loud": names[:5], "to_noise": names[5:]})) == 2
    if how != "died":
        event = TopicEvent("to_loud", "to_loud", "citizen", OLD, "voc", how, "to_noise")
        with workshop.store.transaction() as transaction:
            transaction.add_topic_events([event])
    [left] = keep({"to_noise": names})
    assert left.count == 8
    [gone] = [one for one in workshop.store.issues() if one.status != "open"]
    assert gone.merged_into == left.issue_id
    running = [order for order in workshop.store.work_orders() if order.status == "open"]
    assert [order.issue_id for order in running] == [left.issue_id]


def test_voices_that_say_nothing_alike_make_no_issue(workshop: Workshop) -> None:
    said = "让家长很不放心"
    voices = heard_on("citizen", *range(8), until=OLD, text=said, aspect="urban_construction")
    other = voice("citizen", "other", OLD, "小区有噪音", aspect="urban_construction")
    workshop.hear("citizen", [*voices, other])
    spoken = [(item.feedback_id, "to_1", 0.9, Span(0, 7, said)) for item, _ in voices]
    spoken.append((other[0].feedback_id, "to_2", 0.9, Span(0, 5, "小区有噪音")))

    def issues(name: str) -> list[str]:
        topics = [
            Topic(topic_id, topic, "citizen", (topic_id,), 8, 1.0, OLD, OLD)
            for topic_id, topic in (("to_1", name), ("to_2", "噪音扰民"))
        ]
        with workshop.store.transaction() as transaction:
            transaction.save_topics("citizen", topics, spoken)
        workshop.chain().form()
        return [one.title for one in workshop.store.issues() if one.status in ("open", "reopened")]

    assert issues("家长（多方面）") == issues("家长（其他2）") == []
    assert issues("家长不放心") == ["城乡建设：家长不放心"]
    assert issues("家长（多方面）") == []
    assert len(issues("家长（不放心等）")) == 1


def test_the_report_of_a_past_period_judges_by_its_end(workshop: Workshop) -> None:
    burst = [round(day * 0.5, 1) for day in range(16)]
    voices = heard_on("automotive", *burst, until=OLD, product="X5")
    later = heard_on(
        "automotive", 200.0, until=NOW, product="X5", sentiment="positive", aspect=None
    )
    workshop.hear("automotive", [*voices, *later])
    workshop.chain().form()

    def told(until: datetime | None) -> Figures:
        settings = load_settings(environ={})
        return topic_figures(workshop.store, settings=settings, model=MODEL, until=until)[0]

    then, now = told(OLD - timedelta(days=2)), told(None)
    assert (then.is_past, now.is_past) == (True, False)
    assert "这段时间之后还有反馈" in render_html(then)
    [before], [after] = ([one.line for one in (*it.issues, *it.more_issues)] for it in (then, now))
    assert before.issue_id == after.issue_id
    assert (before.count, after.count) == (11, 16)
    assert SEVERITIES.index(before.severity) > SEVERITIES.index(after.severity)
    [kept] = workshop.store.issues()
    assert kept.severity == after.severity


def test_an_issue_closes_when_all_its_voices_are_set_aside(workshop: Workshop) -> None:
    workshop.hear("automotive", heard_on("automotive", 5, 4, 3, 2, 1, until=OLD))
    workshop.chain().form()
    [issue] = workshop.store.issues()
    heard = workshop.store.issue(issue.issue_id)
    assert heard
    names = [voice.feedback_id for voice in heard.evidence]
    for flagged, status in ((names[:2], "open"), (names, "closed")):
        with workshop.store.transaction() as transaction:
            transaction.set_flags("paid_burst", [(name, "g1") for name in flagged])
        workshop.chain().form()
        assert [one.status for one in workshop.store.issues()] == [status]
    assert workshop.chain().form() == (0, 0)
    [*_, event] = workshop.store.issue_events(issue.issue_id)
    assert (event.to_status, event.actor) == ("closed", "voc")
    assert (event.note or "").startswith("它的声音不再构成问题：")
    workshop.hear("automotive", heard_on("automotive", 0.4, 0.3, 0.2, until=OLD))
    workshop.chain().form()
    [back] = workshop.store.issues()
    assert (back.issue_id, back.status) == (issue.issue_id, "reopened")
