"""Names of themes by what is wrong: kinds of trouble, in whatever words."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from tests.topics.conftest import members, opining
from voc.records import is_mixed
from voc.topics.candidates import Candidates
from voc.topics.naming import name_of
from voc.topics.phrases import is_trouble
from voc.topics.said import Said, is_thing, is_wrong
from voc.topics.synonyms import UNKNOWN
from voc.topics.words import Reader


def test_what_is_trouble_in_itself_is_named_with_what_some_say_of_it(reader: Reader) -> None:
    texts = (*("污水",) * 6, *("污水四溢",) * 3, "处理污水")
    said = [opining(one, "污水") for one in members(reader, texts)]
    weights = {"污水": 0.9, "四溢": 0.4, "处理": 0.2}
    assert name_of(said, weights, complaint=True) == "污水四溢"
    others = [opining(one, "污水很急", "污水四溢") for one in said]
    assert name_of(others, weights, complaint=True) == "污水（四溢等）"


def test_how_a_thing_is_judged_makes_its_name_no_narrower(reader: Reader) -> None:
    texts = (*("油烟",) * 15, *("油烟污染",) * 3, *("油烟管道",) * 4)
    said = [
        opining(one, "油烟污染" if "污染" in one.text else "油烟") for one in members(reader, texts)
    ]
    weights = {"油烟": 0.9, "管道": 0.4, "污染": 0.2}
    assert name_of(said, weights, complaint=True) == "油烟污染"


@pytest.mark.parametrize("word", ["违规", "违法", "扰民", "污染", "安全隐患"])
def test_a_verdict_on_anything_is_no_problem_by_itself(reader: Reader, word: str) -> None:
    texts = (*(word,) * 6, *(f"{word}严重",) * 3, f"收费{word}", f"施工{word}", f"经营{word}")
    said = [opining(one, word) for one in members(reader, texts)]
    assert is_mixed(name_of(said, {word: 0.9, "收费": 0.2, "施工": 0.2}, complaint=True))


@pytest.mark.parametrize(("others", "name"), [(12, "停水问题"), (16, "自来水公司（停水等）")])
def test_a_known_trouble_names_complaints_if_a_third_speak_of_it(
    reader: Reader, others: int, name: str
) -> None:
    said = members(reader, (*("停水",) * 7, *("自来水公司",) * others))
    assert name_of(said, {"停水": 0.9}, complaint=True) == name
    assert name_of(said, {"停水": 0.9}, complaint=False) != "停水问题"


def test_a_kind_of_trouble_is_told_in_whatever_words(reader: Reader) -> None:
    told = ("城管视而不见", "城管睁只眼闭只眼", "城管从不理睬", "城管视而不见呢")
    texts = (*told, *(f"城管{word}的事" for word in "甲乙丙丁"))
    weights = {"城管": 0.9, "视而不见": 0.1}
    said = Said(members(reader, texts), weights, UNKNOWN)
    [trouble] = said.troubles
    assert (trouble.word, len(trouble.voices)) == ("视而不见", 4)
    assert name_of(members(reader, texts), weights, complaint=True) == "城管视而不见"
    fewer = members(reader, (*texts, "城管戊的事"))
    assert name_of(fewer, weights, complaint=True) == "城管（视而不见等）"


def test_what_gets_hot_is_one_kind_of_trouble(reader: Reader) -> None:
    told = ("充电发烫", "充电就发热", "充电烫手", "充电发烫啊")
    texts = (*told, *(f"充电{word}的事" for word in "甲乙丙丁"))
    said = Said(members(reader, texts), {"充电": 0.9, "发烫": 0.1}, UNKNOWN)
    [trouble] = said.troubles
    assert (trouble.word, len(trouble.voices)) == ("发烫", 4)


def test_a_kind_of_trouble_elsewhere_is_not_the_subjects(reader: Reader) -> None:
    texts = (*("城管大楼",) * 4, *("物业推诿扯皮",) * 5)
    assert "推诿" not in name_of(members(reader, texts), {"城管": 0.9}, complaint=True)[:4]


def test_trouble_of_one_syllable_counts_where_opinions_end_with_it(reader: Reader) -> None:
    texts = ("送餐好慢", "送餐太慢", "送餐实在慢", "送餐慢慢来", "送餐员")
    said = [
        opining(one, one.text) if one.text.endswith("慢") else one for one in members(reader, texts)
    ]
    [slow] = Said(said, {"送餐": 0.9}, UNKNOWN).troubles
    assert slow.voices == {"f0", "f1", "f2"}
    assert name_of(said, {"送餐": 0.9}, complaint=True) == "送餐慢"


def test_the_end_of_a_deed_is_no_trouble(reader: Reader) -> None:
    said = members(reader, ("肉咬不动", "嚼不动", "不动", "根本不动"))
    assert name_of(said, {"不动": 0.9}, complaint=True) != "不动"


def test_one_kind_of_trouble_in_many_words_names_a_theme(reader: Reader) -> None:
    said = ("路灯坏了", "路灯不亮", "路灯一直不亮", "路灯太暗", "路灯损坏", "门口的路灯")
    texts = tuple(text for text in said for _ in range(2))
    weights = {"路灯": 0.9, "不亮": 0.2, "太暗": 0.1, "损坏": 0.1}
    clauses = [opining(one, "路灯") for one in members(reader, texts)]
    assert name_of(clauses, weights, complaint=True) == "路灯不亮"


@pytest.mark.parametrize(
    ("word", "is_bad"),
    [
        ("贵", True), ("不贵", False), ("没坏", False), ("不高", True), ("没有", True),
        ("不新鲜", True), ("难吃", True), ("不少", False), ("进不去", True), ("打不通", True),
        ("看不清楚", True), ("差不多", False), ("忍不住", False),
    ],
)  # fmt: skip
def test_what_denies_trouble_is_none(word: str, is_bad: bool) -> None:
    assert is_trouble(word) is is_bad


def test_a_state_is_named_as_most_say_it(reader: Reader) -> None:
    spilt = [
        opining(one, opinion)
        for one, opinion in zip(
            members(reader, ("粥洒了一半", "汤都洒了", "豆浆全洒", "洒了")),
            ("粥洒了", "汤都洒了", "豆浆全洒", "洒了"),
            strict=True,
        )
    ]
    said = Said(spilt, {}, UNKNOWN)
    assert said.as_stated("全洒") == "洒了"
    assert said.as_stated("粥洒") == "粥洒"
    slow = members(reader, ("太慢", "真的很慢", "慢了点", "这么慢"))
    assert Said(slow, {}, UNKNOWN).as_stated("慢") == "太慢"


@pytest.mark.parametrize("word", ["味道", "蛋糕", "宁波", "猪排"])
def test_a_thing_is_nothing_wrong(word: str) -> None:
    assert is_thing(word)


@pytest.mark.parametrize("word", ["噪音", "扬尘", "骗子", "漏水", "太慢", "提高", "昏暗"])
def test_what_tells_of_trouble_is_no_mere_thing(word: str) -> None:
    assert not is_thing(word)


@pytest.mark.parametrize("word", ["太软", "扬尘", "漏送", "少给"])
def test_what_is_wrong_in_itself(word: str) -> None:
    assert is_wrong(word)


def test_a_state_that_a_third_tell_of_names_a_theme_whose_others_tell_unlike(
    reader: Reader,
) -> None:
    texts = (
        "坐垫油腻",
        "方向盘油腻",
        "油腻的把手",
        "门板发黏",
        "中控脏兮兮",
        "地毯起毛",
        "按键掉漆",
    )
    said = [opining(one, one.text) for one in members(reader, texts)]
    names = list(islice(Candidates(said, {"油腻": 0.9}, complaint=True), 1))
    assert names == ["油腻等"]


def test_of_whom_it_is_said_names_trouble_only_where_most_say_so(reader: Reader) -> None:
    texts = (*("欺诈",) * 7, *("开发商欺诈",) * 3, "医院欺诈")
    said = [opining(one, "欺诈") for one in members(reader, texts)]
    weights, subjects = {"欺诈": 0.9, "开发商": 0.2, "医院": 0.2}, {"开发商": 0.3}
    assert name_of(said, weights, complaint=True, subjects=subjects) == "欺诈问题"
    most = [*said, *(replace(one, voice=f"v{at}") for at, one in enumerate(said[7:10] * 4))]
    assert name_of(most, weights, complaint=True, subjects=subjects) == "开发商欺诈"


def test_half_that_tell_of_one_kind_in_unlike_words_name_a_theme(reader: Reader) -> None:
    texts = ("诈骗了老人", "诈骗案", "欺骗了我们", "欺骗过业主", "受骗很久", "维权", "退钱", "报案")
    said, weights = members(reader, texts), {"诈骗": 0.9, "欺骗": 0.8, "受骗": 0.7}
    assert name_of(said, weights, complaint=True) in ("诈骗问题", "欺骗问题")
    fewer = members(reader, (*texts, "等消息", "没回音", "问社区"))
    assert name_of(fewer, weights, complaint=True) not in ("诈骗问题", "欺骗问题")


def test_what_most_judge_by_is_a_matter_of_all_and_not_of_some(reader: Reader) -> None:
    verdicts = ("太差", "堪忧", "低劣", "不过关", "很烂", "不行", "不高", "一般", "没保证", "成谜")
    judged = [f"质量{verdict}" for verdict in verdicts]
    texts = (*judged[:7], *(f"房屋{one}" for one in judged[7:]))
    said = [opining(*pair) for pair in zip(members(reader, texts), judged, strict=True)]
    weights = {"质量": 0.9, "房屋": 0.5}
    assert name_of(said, weights, complaint=True) == "质量问题"
    houses = members(reader, tuple(f"房屋{one}" for one in judged))
    most = [opining(*pair) for pair in zip(houses, judged, strict=True)]
    assert name_of(most, weights, complaint=True) == "房屋质量问题"


def test_a_thing_that_is_trouble_is_a_matter(reader: Reader) -> None:
    said = [opining(one, "臭气") for one in members(reader, ("臭气",) * 6)]
    assert name_of(said, {"臭气": 0.9}, complaint=True) == "臭气问题"
