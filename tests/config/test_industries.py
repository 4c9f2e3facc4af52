"""Industries: the bundled ones as promised, and edited ones told where they are wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from voc.config import bundled, industry_files, load_industry, named_aspects
from voc.errors import ConfigError, UsageError

PROMISED = {
    "automotive": "动力 价格 内饰 配置 安全性 外观 操控 油耗 空间 舒适性",
    "cosmetics": "包装 成分 尺寸 服务 功效 价格 气味 使用体验 物流 新鲜度 真伪 整体 其他",
    "phone": "屏幕 电池 拍照 性能 系统 信号 散热 音质 外观 手感 价格 售后 物流 整体",
    "ecommerce": "质量 价格 物流 包装 客服 描述相符 正品 售后 使用体验",
    "snack": "口味 新鲜度 包装 价格 分量 健康 门店服务 物流 促销活动 异物与食品安全",
    "bank": "利率与费用 额度 审批 手机银行 服务态度 网点 还款与催收 安全与盗刷 活动与权益",
    "citizen": "城乡建设 劳动和社会保障 教育文体 卫生计生 交通运输 商贸旅游 环境保护",
    "telecom": "信号与通话 宽带与固话 装机与维修 流量 话费与扣费 套餐与合约 业务开通与退订"
    " 号卡与实名 骚扰与信息安全 客服与投诉处理 营业厅 网厅与APP 活动与积分 终端设备",
    "hotel": "预订与订单 入住与退房 服务态度 位置与周边 停车与交通 价格与性价比 收费与发票"
    " 房间与景观 床品与睡眠 隔音与噪音 卫生清洁 空调与气味 卫浴与热水 设施与装修"
    " 网络与电视 早餐与餐饮 安全与隐私",
    "takeaway": "配送速度 骑手服务 漏送错送 餐具与备注 包装与洒漏 温度 口味 食材与新鲜 卫生与异物"
    " 分量 价格与优惠 发票 商家与客服 平台与下单",
}
PROMISED_RESTAURANT_IDS = """
    location.traffic location.distance_from_business_district location.easy_to_find
    service.wait_time service.waiters_attitude service.parking_convenience service.serving_speed
    price.level price.cost_effective price.discount
    environment.decoration environment.noise environment.space environment.cleanliness
    dish.portion dish.taste dish.look dish.recommendation
"""
SMALL = """\
id: tea
name: 茶馆
aspects:
- id: taste
  name: 味道
  keywords: [味道, 回甘]
- id: service
  name: 服务
  keywords: [服务, 店员]
