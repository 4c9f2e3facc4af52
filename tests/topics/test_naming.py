"""Names of themes in customers' words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from voc.topics.keywords import keywords_of, weights_of
from voc.topics.naming import MAX_NAME, Member, name_of
from voc.topics.words import Reader

OTHERS = (
    "空调制冷快",
    "油耗有点高",
    "后排空间大",
    "内饰用料厚",
    "外观大气",
    "音响不错",
    "座椅舒服",
)


def members(reader: Reader, texts: tuple[str, ...]) -> list[Member]:
    return [
        Member(reading, text, f"f{index}", 0.8, True)
        for index, (reading, text) in enumerate(zip(reader.read(texts), texts, strict=True))
    ]


def named(reader: Reader, texts: tuple[str, ...], **options: object) -> str:
    said = members(reader, texts)
    theme = [member.reading for member in said]
    weights = weights_of([theme, *([reading] for reading in reader.read(OTHERS))])[0]
    return name_of(said, weights, complaint=True, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (("低速换挡顿挫，", "起步低速顿挫明显", "低速行驶的时候顿挫"), "低速换挡顿挫"),
        (("天窗漏水第二次了。", "新车三个月天窗漏水两次，", "天窗漏水"), "天窗漏水"),
        (("没人管排队，", "后面排队也没人管", "排队没有人管"), "没人管排队"),
        (("冷车挂挡哐一声，", "倒挡咔一声", "冷车前十分钟挂挡咯噔一声"), "冷车挂挡哐一声"),
        (("物业不作为！", "物业公司", "物业就是不作为"), "物业不作为"),
        (("變速箱異響，", "变速箱异响严重", "变速箱有异响"), "变速箱异响"),
        (("语音听不懂HUD", "HUD黑屏", "HUD黑屏了"), "HUD黑屏"),
    ],
)
def test_a_phrase_that_customers_used(reader: Reader, texts: tuple[str, ...], name: str) -> None:
    assert named(reader, texts) == name


@pytest.mark.parametrize(("others", "name"), [(3, "天猫延迟发货规则"), (40, "没有发货")])
def test_what_one_customer_says_does_not_name_what_many_say(
    reader: Reader, others: int, name: str
) -> None:
    texts = ("天猫延迟发货规则", "还没有发货", "没有发货呢", "延迟了", *["发货"] * others)
    said = members(reader, texts)
    weights = {"发货": 0.5, "延迟": 0.4, "天猫": 0.3, "规则": 0.3}
    assert name_of(said, weights, complaint=True) == name


def test_a_phrase_that_holds_an_opinion_names_better_than_a_bare_thing(reader: Reader) -> None:
    texts = ("地下车库", "地下车库入口", "地下车库积水")
    said = members(reader, texts)
    weights = weights_of([[member.reading for member in said], reader.read(OTHERS)])[0]
    assert name_of(said, weights, complaint=False) == "地下车库"
    judged = [*said[:2], replace(said[2], opinions=("车库积水",))]
    assert name_of(judged, weights, complaint=False) == "地下车库积水"


@pytest.mark.parametrize(
    "texts",
    [
        ("变速箱", "变速箱！"),
        ("顿挫", "顿挫。"),
        ("很不好", "不好"),
        ("这台车的变速箱在低速的时候特别特别地让人感到非常非常顿挫", "变速箱的那个顿挫"),
        ("*********变速箱***", "变速箱*****"),
    ],
)
def test_there_is_always_a_short_name(reader: Reader, texts: tuple[str, ...]) -> None:
    name = named(reader, texts)
    assert 0 < len(name) <= MAX_NAME
    assert "*" not in name


def test_a_name_is_given_once(reader: Reader) -> None:
    texts = ("天窗漏水了", "天窗又漏水", "天窗漏水严重")
    first = named(reader, texts)
    second = named(reader, texts, taken={first})
    assert first != second


def test_keywords_that_several_clauses_share_come_first(reader: Reader) -> None:
    theme = reader.read(["变速箱异响", "变速箱嗡嗡响", "变速箱异响得厉害"])
    themes = [theme, reader.read(["油耗高", "油耗异响"])]
    [ours, others] = keywords_of(themes, weights_of(themes))
    assert ours[:2] == ("变速箱", "异响")
    assert others[0] == "油耗"
    assert keywords_of([theme[:1]], weights_of([theme[:1]]))[0]


def test_a_word_that_two_themes_use_tells_only_the_one_that_uses_it_most(reader: Reader) -> None:
    themes = [
        reader.read(["变速箱异响刹车", "变速箱异响刹车", "变速箱异响"]),
        reader.read(["刹车抖动异响", "刹车抖动异响", "刹车抖动", "刹车抖动"]),
    ]
    gearbox, brakes = keywords_of(themes, weights_of(themes))
    assert gearbox == ("变速箱", "异响")
    assert brakes == ("抖动", "刹车")
