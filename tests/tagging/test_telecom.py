"""The telecom taxonomy: words that lie within one another go to the aspect they tell apart."""

from __future__ import annotations

import pytest

from voc.config import Industry, load_industry
from voc.tagging.taxonomy import Taxonomy
from voc.tagging.urgency import urgency_of
from voc.text.marks import blank_marks
from voc.text.normalise import normalise


@pytest.fixture(scope="module")
def telecom() -> Industry:
    return load_industry("telecom")


@pytest.fixture(scope="module")
def taxonomy(telecom: Industry) -> Taxonomy:
    return Taxonomy(telecom.aspects, industry=telecom.id)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("家里一格信号都没有，老是掉到2G", "signal", id="signal"),
        pytest.param("人在外地，这个电信号码怎么销", "card", id="no signal in 电信号码"),
        pytest.param("电视信号断断续续", "broadband", id="television is no mobile signal"),
        pytest.param("晚上看视频就卡，一测才三兆，宽带太慢", "broadband", id="broadband"),
        pytest.param("约好五点上门，师傅七点还没来", "installation", id="installation"),
        pytest.param("睡一觉流量没了一个G", "data", id="data"),
        pytest.param("余额还有一百就给我停机了", "billing", id="billing"),
        pytest.param("想办停机保号", "card", id="停机保号 is no arrears"),
        pytest.param("换个便宜的套餐只能往高了换", "plan", id="plan"),
        pytest.param("我是预付费用户", "plan", id="no charges in 预付费用户"),
        pytest.param("没经过我同意就开通了来电管家", "subscription", id="subscription"),
        pytest.param("骚扰电话天天打", "spam", id="spam"),
        pytest.param("10010打了三十遍都占线", "service", id="service"),
        pytest.param("四个窗口只开两个，营业员爱答不理", "hall", id="hall"),
        pytest.param("网上营业厅登录不了", "online", id="网上营业厅 is no hall"),
        pytest.param("说好充100送100，没兑现", "promotion", id="promotion"),
        pytest.param("手机老是黑屏，充电也没反应", "device", id="device"),
        pytest.param("新手机的信号灯一直闪", "device", id="信号灯 is no signal"),
        pytest.param("给大家拜年了@中国联通客服 @中国电信营业厅", "", id="handles say nothing"),
        pytest.param("今天的蛋糕做得不错", "", id="another trade"),
    ],
)
def test_a_sentence_speaks_of_its_aspect_alone(taxonomy: Taxonomy, text: str, found: str) -> None:
    hits = taxonomy.hits(normalise(blank_marks(text)).text)
    assert {taxonomy.ids[hit.aspect] for hit in hits} == set(found.split())


@pytest.mark.parametrize(
    ("text", "level"),
    [
        pytest.param("手机没信号，120打不出去，老人差点没救过来", "critical", id="no help"),
        pytest.param("有人拿我的身份证号冒名开户，气死我了", "high", id="somebody else's name"),
        pytest.param("整个小区都断网两天了，太差了", "high", id="many are cut off"),
        pytest.param("话费扣得太贵了，真烦", "normal", id="a plain complaint"),
    ],
)
def test_urgency_is_told_by_what_is_grave_for_an_operator(
    telecom: Industry, text: str, level: str
) -> None:
    found = urgency_of(normalise(text).text, industry=telecom, negative=True, intent="complaint")
    assert found.label == level
