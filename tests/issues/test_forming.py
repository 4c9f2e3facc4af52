"""Issues over runs: once each, kept, updated, brought back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.growth import LINEAR, growth
from voc.config import Aspect, Industry
from voc.config.sections import IssueSettings
from voc.issues import form_issues, is_absorbed, silenced
from voc.records import UNHEARD, Evidence, Issue, IssueStatus, Mention, Span, stable_id

SETTINGS = IssueSettings(window_days=14, min_voices=3, critical_voices=1, quiet_days=28)
AS_OF = datetime(2026, 9, 1, tzinfo=UTC)
CARS = {
    "cars": Industry(
        id="cars",
        name="车",
        aspects=(
            Aspect(id="power", name="动力", group_by=("product",)),
            Aspect(id="service", name="服务", group_by=("store",)),
        ),
    )
}
Make = Callable[..., Mention]


def run(
    mentions: Iterable[Mention],
    existing: Sequence[Issue] = (),
    as_of: datetime = AS_OF,
    **values: Any,
) -> list[Issue]:
    return form_issues(
        mentions, existing, industries=CARS, settings=SETTINGS, volumes=None, as_of=as_of, **values
    )


def kept(existing: Sequence[Issue], changed: Sequence[Issue]) -> list[Issue]:
    """What a store holds after a run."""
    return list({issue.issue_id: issue for issue in (*existing, *changed)}.values())


def days(make: Make, *values: float, **common: Any) -> list[Mention]:
    return [make(f"f{day}", day, **{"product": "X5"} | common) for day in values]


def test_an_issue_tells_what_where_since_when_and_who(mention: Make) -> None:
    voices = [
        mention("a", 0, product="X5", store="城东店", opinions=("变速箱 顿挫",), text="一顿一顿的"),
        mention("b", 1, product="X5", store="城东店", opinions=("变速箱 顿挫",), topic_id="t1"),
        mention("c", 2, product="X5", store="城东店", opinions=("变速箱 顿挫",), topic_id="t1"),
    ]
    [issue] = run(reversed(voices))
    assert issue == Issue(
        issue_id=stable_id("is", "cars", "power", "X5", None, "a"),
        title="动力：变速箱顿挫（X5）",
        industry="cars",
        aspect_id="power",
        status="open",
        severity="low",
        severity_reasons=("仅 3 条声音",),
        first_seen=voices[0].occurred_at,
        last_seen=voices[2].occurred_at,
        count=3,
        trend="falling",
        trend_p=issue.trend_p,
        trend_ratio=0.0,
        trend_low=0.0,
        trend_high=issue.trend_high,
        trend_window_days=14,
        topic_id="t1",
        product="X5",
        store=None,
        evidence=(
            Evidence("a", 0, 5, "一顿一顿的"),
            Evidence("b", 0, 0, ""),
            Evidence("c", 0, 0, ""),
        ),
    )


def test_groups_do_not_mix(mention: Make) -> None:
    two = [mention(f"a{day}", day, product="X5") for day in range(2)]
    other = [mention(f"b{day}", day, product="X7") for day in range(2)]
    assert run([*two, *other]) == []


def test_an_aspect_no_taxonomy_knows_is_named_by_its_id(mention: Make) -> None:
    voices = [mention(f"a{day}", day, industry="own", aspect_id="custom.1") for day in range(3)]
    [issue] = run(voices)
    assert issue.title == "custom.1：负面反馈集中"


def test_again_changes_nothing(mention: Make) -> None:
    voices = days(mention, 0, 1, 2, 60, 61, 62)
    issues = run(voices)
    assert len(issues) == 1
    assert run(voices, issues) == []


def test_new_voices_update_the_open_issue(mention: Make) -> None:
    voices = days(mention, 0, 1, 2, 3, 4, 5)
    before = run(voices[:3], as_of=voices[2].occurred_at)
    [after] = run(voices, before, as_of=voices[-1].occurred_at)
    assert after.issue_id == before[0].issue_id
    assert (before[0].severity, after.count, after.severity) == ("low", 6, "medium")
    assert after.last_seen == voices[-1].occurred_at


def test_an_earlier_voice_that_comes_late_keeps_the_id(mention: Make) -> None:
    voices = days(mention, 3, 4, 5)
    before = run(voices)
    [after] = run([*days(mention, 0), *voices], before)
    assert after.issue_id == before[0].issue_id
    assert after.evidence[0].feedback_id == "f0"


def test_groups_without_voices_in_this_run_are_left(mention: Make) -> None:
    issues = run(days(mention, 0, 1, 2))
    assert run([], issues) == []
    assert run([mention("z", 0, product="X7")], issues) == []


@pytest.mark.parametrize(
    ("status", "late_day", "after"),
    [
        ("open", 10, "open"),
        ("closed", 10, "closed"),
        ("closed", 1.5, "closed"),
        ("reopened", 10, "reopened"),
        ("ignored", 10, "ignored"),
    ],
)
def test_what_people_decided(
    status: IssueStatus, late_day: float, after: IssueStatus, mention: Make
) -> None:
    voices = days(mention, 0, 1, 2)
    [issue] = run(voices)
    [updated] = run([*voices, *days(mention, late_day)], [replace(issue, status=status)])
    assert (updated.issue_id, updated.status, updated.count) == (issue.issue_id, after, 4)


@pytest.mark.parametrize(
    ("later", "after"),
    [
        pytest.param((10,), "closed", id="one"),
        pytest.param((10, 20), "closed", id="two"),
        pytest.param((10, 20, 23), "reopened", id="as many as make an issue"),
        pytest.param((3, 11, 20, 29), "closed", id="thinly over weeks"),
        pytest.param((-3, -2, -1), "closed", id="late rows of before"),
    ],
)
def test_as_many_voices_as_make_an_issue_are_a_comeback(
    later: Sequence[float], after: IssueStatus, mention: Make
) -> None:
    """They come one a run, so that each run but the first finds the last one's voice known."""
    voices = days(mention, 0, 1, 2)
    issues = [replace(issue, status="closed") for issue in run(voices)]
    settled = {issues[0].issue_id: issues[0].last_seen}
    for day in later:
        voices += days(mention, day)
        issues = kept(issues, run(voices, issues, settled_until=settled))
    [issue] = issues
    assert (issue.status, issue.count) == (after, 3 + len(later))
    assert run(voices, issues, settled_until=settled) == []


