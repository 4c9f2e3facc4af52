"""What no aspect hears is placed by its theme: with the aspect of most, or as its own problem."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from voc.config import Industry
from voc.issues import as_problems, placed_by_theme
from voc.issues.grouping import GroupKey, group_rules, group_voices, urgent_once
from voc.issues.hearing import is_stale, names_trouble
from voc.issues.moods import is_mood
from voc.records import UNHEARD, Issue, Mention, told_of

NOW = datetime(2026, 5, 20, tzinfo=UTC)
THEMES = {
    "tp_1": "没给餐具",
    "tp_2": "打电话（不通等）",
    "tp_3": "石锅拌饭（说好等）",
    "tp_4": "送餐（多方面）",
    "tp_5": "太差",
}
INDUSTRY = Industry.model_validate(
    {
        "id": "diner",
        "name": "餐馆",
        "aspects": [
            {"id": "taste", "name": "味道", "group_by": ["store"]},
            {"id": "price", "name": "价格"},
        ],
    }
)
RULES = group_rules({"diner": INDUSTRY})


def complaint(
    name: str,
    aspect_id: str = UNHEARD,
    topic: str | None = "tp_1",
    *,
    score: float = 0.9,
    **values: Any,
) -> Mention:
    return Mention(name, "diner", aspect_id, "negative", score, NOW, topic_id=topic, **values)


def placed(*complaints: Mention) -> list[tuple[str, str]]:
    return [(one.feedback_id, one.aspect_id) for one in placed_by_theme(complaints, rules=RULES)]


def test_a_theme_of_which_two_thirds_speak_of_one_aspect_is_of_that() -> None:
    heard = [complaint("a", "taste"), complaint("b", "taste")]
    assert placed(*heard, complaint("c")) == [("a", "taste"), ("b", "taste"), ("c", "taste")]
    assert placed(*heard, complaint("c"), complaint("d"))[2:] == [("c", UNHEARD), ("d", UNHEARD)]


@pytest.mark.parametrize(
    "theme",
    [
        *("太坑", "太坑（不来等）", "不满意等", "失败问题", "麻烦问题", "差差", "体验很差"),
        *(
            "失败购物",
            "购物（失败、最差等）",
            "一星给快递",
            "推荐（多方面）",
            "没有想象",
            "麻烦处理",
        ),
    ],
)
def test_a_mood_is_no_trouble(theme: str) -> None:
    assert is_mood(theme)
    assert not names_trouble(theme)


@pytest.mark.parametrize(
    "theme",
    ["太慢", "没给餐具", "打电话（不通等）", "油腻等", "服务（太差等）", "坏了", "垃圾问题"],
)
def test_what_is_wrong_is_no_mood(theme: str) -> None:
    assert not is_mood(theme)
    assert names_trouble(theme)


def test_what_only_its_theme_tells_apart_is_of_the_aspect_of_its_theme() -> None:
    price = [complaint(name, "price", store="东湖店") for name in "abcd"]
    misheard = complaint("e", "taste")
    assert placed(*price, misheard)[4:] == [("e", "price")]
    assert placed(*price, replace(misheard, feedback_id="a"))[4:] == [], "it is told once"
    for kept in (
        replace(misheard, store="东湖店"),
        replace(misheard, urgency="critical"),
        replace(misheard, topic_id=None),
    ):
        assert placed(*price, kept)[4:] == [("e", "taste")], kept


def test_a_voice_that_complains_of_the_aspect_anyway_does_so_once() -> None:
    heard = [complaint("a", "taste"), complaint("b", "taste")]
    assert placed(*heard, complaint("a")) == [("a", "taste"), ("b", "taste")]


def test_doubtful_voices_do_not_say_what_a_theme_is_of() -> None:
    heard = [complaint(name, "taste", is_doubtful=True) for name in "abcd"]
    assert placed(*heard, complaint("e"))[-1] == ("e", UNHEARD)


def test_what_has_no_theme_is_of_nothing_that_could_be_told() -> None:
    assert placed(complaint("a", topic=None)) == []


@pytest.mark.parametrize(
    ("topic", "is_problem"),
    [
        pytest.param("tp_1", True, id="a problem"),
        pytest.param("tp_2", True, id="a subject and what is wrong with it"),
        pytest.param("tp_3", False, id="a subject and something else"),
        pytest.param("tp_4", False, id="a subject alone"),
        pytest.param("tp_9", False, id="no theme of the store"),
    ],
)
def test_what_names_no_trouble_is_a_problem_of_its_place_alone(
    topic: str, is_problem: bool
) -> None:
    voices = [complaint("a", topic=topic, store="东店"), complaint("b", topic=topic)]
    problems = [(one.feedback_id, one.store) for one in as_problems(voices, THEMES)]
    assert problems == ([("a", None), ("b", None)] if is_problem else [("a", "东店")])
    verdicts = [complaint("d", topic=name, store="东店") for name in ("tp_5", "tp_6")]
    assert not list(as_problems(verdicts, THEMES | {"tp_6": "推荐（多方面）"}))
    of_aspect = complaint("c", "taste", topic, store="东店")
    assert list(as_problems([of_aspect], THEMES)) == [of_aspect]
    rated = complaint("e", "taste", "tp_7", store="东店")
    assert list(as_problems([rated], THEMES | {"tp_7": "一星给快递"})) == []


@pytest.mark.parametrize(
    ("change", "is_gone"),
    [
        pytest.param({"topic_id": "tp_1", "store": None}, False, id="one for all"),
        pytest.param({"topic_id": "tp_1", "store": "东店"}, True, id="one for all now"),
        pytest.param({"topic_id": "tp_4", "store": "东店"}, False, id="of its store"),
        pytest.param({"topic_id": "tp_4", "store": None}, True, id="no one for all any more"),
        pytest.param({"topic_id": "tp_9", "store": "东店"}, True, id="its theme is gone"),
        pytest.param({"topic_id": None}, False, id="no theme"),
        pytest.param({"topic_id": "unplaced.食品安全"}, False, id="an emergency"),
        pytest.param({"topic_id": "tp_1", "aspect_id": "taste"}, False, id="an aspect's"),
        pytest.param({"topic_id": "tp_4", "aspect_id": "taste"}, True, id="nothing alike now"),
    ],
)
def test_which_issues_stand_on_a_theme_that_makes_none_any_more(
    change: dict[str, Any], is_gone: bool
) -> None:
    known = Issue(
        issue_id="is_1",
        title="没给餐具",
        industry="diner",
        aspect_id=UNHEARD,
        status="open",
        severity="low",
        first_seen=NOW,
        last_seen=NOW,
        count=3,
        trend="steady",
        trend_p=1.0,
    )
    assert is_stale(replace(known, **change), THEMES) == is_gone


def test_what_is_told_of_a_subject() -> None:
    assert told_of("打电话（不通、占线等）") == told_of("打电话（不通等）") == "不通"
    assert told_of("送餐（多方面）") == told_of("没给餐具") == told_of("送餐（其他2）") == ""


def test_one_theme_is_one_problem_in_all_stores() -> None:
    voices = [complaint(name, store=store) for name, store in (("a", "东店"), ("b", "西店"))]
    vague = [complaint(name, topic="tp_4", store="东店") for name in "cd"]
    problems = as_problems([*voices, *vague], THEMES)
    groups = group_voices(problems, rules=group_rules({"diner": INDUSTRY}), min_score=0.3)
    assert {key: len(each) for key, each in groups.items()} == {
        GroupKey("diner", None, None, None, "tp_1"): 2,
        GroupKey("diner", None, None, "东店", "tp_4"): 2,
    }
    lost = [complaint("c", topic=None, urgency="critical")]
    assert group_voices(lost, rules=group_rules({"diner": INDUSTRY}), min_score=0.3) == {}


def test_those_that_name_no_store_join_what_others_of_their_theme_say_of_an_aspect() -> None:
    voices = [complaint("a"), complaint("b", "taste")]
    [group] = group_voices(voices, rules=group_rules({"diner": INDUSTRY}), min_score=0.3).values()
    assert [voice.feedback_id for voice in group] == ["a", "b"]


def test_the_urgency_of_a_voice_stays_with_an_aspect_that_hears_it() -> None:
    voices = [
        complaint("a", "taste", score=0.4, urgency="high"),
        complaint("a", score=0.9, urgency="high"),
    ]
    assert [voice.urgency for voice in urgent_once(voices)] == ["high", "normal"]
