"""`voc route`: what the rules would do, and what they did not do."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Voc = Callable[..., Any]


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    config = tmp_path / "voc.yaml"
    config.write_text("routing: {file: rules.yaml}\n", encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(
        """
departments: [夜班]
rules:
  - name: 夜里的店
    when: {aspect: 门店服务, store: "夜*", channel: review}
    then: {department: 夜班, priority: high}
""",
        encoding="utf-8",
    )
    return config


def rows(folder: Path, *values: dict[str, str]) -> str:
    file = folder / "rows.jsonl"
    lines = (json.dumps(value, ensure_ascii=False) + "\n" for value in values)
    file.write_text("".join(lines), encoding="utf-8")
    return file.name


def test_each_row_is_routed_and_explained(voc: Voc, tmp_path: Path, rules: Path) -> None:
    name = rows(
        tmp_path,
        {"id": "a", "text": "店员态度很差，骂人", "store": "夜市店"},
        {"id": "b", "text": "店员态度很差，骂人", "store": "早市店"},
    )
    done = voc("route", name, "--industry", "snack", "--explain", "--config", rules.name)
    assert done.code == 0
    first, second = (json.loads(line) for line in done.out.splitlines())
    assert (first["id"], first["department"], first["rule"]) == ("a", "夜班", "夜里的店")
    assert first["priority"] == "high"
    assert "failed" not in first
    assert second["rule"] == "默认"
    assert second["failed"] == [
        {"rule": "夜里的店", "condition": "store", "allowed": ["夜*"], "found": ["早市店"]}
    ]
    assert 0 < second["confidence"] <= 1


def test_an_emergency_goes_to_whose_it_is(voc: Voc, tmp_path: Path) -> None:
    name = rows(
        tmp_path,
        {"id": "a", "text": "味道很差，吃完上吐下泻进医院了"},
        {"id": "b", "text": "味道很差，太咸了"},
    )
    for industry, department in (("restaurant", "品控食安部"), ("snack", "食品安全部")):
        done = voc("route", name, "--industry", industry)
        assert done.code == 0
        ill, salty = (json.loads(line) for line in done.out.splitlines())
        assert (ill["department"], ill["priority"]) == (department, "urgent")
        assert salty["department"] == "产品研发部"


def test_what_is_done_about_a_voice_is_explained(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "voc.yaml").write_text("routing: {file: rules.yaml}\n", encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(
        """
match: all
rules:
  - name: 店员
    when: {aspect: 门店服务, confidence: {at_least: 0.01}}
    then: {skill_group: 店长组}
  - {name: 公关, when: {sentiment: negative}, then: {department: 公关部, review: true}}
  - {name: 低分, when: {rating: {at_most: 0.4}}, then: {department: 别的部}}
voices:
  rules:
    - name: 致谢
      when: {sentiment: positive}
      then: {notify: frontline, say: 请致谢。}
    - name: 回访
      when: {sentiment: negative, store: "夜*"}
      then: {notify: frontline, say: 请回访。, tag: 待回访}
