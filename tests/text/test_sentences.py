from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.growth import loops
from voc.text.sentences import clauses, sentences


def parts(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("味道不错。服务差！还会来吗？", ["味道不错。", "服务差！", "还会来吗？"]),
        ("太好了！！！~下次再来", ["太好了！！！~", "下次再来"]),
        ("太好了！👍👍下次再来", ["太好了！👍👍", "下次再来"]),
        ("第一行\n\n 第二行 \r\n第三行", ["第一行", "第二行", "第三行"]),
        ("味道不错，服务差；下次不来", ["味道不错，服务差；下次不来"]),
        ("嗯……还行吧。。。态度差", ["嗯……还行吧。。。", "态度差"]),
        ("2.0T动力强，油耗6.5。价格1,299.00元", ["2.0T动力强，油耗6.5。", "价格1,299.00元"]),
        ("还行.就是贵", ["还行.", "就是贵"]),
        ("Good. Nice product.", ["Good.", "Nice product."]),
        ("1.外观好 2.动力足", ["1.外观好 2.动力足"]),
        ("他说：“不行。”然后走了", ["他说：“不行。”", "然后走了"]),
        ("他说“再等等！马上好”就走了", ["他说“再等等！马上好”就走了"]),
        ("（真的很好吃！）下次再来", ["（真的很好吃！）", "下次再来"]),
        ("看http://a.cn/x?y=1!z。好", ["看http://a.cn/x?y=1!z。", "好"]),
        ("！好吃", ["！好吃"]),
        ("。。。", ["。。。"]),
        ("", []),
        (" \n　", []),
        ("好", ["好"]),
        ("😀😀", ["😀😀"]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert parts(text, sentences(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("味道不错，服务差；下次不来~真的", ["味道不错，", "服务差；", "下次不来~", "真的"]),
        ("味道不错但是服务差", ["味道不错", "但是服务差"]),
        ("味道不错但服务差", ["味道不错", "但服务差"]),
        ("外观好看不过油耗高", ["外观好看", "不过油耗高"]),
        ("东西好吃可是太贵", ["东西好吃", "可是太贵"]),
        ("看着很大然而坐不下", ["看着很大", "然而坐不下"]),
        ("味道好就是贵", ["味道好", "就是贵"]),
        ("性价比高 服务态度好　下次再来", ["性价比高", "服务态度好", "下次再来"]),
        ("用的iPhone 13 Pro很好", ["用的iPhone 13 Pro很好"]),
        ("外观、内饰、动力都不错，值", ["外观、内饰、动力都不错，", "值"]),
        ("坐着非常舒服、开着也很有劲", ["坐着非常舒服、", "开着也很有劲"]),
        ("优点：省油，缺点：吵", ["优点：省油，", "缺点：吵"]),
        ("我觉得最大的问题是：油耗高", ["我觉得最大的问题是：", "油耗高"]),
        ("12:30到的，比例1：2，价格1,299", ["12:30到的，", "比例1：2，", "价格1,299"]),
        ("好吃😋下次再来", ["好吃😋", "下次再来"]),
        ("嗯……还行", ["嗯……", "还行"]),
        ("还行...吧", ["还行...", "吧"]),
        ("好 ^_^ 吃 (；′⌒`)", ["好 ^_^ 吃 (；′⌒`)"]),
        ("好吃:)下次再来", ["好吃:)下次再来"]),
        ("看https://a.com/x?y=1;z~2，不错", ["看https://a.com/x?y=1;z~2，", "不错"]),
        ("他说：“不好，太贵。”", ["他说：“不好，太贵。”"]),
        ("买的《西游记，全本》不错，好", ["买的《西游记，全本》不错，", "好"]),
    ],
)
def test_clauses(text: str, expected: list[str]) -> None:
    assert parts(text, clauses(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "不但好吃而且便宜",
        "非但没有好转",
        "但愿早日修好",
        "但凡用心一点",
        "用了不过敏",
        "实在是说不过去",
        "只不过是运气",
        "用了不过一周",
        "不过如此",
        "那再好不过了",
        "那可是我花钱买的",
        "问题就是发动机异响",
        "这就是我要的",
        "也就是说不行",
    ],
)
def test_words_that_only_look_like_a_turn(text: str) -> None:
    assert parts(text, clauses(text)) == [text]


SPOKEN = (
    "我上个星期在你们店里买了一台冰箱然后送货的师傅说第二天就会有人来安装结果等了三天都没有人"
    "联系我我打电话给客服他们说要再等等我现在很生气想问一下到底什么时候能够给我安装好啊不行的话"
    "我就要退货了"
)


@pytest.mark.parametrize("split", [sentences, clauses])
def test_unmarked_speech_is_cut_softly(split: object) -> None:
    spans = (sentences if split is sentences else clauses)(SPOKEN)
    assert parts(SPOKEN, spans)[0].endswith("结果等了")
    assert all(20 <= end - start <= 60 for start, end in spans)
    assert "".join(parts(SPOKEN, spans)) == SPOKEN


def test_long_texts_without_words_are_cut_too() -> None:
    assert [end - start for start, end in clauses("哈" * 1000)][:3] == [40, 40, 40]
    url = "https://example.com/" + "a/b" * 60
    text = "看" * 30 + url + "看" * 70
    assert any(url in part for part in parts(text, clauses(text)))
    assert parts("a" * 90, clauses("a" * 90)) == ["a" * 40, "a" * 50]


def assert_covers(text: str, spans: list[tuple[int, int]]) -> None:
    end_before = 0
    for start, end in spans:
        assert end_before <= start < end <= len(text)
        assert not text[end_before:start].strip()
        assert text[start:end] == text[start:end].strip()
        end_before = end
    assert not text[end_before:].strip()


MARKS = st.text(
    st.one_of(
        st.sampled_from("味道好差了吧但是不过可就 \n，。！？…~、：:;.,“”《》()（）^_-1a😀\u200d"),
        st.characters(exclude_categories=()),
    ),
    max_size=150,
)


@given(MARKS)
@example("0?;0")
@example("0\n,0")
@example("0\n~ ,0")
def test_spans_cover_the_text(text: str) -> None:
    assert_covers(text, sentences(text))
    assert_covers(text, clauses(text))
    ends = {end for _, end in clauses(text)}
    assert all(end in ends for _, end in sentences(text))


def test_is_fast() -> None:
    text = (
        "这家店的味道真的不错，服务员态度也很好，就是停车不太方便，周末去要等位半小时。下次再来！"
    )
    assert loops(clauses, text, 50) < 50
