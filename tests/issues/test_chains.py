"""What the stores of a chain share is one problem, and what stands out is one of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.config import Aspect, Industry
from voc.config.sections import IssueSettings
from voc.issues import as_problems, form_issues, home_of, is_absorbed
from voc.issues.hearing import is_stale
from voc.issues.trends import Volumes
from voc.records import UNHEARD, Issue, IssueStatus, Mention, Span

SETTINGS = IssueSettings(window_days=14, min_voices=3, critical_voices=1, quiet_days=28)
AS_OF = datetime(2026, 4, 30, tzinfo=UTC)
CHAIN = Industry(
    id="cars",
    name="车",
    chain=True,
    aspects=(
        Aspect(id="service", name="服务", group_by=("store",)),
        Aspect(id="brakes", name="刹车", group_by=("product", "store")),
    ),
)
Make = Callable[..., Mention]


def volumes(a_day: dict[str, int]) -> Volumes:
    """As much feedback of each store on each day of March and April."""
    days = [datetime(2026, 3, 1, tzinfo=UTC).date() + timedelta(days=day) for day in range(60)]
    found: dict[Any, Counter[Any]] = defaultdict(Counter)
    for store, count in a_day.items():
        for day in days:
            found["cars", None, store][day] += count
            found["cars", None, None][day] += count
    return found


ALIKE = volumes({"东店": 10, "西店": 10, "南店": 10, "北店": 10})


def run(
    mentions: Iterable[Mention],
    existing: Sequence[Issue] = (),
    *,
    fed: Volumes | None = ALIKE,
    trade: Industry = CHAIN,
) -> list[Issue]:
    return form_issues(
        mentions, existing, industries={"cars": trade}, settings=SETTINGS, volumes=fed, as_of=AS_OF
    )


def voices(make: Make, store: str | None, *days: float, **values: Any) -> list[Mention]:
    fields = {"aspect_id": "service", "text": "等太久了", "opinions": ("等太久",)} | values
    return [make(f"{store}{day}", day, store=store, **fields) for day in days]


def places(issues: Iterable[Issue]) -> dict[str | None, int]:
    return {issue.store: issue.count for issue in issues if not is_absorbed(issue)}


def test_what_is_told_apart_by_product_too_is_shared_where_nobody_names_one(mention: Make) -> None:
    fields = {"aspect_id": "brakes", "text": "刹车软", "opinions": ("刹车软",)}
    said = [
        voice
        for store in ("东店", "西店", "南店")
        for voice in voices(mention, store, 1, 2, 9, **fields)
    ]
    assert places(run(said)) == {None: 9}
    named = voices(mention, "东店", 3, 4, 5, product="X5", **fields)
    found = {(one.product, one.store): one.count for one in run([*said, *named])}
    assert found == {(None, None): 9, ("X5", "东店"): 3}


def test_what_three_stores_are_heard_to_have_is_one_problem(mention: Make) -> None:
    said = [
        *voices(mention, "东店", 1, 2, 3),
        *voices(mention, "西店", 2, 9, 10),
        *voices(mention, "南店", 4),
    ]
    [issue] = run(said)
    assert (issue.store, issue.count, issue.title) == (None, 7, "服务：太久")
    assert places(run(said[:-1])) == {"东店": 3, "西店": 3}, "two stores are no chain"
    assert places(run(said, trade=CHAIN.model_copy(update={"chain": False}))) == {
        "东店": 3,
        "西店": 3,
    }
    assert places(run(said, fed=None)) == {"东店": 3, "西店": 3}, "nobody knows how many spoke"


def test_of_voices_that_mostly_name_no_store_no_chain_is_made(mention: Make) -> None:
    named = [
        voice for store in ("东店", "西店", "南店") for voice in voices(mention, store, 1, 2, 3)
    ]
    assert places(run([*named, *voices(mention, None, 3, 4)])) == {None: 11}
    lost = voices(mention, None, *range(10), topic_id="tp_wait")
    assert places(run([*named, *lost])) == {"东店": 3, "西店": 3, "南店": 3, None: 10}


def test_a_store_of_which_far_more_complain_has_a_problem_of_its_own(mention: Make) -> None:
    alike = [
        *voices(mention, "东店", 1, 8),
        *voices(mention, "西店", 2),
        *voices(mention, "南店", 4),
    ]
    much = voices(mention, "北店", *(10 + day / 2 for day in range(14)))
    assert places(run([*alike, *much])) == {None: 4, "北店": 14}
    busy = volumes({"东店": 1, "西店": 1, "南店": 1, "北店": 40})
    assert places(run([*alike, *much], fed=busy)) == {None: 18}, "it just has more customers"


def test_once_a_store_stood_out_it_keeps_its_problem(mention: Make) -> None:
    much = voices(mention, "北店", *(day / 2 for day in range(14)))
    alike = [voice for store in ("东店", "西店", "南店") for voice in voices(mention, store, 1, 8)]
    later = [
        voice
        for store in ("东店", "西店", "南店")
        for voice in voices(mention, store, *(30 + day / 2 for day in range(14)))
    ]
    assert places(run([*alike, *much])) == {None: 6, "北店": 14}
    assert places(run([*alike, *much, *later])) == {None: 48, "北店": 14}


def test_two_that_stand_out_do_not_hide_each_other(mention: Make) -> None:
    fed = volumes(dict.fromkeys(("东店", "西店", "南店", "北店", "甲店", "乙店"), 10))
    alike = [
        voice for store in ("东店", "西店", "南店", "北店") for voice in voices(mention, store, 3)
    ]
    much = [
        voice
        for store, count in (("甲店", 40), ("乙店", 24))
        for voice in voices(mention, store, *(day / 4 for day in range(count)))
    ]
    assert places(run([*alike, *much], fed=fed)) == {None: 4, "甲店": 40, "乙店": 24}


def test_where_somebody_was_in_danger_the_store_has_a_problem_of_its_own(mention: Make) -> None:
    said = [voice for store in ("东店", "西店", "南店") for voice in voices(mention, store, 1, 2)]
    fields = {"urgency": "critical", "urgency_reasons": ("安全",)}
    hurt = voices(mention, "北店", 3, text="等着等着着火了", **fields)
    assert places(run([*said, *hurt])) == {None: 6, "北店": 1}
    assert run([*said, *hurt], run([*said, *hurt])) == []
    # The danger was elsewhere; what is said here is what all say.
    assert places(run([*said, *voices(mention, "北店", 3, **fields)])) == {None: 7}


def test_open_issues_of_stores_become_one_of_its_own(mention: Make) -> None:
    first = voices(mention, "东店", 1, 2, 3) + voices(mention, "西店", 1, 2, 3)
    before = run(first)
    assert places(before) == {"东店": 3, "西店": 3}
    said = [*first, *voices(mention, "西店", 5), *voices(mention, "南店", 6, 7)]
    shared, *absorbed = sorted(run(said, before), key=lambda issue: -issue.count)
    assert (shared.store, shared.count) == (None, 9)
    assert shared.issue_id not in {issue.issue_id for issue in before}
    assert {issue.issue_id for issue in absorbed} == {issue.issue_id for issue in before}
    assert {issue.merged_into for issue in absorbed} == {shared.issue_id}
    assert run(said, [shared, *absorbed]) == []


@pytest.mark.parametrize("status", ["closed", "ignored"])
def test_what_people_settled_of_a_store_stays_apart(mention: Make, status: IssueStatus) -> None:
    first = voices(mention, "东店", 1, 2, 3) + voices(mention, "西店", 1, 2, 3)
    settled = [replace(issue, status=status) for issue in run(first)]
    said = [
        *first,
        *(voice for store in ("南店", "北店") for voice in voices(mention, store, 4, 5)),
    ]
    assert run(said, settled) == [], "two stores alone share nothing"
    fed = volumes(dict.fromkeys(("东店", "西店", "南店", "北店", "中店"), 10))
    more = [*said, *voices(mention, "中店", 4, 5)]
    [shared] = run(more, settled, fed=fed)
    assert (shared.store, shared.count) == (None, 6)
    again = [*more, *voices(mention, "东店", 20, 21, 22)]
    found = {issue.store: issue for issue in run(again, [*settled, shared], fed=fed)}
    assert found["东店"].status == ("reopened" if status == "closed" else "ignored")
    assert found["东店"].count == 6
    assert None not in found or found[None].count == 6


def test_an_ignored_theme_swallows_no_problem_of_a_chain(mention: Make) -> None:
    lost = voices(mention, None, 1, 2, 3, topic_id="tp_wait")
    [theme] = run(lost)
    ignored = replace(theme, status="ignored")
    said = [
        voice
        for store in ("东店", "西店", "南店")
        for voice in voices(mention, store, *range(4, 14), topic_id="tp_wait")
    ]
    [shared] = run([*lost, *said], [ignored])
    assert (shared.status, shared.store, shared.count) == ("open", None, 33)
    assert shared.issue_id != theme.issue_id


def test_what_is_shared_stays_so_when_stores_leave_it(mention: Make) -> None:
    said = [voice for store in ("东店", "西店", "南店") for voice in voices(mention, store, 1, 2)]
    [shared] = run(said)
    fields = {"urgency": "critical", "urgency_reasons": ("安全",), "text": "等着等着着火了"}
    hurt = voices(mention, "南店", 8, **fields)
    after = run([*said, *hurt], [shared])
    assert places(after) == {None: 4, "南店": 3}
    assert len({issue.issue_id for issue in after}) == 2
    years = datetime(2026, 12, 30, tzinfo=UTC)
    state = {issue.issue_id: issue for issue in (shared, *after)}
    later = form_issues(
        [*said, *hurt], list(state.values()), industries={"cars": CHAIN}, settings=SETTINGS,
        volumes=ALIKE, as_of=years,
    )  # fmt: skip
    assert places((state | {one.issue_id: one for one in later}).values()) == {None: 4, "南店": 3}


def test_a_store_that_comes_to_stand_out_has_an_issue_of_its_own(mention: Make) -> None:
    first = voices(mention, "西店", 1, 2, 3)
    state = {one.issue_id: one for one in run(first)}
    said = [*first, *voices(mention, "东店", 2, 3), *voices(mention, "南店", 2, 3)]
    state |= {one.issue_id: one for one in run(said, list(state.values()))}
    assert places(state.values()) == {None: 7}
    said += voices(mention, "西店", *(10 + day / 2 for day in range(30)))
    state |= {one.issue_id: one for one in run(said, list(state.values()))}
    assert places(state.values()) == {None: 4, "西店": 33}
    assert all(one.merged_into != one.issue_id for one in state.values())
    assert run(said, list(state.values())) == []


def test_the_trend_of_what_is_shared_is_by_the_feedback_of_those_who_share_it(
    mention: Make,
) -> None:
    alike = [
        voice
        for store in ("东店", "西店", "南店")
        for voice in voices(mention, store, *range(0, 58, 4))
    ]
    much = voices(mention, "北店", *(day / 2 for day in range(118)))
    grown = {place: dict(by_day) for place, by_day in ALIKE.items()}
    for by_day in (grown["cars", None, "北店"], grown["cars", None, None]):
        for day in sorted(by_day)[-14:]:
            by_day[day] += 20
    plain, crowded = (
        next(one for one in run([*alike, *much], fed=fed) if one.store is None)
        for fed in (ALIKE, grown)
    )
    assert plain.trend == crowded.trend == "steady"
    assert plain.trend_ratio == crowded.trend_ratio


def test_a_trade_that_is_no_chain_any_more_has_issues_of_stores_again(mention: Make) -> None:
    said = [
        *voices(mention, "东店", 1, 2, 3, 4),
        *voices(mention, "西店", 1, 2, 3),
        *voices(mention, "南店", 1),
    ]
    [shared] = run(said)
    east, west, gone = sorted(
        run(said, [shared], trade=CHAIN.model_copy(update={"chain": False})),
        key=lambda issue: -issue.count,
    )
    assert (east.store, west.store) == ("东店", "西店")
    assert (gone.issue_id, gone.merged_into) == (shared.issue_id, east.issue_id)


def test_trouble_that_no_aspect_hears_is_of_a_store_until_others_share_it(mention: Make) -> None:
    fields = {"aspect_id": UNHEARD, "topic_id": "tp_code"}
    names = {"tp_code": "扫码（进不去等）"}

    def formed(said: Iterable[Mention], existing: Sequence[Issue] = ()) -> list[Issue]:
        return form_issues(
            as_problems(said, names, chains={"cars"}), existing, industries={"cars": CHAIN},
            settings=SETTINGS, volumes=ALIKE, as_of=AS_OF, topics=names,
        )  # fmt: skip

    said = voices(mention, "东店", 1, 2, 3, **fields)
    [first] = formed(said)
    assert (first.store, first.count) == ("东店", 3)
    said += voices(mention, "西店", 2, **fields) + voices(mention, "南店", 4, **fields)
    after = formed(said, [first])
    assert places(after) == {None: 5}
    assert [one.issue_id for one in after if is_absorbed(one)] == [first.issue_id]
    said += voices(mention, "北店", *(10 + day / 2 for day in range(30)), **fields)
    state = {one.issue_id: one for one in (first, *after)}
    state |= {one.issue_id: one for one in formed(said, list(state.values()))}
    assert places(state.values()) == {None: 5, "北店": 30}
    assert not [one for one in state.values() if is_stale(one, names, chains={"cars"})]


def test_a_bare_subject_that_no_aspect_hears_is_no_problem_of_stores_that_share_it(
    mention: Make,
) -> None:
    fields = {"aspect_id": UNHEARD, "topic_id": "tp_speed"}
    said = [
        *voices(mention, "东店", 1, 2, 3, **fields),
        *voices(mention, "西店", 1, 2, 3, **fields),
    ]
    before = run(said)
    assert places(before) == {"东店": 3, "西店": 3}
    said += voices(mention, "南店", 1, **fields)
    assert {issue.status for issue in run(said, before)} == {"closed"}
    said += voices(mention, "北店", *(day / 2 for day in range(30)), **fields)
    assert places(run(said)) == {"北店": 30}


ROWS = st.builds(
    lambda day, store, aspect, critical: Mention(
        feedback_id="",
        industry="cars",
        aspect_id=aspect,
        sentiment="negative",
        score=0.8,
        occurred_at=datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=day),
        store=store,
        urgency="critical" if critical else "normal",
        evidence=(Span(0, 5, "门口着火了"),) if critical else (),
    ),
    day=st.integers(0, 45),
    store=st.sampled_from(["东店", "西店", "南店", "北店", "北店", "北店", None]),
    aspect=st.sampled_from(["service", "service", "brakes"]),
    critical=st.sampled_from([False] * 15 + [True]),
)


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(ROWS, min_size=6, max_size=60),
    shuffled=st.randoms(use_true_random=False),
    cuts=st.lists(st.integers(0, 60), max_size=6),
    statuses=st.lists(st.sampled_from(["open", "open", "closed", "ignored"]), min_size=9),
)
def test_however_runs_follow_each_other_each_voice_is_of_one_issue(
    rows: list[Mention], shuffled: Any, cuts: list[int], statuses: list[IssueStatus]
) -> None:
    named = [replace(row, feedback_id=f"f{index}") for index, row in enumerate(rows)]
    shuffled.shuffle(named)
    state: dict[str, Issue] = {}
    for end in sorted({*cuts, len(named)}):
        changed = run(named[:end], list(state.values()))
        assert len({issue.issue_id for issue in changed}) == len(changed)
        state |= {issue.issue_id: issue for issue in changed}
        assert run(named[:end], list(state.values())) == []
        living = [one for one in state.values() if one.is_open or one.status == "ignored"]
        for issue in state.values():
            if is_absorbed(issue):
                assert home_of(issue, state).count > 0
        heard = Counter(
            (issue.aspect_id, voice.feedback_id) for issue in living for voice in issue.evidence
        )
        assert set(heard.values()) <= {1}
        for (name, issue), status in zip(sorted(state.items()), statuses, strict=False):
            if not is_absorbed(issue) and issue.is_open and status != "open":
                state[name] = replace(issue, status=status)


@settings(max_examples=100, deadline=None)
@given(rows=st.lists(ROWS, max_size=60), shuffled=st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(rows: list[Mention], shuffled: Any) -> None:
    named = [replace(row, feedback_id=f"f{index}") for index, row in enumerate(rows)]
    once = run(named)
    shuffled.shuffle(named)
    assert run(named) == once
