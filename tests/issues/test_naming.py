"""Titles a person would write."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from voc.config import Aspect, Industry, load_industry
from voc.issues.naming import MAX_TITLE, Titles
from voc.records import MIXED, Mention, Span

NOISE = ("服务 差", "价格 贵", "内饰 廉价", "动力 差", "油耗 高", "导航 卡", "异响 严重")


@pytest.mark.parametrize(
    ("opinions", "title"),
    [
        pytest.param(
            [["变速箱 顿挫"], ["变速箱 顿挫"], ["起步 顿挫"]],
            "动力：变速箱顿挫",
            id="most said pair",
        ),
        pytest.param(
            [["变速箱顿挫"], ["变速箱顿挫"], ["起步顿挫"]],
            "动力：变速箱顿挫",
            id="target and word as one",
        ),
        pytest.param(
            [["低速顿挫"], ["起步顿挫"], ["换挡顿挫"], ["空调异味"]],
            "动力：顿挫",
            id="all different but one word",
        ),
        pytest.param([["变速箱 差"], ["变速箱 差"]], "动力：变速箱差", id="vague with a target"),
        pytest.param(
            [["变速箱 差", "变速箱 漏油"], ["变速箱 差", "变速箱 漏油"]],
            "动力：变速箱漏油",
            id="what is wrong before how bad",
        ),
        pytest.param(
            [["变速箱 顿挫", "服务 差"], ["低速 顿挫", "服务 差"], ["变速箱 顿挫"]],
            "动力：变速箱顿挫",
            id="a word all issues use is not this one's",
        ),
        pytest.param(
            [["变速箱 顿挫", "发动机 漏油"]] * 3, "动力：发动机漏油、变速箱顿挫", id="two matters"
        ),
        pytest.param(
            [["变速箱 顿挫", "发动机 漏油"], ["变速箱 顿挫"], ["变速箱 顿挫"]],
            "动力：变速箱顿挫",
            id="the second is too rare",
        ),
        pytest.param([["动力 不足"]] * 3, "动力：不足", id="the aspect is not said twice"),
        pytest.param([["顿挫严重"]] * 2, "动力：顿挫严重", id="no target"),
        pytest.param([["APP 闪退"]] * 2, "动力：APP闪退", id="latin beside chinese"),
        pytest.param([["app crash"]] * 2, "动力：app crash", id="latin beside latin"),
        pytest.param([["烧机油"]], "动力：烧机油", id="a single voice"),
        pytest.param([["变速箱 顿挫了！"]] * 2, "动力：变速箱顿挫", id="particles and marks go"),
        pytest.param(
            [["差"], ["差"], ["失望"]], "动力：负面反馈集中", id="vague words name nothing"
        ),
        pytest.param([["张** 顿挫"], ["13800138000 顿挫"]], "动力：顿挫", id="masks"),
        pytest.param([[], [], []], "动力：负面反馈集中", id="nothing said"),
    ],
)
def test_titles_from_opinions(
    opinions: Sequence[Sequence[str]], title: str, mention: Callable[..., Mention]
) -> None:
    voices = [mention(f"f{i}", i, opinions=tuple(said)) for i, said in enumerate(opinions)]
    assert _titles(mention, voices).title("动力", voices) == title


@pytest.mark.parametrize(
    ("opinions", "title"),
    [
        pytest.param(["陈洪 拒绝退款", "一直拒绝退款", "拒绝退款"], "价格：拒绝退款", id="a name"),
        pytest.param(["德睿英语 拖延", "虚报", "太坑"], "价格：负面反馈集中", id="nothing shared"),
        pytest.param(["价格 多", "价格 多", "价格 多"], "价格：负面反馈集中", id="says the aspect"),
        pytest.param(["价格", "价格", "价格"], "价格：负面反馈集中", id="only the aspect"),
        pytest.param(["价格 高", "价格 高", "价格 高"], "价格：偏高", id="how much of the aspect"),
        pytest.param(["《飘》 定价离谱", "定价离谱", "定价离谱"], "价格：定价离谱", id="a book"),
        pytest.param(["《消费者权益法》"] * 3, "价格：负面反馈集中", id="only a book"),
        pytest.param(["退款时也没有"] * 3, "价格：退款", id="broken off 1"),
        pytest.param(["还没有给", "还没有给"], "价格：负面反馈集中", id="broken off 2"),
        pytest.param(["无法", "花了一", "改了一"], "价格：负面反馈集中", id="broken off 3"),
        pytest.param(["乱收费😡😡"] * 3, "价格：乱收费", id="emoji"),
        pytest.param(["@张三丰 乱收费", "乱收费", "乱收费"], "价格：乱收费", id="an account"),
        pytest.param(["[姓名] 乱收费"] * 3, "价格：乱收费", id="a placeholder"),
        pytest.param(["王老师 乱收费"], "价格：乱收费", id="one voice names a person"),
        pytest.param(["楚瑞公司拖欠", "欠薪"], "价格：欠薪", id="one of two names a firm"),
        pytest.param(["烧机油"], "价格：烧机油", id="one voice"),
        pytest.param(["地铁问题", "楼道问题", "车库问题"], "价格：负面反馈集中", id="empty end"),
        pytest.param(["等30分", "扣30分", "少30分"], "价格：负面反馈集中", id="a number"),
    ],
)
def test_what_no_title_says(
    opinions: Sequence[str], title: str, mention: Callable[..., Mention]
) -> None:
    voices = [mention(f"f{i}", i, opinions=(said,)) for i, said in enumerate(opinions)]
    assert _titles(mention, voices).title("价格", voices) == title


@pytest.mark.parametrize(
    ("texts", "title"),
    [
        pytest.param(
            ["起步顿挫严重，修了三次", "低速起步顿挫", "今天又去了一趟"],
            "动力：起步顿挫严重",
            id="shared",
        ),
        pytest.param(["吵得很", "天窗漏水了好几次"], "动力：天窗漏水", id="not shared"),
        pytest.param(["动力的油门卡死"] * 3, "动力：油门卡死", id="of the aspect"),
        pytest.param(["动力的确不足"] * 3, "动力：的确不足", id="not of it"),
        pytest.param(["呃", "……", "！！"], "动力：负面反馈集中", id="nothing readable"),
        pytest.param(
            ["这台车自从买回来第一天开始就没有让我省心过一次"], "动力：没有让我省心", id="long"
        ),
    ],
)
def test_titles_from_evidence(
    texts: Sequence[str], title: str, mention: Callable[..., Mention]
) -> None:
    voices = [mention(f"f{i}", i, text=text) for i, text in enumerate(texts)]
    assert _titles(mention, voices).title("动力", voices) == title


@pytest.mark.parametrize(
    ("product", "store", "title"),
    [
        (None, None, "动力：变速箱顿挫"),
        ("云驰X5", None, "动力：变速箱顿挫（云驰X5）"),
        (None, "朝阳店", "动力：变速箱顿挫（朝阳店）"),
        ("云驰X5", "朝阳店", "动力：变速箱顿挫（云驰X5·朝阳店）"),
        (None, "长" * 40, f"动力：变速箱顿挫（{'长' * 19}…）"),
    ],
)
def test_places(
    product: str | None, store: str | None, title: str, mention: Callable[..., Mention]
) -> None:
    voices = [mention("a", 0, opinions=("变速箱 顿挫",))]
    found = _titles(mention, voices).title("动力", voices, product=product, store=store)
    assert found == title
    assert len(found) <= MAX_TITLE


def test_a_long_aspect_is_cut(mention: Callable[..., Mention]) -> None:
    voices = [mention("a", 0, opinions=("变速箱 顿挫",))]
    found = _titles(mention, voices).title("方" * 40, voices, product="X5")
    assert found == "方" * 29 + "…"


def test_several_places_of_evidence_are_read(mention: Callable[..., Mention]) -> None:
    spans = (Span(0, 1, "嗯"), Span(3, 8, "怠速抖动大"))
    voices = [mention("a", 0, evidence=spans), mention("b", 1, evidence=spans)]
    assert Titles(None, voices, {}).title("动力", voices) == "动力：怠速抖动大"


def _titles(mention: Callable[..., Mention], voices: Sequence[Mention]) -> Titles:
    others = [mention(f"n{i}", i, opinions=(NOISE[i % len(NOISE)],)) for i in range(70)]
    return Titles(None, [*voices, *others], {})


def test_a_store_that_shares_no_words_is_named_by_one_voice(
    mention: Callable[..., Mention],
) -> None:
    voices = [
        mention("a", 0, opinions=("店员 翻白眼",), text="店员翻白眼"),
        mention("b", 1, opinions=("没 人管",), text="没人管"),
        mention("c", 2, opinions=("退款 拖拉",), text="退款拖拉"),
    ]
    title = Titles(None, voices, {}).title("门店服务", voices, store="南京店")
    assert title.endswith("等（南京店）")
    assert "负面反馈集中" not in title


def test_an_issue_that_stands_for_a_theme_bears_its_name(mention: Callable[..., Mention]) -> None:
    voices = [mention(f"f{i}", i, text="打桩到半夜", topic_id="tp_1") for i in range(3)]
    titles = Titles(None, voices, {"tp_1": "工地半夜施工"})
    assert titles.title("环境保护", voices, topic_id="tp_1") == "环境保护：工地半夜施工"
    assert titles.title("环境保护", voices, topic_id="tp_2") == "环境保护：打桩到半夜"


@pytest.mark.parametrize(
    ("aspect", "texts", "title"),
    [
        ("安全性", ["刹车软", "2、刹车软", "我感觉刹车怎么这么软呢"], "安全性：刹车太软"),
        ("刹车", ["刹车软", "2、刹车软", "我感觉刹车怎么这么软呢"], "刹车：太软"),
        ("舒适性", ["座椅软", "悬挂软", "方向盘软"], "舒适性：太软"),
    ],
)
def test_a_state_is_told_of_what_half_say_it_of(
    mention: Callable[..., Mention], aspect: str, texts: Sequence[str], title: str
) -> None:
    voices = [mention(f"f{i}", i, text=text, topic_id="tp_1") for i, text in enumerate(texts)]
    titles = Titles(None, voices, {"tp_1": "太软"})
    assert titles.title(aspect, voices, topic_id="tp_1") == title


def test_words_are_not_torn_apart(mention: Callable[..., Mention]) -> None:
    texts = ["没人管排队，乱得很", "排队没人管", "店里没人管排队"]
    voices = [mention(f"f{i}", i, text=text) for i, text in enumerate(texts)]
    assert Titles(None, voices, {}).title("服务", voices) == "服务：没人管排队"


def test_an_opinion_that_tears_a_word_gives_no_title(mention: Callable[..., Mention]) -> None:
    said = "过烂路头顶咯吱咯吱"
    voice = mention("f1", 0, opinions=("路头顶咯吱咯吱",), evidence=(Span(0, len(said), said),))
    title = Titles(None, [voice], {}).title("舒适", [voice])
    assert title == f"舒适：{said}"


def test_where_voices_share_no_phrase_terms_of_the_taxonomy_stand(
    mention: Callable[..., Mention],
) -> None:
    service = Aspect(id="service", name="服务", keywords=("态度", "排队"))
    trade = Industry(id="cars", name="车", aspects=(service,))
    texts = ("她的态度让人心寒", "那态度绝了", "排队一小时", "排队排到天黑", "等了又等")
    many = (*texts, *(letter * 3 for letter in "喂啥哼哎哟咦哇呸切唉"))
    voices = [mention(f"f{i}", i, text=text) for i, text in enumerate(many)]
    assert Titles(trade, voices, {}).title("服务", voices) == "服务：态度、排队"


def test_a_mixed_theme_or_one_of_praise_leaves_the_name_to_the_voices(
    mention: Callable[..., Mention],
) -> None:
    voices = [mention(f"f{i}", i, text="动力不足", topic_id="tp_1") for i in range(3)]
    mixed = Titles(None, voices, {"tp_1": f"动力{MIXED}"})
    assert mixed.title("性能", voices, topic_id="tp_1") == "性能：动力不足"
    assert Titles(None, voices, {}).title("性能", voices, topic_id="tp_1") == "性能：动力不足"
    bare = [mention(f"f{i}", i, text="动力", topic_id="tp_1") for i in range(3)]
    assert mixed.title("性能", bare, topic_id="tp_1") == f"性能：动力{MIXED}"
    assert mixed.title("", bare, topic_id="tp_1", store="东店") == ""


def test_one_word_of_a_crowd_names_no_issue(mention: Callable[..., Mention]) -> None:
    texts = [*("店员翻白眼", "店员嗑瓜子"), *("店员吼人",) * 3, *("店员",) * 7]
    voices = [mention(f"f{i}", i, text=text) for i, text in enumerate(texts)]
    title = _titles(mention, voices).title("服务", voices, store="南京店")
    assert title.startswith("服务：店员吼人")


def test_one_voice_stands_for_others_by_its_whole_clause(mention: Callable[..., Mention]) -> None:
    texts = ["我的油耗略高", "打火声怪", "轮胎薄"]
    voices = [mention(f"f{i}", i, text=text) for i, text in enumerate(texts)]
    title = Titles(None, voices, {}).title("性能", voices, product="X5")
    assert f"我的{title.removesuffix('等（X5）').removeprefix('性能：')}" in texts


def test_the_name_of_the_product_is_no_problem(mention: Callable[..., Mention]) -> None:
    voices = [mention(f"p{at}", 0, opinions=(), text="手撕牛肉干") for at in range(3)]
    titles = Titles(None, voices, {})
    named = titles.title("口味", voices, product="手撕牛肉干")
    assert named == "口味：负面反馈集中（手撕牛肉干）"
    assert titles.title("口味", voices) == "口味：手撕牛肉干"


def test_where_it_is_names_no_problem(mention: Callable[..., Mention]) -> None:
    homes = Aspect(id="homes", name="住房", keywords=("小区", "业主"))
    trade = Industry(id="city", name="城市", aspects=(homes,))
    voices = [mention(f"f{i}", i, text=f"{word}小区") for i, word in enumerate("甲乙丙")]
    assert Titles(trade, voices, {}).title("环境", voices) == "环境：负面反馈集中"


def test_what_few_judge_titles_no_issue_of_a_mixed_theme(mention: Callable[..., Mention]) -> None:
    topics = {"tp_1": f"违规{MIXED}"}
    texts = (
        "停车场违规",
        "停车场违规",
        *(f"{what}违规" for what in ("养犬", "选举", "交房", "排污", "办学", "收费")),
    )
    voices = [mention(f"f{i}", i, text=text, topic_id="tp_1") for i, text in enumerate(texts)]
    titles = Titles(None, voices, topics)
    assert titles.title("城建", voices, topic_id="tp_1") == f"城建：违规{MIXED}"
    assert titles.title("城建", voices[:4], topic_id="tp_1") == "城建：停车场违规"


@pytest.mark.parametrize(
    ("texts", "title"),
    [
        (("HUD我觉得鸡肋",), "动力：HUD鸡肋等（一店）"),
        (("这配送素质真是给跪了",), "动力：配送素质真是给跪了等（一店）"),
        (("不是那个短头发女的", "换挡顿挫"), "动力：换挡顿挫等（一店）"),
        (("没你上一个杂牌机强", "换挡顿挫"), "动力：换挡顿挫等（一店）"),
        (("这台车没你的好", "换挡顿挫"), "动力：换挡顿挫等（一店）"),
        (("公司就欠", "轮胎鼓包"), "动力：轮胎鼓包等（一店）"),
    ],
)
def test_a_title_points_to_nothing_and_ends_in_no_bare_verb(
    texts: Sequence[str], title: str, mention: Callable[..., Mention]
) -> None:
    others = ("今天又去了", "门口等着", "周末")[: 3 - len(texts)]
    voices = [mention(f"f{i}", i, text=text) for i, text in enumerate((*texts, *others))]
    assert _titles(mention, voices).title("动力", voices, store="一店") == title


def test_where_no_words_are_fit_the_theme_of_most_voices_stands(
    mention: Callable[..., Mention],
) -> None:
    voices = [
        mention(f"f{day}", day, text=text, topic_id="t1" if day else None)
        for day, text in enumerate(("那个女的", "你猜呢", "她来了"))
    ]
    titles = Titles(None, voices, {"t1": "换挡顿挫"})
    assert titles.title("动力", voices, store="一店") == "动力：换挡顿挫（一店）"


@pytest.mark.parametrize(
    ("recent", "title"),
    [
        ("盖子太松", "包装：洒了，近来多说盖子太松（东店）"),
        ("这次是盖子", "包装：洒了，近来多说盖子（东店）"),
        ("洒了", "包装：洒了（东店）"),
    ],
)
def test_what_recent_voices_say_stands_behind_what_all_say(
    recent: str, title: str, mention: Callable[..., Mention]
) -> None:
    texts = ["汤都洒了"] * 12 + [recent] * 5
    voices = [mention(f"f{at:02}", at, text=text) for at, text in enumerate(texts)]
    titles = Titles(None, voices, {"t1": "洒了"})
    newly = "盖子" if "盖子" in recent else "洒了"
    assert titles.title("包装", voices, topic_id="t1", store="东店", newly=newly) == title


def test_what_few_of_a_crowd_say_is_told_with_more(mention: Callable[..., Mention]) -> None:
    texts = ["页面打不开"] * 5 + [
        f"扫码{one}不好用" for one in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未"
    ]
    voices = [mention(f"f{at:02}", at, text=text) for at, text in enumerate(texts)]
    assert Titles(None, voices, {}).title("扫码", voices).endswith("等")


@pytest.mark.parametrize(
    ("theme", "texts", "title"),
    [
        pytest.param("太甜", ["一点不甜", "苹果不甜", "不够甜"], "不甜", id="what most deny"),
        pytest.param("太甜", ["太甜了", "真甜", "不够甜"], "太甜", id="what one denies"),
        pytest.param(
            "太小",
            ["桌面太小", "桌面小", "门面小", "门面很小", "太小", "小"],
            "太小（桌面、门面等）",
            id="the things that several say it of",
        ),
        pytest.param("太小", ["桌面太小", "门面小", "盘子小"], "", id="each of its own"),
        pytest.param(
            "太小", ["太小了", "门面小", "真小", "太小"], "太小", id="of the same or nothing"
        ),
        pytest.param(
            "菜品（不符、太差等）",
            ["菜品太差"] * 2 + ["菜品"] * 7,
            "菜品（太差等）",
            id="a part",
        ),
        pytest.param("工地（噪音等）", ["工地旁边"] * 9, "", id="nothing that its voices say"),
        pytest.param("噪音扰民", ["太吵了，天天扰民"] * 9, "噪音扰民", id="in other words"),
        pytest.param("半夜施工", ["打桩到天亮"] * 9, "", id="what others of the theme say"),
    ],
)
def test_a_theme_names_an_issue_as_its_voices_bear_it_out(
    theme: str, texts: Sequence[str], title: str, mention: Callable[..., Mention]
) -> None:
    voices = [
        mention(f"f{at}", at, text=text, opinions=(), topic_id="tp_1")
        for at, text in enumerate(texts)
    ]
    assert Titles(None, voices, {"tp_1": theme}).title("", voices, topic_id="tp_1") == title


@pytest.mark.parametrize(
    ("aspect", "theme", "texts", "title"),
    [
        (
            "环境保护",
            "不便",
            ["坐公交不便", "公交不方便", "上学不便", "不便", "很不便"],
            "不便（公交等）",
        ),
        (
            "环境保护",
            "臭气熏天",
            ["仓库臭气熏天", "仓库恶臭", "太臭了", "臭"],
            "仓库臭气熏天",
        ),
        ("环境保护", "噪音", ["路口噪音", "路口噪音", "噪音", "噪音"], "噪音"),
        ("交通运输", "拥堵", ["路口拥堵", "路口拥堵", "拥堵", "拥堵"], "拥堵"),
    ],
)
def test_a_bare_word_is_told_with_its_things_where_the_aspect_is_not_spoken_of_in_it(
    aspect: str, theme: str, texts: Sequence[str], title: str, mention: Callable[..., Mention]
) -> None:
    voices = [
        mention(f"f{at}", at, text=text, opinions=(), topic_id="tp_1")
        for at, text in enumerate(texts)
    ]
    titles = Titles(load_industry("citizen"), voices, {"tp_1": theme})
    assert titles.title(aspect, voices, topic_id="tp_1") == f"{aspect}：{title}"


def test_the_name_of_a_thing_gives_way_to_what_is_wrong_with_it(
    mention: Callable[..., Mention],
) -> None:
    texts = ["刹车开关坏了"] * 5 + ["刹车开关"] * 4
    voices = [mention(f"f{at}", at, text=text, topic_id="tp_1") for at, text in enumerate(texts)]
    titles = Titles(None, voices, {"tp_1": "刹车开关"})
    assert titles.title("安全", voices, topic_id="tp_1") == "安全：刹车开关坏"


@pytest.mark.parametrize(
    ("texts", "opinions", "title"),
    [
        pytest.param(
            ["又烧机油"] * 15 + ["加了机油", "机油多少钱", "换机油", "看看机油"] + ["还行吧"] * 3,
            ["烧机油"] * 15 + ["机油"] * 4 + [""] * 3,
            "烧机油",
            id="what is wrong with it, not the thing",
        ),
        pytest.param(
            ["发错货了"] * 3 + [f"图片{one}" for one in "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未"],
            ["发错货"] * 3 + [""] * 18,
            "发错货等",
            id="what a tenth judge, not what more name",
        ),
    ],
)
def test_a_title_says_what_is_wrong(
    texts: Sequence[str], opinions: Sequence[str], title: str, mention: Callable[..., Mention]
) -> None:
    voices = [
        mention(f"f{at:02}", at, text=text, opinions=(said,) if said else ())
        for at, (text, said) in enumerate(zip(texts, opinions, strict=True))
    ]
    titles = Titles(load_industry("automotive"), voices, {})
    assert titles.title("动力", voices) == f"动力：{title}"


def test_what_both_of_two_things_are_said_by_counts_once(mention: Callable[..., Mention]) -> None:
    said = ["座椅太硬，空调不凉"] * 5 + [f"第{one}次来" for one in "甲乙丙丁戊己庚辛壬癸子丑寅卯"]
    voices = [mention(f"f{at:02}", at, text=text) for at, text in enumerate(said)]
    assert Titles(None, voices, {}).title("体验", voices).endswith("等")


@pytest.mark.parametrize(("others", "title"), [(8, "太小、不清晰"), (13, "太小、不清晰等")])
def test_two_things_that_not_half_say_are_told_with_more(
    others: int, title: str, mention: Callable[..., Mention]
) -> None:
    said = (
        ["太小"] * 7
        + ["不清晰"] * 5
        + [f"{one}栋" for one in "甲乙丙丁戊己庚辛壬癸子丑寅卯"[:others]]
    )
    voices = [mention(f"f{at:02}", at, text=text, opinions=(text,)) for at, text in enumerate(said)]
    assert Titles(None, voices, {}).title("体验", voices) == f"体验：{title}"


def test_a_theme_with_what_is_told_of_it_titles_a_crowd_that_only_names_it(
    mention: Callable[..., Mention],
) -> None:
    texts = [*["退货太麻烦"] * 5, *["要退货"] * 20]
    voices = [
        mention(f"f{at:02}", at, text=text, opinions=("退货",), topic_id="tp_1")
        for at, text in enumerate(texts)
    ]
    titles = Titles(None, voices, {"tp_1": "退货（麻烦等）"})
    assert titles.title("售后", voices, topic_id="tp_1") == "售后：退货（麻烦等）"


def test_where_several_name_a_thing_one_says_what_is_wrong_with_it(
    mention: Callable[..., Mention],
) -> None:
    texts = ["袋子漏了个洞", "把袋子往柜台里一收", "袋子底下全是壳", "称完看袋子"]
    voices = [
        mention(f"f{at}", at, text=text, opinions=("袋子 漏了",) if not at else ())
        for at, text in enumerate(texts)
    ]
    titles = Titles(None, voices, {})
    assert titles.title("包装", voices, store="东店") == "包装：袋子漏了等（东店）"
    assert titles.title("包装", voices) == "包装：袋子", "other firms' bags may be whole"


def test_a_name_that_somebody_gave_stands(mention: Callable[..., Mention]) -> None:
    texts = ["打桩到天亮"] * 9
    voices = [mention(f"f{at}", at, text=text, topic_id="tp_1") for at, text in enumerate(texts)]
    for name in ("三号地块", "太吵", "夜间施工（噪音等）"):
        titles = Titles(None, voices, {"tp_1": name}, given={"tp_1"})
        assert titles.title("环境", voices, topic_id="tp_1") == f"环境：{name}"


def test_voices_of_a_theme_that_say_nothing_alike_have_no_title(
    mention: Callable[..., Mention],
) -> None:
    texts = ["自带机油", "打不着火", "换了滤芯", "听说漏油"]
    voices = [mention(f"f{at}", at, text=text, topic_id="tp_1") for at, text in enumerate(texts)]
    titles = Titles(None, voices, {"tp_1": "发动机烧机油"})
    assert titles.title("动力", voices, topic_id="tp_1") == ""
    assert titles.title("动力", voices[:3], topic_id="tp_1") == "动力：发动机烧机油"
    assert titles.title("动力", voices) != "", "an aspect groups them anyway"
