"""Emergencies: told apart from the crowd, for whoever the taxonomy says takes care."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from voc.config import Aspect, Industry, load_industry
from voc.config.industries import UrgentWords
from voc.issues import Home, emergency_home, pressing, told_apart
from voc.issues.grouping import group_rules, group_voices, urgent_once
from voc.issues.naming import Titles
from voc.records import UNPLACED, Mention, Sentiment, Span, Tags, Urgency, reason_of, theme_of

DINER = Industry(
    id="diner",
    name="餐馆",
    aspects=(
        Aspect(id="taste", name="味道", keywords=("味道", "好吃")),
        Aspect(id="clean", name="卫生", keywords=("卫生", "脏")),
    ),
    urgency=(
        UrgentWords(reason="食品安全", level="critical", words=("拉肚子",), department="食安部"),
        UrgentWords(reason="异物", level="critical", words=("有虫",), aspect="卫生"),
        UrgentWords(reason="烫伤", level="critical", words=("烫伤",)),
        UrgentWords(reason="曝光", level="high", words=("找媒体",), department="公关部"),
    ),
)


@pytest.mark.parametrize(
    ("reasons", "home"),
    [
        pytest.param(["食品安全"], Home(UNPLACED, "unplaced.食品安全"), id="a team's"),
        pytest.param(["异物", "食品安全"], Home("clean", None), id="the gravest of two"),
        pytest.param(["烫伤", "食品安全"], Home(UNPLACED, "unplaced.食品安全"), id="the second"),
        pytest.param(["烫伤"], None, id="nobody's"),
        pytest.param(["曝光"], None, id="high is no emergency"),
        pytest.param(["天气"], None, id="an unknown reason"),
        pytest.param([], None, id="no reason"),
    ],
)
def test_whose_an_emergency_is(reasons: Sequence[str], home: Home | None) -> None:
    assert emergency_home(reasons, DINER) == home
    assert emergency_home(reasons, None) is None


def test_a_theme_of_emergencies_tells_its_reason() -> None:
    assert reason_of(theme_of("食品安全")) == "食品安全"
    assert reason_of("tp_1") is reason_of(None) is reason_of(UNPLACED) is None


def _told(text: str, reason: str, make: Callable[..., Mention], **clauses: str) -> list[Mention]:
    """Returns the complaints of a critical voice, heard in clauses by aspect."""
    urgency = Urgency("critical", (reason,))
    tags = Tags("a", text, "zh", Sentiment("negative", 0.9, {}), urgency=urgency)
    home = emergency_home(urgency.reasons, DINER)
    voice = [
        make(
            "a",
            0,
            industry="diner",
            aspect_id=aspect,
            evidence=(Span(text.index(said), text.index(said) + len(said), said),),
            urgency="critical",
            urgency_reasons=(reason,),
            store="东店",
            topic_id=f"tp.{aspect}",
        )
        for aspect, said in clauses.items()
    ]
    whole = Span(0, len(text), text)
    emergency = make(
        "a",
        0,
        industry="diner",
        aspect_id=UNPLACED,
        score=1.0,
        evidence=(whole,),
        urgency="critical",
        urgency_reasons=(reason,),
        store="东店",
    )
    if home is None:
        return pressing(voice, emergency, tags=tags, industry=DINER)
    return told_apart(voice, emergency, tags=tags, industry=DINER, home=home)


def test_what_is_said_beside_an_emergency_stays_and_presses_nobody(
    mention: Callable[..., Mention],
) -> None:
    text = "味道太淡了，吃完就拉肚子，卫生很差"
    found = _told(text, "食品安全", mention, taste="味道太淡了", clean="卫生很差")
    assert [(one.aspect_id, one.urgency, one.topic_id) for one in found] == [
        ("taste", "normal", "tp.taste"),
        ("clean", "normal", "tp.clean"),
        (UNPLACED, "critical", "unplaced.食品安全"),
    ]
    assert urgent_once(found) == found
    keys = group_voices(found, rules=group_rules({"diner": DINER}), min_score=0.3)
    assert {(key.aspect_id, key.topic_id, key.store) for key in keys} == {
        ("taste", None, "东店"),
        ("clean", None, "东店"),
        (None, "unplaced.食品安全", "东店"),
    }


@pytest.mark.parametrize(
    ("text", "pressed"),
    [
        pytest.param("汤洒出来烫伤我的手，味道太淡了，卫生很差", "taste", id="the nearest"),
        pytest.param("味道太淡了，卫生很差，汤洒出来烫伤我的手", "clean", id="before it"),
        pytest.param("卫生很差，味道太淡了烫伤我的手", "taste", id="in its clause"),
        pytest.param(
            f"烫伤我的手{'，然后我就去找人' * 8}，味道太淡了，卫生很差", UNPLACED, id="far away"
        ),
    ],
)
def test_a_danger_of_nobody_presses_what_is_said_nearest(
    text: str, pressed: str, mention: Callable[..., Mention]
) -> None:
    found = _told(text, "烫伤", mention, taste="味道太淡了", clean="卫生很差")
    assert [one.aspect_id for one in found if one.urgency == "critical"] == [pressed]
    assert len(found) == 2 + (pressed == UNPLACED)


def test_a_danger_whose_words_no_longer_count_presses_all(
    mention: Callable[..., Mention],
) -> None:
    found = _told("味道太淡了，卫生很差", "烫伤", mention, taste="味道太淡了", clean="卫生很差")
    assert [one.urgency for one in found] == ["critical", "critical"]


def test_the_clause_of_danger_is_of_the_emergency_alone(mention: Callable[..., Mention]) -> None:
    text = "这家的菜吃完就拉肚子，卫生很差"
    found = _told(text, "食品安全", mention, taste="这家的菜吃完就拉肚子", clean="卫生很差")
    assert [one.aspect_id for one in found] == ["clean", UNPLACED]


def test_an_emergency_of_an_aspect_is_heard_once_there(mention: Callable[..., Mention]) -> None:
    text = "汤里有虫，味道也怪，到处都脏"
    found = _told(text, "异物", mention, taste="味道也怪", clean="到处都脏")
    assert [(one.aspect_id, one.urgency, one.topic_id) for one in found] == [
        ("taste", "normal", "tp.taste"),
        ("clean", "critical", "tp.clean"),
    ]
    assert found[-1].evidence[0].text == text


def test_an_aspect_of_emergencies_is_told_by_their_words(mention: Callable[..., Mention]) -> None:
    texts = ["汤里有虫，还卖这么贵", "菜里有虫我都拍照了", "卫生太差了"]
    voices = [
        mention(str(at), at, industry="diner", text=text, urgency="critical" if at < 2 else "high")
        for at, text in enumerate(texts)
    ]
    assert Titles(DINER, voices, {}).title("卫生", voices) == "卫生：有虫"


@pytest.mark.parametrize(
    ("texts", "title"),
    [
        pytest.param(["吃完就拉肚子"], "食品安全：拉肚子（东店）", id="one voice"),
        pytest.param(
            ["汤里有虫", "吃完拉肚子", "晚上拉肚子"],
            "食品安全：拉肚子、有虫（东店）",
            id="two kinds",
        ),
        pytest.param(
            ["汤里有虫", "菜里有虫", "吃完拉肚子"],
            "食品安全：拉肚子、有虫（东店）",
            id="harm before what may do harm, however many tell of it",
        ),
        pytest.param(["吃完不舒服"], "紧急情况：食品安全（东店）", id="no word of danger"),
    ],
)
def test_emergencies_are_called_by_their_words(
    texts: Sequence[str], title: str, mention: Callable[..., Mention]
) -> None:
    voices = [mention(str(at), at, industry="diner", text=text) for at, text in enumerate(texts)]
    titles = Titles(DINER, voices, {})
    topic = theme_of("食品安全")
    assert titles.title("紧急情况", voices, topic_id=topic, store="东店") == title


def test_what_is_there_is_told_without_what_leads_to_it(mention: Callable[..., Mention]) -> None:
    texts = ["汤里还有一只小虫", "竟然吃出了头发", "菜里吃出了头发"]
    voices = [
        mention(str(at), at, industry="restaurant", text=text) for at, text in enumerate(texts)
    ]
    titles = Titles(load_industry("restaurant"), voices, {})
    topic = theme_of("吃出异物")
    assert titles.title("紧急情况", voices, topic_id=topic) == "吃出异物：小虫、头发"
    voices += [mention("9", 9, industry="restaurant", text="居然吃出了烟头")]
    assert titles.title("紧急情况", voices, topic_id=topic) == "吃出异物：小虫、头发等"
