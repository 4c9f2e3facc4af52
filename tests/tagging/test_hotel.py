"""The hotel taxonomy: words that lie within one another go to the aspect they tell apart."""

from __future__ import annotations

import pytest

from voc.config import Industry, load_industry
from voc.tagging.taxonomy import Taxonomy
from voc.tagging.urgency import urgency_of
from voc.text.normalise import normalise


@pytest.fixture(scope="module")
def hotel() -> Industry:
    return load_industry("hotel")


@pytest.fixture(scope="module")
def taxonomy(hotel: Industry) -> Taxonomy:
    return Taxonomy(hotel.aspects, industry=hotel.id)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("到店说超售了", "booking", id="overbooked"),
        pytest.param("一个人办入住，排队四十分钟", "checkin", id="waiting at the desk"),
        pytest.param("第二次入住了", "", id="to have stayed tells nothing"),
        pytest.param("爱理不理的", "service", id="staff"),
        pytest.param("对面就是火车站", "location", id="where it is"),
        pytest.param("地库的充电桩都坏了", "transport", id="cars"),
        pytest.param("节假日涨价太狠", "price", id="price"),
        pytest.param("抬头开错了，专票也没有", "billing", id="invoices"),
        pytest.param("没有窗户，转不开身", "room.space", id="room"),
        pytest.param("枕头太高，睡不好", "room.bed", id="bed"),
        pytest.param("隔音太差，被吵醒好几回", "room.noise", id="noise"),
        pytest.param("杯子里有头发", "room.clean", id="dirt"),
        pytest.param("一股霉味", "room.air", id="smell"),
        pytest.param("热水忽冷忽热，花洒也坏了", "room.bathroom", id="bathroom"),
        pytest.param("烧水的热水壶是坏的", "facility", id="no hot water in 热水壶"),
        pytest.param("连上网速也慢", "network", id="network"),
        pytest.param("早餐种类单调", "food", id="breakfast"),
        pytest.param("反锁锁不上", "safety", id="safety"),
        pytest.param("今天的地铁真挤", "transport", id="another trade's word for the way"),
        pytest.param("手机卡顿", "", id="another trade"),
    ],
)
def test_a_sentence_speaks_of_its_aspect_alone(taxonomy: Taxonomy, text: str, found: str) -> None:
    hits = taxonomy.hits(normalise(text).text)
    assert {taxonomy.ids[hit.aspect] for hit in hits} == set(found.split())


@pytest.mark.parametrize(
    ("text", "level", "reason"),
    [
        pytest.param("淋浴房玻璃突然爆裂", "critical", "人身伤害", id="glass"),
        pytest.param("插座漏电，被电了一下", "critical", "人身伤害", id="a shock"),
        pytest.param("半夜有陌生人刷卡进了我房间", "critical", "隐私与财物安全", id="intruder"),
        pytest.param("浴室里发现针孔", "critical", "隐私与财物安全", id="hidden camera"),
        pytest.param("床单上爬着小虫，咬了我一身包", "critical", "虫害", id="bed bugs"),
        pytest.param("房间里有蟑螂", "high", "虫鼠出没", id="vermin that bites nobody"),
        pytest.param("吃完早餐就拉肚子", "critical", "食品安全", id="food"),
        pytest.param("床单上有血迹", "high", "布草与消毒", id="linen"),
        pytest.param("到店无房，让我们自己另找", "high", "订单纠纷", id="no room"),
        pytest.param("半夜有人刷卡开门", "critical", "隐私与财物安全", id="somebody at the door"),
        pytest.param(
            "前台把我的房卡给了别人", "critical", "隐私与财物安全", id="a card given away"
        ),
        pytest.param("差点滑倒", "high", "差点受伤", id="a near miss"),
        pytest.param("每个房间门口都有摄像头，很安全", "normal", "", id="cameras that protect"),
        pytest.param("电梯要刷卡进来", "normal", "", id="a card that opens the lift"),
        pytest.param("地上有防滑倒的垫子", "normal", "", id="what keeps from falling"),
        pytest.param("被蚊子咬了一身包", "normal", "", id="mosquitoes are no bed bugs"),
        pytest.param("没有消毒水味", "normal", "", id="no smell of it"),
        pytest.param("隔音差，睡不好", "normal", "", id="a plain complaint"),
    ],
)
def test_how_urgent(hotel: Industry, text: str, level: str, reason: str) -> None:
    found = urgency_of(normalise(text).text, industry=hotel, negative=True, intent="complaint")
    assert found.label == level
    assert all(one.startswith(reason) for one in found.reasons)
    assert bool(found.reasons) == bool(reason)