def test_one_critical_voice_is_a_comeback(mention: Make) -> None:
    voices = days(mention, 0, 1, 2)
    closed = [replace(run(voices)[0], status="closed")]
    [issue] = run([*voices, *days(mention, 10, urgency="critical")], closed)
    assert issue.status == "reopened"


def test_what_was_closed_for_want_of_voices_opens_with_the_first_that_count(mention: Make) -> None:
    voices = days(mention, 0, 1, 2)
    closed = [replace(run(voices)[0], status="closed")]
    [issue] = run(days(mention, 0.5, 0.6, 0.7), closed, settled_until={})
    assert issue.status == "reopened"


@pytest.mark.parametrize("status", ["open", "reopened", "ignored"])
def test_voices_whose_times_were_mended_may_make_an_issue_no_more(
    status: IssueStatus, mention: Make
) -> None:
    issues = [replace(run(days(mention, 100, 100.1, 100.2))[0], status=status)]
    names = [item.feedback_id for item in issues[0].evidence]
    apart = [mention(name, day, product="X5") for name, day in zip(names, (0, 40, 80), strict=True)]
    changed = run(apart, issues)
    assert [issue.status for issue in changed] == ([] if status == "ignored" else ["closed"])
    assert run(apart, kept(issues, changed), settled_until={}) == []
    back = run(days(mention, 100, 100.1, 100.2), kept(issues, changed), settled_until={})
    again = [] if status == "ignored" else [(issues[0].issue_id, "reopened")]
    assert [(issue.issue_id, issue.status) for issue in back] == again


def test_closed_again_stays_closed(mention: Make) -> None:
    voices = days(mention, 0, 1, 2, 10)
    [issue] = run(voices)
    assert run(voices, [replace(issue, status="closed")]) == []


@pytest.mark.parametrize(("status", "after"), [("open", "open"), ("closed", "reopened")])
def test_a_comeback_after_the_quiet_is_of_the_issue(
    mention: Make, status: IssueStatus, after: str
) -> None:
    first = days(mention, 0, 1, 2, 3)
    [known] = run(first)
    back = [*first, *days(mention, 60, 61, 62)]
    [issue] = run(back, [replace(known, status=status)], as_of=back[-1].occurred_at)
    assert (issue.issue_id, issue.status, issue.count) == (known.issue_id, after, 7)
    assert issue.first_seen == known.first_seen
    assert issue.severity_reasons == ("仅 3 条声音", "沉寂 57 天后再次出现，此前 4 条声音")
    [silent] = run(back, as_of=back[-1].occurred_at + timedelta(days=40))
    assert not [why for why in silent.severity_reasons if "再次出现" in why]


