from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.growth import LINEAR, growth
from voc.tagging.opinions import find_opinions
from voc.tagging.rules import judge
from voc.text.normalise import normalise

KEYWORDS = "起步 后排 态度 变速箱 油耗 空间 服务 物流 包装 味道 价格 客服 屏幕 续航 噪音 效果"
TARGETS = dict.fromkeys(KEYWORDS.split(), "any")


def pairs(text: str, targets: dict[str, str] = TARGETS) -> list[str]:
    text = normalise(text).text
    return [
        f"{text[slice(*found.target)] if found.target else ''}/{text[slice(*found.opinion)]}"
        f"{'+' if found.polarity_score > 0 else '-'}"
        for found in find_opinions(text, judge(text), targets=targets)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("起步顿挫严重", ["起步/顿挫严重-"]),
        ("后排很挤", ["后排/很挤-"]),
        ("店员态度爱答不理", ["店员态度/爱答不理-"]),
        ("恶劣的态度", ["态度/恶劣-"]),
        ("油耗高", ["油耗/高-"]),
        ("空间不太大", ["空间/不太大-"]),
        ("噪音小", ["噪音/小+"]),
        ("屏幕有点小", ["屏幕/有点小-"]),
        ("味道不太好", ["味道/不太好-"]),
        ("价格不贵", ["价格/不贵+"]),
        ("没有异味", ["/没有异味+"]),
        ("物流真的很快", ["物流/很快+"]),
        ("包装也很精美", ["包装/很精美+"]),
        ("味道还是挺好的", ["味道/挺好的+"]),
        ("续航太差了", ["续航/太差了-"]),
        ("服务周到,物流慢", ["服务/周到+", "物流/慢-"]),
        ("变速箱二挡升三挡有顿挫", ["变速箱/顿挫-"]),
        ("物流速度挺快的", ["物流速度/挺快的+"]),
        ("补水效果不错", ["补水效果/不错+"]),
        ("保湿效果,挺好的", ["保湿效果/挺好的+"]),
        ("空间嘛,很大", ["空间/很大+"]),
        ("又便宜又好用", ["/便宜+", "/好用+"]),
        ("很满意", ["/很满意+"]),
        ("东西很好用", ["/很好用+"]),
        ("价格便宜", ["价格/便宜+"]),
        ("比超市便宜", ["/便宜+"]),
        ("会不会漏油?", []),
        ("希望价格便宜", []),
        ("已经回购三次", []),
        ("要求退货", []),
        ("昨天收到", []),
        ("", []),
    ],
)
def test_pairs(text: str, expected: list[str]) -> None:
    assert pairs(text) == expected


def test_nouns_are_targets_without_an_industry() -> None:
    assert pairs("红烧肉肥而不腻,座椅太硬", {}) == ["红烧肉/肥而不腻+", "座椅/太硬-"]


def test_a_keyword_is_found_whatever_the_dictionary_cuts() -> None:
    assert pairs("遮瑕效果一般", {"遮瑕": "any"}) == ["遮瑕效果/一般-"]


@pytest.mark.parametrize("text", ["很好" * 500, "物流很快," * 300, "好 差\n" * 200, "\ufffd" * 20])
def test_spans_lie_in_order_within_the_text(text: str) -> None:
    text = normalise(text).text
    end = 0
    for found in find_opinions(text, judge(text), targets=TARGETS):
        assert end <= found.opinion[0] < found.opinion[1] <= len(text)
        assert found.target is None or 0 <= found.target[0] < found.target[1] <= len(text)
        end = found.opinion[1]


def test_long_texts_take_linear_time() -> None:
    def found(count: int) -> Callable[[], object]:
        text = "空间很大物流慢," * count
        judgement = judge(text)

        def work() -> None:
            assert len(find_opinions(text, judgement, targets=TARGETS)) == 2 * count

        return work

    assert growth(found, 500) < LINEAR
