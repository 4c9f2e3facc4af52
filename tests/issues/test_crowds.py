"""What most of a crowd complain of, in however many words."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import pytest

from voc.config import load_industry
from voc.issues.crowds import commonest_complaints
from voc.topics.phrases import Member, voices_by_word
from voc.topics.words import Reader

READER = Reader(load_industry("takeaway"))


def members(said: Sequence[tuple[str, str]]) -> list[Member]:
    """Clauses with the opinion in each, of one voice each."""
    readings = READER.read([text for text, _ in said])
    return [
        Member(reading, text, f"v{at}", 0.9, True, (opinion,) if opinion else ())
        for at, (reading, (text, opinion)) in enumerate(zip(readings, said, strict=True))
    ]


def complaints(
    said: Sequence[tuple[str, str]], *untold: str, keywords: Collection[str] = ()
) -> list[str]:
    found = members(said)
    weights = dict.fromkeys(voices_by_word(found), 1.0)
    told = commonest_complaints(found, weights, untold=untold, keywords=keywords)
    return [one.name for one in told]


SPILT = [("里面洒了", "里面洒了"), ("粥全撒了", "粥全撒了"), ("拿到就洒了", "洒了")] * 10
CRUSHED = [("盒子变形", "盒子变形"), ("都变形了", "变形了")] * 6


def test_a_crowd_is_named_by_what_most_say_in_whatever_words() -> None:
    assert complaints([*SPILT, *CRUSHED]) == ["洒了", "变形"]


def test_few_voices_are_no_crowd() -> None:
    assert complaints(SPILT[:19]) == []


def test_words_for_one_matter_count_together() -> None:
    said = [("里面太挤了", "太挤"), ("很拥挤", "拥挤"), ("有点狭窄", "狭窄"), ("太吵了", "太吵")]
    assert complaints([*said[:3] * 6, *said[3:] * 8, ("很拥挤", "拥挤")]) == ["拥挤", "太吵"]
    small = [("店面很小", "店面很小"), ("地方太小", "太小")] * 8
    bad = [("菜不好吃", "不好吃")] * 10
    assert complaints([*small, *bad], keywords=["店面"])[0] == "太小"


def test_how_many_are_lacking_is_not_what_is_wrong() -> None:
    lost = [("扫码点的菜少上了两道", "少上了两道"), ("扫码下单漏了两道", "漏了两道")] * 10
    stuck = [("扫码页面打不开", "打不开")] * 9
    assert complaints([*lost, *stuck]) == ["打不开"]


def test_what_says_what_is_wrong_stands_beside_what_only_blames() -> None:
    bad, broken = [("质量差", "质量差")], [("都坏了", "坏了")]
    faded, frozen = [("掉色严重", "掉色")], [("老是死机", "死机")]
    words = ["质量", "做工", "掉色", "死机", "坏了"]
    assert complaints([*bad * 40, *faded * 11], keywords=words) == ["质量差", "掉色"]
    assert complaints([*bad * 40, *faded * 9], keywords=words) == ["质量差"]
    many = [*broken * 40, *bad * 30, *frozen * 15]
    assert complaints(many, keywords=words) == ["坏了", "死机"]


def test_a_keyword_that_tells_of_trouble_counts_wherever_it_stands() -> None:
    said = [
        ("刚买几天就降价一百块", ""),
        ("才降价两天", ""),
        ("没有降价过", ""),
        ("太贵了", "太贵"),
    ]
    assert complaints(said * 7, keywords=["降价", "价格"]) == ["降价", "太贵"]
    assert complaints(said[2:] * 14, keywords=["降价", "价格"]) == ["太贵"]


@pytest.mark.parametrize("other", [("真的很慢", "很慢"), ("送得太慢", "太慢")])
def test_the_second_is_no_other_form_of_the_first(other: tuple[str, str]) -> None:
    assert complaints([("慢死了", "慢"), ("还这么慢", "慢"), other] * 15) == ["太慢"]
    assert complaints([*[("真难吃", "难吃")] * 30, *[("不好吃", "不好吃")] * 20]) == ["难吃"]
    assert complaints([("菜没熟", "没熟"), ("东西没给", "没给")] * 25) == ["没熟", "没给"]


def test_who_misses_any_keyword_misses_the_same() -> None:
    sticks = [("也没有给我们筷子", ""), ("筷子都没给", ""), ("勺子忘了给", "")] * 6
    assert complaints([*sticks, *[("备注也不看", "不看")] * 4], keywords=["筷子", "勺子"]) == [
        "没给筷子"
    ]
    many = [
        ("没给筷子", ""),
        ("没给勺子", ""),
        ("没给餐具", ""),
        ("没给勺子", ""),
        ("没给筷子", ""),
    ] * 5
    assert complaints(many, keywords=["筷子", "勺子", "餐具"]) == ["没给勺子、筷子"]
    drinks = [("套餐里的饮料没送", ""), ("饮料漏送了", ""), ("汉堡送错了", "送错了")] * 8
    assert complaints(drinks) == ["没送饮料", "送错"]


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("太慢了", "太慢"),
        ("太贵了", "太贵"),
        ("有点贵", "太贵"),
        ("又洒了", "洒了"),
        ("又冷又硬", "太硬"),
    ],
)
def test_a_state_is_said_as_most_say_it(said: str, name: str) -> None:
    assert complaints([(said, said)] * 50) == [name]


def test_what_only_judges_says_nothing_but_with_the_thing_that_it_judges() -> None:
    rude = [("骑手态度很差", "态度很差"), ("态度差", "态度差"), ("态度太差了", "态度太差了")] * 10
    assert complaints([*rude, *([("差", "差")] * 20), *([("太差", "太差")] * 20)]) == ["态度差"]
    bland = [("味道差", "味道差"), ("味道很差", "味道很差")] * 14
    assert complaints([*rude, *bland]) == ["态度差", "味道差"]


def test_praise_and_what_is_said_to_be_empty_names_nothing() -> None:
    assert complaints([("味道好吃", "好吃")] * 40) == []
    assert complaints([("特别坑人", "坑人")] * 40, "坑人") == []


def test_of_a_crowd_that_says_nothing_alike_nothing_is_returned() -> None:
    verdicts = ("太咸", "太硬", "太辣", "太油", "太腻", "太淡") * 7
    assert complaints([(one, one) for one in verdicts]) == ["太咸", "太油"]
    assert complaints([(f"菜{at}", f"菜{at}") for at in range(50)]) == []


def test_who_calls_any_word_for_the_aspect_bad_says_the_same() -> None:
    said = [
        "态度真是不太好",
        "服务也巨差巨混乱",
        "服务员服务不到位",
        "前台的服务跟不上",
        "服务很差",
    ]
    few = [("骑手迟到", "迟到")] * 20
    texts = [(text, "") for text in said] * 5
    assert complaints([*texts, *few], keywords=("服务", "态度")) == ["服务不好", "迟到"]
    assert complaints([("服务不差", "")] * 40, keywords=("服务",)) == []
    assert complaints([("服务还差点意思", "")] * 40, keywords=("服务",)) == []
    assert complaints([("排队一般要半小时", "")] * 40, keywords=("排队",)) == []


def test_a_clause_without_an_opinion_is_one_itself() -> None:
    assert complaints([("粥全洒了", "")] * 30) == ["洒了"]


@pytest.mark.parametrize("said", ["有点少", "比较少", "稍微少", "太少"])
def test_a_state_is_the_same_however_much_of_it(said: str) -> None:
    assert complaints([(said, said), ("分量太少", "太少")] * 20) == ["太少"]


def test_a_thing_is_no_complaint_but_where_the_aspect_is_known_by_it() -> None:
    assert complaints([("都是玉米", "玉米")] * 40) == []
    assert complaints([("又要排队", "排队")] * 40, keywords=("排队",)) == ["排队"]
    both = [("油门反应慢", "反应慢")] * 25 + [("说说机油", "机油")] * 15
    assert complaints(both, keywords=("机油",)) == ["太慢"]


def test_a_keyword_that_breaks_off_is_told_by_another() -> None:
    waited = [("办手续等了两个小时", "")] * 15 + [("办手续太慢", "太慢")] * 5
    assert complaints(waited, keywords=("等了", "办手续")) == ["太慢"]


def test_what_has_become_of_a_thing_is_told_as_it_is_said() -> None:
    rotten = [
        ("收到一半都烂了", "烂了"),
        ("全烂了", ""),
        ("好几个坏了", "坏了"),
        ("不新鲜", "不新鲜"),
    ]
    assert (
        complaints([*rotten, ("烂了", "烂了")] * 6, keywords=["烂了", "坏了", "不新鲜"])[0]
        == "烂了"
    )


def test_what_is_done_is_no_state() -> None:
    said = [("前台说在修", "修"), ("一直在修", "修")] * 10
    assert complaints([*said, *SPILT[:6]]) == ["洒了"]