def test_stragglers_after_the_quiet_are_no_comeback(mention: Make) -> None:
    first = days(mention, 0, 1, 2)
    [known] = run(first)
    assert run([*first, *days(mention, 60, 61)], [known]) == []


@pytest.mark.parametrize("status", ["ignored", "closed"])
def test_what_rests_absorbs_nothing_open(mention: Make, status: IssueStatus) -> None:
    """A store may hold several issues of one group, as where two themes became one."""
    voices = days(mention, 0, 1, 2, 3, 40, 41, 42)
    [whole] = run(voices)
    resting = replace(whole, issue_id="is_resting", status=status, count=5)
    opened = replace(whole, issue_id="is_open", count=4)
    changed = {issue.issue_id: issue for issue in run(voices, [resting, opened])}
    assert (changed["is_open"].status, changed["is_open"].count) == ("open", 7)
    gone = changed["is_resting"]
    assert is_absorbed(gone)
    assert (gone.status, gone.title) == ("closed", "已并入 动力：负面反馈集中（X5）")
    assert run(voices, list(changed.values())) == []


def test_rows_tagged_anew_find_their_issue(mention: Make) -> None:
    voices = days(mention, 0, 1, 2)
    [issue] = run(voices)
    again = [replace(voice, feedback_id=f"v2-{voice.feedback_id}") for voice in voices]
    [after] = run(again, [issue])
    assert after.issue_id == issue.issue_id


def test_far_years_are_counted_and_do_no_harm(mention: Make) -> None:
    voices = days(mention, 0, 1, 2)
    far = [
        replace(voices[0], feedback_id="y1970", occurred_at=datetime(1970, 1, 1, tzinfo=UTC)),
        replace(voices[0], feedback_id="y2262", occurred_at=datetime(2262, 1, 1, tzinfo=UTC)),
    ]
    assert [issue.count for issue in run([*voices, *far])] == [3]


# Three dense weeks with quiet between, and now and then a voice that bridges the quiet.
CLUSTERED_DAYS = st.one_of(
    *(st.integers(start, start + 6) for start in (0, 34, 70)), st.sampled_from([17, 54, 150])
)
MENTIONS = st.builds(
    lambda day, product, store, aspect, topic, urgency, said: Mention(
        feedback_id="",
        industry="cars",
        aspect_id=aspect,
        sentiment="negative",
        score=0.8,
        occurred_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day),
        evidence=(Span(0, len(said), said),),
        product=product,
        store=store,
        urgency=urgency,
        opinions=(f"变速箱 {said}",),
        topic_id=topic,
    ),
    day=CLUSTERED_DAYS,
    product=st.sampled_from(["X5", "X5", "X5", None]),
    store=st.sampled_from(["城东店", "城东店", None]),
    aspect=st.sampled_from(["power", "power", "power", "service"]),
    topic=st.sampled_from(["noise", "noise", "lift"]),
    urgency=st.sampled_from(["normal"] * 12 + ["critical"]),
    said=st.sampled_from(["顿挫", "异响", "漏油"]),
)


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(MENTIONS, min_size=6, max_size=45),
    shuffled=st.randoms(use_true_random=False),
    cuts=st.lists(st.integers(0, 45), max_size=4),
)
def test_batches_in_any_order_give_what_one_run_gives(
    rows: list[Mention], shuffled: Any, cuts: list[int]
) -> None:
    named = [replace(row, feedback_id=f"f{index}") for index, row in enumerate(rows)]
    once = run(named)
    shuffled.shuffle(named)
    state: list[Issue] = []
    for end in sorted({*(min(cut, len(named)) for cut in cuts), len(named)}):
        living = {issue.issue_id for issue in state if not is_absorbed(issue)}
        state = kept(state, run(named[:end], state))
        assert living <= {issue.issue_id for issue in state}
        assert run(named[:end], state) == []
    assert _without_ids(state) == _without_ids(once)
    assert len({issue.issue_id for issue in state}) == len(state)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(MENTIONS, min_size=6, max_size=45), shuffled=st.randoms(use_true_random=False))
