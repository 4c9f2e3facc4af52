"""Names of themes in customers' words."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice

import pytest

from tests.topics.conftest import members, opining
from voc.config.industries import load_industry
from voc.records import MIXED, is_mixed
from voc.topics.candidates import Candidates, Told
from voc.topics.keywords import keywords_of, weights_of
from voc.topics.mixed import mixed_names
from voc.topics.naming import name_of
from voc.topics.phrases import least_support, ranked_phrases
from voc.topics.said import Said, is_matter
from voc.topics.stretches import MAX_NAME
from voc.topics.synonyms import UNKNOWN, Synonyms
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


def named(reader: Reader, texts: tuple[str, ...], **options: object) -> str:
    said = members(reader, texts)
    theme = [member.reading for member in said]
    weights = weights_of([theme, *([reading] for reading in reader.read(OTHERS))])[0]
    return name_of(said, weights, complaint=True, **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("texts", "name"),
    [
        (("低速换挡顿挫，", "起步低速换挡顿挫", "低速换挡的时候顿挫"), "低速换挡顿挫"),
        (("天窗漏水第二次了。", "新车三个月天窗漏水两次，", "天窗漏水"), "天窗漏水"),
        (("没人管排队，", "后面排队也没人管", "排队没有人管"), "没人管排队"),
        (("冷车挂挡哐一声，", "早上冷车挂挡哐一声", "冷车前十分钟挂挡哐一声"), "冷车挂挡哐一声"),
        (("物业不作为！", "物业公司", "物业就是不作为"), "物业不作为"),
        (("變速箱異響，", "变速箱异响", "变速箱有异响"), "变速箱异响"),
        (("语音听不懂HUD", "HUD黑屏", "HUD黑屏了"), "HUD黑屏"),
    ],
)
def test_a_phrase_that_customers_used(reader: Reader, texts: tuple[str, ...], name: str) -> None:
    assert named(reader, texts) == name


@pytest.mark.parametrize(
    ("others", "name"), [(1, "没有发货"), (3, "发货（没有等）"), (40, "发货（多方面）")]
)
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
    judged = [*said[:2], *(opining(said[2], "车库积水"), replace(said[2], voice="f9")) * 2]
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


@pytest.mark.parametrize(
    ("texts", "weights", "name"),
    [
        pytest.param(
            (*("展厅",) * 45, "展厅脏乱差", "展厅没有电梯"),
            {"展厅": 0.9, "脏乱差": 0.2, "电梯": 0.1},
            f"展厅{MIXED}",
            id="what one of many says names none",
        ),
        pytest.param(
            (*("电梯",) * 24, *("电梯乱响", "电梯天天乱响", "这台电梯还在乱响") * 5),
            {"电梯": 0.9, "乱响": 0.2},
            "电梯乱响",
            id="one in three says it",
        ),
        pytest.param(
            (*("电梯",) * 36, *("电梯乱响", "电梯天天乱响", "这台电梯还在乱响") * 3),
            {"电梯": 0.9, "乱响": 0.2},
            "电梯（乱响等）",
            id="one in five says it",
        ),
        pytest.param(
            (*("电梯",) * 40, "电梯乱响", "电梯天天乱响", "这台电梯还在乱响"),
            {"电梯": 0.9, "乱响": 0.2},
            f"电梯{MIXED}",
            id="three of many say it",
        ),
        pytest.param(
            ("98路公交车", "4路公交车", "17 路公交车", "***路公交车", *("公交车",) * 6),
            {"公交车": 0.9, "路": 0.5},
            f"公交车{MIXED}",
            id="a number is not cut",
        ),
        pytest.param(
            (*("店员真的乱收钱", "店员竟然乱收钱") * 2, "店员来了", *("店员",) * 5),
            {"店员": 0.9, "乱收钱": 0.3, "乱收": 0.3, "收钱": 0.2},
            "店员乱收钱",
            id="subject and what is said of it",
        ),
        pytest.param(
            ("店员真的乱收钱", "店员竟然乱收钱", "店员", "店员来了", *("店员",) * 6),
            {"店员": 0.9, "乱收钱": 0.3, "乱收": 0.3, "收钱": 0.2},
            "店员（乱收钱等）",
            id="what some say of a subject",
        ),
        pytest.param(
            ("手机、电脑等配件没有", *("配件",) * 9),
            {"配件": 0.9, "手机": 0.2, "电脑": 0.2},
            f"配件{MIXED}",
            id="a list is not cut",
        ),
    ],
)
def test_a_name_is_true_of_many(
    reader: Reader, texts: tuple[str, ...], weights: dict[str, float], name: str
) -> None:
    assert name_of(members(reader, texts), weights, complaint=True) == name


def test_a_subject_that_judges_by_itself_needs_no_mark(reader: Reader) -> None:
    said = [opining(one, "异响") for one in members(reader, ("异响",) * 9)]
    assert name_of(said, {"异响": 0.9}, complaint=True) == "异响问题"
    said = [opining(one, "偷工减料") for one in members(reader, ("偷工减料",) * 9)]
    assert name_of(said, {"偷工减料": 0.9}, complaint=True) == "偷工减料"


@pytest.mark.parametrize(("voices", "least"), [(7, 1), (8, 2), (39, 2), (40, 3), (200, 10)])
def test_how_many_must_say_what_stands_for_all(voices: int, least: int) -> None:
    assert least_support(voices) == least


def test_a_mixed_theme_tells_what_several_say_of_its_subject(reader: Reader) -> None:
    texts = ("没有路灯", "没有路灯", "路灯昏暗", "路灯很昏暗", "路灯的地方", "附近有路灯")
    said = members(reader, texts)
    weights = {"路灯": 0.9, "昏暗": 0.3, "附近": 0.3, "地方": 0.3}
    found = ranked_phrases(said, weights, complaint=True)
    told = [phrase for text in ("没有路灯", "路灯昏暗") for phrase in found if phrase.text == text]
    names = mixed_names("路灯", told, ["附近"], [], ["昏暗"], common={"附近"})
    assert list(islice(names, 4)) == [
        "路灯（没有、昏暗等）", f"路灯{MIXED}", "路灯（昏暗等）", "路灯（其他）"
    ]  # fmt: skip


def test_mixed_themes_of_one_subject_are_told_apart() -> None:
    words = ["展厅", "停车", "停车位", "手机"]
    others = ["停车", "展厅里", "灯光"]
    found = mixed_names("展厅", [], words, [], others, common={"手机"})
    names = list(islice(found, 6))
    assert names == [
        "展厅（停车等）", f"展厅{MIXED}", "展厅（停车等）", "展厅（灯光等）", "展厅（其他）",
        "展厅（其他2）",
    ]  # fmt: skip
    assert all(map(is_mixed, names))
    assert not is_mixed("展厅（停车）")
    [first] = islice(mixed_names("展厅", [], words, [], others, common=set(), apart="门"), 1)
    assert first == "展厅（门、停车等）"


def test_the_subject_of_a_mixed_theme_is_what_a_third_speak_of(reader: Reader) -> None:
    texts = ("楼盘的泳池", "楼盘的泳池", *("楼盘",) * 9, "别的", "路过")
    said = [opining(one, "别的") for one in members(reader, texts)]
    weights = {"泳池": 0.9, "楼盘": 0.1}
    assert name_of(said, weights, complaint=True) == f"楼盘{MIXED}"
    taken = {"楼盘（泳池等）", f"楼盘{MIXED}"}
    assert name_of(said, weights, complaint=True, taken=taken) == "楼盘（其他）"
    told = members(reader, texts)
    assert name_of(told, weights, complaint=True) == "楼盘（泳池等）"


def test_a_complaint_is_not_named_by_a_bare_thing_where_opinions_are_known(reader: Reader) -> None:
    texts = (*("新的公交线路",) * 5, *("公交线路",) * 5)
    said, weights = members(reader, texts), {"公交": 0.9, "线路": 0.8, "公交线路": 0.9}
    assert name_of(said, weights, complaint=True) == "公交线路"
    some = [opining(said[0], "线路少"), *said[1:]]
    assert is_mixed(name_of(some, weights, complaint=True))
    assert name_of(some, weights, complaint=False) == "公交线路"


def test_of_two_phrases_that_as_many_say_the_plainer_names_them(reader: Reader) -> None:
    texts = (*("垃圾站的恶臭",) * 4, *("垃圾站恶臭",) * 3)
    said = [opining(one, "恶臭") for one in members(reader, texts)]
    assert name_of(said, {"恶臭": 0.9, "垃圾站": 0.5}, complaint=True) == "垃圾站恶臭"


def test_praise_names_no_complaint_of_few(reader: Reader) -> None:
    texts = ("态度没得说", "态度太冷", "这态度真吓人", "还是那个态度", "态度")
    said = [opining(one, one.text) for one in members(reader, texts)]
    weights = {"态度": 0.9, "没得说": 0.5, "冷": 0.1, "吓人": 0.1}
    assert name_of(said, weights, complaint=True) == "态度（没得说、太冷等）"
    said = [replace(said[0], fitting=False), *said[1:]]
    assert name_of(said, weights, complaint=True) == "态度（太冷等）"
    said = [opining(one, "态度好") for one in members(reader, ("态度好", "态度"))]
    assert not ranked_phrases(said, weights, complaint=True, shortest=2)[0].judges
    assert ranked_phrases(said, weights, complaint=False, shortest=2)[0].judges


def test_what_nearly_all_say_beside_a_name_belongs_to_it(reader: Reader) -> None:
    texts = ("投诉伊景园捆绑销售", "伊景园捆绑销售的车位", "伊景园竟然捆绑销售", "伊景园") * 3
    said = [opining(one, "捆绑销售") for one in members(reader, texts)]
    weights = {"景园": 0.9, "捆绑": 0.5, "销售": 0.4}
    assert name_of(said, weights, complaint=True) == "伊景园捆绑销售"


def test_words_of_one_meaning_support_one_name(reader: Reader) -> None:
    texts = (*("噪音扰民",) * 3, *("噪声扰民",) * 3, *("半夜装修",) * 6)
    said = [opining(one, one.text) for one in members(reader, texts)]
    weights = {"噪音": 0.9, "扰民": 0.8, "半夜": 0.2, "装修": 0.2, "噪声": 0.7}
    plain = ranked_phrases(said, weights, complaint=True)
    same = ranked_phrases(said, weights, complaint=True, synonyms=Same({"噪声": "噪音"}))
    assert {one.text: one.support for one in plain}["噪音扰民"] == 3
    assert {one.text: one.support for one in same}["噪音扰民"] == 6


class Same(Synonyms):
    """Words as told."""

    def __init__(self, same: dict[str, str]) -> None:
        super().__init__()
        self._same = same


def test_words_that_everybody_speaks_of_are_no_name(reader: Reader) -> None:
    said = members(reader, (*("物业公司",) * 9, "物业公司维权"))
    weights = {"物业": 0.9, "公司": 0.8, "物业公司": 0.8}
    everywhere = {"物业": 0.1, "公司": 0.1, "物业公司": 0.1}
    assert name_of(said, weights, complaint=True) == "物业公司"
    assert is_mixed(name_of(said, weights, complaint=True, subjects=everywhere))


@pytest.mark.parametrize(("judging", "name"), [(8, "绕路问题"), (2, f"绕路{MIXED}")])
def test_a_word_names_a_theme_alone_only_if_a_third_judge_by_it(
    reader: Reader, judging: int, name: str
) -> None:
    said = members(reader, ("绕路",) * 20)
    said = [opining(one, "绕路") for one in said[:judging]] + said[judging:]
    assert name_of(said, {"绕路": 0.9}, complaint=True) == name


def test_what_is_of_all_matters_is_no_head(reader: Reader) -> None:
    texts = ("家长换挡顿挫", "家长的变速箱", "家长变速箱")
    said = Said(members(reader, texts), {"家长": 0.9, "变速箱": 0.2}, UNKNOWN)
    assert said.heads == ["变速箱", "家长"]


def test_what_voices_judge_and_ask_is_told_by_kind(reader: Reader) -> None:
    texts = ("路灯太暗", "路灯昏暗", "路灯昏暗", "增设路灯", "增加路灯", "增设路灯吧")
    opinions = ("太暗", "昏暗", "昏暗", "", "", "")
    pairs = zip(members(reader, texts), opinions, strict=True)
    said = Said([opining(*pair) for pair in pairs], {"太暗": 0.9, "昏暗": 0.1}, UNKNOWN)
    assert said.verdicts(3) == []
    assert said.verdicts(3, Synonyms().by_kind()) == ["昏暗"]
    assert said.asked(2) == ["增设"]
    assert said.asked(3) == []


def test_how_half_judge_a_subject_is_its_name(reader: Reader) -> None:
    texts = ("坐车到市里很绕路", "坐车回家绕路", "坐车上班的人都绕路", *("坐车去学校",) * 3)
    said = [opining(one, "绕路") if "绕路" in one.text else one for one in members(reader, texts)]
    assert name_of(said, {"坐车": 0.9, "绕路": 0.1}, complaint=True) == "坐车绕路"
    fewer = [*said, *members(reader, ("坐车回家", "坐车旅行"))]
    apart = [replace(one, voice=f"v{at}") for at, one in enumerate(fewer)]
    assert is_mixed(name_of(apart, {"坐车": 0.9, "绕路": 0.1}, complaint=True))


@pytest.mark.parametrize(
    ("text", "torn"),
    [("加快教育均衡发展", "加快教育"), ("冻结了开发商", "冻结了开发商"), ("送餐tm慢", "送餐tm慢")],
)
def test_no_name_ends_in_the_midst_of_a_sentence(reader: Reader, text: str, torn: str) -> None:
    said = members(reader, (text, f"{text}吧", f"要{text}"))
    weights = {"教育": 0.9, "加快": 0.8, "冻结": 0.9, "开发商": 0.8}
    assert name_of(said, weights, complaint=True) != torn


def test_what_is_missing_or_refused_is_told_where_a_third_say_so(reader: Reader) -> None:
    texts = ("还没有退款", "没有给退款", "未能退款", "退款", "我的退款", "退款在哪", "说是退款")
    said = Said(members(reader, texts), {"退款": 0.9}, UNKNOWN)
    assert said.missing("退款", 3) == ["没有退款"]
    assert said.missing("退款", 4) == []
    assert name_of(members(reader, texts), {"退款": 0.9}, complaint=True) == "没有退款"
    compared = ("没有店里好吃", "没有店里的好吃", "没有店里做的新鲜")
    assert not Said(members(reader, compared), {"店里": 1.0}, UNKNOWN).missing("店里", 2)
    assert not Said(members(reader, ("收不到信号",) * 4), {"信号": 1.0}, UNKNOWN).missing("信号", 2)


@pytest.mark.parametrize(
    ("texts", "subject", "missing"),
    [
        pytest.param(("筷子都没有", "没给筷子", "没有筷子"), "筷子", "没有筷子", id="after it"),
        pytest.param(("筷子没有消毒",) * 3, "筷子", None, id="something else of it"),
        pytest.param(("不给筷子", "不接店家电话", "不是筷子"), "店家", None, id="a deed"),
        pytest.param(("不好吃",) * 3, "好吃", "不好吃", id="what follows at once"),
    ],
)
def test_where_what_is_missing_is_told(
    reader: Reader, texts: tuple[str, ...], subject: str, missing: str | None
) -> None:
    said = Said(members(reader, texts), {subject: 0.9}, UNKNOWN)
    assert said.missing(subject, 1) == ([missing] if missing else [])


def test_what_two_of_many_miss_names_no_theme(reader: Reader) -> None:
    texts = (*("没有米饭",) * 2, *("米饭少",) * 3, *("米饭贵",) * 2, *("米饭硬",) * 2)
    said = [opining(one, one.text) for one in members(reader, texts)]
    assert name_of(said, {"米饭": 0.9}, complaint=True) == "米饭（没有、少等）"
    assert name_of(said[:4], {"米饭": 0.9}, complaint=True) == "没有米饭"


@pytest.mark.parametrize(
    ("texts", "opinion", "name"),
    [
        pytest.param(("汤没熟", "肉没熟", "面没熟"), "没熟", "没熟", id="how all is judged"),
        pytest.param(("少送米饭", "少送可乐", "少送一份汤"), "", "少送", id="trouble in itself"),
        pytest.param(("汤没熟", "汤太油", "汤很硬", "汤里没味"), "没熟", None, id="few say it"),
    ],
)
def test_what_half_share_but_their_subject_is_the_name(
    reader: Reader, texts: tuple[str, ...], opinion: str, name: str | None
) -> None:
    said = [
        opining(one, opinion) if opinion and opinion in one.text else one
        for one in members(reader, texts)
    ]
    found = name_of(said, {opinion or "少送": 0.9}, complaint=True)
    assert found == name if name else found not in ("没熟", "少送"), found


def test_what_most_deny_does_not_name_a_complaint_unless_denied(reader: Reader) -> None:
    texts = ("不干净", "碗不干净", "没洗干净", "桌子不太干净", "干净")
    said = [
        opining(one, "不干净" if "不干净" in one.text else "干净") for one in members(reader, texts)
    ]
    assert Said(said, {"干净": 0.9}, UNKNOWN).as_judged("干净") == "不干净"
    assert Said(said[4:], {"干净": 0.9}, UNKNOWN).as_judged("干净") == "干净"


def test_a_degree_is_no_matter(reader: Reader) -> None:
    said = [opining(one, one.text) for one in members(reader, ("太慢",) * 4)]
    assert name_of(said, {"太慢": 0.9}, complaint=True) == "太慢"


def test_a_verdict_that_holds_its_subject_is_not_put_behind_it(reader: Reader) -> None:
    said = [opining(one, "不满意") for one in members(reader, ("很不满意", "非常不满意") * 3)]
    assert name_of(said, {"满意": 0.9}, complaint=True) != "不满意满意"


def test_the_subject_is_what_most_speak_of(reader: Reader) -> None:
    texts = (*("变速箱异响",) * 4, *("变速箱的座椅",) * 4)
    weights = {"座椅": 0.9, "变速箱": 0.2}
    assert Said(members(reader, texts), weights, UNKNOWN).subject == "变速箱"
    assert Said(members(reader, (*texts[2:], "座椅")), weights, UNKNOWN).subject == "座椅"


def test_praise_stands_in_no_brackets_of_complaints(reader: Reader) -> None:
    texts = (*("车站方便",) * 3, *(f"车站{word}的事" for word in "甲乙丙丁戊己庚辛"))
    said = [opining(one, "方便") if "方便" in one.text else one for one in members(reader, texts)]
    weights = {"车站": 0.9, "方便": 0.5}
    assert name_of(said, weights, complaint=True, subjects={"车站": 0.1}) == f"车站{MIXED}"
    assert "方便" in name_of(said, weights, complaint=False, subjects={"车站": 0.1})


def test_a_thing_that_is_denied_is_trouble_without_saying_so(reader: Reader) -> None:
    texts = (*("门口出行不方便",) * 3, *("出行不方便",) * 5)
    said = [opining(one, "不方便") for one in members(reader, texts)]
    name = name_of(said, {"方便": 0.9, "出行": 0.8}, complaint=True)
    assert name.endswith("不方便")


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        (("换挡顿挫", "换挡顿挫明显"), Told("换挡顿挫", "换挡", "")),
        (("座椅的布", "座椅多少钱", "座椅在哪"), Told("", "座椅", "")),
    ],
)
def test_what_a_theme_tells(reader: Reader, texts: tuple[str, ...], told: Told) -> None:
    weights = {"换挡": 0.9, "顿挫": 0.8, "座椅": 0.7}
    assert Candidates(members(reader, texts), weights, complaint=True).told == told


def test_what_judges_whatever_it_is_is_told_with_its_thing_alone(reader: Reader) -> None:
    texts = (*("出行不方便",) * 4, *("不方便",) * 6)
    said = [opining(one, "不方便") for one in members(reader, texts)]
    told = Candidates(said, {"方便": 0.9, "出行": 0.5}, complaint=True).told
    assert told.problem == "出行不方便"
    said = [
        opining(one, one.text) for one in members(reader, (*("服务不满意",) * 4, *("不满意",) * 6))
    ]
    names = list(islice(Candidates(said, {"满意": 0.9, "服务": 0.5}, complaint=True), 12))
    assert not [name for name in names if "不不" in name]


def test_what_most_judge_by_is_told_of_a_thing_as_they_do(reader: Reader) -> None:
    said = [opining(one, "不方便") for one in members(reader, ("真不方便",) * 10)]
    said += members(reader, ("出行方便",) * 4)
    names = Candidates(said, {"方便": 0.9, "出行": 0.5}, complaint=True)
    assert "出行不方便" in (first := set(islice(names, 9)))
    assert "出行方便问题" not in first


def test_what_a_quarter_say_is_said_often(reader: Reader) -> None:
    texts = (*("座椅的布发硬",) * 2, *(f"座椅{word}的事" for word in "甲乙丙丁戊己"))
    said = [opining(one, "发硬") if "发硬" in one.text else one for one in members(reader, texts)]
    assert Candidates(said, {"座椅": 0.9}, complaint=True).told.often == "发硬"
    many = [*said, *members(reader, tuple(f"座椅{word}的事" for word in "庚辛壬癸子丑寅卯"))]
    apart = [replace(one, voice=f"v{at}") for at, one in enumerate(many)]
    assert Candidates(apart, {"座椅": 0.9}, complaint=True).told.often == ""


def test_what_most_say_names_better_than_what_a_few_add_to_it(reader: Reader) -> None:
    texts = (*("噪音扰民",) * 20, *("施工噪音扰民",) * 4)
    weights = {"噪音扰民": 0.9, "施工": 0.5, "噪音": 0.5, "扰民": 0.5}
    assert name_of(members(reader, texts), weights, complaint=True) == "噪音扰民"


def test_what_most_judge_by_names_them_before_what_some_add(reader: Reader) -> None:
    texts = (*("拥堵严重",) * 5, *("深夜拥堵",) * 9, *("小区拥堵",) * 26)
    said = [opining(one, "拥堵") for one in members(reader, texts)]
    weights = {"拥堵": 0.9, "深夜": 0.8, "小区": 0.1}
    assert name_of(said, weights, complaint=True) == "拥堵严重"
    silent = [opining(one) for one in said]
    assert name_of(silent, weights, complaint=True, subjects={"小区": 0.1}) != "拥堵严重"


def test_what_many_ask_for_names_their_theme(reader: Reader) -> None:
    texts = (*("希望增设红绿灯",) * 6, *("路口的红绿灯",) * 6)
    said = [opining(one, "别的") for one in members(reader, texts)]
    assert name_of(said, {"红绿灯": 0.9, "增设": 0.3}, complaint=True) == "增设红绿灯"


def test_who_suffers_makes_no_problem_of_a_verdict() -> None:
    texts = (*("小区违法",) * 5, "违法施工", "违法收费", "违法经营", "违法出租", "违法停车")
    said = [opining(one, "违法") for one in members(Reader(load_industry("citizen")), texts)]
    assert is_mixed(name_of(said, {"违法": 0.9, "小区": 0.4}, complaint=True))


def test_words_of_one_meaning_make_no_name_together(reader: Reader) -> None:
    who = ("开发商欺诈", "售楼员欺骗", "中介欺骗", "商家欺诈")
    texts = (*(text for text in who for _ in range(3)), *("欺骗",) * 2)
    said = [opining(one, one.text[-2:]) for one in members(reader, texts)]
    said = [replace(one, judging=frozenset({"欺诈"})) for one in said]
    weights = {"欺诈": 0.9, "欺骗": 0.8, "开发商": 0.2, "售楼员": 0.2}
    same = Same({"欺骗": "欺诈"})
    assert "欺诈欺骗" not in name_of(said, weights, complaint=True, synonyms=same)


def test_what_is_said_of_a_subject_is_short_and_told_once() -> None:
    words = ["坏", "井", "灯不亮", "灯不亮啊"]
    [name] = islice(mixed_names("路灯", [], words, [], [], common=set()), 1)
    assert name == "路灯（坏、灯不亮等）"
    words = ["门口的停车场", "灯不亮"]
    beside = ["电线杆", "灯不亮"]
    [name] = islice(mixed_names("路灯", [], ["坏"], beside, [], common=set()), 1)
    assert name == "路灯（坏等）"
    [name] = islice(mixed_names("路灯", [], ["坏"], beside, [], common={"坏"}), 1)
    assert name == "路灯（电线杆、灯不亮等）"
    [name] = islice(mixed_names("小区路灯", [], words, [], [], common=set()), 1)
    assert name == "小区路灯（门口的停车场等）"


def test_what_is_cut_off_or_denied_is_told_of_no_subject(reader: Reader) -> None:
    texts = (
        "医院门口拥堵不堪",
        "医院门口拥堵不堪",
        "医院",
        "医院享受不到便利",
        "医院享受不到便利",
        "医院远",
    )
    said = [opining(one, one.text.removeprefix("医院"), "便利") for one in members(reader, texts)]
    weights = {"医院": 0.9, "便利": 0.5, "拥堵": 0.1}
    assert Said(said, weights, UNKNOWN).verdicts(2) == ["不堪"]
    [found] = [
        phrase
        for phrase in ranked_phrases(said, weights, complaint=True, shortest=2)
        if phrase.text == "门口拥堵"
    ]
    assert (found.before, found.ends) == ("医院", False)
    found = replace(found, judges=True)
    [name] = islice(mixed_names("医院", [found], [], [], [], common=set()), 1)
    assert name == f"医院{MIXED}"
    [name] = islice(mixed_names("医院", [replace(found, ends=True)], [], [], [], common=set()), 1)
    assert name == "医院（门口拥堵等）"


def test_what_asks_or_judges_is_a_subject_only_where_nothing_else_is(reader: Reader) -> None:
    texts = ("提高教师待遇", "提高待遇", "待遇提高", "提高")
    weights = {"提高": 0.9, "待遇": 0.5}
    assert Said(members(reader, texts), weights, UNKNOWN).subject == "待遇"
    assert Said(members(reader, ("提高", "提高")), weights, UNKNOWN).subject == "提高"


def test_no_name_begins_with_what_is_denied(reader: Reader) -> None:
    texts = ("电话无人接听热线", "电话无人接听热线")
    found = ranked_phrases(members(reader, texts), {"接听": 0.9}, complaint=True, shortest=2)
    assert not [phrase.text for phrase in found if phrase.text.startswith("接听")]


def test_what_denies_a_verdict_is_told_with_it(reader: Reader) -> None:
    texts = ("环保不达标", "环保根本不达标", "环保达标", "环保部门")
    opinions = ("环保不达标", "环保不达标", "环保达标", "环保部门很差")
    said = [opining(*one) for one in zip(members(reader, texts), opinions, strict=True)]
    assert Said(said, {"达标": 0.5}, UNKNOWN).verdicts(1) == ["不达标", "达标"]
    assert Said(said, {"达标": 0.5}, UNKNOWN).verdicts(2) == ["不达标"]


def test_what_judges_nothing_is_told_of_a_subject_only_if_many_speak_of_it(reader: Reader) -> None:
    texts = (
        *("展厅大堂里",) * 3,
        *(f"展厅{word}的事" for word in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳"),
    )
    said = members(reader, texts)
    assert len(said) < 5 * 4
    weights = {"展厅": 0.9, "大堂": 0.3}
    opined = [opining(said[0], "别的"), *said[1:]]
    assert name_of(opined, weights, complaint=True) == f"展厅{MIXED}"


def test_a_name_does_without_limp_words(reader: Reader) -> None:
    texts = (*("电梯就故障",) * 8, *("电梯故障",) * 2)
    said = [opining(one, "故障") for one in members(reader, texts)]
    assert name_of(said, {"电梯": 0.9, "故障": 0.8}, complaint=True) == "电梯故障"


def test_a_subject_is_named_whole_with_what_is_said_of_it(reader: Reader) -> None:
    what = ("施工", "音乐", "车辆", "装修", "广场", "商铺", "搅拌", "高铁", "酒吧")
    texts = tuple(f"丽发新城{one}扰民" for one in what)
    said = [opining(one, "扰民") for one in members(reader, texts)]
    weights = {"丽发": 0.9, "扰民": 0.5}
    assert name_of(said, weights, complaint=True, subjects={"新城": 0.1}) == "丽发新城扰民"


def test_what_few_speak_of_names_no_questions(reader: Reader) -> None:
    texts = (*("展厅停车场",) * 3, *(f"展厅{word}的事" for word in "甲乙丙丁戊己庚辛壬"))
    said, weights = members(reader, texts), {"展厅": 0.9, "停车场": 0.8}
    assert name_of(said, weights, complaint=False) == "展厅（停车场等）"
    assert name_of(said[:7], weights, complaint=False) == "展厅停车场"


def test_a_theme_of_one_syllable_is_called_by_how_several_judge_with_it(reader: Reader) -> None:
    texts = ("肘子有点腻", "鱿鱼有点腻", "鸡腿上还有皮，腻", "豆腐又甜又腻", "肉很腻")
    assert name_of(members(reader, texts), {"腻": 0.9}, complaint=True) == "有点腻"


@pytest.mark.parametrize(
    "word", ["还点", "点多", "带点", "看着", "有点像", "全是", "半盒", "某某些"]
)
def test_what_leads_to_a_matter_is_none(word: str) -> None:
    assert not is_matter(word)


@pytest.mark.parametrize(
    "word", ["冷车", "会员日", "日期", "景点", "高速", "牛仔", "一冲一冲", "换挡"]
)
def test_a_matter_may_be_any_other_word(word: str) -> None:
    assert is_matter(word)


def test_complaints_of_a_subject_tell_what_is_wrong_and_no_other_things(reader: Reader) -> None:
    texts = ("展厅的地板", "地板展厅", "展厅里地板", "展厅地板旧", "展厅也小")
    said = [opining(one, "地板") for one in members(reader, texts)]
    name = name_of(said, {"展厅": 0.9, "地板": 0.3}, complaint=True)
    assert "地板" not in name.partition("（")[2], name


def test_a_word_stands_whole_however_those_before_it_are_cut(reader: Reader) -> None:
    texts = ("傲虎烧机油", "喷烧机油", "帕烧机油", "烧机油", "又烧机油", "还烧机油")
    said = Said(members(reader, texts), {"机油": 0.9}, UNKNOWN)
    assert said.whole("机油") == "烧机油"


def test_a_subject_that_complaints_deny_stands_denied(reader: Reader) -> None:
    texts = ("服务不满意", "味道不满意", "价格不是很满意", "环境很不满意", "都不满意啊")
    said = [opining(one, one.text) for one in members(reader, texts)]
    assert name_of(said, {"满意": 0.9}, complaint=True).startswith("不满意")
    unsaid = ("没怎么尝试", "没有去尝试", "尝试虾", "尝试鱼")
    said = [opining(one, one.text) for one in members(reader, unsaid)]
    assert not name_of(said, {"尝试": 0.9}, complaint=True).startswith("不尝试")


def test_what_is_not_quite_so_is_named_as_people_say_it(reader: Reader) -> None:
    texts = ("桌子不是很干净", "碗不是特别干净", "也不是干净", "地面不是太干净")
    said = [opining(one, one.text) for one in members(reader, texts)]
    assert name_of(said, {"干净": 0.9}, complaint=True).startswith("不干净")