"""


def test_the_bundled_industries_are_the_promised_ones() -> None:
    assert set(industry_files()) == {*PROMISED, "restaurant"}


@pytest.mark.parametrize("industry_id", PROMISED)
def test_aspects_bear_the_promised_names(industry_id: str) -> None:
    industry = load_industry(industry_id)
    assert industry.id == industry_id
    assert [aspect.name for aspect in industry.aspects] == PROMISED[industry_id].split()


def test_restaurant_aspects_bear_the_promised_ids() -> None:
    ids = [aspect.id for aspect in load_industry("restaurant").all_aspects()]
    assert set(PROMISED_RESTAURANT_IDS.split()) <= set(ids)


@pytest.mark.parametrize("industry_id", [*PROMISED, "restaurant"])
def test_every_bundled_aspect_is_written_with_care(industry_id: str) -> None:
    for aspect in load_industry(industry_id).all_aspects():
        if aspect.children:
            continue
        assert 10 <= len(aspect.keywords) <= 45, aspect.name
        assert len(aspect.examples) >= 3, aspect.name
        assert aspect.description, aspect.name
        assert aspect.department, aspect.name


def edited(folder: Path, *changes: tuple[str, str]) -> str:
    text = SMALL
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "tea.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param(
            ("keywords", "keyword"),
            "tea.yaml:6: aspects.0.keyword: unknown key. Did you mean 'keywords'?",
            id="typo in a key",
        ),
        pytest.param(
            ("  name: 服务\n", ""), "tea.yaml:7: aspects.1.name: missing key", id="no name"
        ),
        pytest.param(
            ("id: service", "id: 服务"),
            "tea.yaml:7: aspects.1.id: String should match pattern",
            id="an id that is not ASCII",
        ),
        pytest.param(
            ("id: service", "id: taste"),
            "tea.yaml:7: aspects.1.id: two aspects have the id 'taste'; give each its own",
            id="an id given twice",
        ),
        pytest.param(
            ("name: 服务", "name: 味道"),
            "tea.yaml:8: aspects.1.name: two aspects have the name '味道'; give each its own",
            id="a name given twice",
        ),
        pytest.param(
            ("[服务, 店员]", "\n  - 服务\n  - 回甘"),
            "tea.yaml:11: aspects.1.keywords.1: the keyword '回甘' stands under '味道' and '服务';"
            " keep it under the one it tells apart",
            id="a keyword given twice",
        ),
        pytest.param(
            (
                "name: 茶馆\n",
                "name: 茶馆\nurgency: [{reason: 虫, level: high, words: [虫], aspect: 服物}]\n",
            ),
            "tea.yaml:3: urgency.0.aspect: there is no aspect '服物'.",
            id="an emergency of no aspect",
        ),
        pytest.param(
            (
                "name: 茶馆\n",
                "name: 茶馆\nurgency:\n- {reason: 虫, level: high, words: [虫], aspect: 服务,\n"
                "   department: 食安部}\n",
            ),
            "tea.yaml:5: urgency.0.department: the aspect '服务' says whose it is;"
            " keep one of the two",
            id="an emergency of two",
        ),
        pytest.param(
            (
                "name: 茶馆\n",
                "name: 茶馆\nurgency: [{reason: 虫, level: normal, words: [虫], aspect: 服务}]\n",
            ),
            "tea.yaml:3: urgency.0.aspect: words of level normal press nobody; leave it out",
            id="no emergency, of an aspect",
        ),
        pytest.param(
            ("[味道, 回甘]", "[味道, 12]"),
            "tea.yaml:6: aspects.0.keywords.1: should be text in quotes, not 12",
            id="a keyword that is a number",
        ),
        pytest.param(
            ("[味道, 回甘]", "味道"),
            "tea.yaml:6: aspects.0.keywords: should be a list, not '味道'",
            id="a word where a list belongs",
        ),
        pytest.param(
            ("[味道, 回甘]", "[味道, {回甘}]"),
            "tea.yaml:6: aspects.0.keywords.1: should be text in quotes",
            id="braces",
        ),
        pytest.param(
            ("keywords: [服务, 店员]", "department:\n  group_by: [shop]"),
            "tea.yaml:10: aspects.1.group_by.0: Input should be 'product' or 'store', not 'shop'",
            id="a wrong choice",
        ),
        pytest.param(
            ("keywords: [服务, 店员]", "children:\n  - id: smile\n    name: 笑\n    keyword: [笑]"),
            "tea.yaml:12: aspects.1.children.0.keyword: unknown key. Did you mean 'keywords'?",
            id="a typo in a child",
        ),
    ],
)
def test_an_edited_industry_is_told_the_line(
    tmp_path: Path, change: tuple[str, str], found: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_industry(edited(tmp_path, change))
    (place,) = caught.value.places
    assert place.removeprefix(f"{tmp_path}/").startswith(found)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    path = edited(
        tmp_path,
        ("name: 茶馆", "nam: 茶馆"),
        ("keywords", "keyword"),
        ("- id: service", "- idd: x"),
    )
    with pytest.raises(ConfigError) as caught:
        load_industry(path)
    lines = [int(re.findall(r"tea\.yaml:(\d+):", place)[0]) for place in caught.value.places]
    assert lines == sorted(lines)
    assert {2, 6, 7} <= set(lines)


def test_an_industry_of_ones_own_needs_no_more_than_names(tmp_path: Path) -> None:
    industry = load_industry(edited(tmp_path))
    assert [aspect.name for aspect in industry.aspects] == ["味道", "服务"]
    assert industry.aspect("taste") is industry.aspect("味道")
    assert industry.aspect("taste").group_by == ("product", "store")
    with pytest.raises(UsageError, match="has no aspect '价格'; it has 味道, 服务"):
        industry.aspect("价格")


def test_own_industries_win_over_bundled_ones(tmp_path: Path) -> None:
    edited(tmp_path)
    (tmp_path / "snack.yaml").write_text(SMALL.replace("id: tea", "id: snack"), encoding="utf-8")
    assert set(industry_files(tmp_path)) == {*PROMISED, "restaurant", "tea"}
    assert load_industry("tea", folder=tmp_path).name == "茶馆"
    assert load_industry("snack", folder=tmp_path).name == "茶馆"
    assert load_industry("snack").name != "茶馆"


def test_a_file_is_named_as_its_id(tmp_path: Path) -> None:
    (tmp_path / "coffee.yaml").write_text(SMALL, encoding="utf-8")
    with pytest.raises(ConfigError, match="its id is 'tea'"):
        load_industry("coffee", folder=tmp_path)


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        industry_files(tmp_path / "own")


def test_an_unknown_industry_names_the_nearest_and_all() -> None:
    with pytest.raises(UsageError, match="Did you mean 'automotive'") as caught:
        load_industry("automotiv")
    assert "citizen" in str(caught.value)


def test_aspects_by_name_alone() -> None:
    aspects = named_aspects([" 续航 ", "屏幕", "续航", ""])
    assert [(aspect.id, aspect.name, aspect.keywords) for aspect in aspects] == [
        ("custom.1", "续航", ("续航",)),
        ("custom.2", "屏幕", ("屏幕",)),
    ]
    with pytest.raises(UsageError, match="No aspect is named"):
        named_aspects([" ", ""])


def test_bundled_files_are_found_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert bundled("configs/default.yaml").is_file()
    assert load_industry("phone").name


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (SMALL, True),
        ('"aspects": []\n', True),
        ("{id: tea, name: 茶馆, aspects: []}\n", True),
        ("aspects: [\n", True),  # broken, and to be told where
        ("industries_dir: .\n", False),
        ("report:\n  aspects: 3\n", False),
        ("# aspects: none\n", False),
    ],
)
def test_a_file_without_aspects_is_no_industry(tmp_path: Path, text: str, is_one: bool) -> None:
    (tmp_path / "tea.yaml").write_text(text, encoding="utf-8")
    assert ("tea" in industry_files(tmp_path)) is is_one


def test_an_own_file_without_aspects_is_told_what_it_lacks(tmp_path: Path) -> None:
    (tmp_path / "tea.yaml").write_text(SMALL.replace("aspects:", "aspect:"), encoding="utf-8")
    with pytest.raises(ConfigError, match="aspects"):
        load_industry("tea", folder=tmp_path)


def test_the_same_text_is_the_same_object_and_a_changed_one_is_read(tmp_path: Path) -> None:
    path = tmp_path / "tea.yaml"
    path.write_text(SMALL, encoding="utf-8")
    first = load_industry("tea", folder=tmp_path)
    assert load_industry("tea", folder=tmp_path) is first
    path.write_text(SMALL.replace("茶馆", "茶楼"), encoding="utf-8")
    assert load_industry("tea", folder=tmp_path).name == "茶楼"