def test_issues_listed_without_evidence_serve_as_well(rows: list[Mention], shuffled: Any) -> None:
    named = [replace(row, feedback_id=f"f{index}") for index, row in enumerate(rows)]
    shuffled.shuffle(named)
    first = run(named[: len(named) // 2])
    full = kept(first, run(named, first))
    listed = [replace(issue, evidence=()) for issue in first]
    assert run(named, listed) == run(named, first)
    assert run(named, [replace(issue, evidence=()) for issue in full]) == []


@settings(max_examples=50, deadline=None)
@given(rows=st.lists(MENTIONS, max_size=40), shuffled=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_not_even_an_id(rows: list[Mention], shuffled: Any) -> None:
    named = [replace(row, feedback_id=f"f{index}") for index, row in enumerate(rows)]
    once = run(named)
    shuffled.shuffle(named)
    assert run(named) == once


def test_the_time_does_not_grow_with_the_square_of_mentions(mention: Make) -> None:
    def formed(count: int) -> Callable[[], object]:
        rows = list(_crowd(mention, count))

        def work() -> None:
            assert len(run(rows)) > 100

        return work

    assert growth(formed, 5_000) < LINEAR


def _crowd(make: Make, count: int) -> Iterable[Mention]:
    template = make("x", 0)
    said = ["变速箱 顿挫", "变速箱 异响", "门店 排队", "服务 冷淡", "发动机 漏油"]
    for index in range(count):
        yield replace(
            template,
            feedback_id=f"f{index}",
            aspect_id="power" if index % 2 else "service",
            occurred_at=template.occurred_at + timedelta(minutes=index * 2),
            product=f"P{index % 200}",
            store=f"S{index % 900}",
            sentiment="negative" if index % 3 else "positive",
            opinions=(said[index % 5], said[index % 4]),
        )


def _without_ids(issues: Iterable[Issue]) -> list[Issue]:
    plain = [
        replace(
            issue,
            issue_id="",
            # As they are kept, the last digits may be those of an earlier run.
            trend_p=1.0,
            trend_low=None,
            trend_high=None,
        )
        for issue in issues
        if not is_absorbed(issue)
    ]
    return sorted(
        plain,
        key=lambda i: (i.aspect_id, i.product or "", i.store or "", i.topic_id or "", i.first_seen),
    )


def test_an_issue_of_a_topic_is_found_again_by_it(
    mention: Callable[..., Mention], industries: dict[str, Industry]
) -> None:
    def form(mentions: list[Mention], existing: list[Issue]) -> list[Issue]:
        return form_issues(
            mentions,
            existing,
            industries=industries,
            settings=IssueSettings(),
            volumes=None,
            as_of=max(item.occurred_at for item in mentions),
        )

    voices = [mention(name, 0, product=None, store=None, topic_id="noise") for name in "abc"]
    voices += [mention(name, 0, product=None, store=None, topic_id="lift") for name in "def"]
    first = form(voices, [])
    assert sorted(issue.topic_id or "" for issue in first) == ["lift", "noise"]
    assert form(voices, first) == []
    [grown] = form([*voices, mention("g", 0, product=None, store=None, topic_id="lift")], first)
    assert grown.count == 4
    assert grown.issue_id in {issue.issue_id for issue in first}


PLACELESS: dict[str, Any] = {"product": None, "store": None, "topic_id": "noise"}


def test_a_theme_is_one_issue_of_its_commonest_aspect(mention: Make) -> None:
    voices = [
        *days(mention, 0, 1, **PLACELESS),
        *(mention(f"s{day}", day, aspect_id="service", **PLACELESS) for day in (0, 1, 2)),
    ]
    [issue] = run(voices)
    assert (issue.count, issue.aspect_id, issue.topic_id) == (5, "service", "noise")
    assert issue.title.startswith("服务：")
    assert run(voices, [issue]) == []


@pytest.mark.parametrize(
    ("texts", "titles"),
    [
        (("开箱看了看", "开箱的那天", "又开箱一个"), []),
        (("开箱漏气", "一开箱漏气", "开箱漏气两个"), ["开箱漏气（X5）"]),
    ],
)
def test_a_theme_that_nothing_is_wrong_with_is_no_issue(
    mention: Make, texts: tuple[str, ...], titles: list[str]
) -> None:
    voices = [
        mention(f"f{at}", at, text=text, aspect_id=UNHEARD, topic_id="t1", product="X5")
        for at, text in enumerate(texts)
    ]
    found = run(voices, topics={"t1": "开箱（多方面）"})
    assert [issue.title for issue in found] == titles


def test_open_issues_on_muted_themes_are_closed(mention: Make) -> None:
    [open_one] = run(days(mention, 0, 1, 2, **PLACELESS))
    others = [
        replace(open_one, status="ignored"),
        replace(open_one, status="closed"),
        replace(open_one, product="云驰X5"),
        replace(open_one, topic_id="lift"),
    ]
    twin = replace(open_one, topic_id="loud", status="reopened")
    found = silenced(
        [open_one, *others, twin], muted={"noise"}, industries=CARS, twins={"loud": "noise"}
    )
    assert found == [replace(one, status="closed") for one in (open_one, twin)]


def test_issues_of_one_theme_by_aspect_are_continued_by_the_largest(mention: Make) -> None:
    """As they were kept when each aspect of a theme made an issue of its own."""
    power = days(mention, 0, 1, 2, **PLACELESS)
    service = [mention(f"s{day}", day, aspect_id="service", **PLACELESS) for day in (1, 2, 3, 4)]
    known = [replace(run(part)[0], issue_id=part[0].feedback_id) for part in (power, service)]
    survivor, absorbed = sorted(run([*power, *service], known), key=is_absorbed)
    assert (survivor.issue_id, survivor.count) == ("s1", 7)
    assert (absorbed.issue_id, absorbed.status) == ("f0", "closed")
    assert run([*power, *service], [survivor, absorbed]) == []


def test_issues_of_twin_themes_become_one(mention: Make) -> None:
    noise = days(mention, 0, 1, 2, **PLACELESS)
    lift = [mention(f"l{day}", day, **PLACELESS | {"topic_id": "lift"}) for day in (1, 2, 3, 4)]
    apart = run([*noise, *lift])
    assert {issue.topic_id for issue in apart} == {"noise", "lift"}
    together = [replace(voice, topic_id="noise") for voice in (*noise, *lift)]
    home, gone = sorted(run(together, apart, twins={"lift": "noise"}), key=is_absorbed)
    assert (home.count, home.topic_id) == (7, "noise")
    assert gone.merged_into == home.issue_id
    assert run(together, [home, gone], twins={"lift": "noise"}) == []


def test_few_complaints_among_much_praise_lower_an_issue_of_a_theme(mention: Make) -> None:
    voices = days(mention, *range(6), **PLACELESS)

    def severity(negative: int, total: int) -> str:
        [issue] = form_issues(
            voices,
            [],
            industries=CARS,
            settings=SETTINGS,
            volumes=None,
            as_of=voices[-1].occurred_at,
            polarities={("cars", "power", None, "城东店"): (negative, total)},
        )
        return issue.severity

    assert (severity(6, 400), severity(300, 400)) == ("low", "medium")


def test_the_last_digits_of_a_trend_are_no_change(mention: Make) -> None:
    """They move with every other issue, whose voices tell how much voices vary."""
    voices = days(mention, 0, 1, 2, 3, 20, 21)
    [issue] = run(voices, as_of=voices[-1].occurred_at)
    assert issue.trend_low
    assert issue.trend_high
    for factor, changed in ((1.02, 0), (0.9, 1)):
        known = replace(issue, trend_high=factor * issue.trend_high)
        assert len(run(voices, [known], as_of=voices[-1].occurred_at)) == changed
    louder = replace(issue, trend_low=1.02 * issue.trend_low, count=issue.count + 1)
    assert len(run(voices, [louder], as_of=voices[-1].occurred_at)) == 1
    assert len(run(voices, [replace(issue, trend_high=None)], as_of=voices[-1].occurred_at)) == 1


def test_one_rise_of_many_issues_may_be_chance(mention: Make) -> None:
    def voices(product: str, *found: float) -> list[Mention]:
        return [mention(f"{product}{day}", day, product=product) for day in found]

    def trends(said: Iterable[Mention]) -> dict[str | None, str]:
        return {issue.product: issue.trend for issue in run(said)}

    few = voices("R1", 100, 118, 136, 154, 172, 174, 176, 178, 180)
    many = voices("R2", *range(100, 170, 18), *(171.2 + at / 2 for at in range(25)))
    steady = [voice for at in range(40) for voice in voices(f"S{at}", *range(100 + at % 7, 184, 7))]
    assert trends(few)["R1"] == trends(many)["R2"] == "rising"
    found = trends([*few, *many, *steady])
    assert (found["R1"], found["R2"]) == ("steady", "rising")
    assert {found[f"S{at}"] for at in range(40)} == {"steady"}