""",
        encoding="utf-8",
    )
    row = {"id": "a", "text": "店员态度很差，骂人", "store": "夜市店"}
    name = rows(tmp_path, row)
    told = ("--industry", "snack", "--config", "voc.yaml")
    [found] = map(json.loads, voc("route", name, "--explain", *told).out.splitlines())
    assert (found["rule"], found["skill_group"]) == ("店员", "店长组")
    [also] = found["also"]
    assert (also["department"], also["review"]) == ("公关部", True)
    assert found["failed"] == [
        {"rule": "低分", "condition": "rating", "allowed": ["≤ 0.4"], "found": []}
    ]
    assert found["voice"] == {
        "actions": [
            {
                "rule": "回访", "notify": "frontline", "say": "请回访。", "tag": "待回访",
                "sinks": ["file"],
            }
        ],
        "failed": [
            {
                "rule": "致谢", "condition": "sentiment", "allowed": ["positive"],
                "found": ["negative"],
            }
        ],
    }  # fmt: skip
    [plain] = map(json.loads, voc("route", name, *told).out.splitlines())
    assert "voice" not in plain


@pytest.mark.parametrize("label", ["门店服务", "门店运营部"])
def test_labelled_rows_are_judged(label: str, voc: Voc, tmp_path: Path) -> None:
    name = rows(
        tmp_path,
        {"id": "a", "text": "店员态度很差，骂人", "department": label},
        {"id": "b", "text": "店员态度很差，骂人", "department": "物流"},
        {"id": "c", "text": "店员态度很差，骂人"},
    )
    done = voc("route", name, "--industry", "snack")
    assert done.code == 0
    assert len(done.out.splitlines()) == 3
    assert "1 of 2 rows went where they should" in done.err
    assert "1 × 物流 → 门店服务" in done.err


def test_open_issues_are_routed_as_a_run_would(voc: Voc, tmp_path: Path, rules: Path) -> None:
    texts = ("店员骂人", "店员态度恶劣", "店员爱答不理，态度差", "店员态度真差", "店员又骂人")
    name = rows(
        tmp_path,
        *(
            {"id": str(n), "text": text, "store": "夜市店", "time": f"2026-11-0{n + 1} 23:00"}
            for n, text in enumerate(texts)
        ),
    )
    told = ("--config", rules.name)
    voc("ingest", name, "--industry", "snack", "--channel", "review", *told)
    assert voc("run", *told).code == 0
    [order] = [json.loads(line) for line in voc("work-orders", "--json", *told).out.splitlines()]
    [found] = [json.loads(line) for line in voc("route", *told).out.splitlines()]
    assert found["id"] == order["issue_id"]
    assert (found["department"], found["priority"]) == (order["department"], order["priority"])
    assert found["rule"] == "夜里的店"
    assert found["clock"] == order["clock"]["kind"]
    [named] = voc("route", "--issue", order["issue_id"], *told).out.splitlines()
    assert json.loads(named) == found


def test_what_cannot_be_done_is_said(voc: Voc, tmp_path: Path) -> None:
    name = rows(tmp_path, {"id": "a", "text": "店员态度很差"})
    assert "--industry" in voc("route", name).err
    assert voc("route", "nowhere.csv", "--industry", "snack").code != 0
    assert "--issue" in voc("route", name, "--issue", "is_1", "--industry", "snack").err


def test_what_opens_no_order_is_told(voc: Voc, tmp_path: Path) -> None:
    name = rows(
        tmp_path,
        {"id": "a", "text": "薯片很好吃"},
        {"id": "b", "text": ""},
        {"id": "c", "text": "薯片太咸了，太难吃"},
        {"id": "d", "text": "发票没给我开"},
    )
    done = voc("route", name, "--industry", "snack")
    assert [json.loads(line)["opens"] for line in done.out.splitlines()] == [
        "没有抱怨，不会开工单",
        "没有抱怨，不会开工单",
        "14 天内不到 3 条同类声音，不会开工单",
        "14 天内不到 3 条同类声音，不会开工单",
    ]


def test_a_rule_that_names_what_there_is_not_is_told(voc: Voc, tmp_path: Path, rules: Path) -> None:
    text = (tmp_path / "rules.yaml").read_text(encoding="utf-8")
    (tmp_path / "rules.yaml").write_text(text.replace("门店服务", "门店服物"), encoding="utf-8")
    name = rows(tmp_path, {"id": "a", "text": "店员态度很差"})
    done = voc("route", name, "--industry", "snack", "--config", rules.name)
    assert done.code == 0
    assert "rules.yaml:5: rules.0.when.aspect: there is no aspect '门店服物'" in done.err


def test_a_survey_is_read_whole_and_how_is_told(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "nps.csv").write_text(
        "序号,提交答卷时间,1、您有多大可能推荐我们？,2、打这个分的原因是？,3、还有什么建议？,责任部门\n"
        "1,2026/10/1 9:30:00,3,等了半小时没人理我,店员骂人，没人管,客服部\n"
        "2,2026/10/1 9:40:00,10,很好吃,,客服部\n",
        "utf-8",
    )
    done = voc("route", "nps.csv", "--industry", "snack")
    assert done.code == 0, done.err
    assert len(done.out.splitlines()) == 2
    asked = "2、打这个分的原因是？、3、还有什么建议？"
    assert f"nps.csv: the open questions are taken to be: {asked}. --map text=COLUMN" in done.err
    assert "of 2 rows went where they should" in done.err
