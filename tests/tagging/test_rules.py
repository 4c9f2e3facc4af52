"""The rules, phenomenon by phenomenon. Each table holds a text and the sign it must get."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import LINEAR, growth
from voc.tagging.rules import Judgement, judge
from voc.text.normalise import normalise

NEUTRAL = 0.1  # what lies nearer to 0 judges nothing


def judged(text: str) -> Judgement:
    return judge(normalise(text).text)


def sign(text: str) -> str:
    score = judged(text).score
    return "0" if abs(score) <= NEUTRAL else "+" if score > 0 else "-"


NEGATION = [
    ("质量不好", "-"),
    ("不怎么好用", "-"),
    ("这个味道我不太喜欢", "-"),
    ("不是很满意", "-"),
    ("没有想象中那么好", "-"),
    ("没有图片上好看", "-"),
    ("没有实体店的好", "-"),
    ("谈不上精致", "-"),
    ("算不上舒服", "-"),
    ("毫无诚意", "-"),
    ("缺乏耐心", "-"),
    ("不够宽敞", "-"),
    ("不够大", "-"),
    ("从来没有满意过", "-"),
    ("根本不管用", "-"),
    ("并不实惠", "-"),
    ("不难吃", "+"),
    ("不贵", "+"),
    ("不卡", "+"),
    ("没有异味", "+"),
    ("没有发现任何漏油", "+"),
    ("开了两年没出现过异响", "+"),
    ("用了半年没闪退过", "+"),
    ("不会掉色", "+"),
    ("没有一点卡顿", "+"),
    ("没有破损和划痕", "+"),
    ("并没有传说中那么差", "+"),
    ("没有网上说的那么难用", "+"),
    ("不用担心漏液", "+"),
    ("避免了闷热", "+"),
    ("没发票差评", "-"),
    ("没用几天就坏了", "-"),
    ("不给退货", "-"),
    ("没吃过这么难吃的东西", "-"),
    ("没见过这么垃圾的手机", "-"),
    ("从没用过这么好用的面霜", "+"),
    ("不要上当", "-"),
    ("千万别买", "-"),
]
FIXED_WORDS = [
    ("不错", "+"),
    ("真的很不错", "+"),
    ("不但好看还好用", "+"),
    ("不仅便宜而且耐用", "+"),
    ("不愧是大品牌", "+"),
    ("不得不说很好吃", "+"),
    ("了不起的设计,很漂亮", "+"),
    ("物流不过是快了点,很满意", "+"),
    ("差不多", "0"),
    ("和上次差不多", "0"),
    ("不过分", "+"),
    ("不满意", "-"),
    ("最好吃的一家", "+"),
    ("很难吃", "-"),
    ("难得一见", "0"),
    ("大家都来了", "0"),
    ("香港发货", "0"),
    ("办了一张银行卡", "0"),
    ("好像是上周的事", "0"),
    ("用了好几天", "0"),
    ("慢慢看", "0"),
]
DOUBLE_NEGATION = [
    ("不是不好", "+"),
    ("没有不满意的地方", "+"),
    ("没有一个不好", "+"),
    ("不会不好用", "+"),
    ("无不满意", "+"),
    ("没有人不喜欢", "+"),
    ("不能不说服务很差", "-"),
    ("不得不说太差了", "-"),
    ("并非不好吃", "+"),
    ("不是不便宜", "+"),
    ("不能说不好", "+"),
]
CONTRAST = [
    ("外观漂亮,但是质量太差", "-"),
    ("价格有点贵,但是质量非常好", "+"),
    ("味道好但是分量太少了", "-"),
    ("虽然贵,但是好用", "+"),
    ("虽然很漂亮,不过用了两天就坏了", "-"),
    ("包装精美,可是一股霉味", "-"),
    ("尽管等了很久,味道确实惊艳", "+"),
    ("看着不错,结果一洗就掉色", "-"),
    ("宣传得很好,然而根本没用", "-"),
    ("很好,就是有点小", "+"),
    ("很喜欢,只是快递慢了点", "+"),
    ("以前很好吃,现在越来越差", "-"),
    ("原来很卡,现在更新后流畅多了", "+"),
    ("本来挺满意的,没想到三天就降价了", "-"),
]
COMPARISON = [
    ("比上一代好用", "+"),
    ("比实体店便宜", "+"),
    ("比想象的差", "-"),
    ("比我的旧手机还卡", "-"),
    ("不如以前好吃", "-"),
    ("还不如买别的", "-"),
    ("别家都比这家好吃", "-"),
    ("别的牌子比这个便宜多了", "-"),
    ("人家比你们专业", "-"),
    ("跟专柜的比差远了", "-"),
    ("比同价位的手机强多了", "+"),
    ("比以前干净", "+"),
    ("没有之前买的好用", "-"),
]
DEGREE = [
    ("非常好", "+"),
    ("好极了", "+"),
    ("差死了", "-"),
    ("贼好吃", "+"),
    ("嘎嘎香", "+"),
    ("巨难用", "-"),
    ("卡得要命", "-"),
    ("难吃到爆", "-"),
    ("漏油严重", "-"),
    ("抖动特别厉害", "-"),
    ("严重掉漆", "-"),
    ("有点小", "-"),
    ("稍微有点贵", "-"),
    ("略显廉价感", "-"),
    ("好贵啊", "-"),
    ("好慢", "-"),
    ("好失望", "-"),
]
QUESTION = [
    ("请问这个好用吗?", "0"),
    ("会不会掉色?", "0"),
    ("质量怎么样", "0"),
    ("有没有异味呢?", "0"),
    ("这款和那款哪个好?", "0"),
    ("好不好吃", "0"),
    ("是不是正品啊", "0"),
    ("为什么总是死机?", "-"),
    ("怎么这么难用?", "-"),
    ("凭什么不给退款?", "-"),
    ("这也叫服务?垃圾!", "-"),
    ("不会是假货吧", "-"),
]
HYPOTHETICAL = [
    ("希望能更好", "0"),
    ("如果漏油怎么办", "0"),
    ("要是能便宜点就好了", "0"),
    ("万一坏了找谁", "0"),
    ("建议增加一些口味", "0"),
    ("祝生意兴隆,很好吃", "+"),
    ("质量很好,希望一直保持", "+"),
    ("东西太差了,希望改进", "-"),
    ("本来担心不好用,用了之后真香", "+"),
]
IRONY = [
    ("真是好手机,用了三天就死机", "-"),
    ("可真行,吃完就拉肚子", "-"),
    ("我谢谢你,服务真好", "-"),
    ("说得好听,什么高端大气", "-"),
    ("呵呵,真棒,一开机就闪退", "-"),
    ("谢谢客服,问题解决了", "+"),
]
EMOJI = [
    ("👍👍👍", "+"),
    ("😡", "-"),
    ("💩", "-"),
    ("❤️", "+"),
    ("又降价了😭", "-"),
    ("收到啦😊", "+"),
    ("[赞][赞]", "+"),
    ("[怒]", "-"),
    ("服务员👎", "-"),
]
DIALECT = [
    ("味道巴适得板", "+"),
    ("穿着真得劲", "+"),
    ("格家店老灵额", "+"),
    ("这菜忒咸", "-"),
    ("忒难吃", "-"),
    ("安逸得很", "+"),
    ("东西冇得顶", "+"),
    ("开起来倍儿爽", "+"),
]
SLANG = [
    ("太坑爹了", "-"),
    ("踩雷了", "-"),
    ("续航拉胯", "-"),
    ("大型翻车现场", "-"),
    ("yyds", "+"),
    ("真香", "+"),
    ("绝绝子", "+"),
    ("蚌埠住了", "-"),
    ("妥妥的智商税", "-"),
    ("种草成功,无限回购", "+"),
    ("物超所值", "+"),
    ("一言难尽", "-"),
    ("被割韭菜了", "-"),
    ("芭比Q了", "-"),
    ("国货之光", "+"),
    ("下头", "-"),
]
HARM = [
    ("开了一个月就漏油", "-"),
    ("手机发烫", "-"),
    ("app老是闪退", "-"),
    ("用完过敏了", "-"),
    ("变速箱顿挫", "-"),
    ("方向盘异响", "-"),
    ("爱答不理的", "-"),
    ("客服一直推诿", "-"),
    ("部门之间踢皮球", "-"),
    ("带扣断裂", "-"),
    ("贴膜起泡", "-"),
    ("电话打不通", "-"),
]
CONTEXT = [
    ("油耗高", "-"),
    ("油耗不高", "+"),
    ("油耗很低", "+"),
    ("性价比高", "+"),
    ("空间大", "+"),
    ("空间小", "-"),
    ("大空间", "+"),
    ("噪音大", "-"),
    ("噪音很小", "+"),
    ("声音很大", "-"),
    ("续航长", "+"),
    ("续航短", "-"),
    ("价格低", "+"),
    ("价格偏高", "-"),
    ("等待时间长", "-"),
    ("送货快", "+"),
    ("掉电快", "-"),
    ("物流慢", "-"),
    ("分量少", "-"),
    ("分量很足", "+"),
    ("很轻", "+"),
    ("座椅太硬", "-"),
    ("面料软", "+"),
    ("钢板薄", "-"),
    ("机身薄", "+"),
    ("味道有点重", "-"),
    ("油耗降低了", "+"),
    ("质量下降了", "-"),
    ("价格又涨了", "-"),
    ("空间嘛,很大", "+"),
    ("菜都凉了", "-"),
    ("色差不大", "+"),
]
NEUTRAL_ROWS = [
    ("昨天下的单", "0"),
    ("我买的是黑色", "0"),
    ("帮同事买的", "0"),
    ("一共三个人", "0"),
    ("今天去了4S店", "0"),
    ("第二代和第三代", "0"),
    ("周一到周五上班", "0"),
    ("多少钱", "0"),
    ("发票已开", "0"),
    ("默认", "0"),
    ("", "0"),
    ("   ", "0"),
    ("12345", "0"),
    ("。。。", "0"),
    ("book", "0"),
]
TABLES = {
    "negation": NEGATION,
    "fixed words": FIXED_WORDS,
    "double negation": DOUBLE_NEGATION,
    "contrast": CONTRAST,
    "comparison": COMPARISON,
    "degree": DEGREE,
    "question": QUESTION,
    "hypothetical": HYPOTHETICAL,
    "irony": IRONY,
    "emoji": EMOJI,
    "dialect": DIALECT,
    "slang": SLANG,
    "harm": HARM,
    "context": CONTEXT,
    "neutral": NEUTRAL_ROWS,
}
ROWS = [
    pytest.param(text, expected, id=f"{name}: {text}")
    for name, table in TABLES.items()
    for text, expected in table
]


@pytest.mark.parametrize(("text", "expected"), ROWS)
def test_the_sign_of_a_text(text: str, expected: str) -> None:
    assert sign(text) == expected


HOSTILE = {
    "contrasts": "但好,但差,",
    "no marks": "但是好",
    "negators": "不没有",
    "fillers": "的是",
    "questions": "好不好吗?",
    "irony": "呵呵好死机。",
    "emoji": "👍💩",
    "brackets": "[",
}


@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE.keys())
def test_long_texts_stay_in_bounds_and_take_linear_time(piece: str) -> None:
    def judged(length: int) -> Callable[[], object]:
        text = piece * (length // len(piece)) + "好"

        def work() -> None:
            judgement = judge(text)
            assert -1 <= judgement.score <= 1
            assert all(-1 <= clause.score <= 1 for clause in judgement.clauses)
            assert all(0 < clause.weight < 2 for clause in judgement.clauses)

        return work

    assert growth(judged, 4_000) < LINEAR


@given(st.text(st.sampled_from("不没好差很太的但吗?,。是过这么了 卡贵空间大"), max_size=40))
def test_what_is_found_lies_where_it_says(text: str) -> None:
    judgement = judge(text)
    assert -1 <= judgement.score <= 1
    for clause in judgement.clauses:
        for hit in clause.hits:
            assert text[hit.start : hit.end] == hit.word
            assert hit.phrase_start <= hit.start < hit.end <= hit.phrase_end
            assert -1 <= hit.score <= 1
