"""The takeaway taxonomy: each trouble of an order finds its team, and shared words mislead none."""

from __future__ import annotations

import pytest

from voc.config import Industry, load_industry
from voc.tagging.engine import Engine, load
from voc.tagging.taxonomy import Taxonomy
from voc.tagging.urgency import urgency_of
from voc.text.marks import blank_marks
from voc.text.normalise import normalise


@pytest.fixture(scope="module")
def takeaway() -> Industry:
    return load_industry("takeaway")


@pytest.fixture(scope="module")
def taxonomy(takeaway: Industry) -> Taxonomy:
    return Taxonomy(takeaway.aspects, industry=takeaway.id)


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load("takeaway")


@pytest.mark.parametrize(
    ("text", "aspect", "polarity"),
    [
        ("说好十二点，催了三遍一点半才送到", "配送速度", "negative"),
        ("下着雨还提前十分钟送来，速度真快", "配送速度", "positive"),
        ("骑手把饭往地上一放就走，态度恶劣", "骑手服务", "negative"),
        ("小哥爬了六楼还笑呵呵的，特别有礼貌", "骑手服务", "positive"),
        ("点了两份凉面，漏送了一份", "漏送错送", "negative"),
        ("买的喝汤，一把勺子都没有", "餐具与备注", "negative"),
        ("餐具齐全，纸巾也多给了一包，贴心", "餐具与备注", "positive"),
        ("紫菜汤全洒了，袋子湿透", "包装与洒漏", "negative"),
        ("包装很结实，盖子拧得紧紧的，很好", "包装与洒漏", "positive"),
        ("到手的炒饭已经凉了", "温度", "negative"),
        ("打开盖还热乎乎的，真好", "温度", "positive"),
        ("回锅肉咸得要命，太难吃", "口味", "negative"),
        ("酱汁很香，味道不错", "口味", "positive"),
        ("虾仁一股怪味，不新鲜", "食材与新鲜", "negative"),
        ("青菜很新鲜，食材不错", "食材与新鲜", "positive"),
        ("拌面里有一根头发，真恶心", "卫生与异物", "negative"),
        ("每次都干干净净，卫生让人放心", "卫生与异物", "positive"),
        ("分量越来越少，根本吃不饱", "分量", "negative"),
        ("分量很足，两个姑娘都够吃", "分量", "positive"),
        ("餐盒费收六块，太贵了", "价格与优惠", "negative"),
        ("用了红包特别划算", "价格与优惠", "positive"),
        ("要的发票又没开，真差劲", "发票", "negative"),
        ("客服互相推脱，退款拖了三天", "商家与客服", "negative"),
        ("少了一杯，客服很耐心，马上就退款了，好评", "商家与客服", "positive"),
        ("图片上堆得满满的，实物差太远", "平台与下单", "negative"),
    ],
)
def test_each_aspect_is_heard_as_it_is_meant(
    engine: Engine, text: str, aspect: str, polarity: str
) -> None:
    [tags] = engine.tag([text])
    assert {found.aspect: found.sentiment for found in tags.aspects}.get(aspect) == polarity


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("还没送到", "delivery.speed", id="没送 of a meal under way"),
        pytest.param("豆浆没送", "order.missing", id="没送 of a thing"),
        pytest.param("送来两个大碗", "", id="送来 alone is not slow"),
        pytest.param("给店里打电话", "", id="打电话 blames nobody"),
        pytest.param("十一点下单的", "", id="下单 alone is no platform"),
        pytest.param("花了一个半小时", "delivery.speed", id="花了 is no price"),
        pytest.param("快递小哥", "delivery.rider", id="no speed in 快递小哥"),
        pytest.param("少了一份", "order.missing", id="少了一份 is no portion"),
        pytest.param("漏送一瓶可乐", "order.missing", id="漏送 is no leak"),
        pytest.param("油漏出来", "packaging", id="a leak is no 漏送"),
        pytest.param("发票又没给", "invoice", id="an invoice is no dish"),
        pytest.param("没给筷子", "order.cutlery_and_notes", id="chopsticks are no dish"),
        pytest.param("一碗麻婆豆腐", "", id="nothing rots in 豆腐"),
        pytest.param("一份鱼香肉丝", "", id="no smell in 鱼香肉丝"),
        pytest.param("饿坏了", "delivery.speed", id="hunger spoils no food"),
        pytest.param("米饭坏了", "food.freshness", id="spoilt"),
        pytest.param("韭菜盒子", "food.taste", id="a dumpling is no box"),
        pytest.param("包装费三块", "price", id="包装费 is no packaging"),
        pytest.param("大冷天的", "delivery.rider", id="cold weather is no cold meal"),
        pytest.param("饭是冷的", "temperature", id="a cold meal"),
        pytest.param("老板很大方", "service", id="the shop"),
        pytest.param("不看备注", "order.cutlery_and_notes", id="notes"),
        pytest.param("这车底盘很扎实", "", id="another trade"),
    ],
)
def test_words_that_lie_within_one_another_go_where_they_belong(
    taxonomy: Taxonomy, text: str, found: str
) -> None:
    hits = taxonomy.hits(normalise(blank_marks(text)).text)
    assert {taxonomy.ids[hit.aspect] for hit in hits} == set(found.split())


@pytest.mark.parametrize(
    ("text", "level", "reason"),
    [
        ("嚼着嚼着吐出来一个烟头", "critical", "吃出异物"),
        ("炒饭里混着一小截钢丝球的丝", "critical", "吃出异物"),
        ("碗底趴着有两公分长的蟑螂", "critical", "吃出异物"),
        ("紫菜汤里漂着用过的创可贴", "critical", "吃出异物"),
        ("才一口就吃吐了，一下午没缓过来", "critical", "食品安全"),
        ("全家吃得拉稀，到现在没力气", "critical", "食品安全"),
        ("酸奶都已经胀包还敢往外送", "critical", "食品安全"),
        ("打开是一股呕吐物的味道", "critical", "食品安全"),
        ("粥坏了一股酸味", "critical", "食品安全"),
        ("骑手逆行撞了人还想跑", "critical", "骑手伤人与交通事故"),
        ("汤没盖紧，孩子手被烫伤了", "critical", "人身伤害"),
        ("鸡腿咬开没熟还带血丝", "high", "食材与加工"),
        ("再不退款我就打12315", "high", "威胁投诉或曝光"),
        ("骑手在楼道里骂人", "high", "服务冲突"),
        ("送得太慢，饭也凉了", "normal", None),
        ("快吐槽一下，豆腐脑太少", "normal", None),
    ],
)
def test_urgency_is_told_by_what_is_grave_for_a_meal(
    takeaway: Industry, text: str, level: str, reason: str | None
) -> None:
    found = urgency_of(normalise(text).text, industry=takeaway, negative=True, intent="complaint")
    assert found.label == level
    assert found.reasons[:1] == ((reason,) if reason else ())


def test_an_emergency_is_for_a_team_that_has_aspects_too(takeaway: Industry) -> None:
    departments = {aspect.department for aspect in takeaway.aspects}
    assert {words.department for words in takeaway.urgency} <= {*departments, None}
    assert all(words.department for words in takeaway.urgency if words.level == "critical")
