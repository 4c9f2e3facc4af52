"""`voc train-routing` as users type it: who handled what teaches where the next one goes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Voc = Callable[..., Any]

FAST = ("--model", "voc-zh-linear")
TRADE = ("--industry", "snack", *FAST)
SAID = (("店员态度很差，不给开发票", "财务部"), ("店员态度很差，骂人", "门店运营部"))


def history(folder: Path, count: int, **columns: str) -> str:
    names = {"text": "text", "department": "department"} | columns
    rows = [
        {names["text"]: f"{text}，第{number}次来", names["department"]: department}
        for number in range(count)
        for text, department in SAID
    ]
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / "past.jsonl").write_text("".join(lines), encoding="utf-8")
    return "past.jsonl"


def named(folder: Path, rules: str) -> None:
    (folder / "voc.yaml").write_text("routing: {file: rules.yaml}\n", encoding="utf-8")
    (folder / "rules.yaml").write_text(rules, encoding="utf-8")


def test_what_was_learned_is_used_where_the_routing_file_names_it(voc: Voc, tmp_path: Path) -> None:
    done = voc("train-routing", history(tmp_path, 30), *TRADE, "-o", "learned")
    assert done.code == 0, done.err
    assert "只按规则" in done.out
    assert "财务部" in done.out
    assert "it gains 30 rows and loses 0" in done.err
    assert "No aspect and no rule knows 财务部" in done.err
    assert "learned: {model: " in done.err
    named(tmp_path, "learned: {model: learned}\n")
    row = {"id": "a", "text": "店员态度很差，也不给开发票", "department": "财务部"}
    (tmp_path / "new.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    asked = ("route", "new.jsonl", *TRADE, "--config", "voc.yaml", "--explain")
    done = voc(*asked)
    [found] = map(json.loads, done.out.splitlines())
    assert (found["department"], found["rule"]) == ("财务部", "默认")
    assert "按以往办理派往财务部" in found["explanation"]
    assert found["learned"]["department"] == "财务部"
    assert found["learned"]["next"] == "门店运营部"
    assert found["learned"]["probability"] > 0.5
    assert any(word in "不给开发票" for word in found["learned"]["words"])
    assert "1 of 1 rows" in done.err
    rule = "{name: 店员, when: {aspect: 门店服务}, then: {department: 客户服务部}}"
    named(tmp_path, f"learned: {{model: learned}}\nrules:\n  - {rule}\n")
    [found] = map(json.loads, voc(*asked).out.splitlines())
    assert (found["department"], found["rule"]) == ("客户服务部", "店员")


def test_answers_tell_who_handled_it(voc: Voc, tmp_path: Path) -> None:
    name = history(tmp_path, 30, text="诉求", department="答复")
    answers = (tmp_path / name).read_text(encoding="utf-8")
    answers = answers.replace('"财务部"', '"您好，发票的事已由市财务处答复，财务处敬上"')
    answers = answers.replace(
        '"门店运营部"', '"门店管理中心已批评教育，另请财务处备案，门店管理中心"'
    )
    answers += '{"诉求": "店员态度很差", "答复": "您好，留言已收悉"}\n'
    (tmp_path / name).write_text(answers, encoding="utf-8")
    (tmp_path / "names.yaml").write_text(
        "departments:\n  财务部: 财务处\n  门店运营部: [门店管理中心, 门店科]\n", encoding="utf-8"
    )
    told = ("--map", "text=诉求", "--map", "department=答复", "--names", "names.yaml")
    done = voc("train-routing", name, *TRADE, *told, "-o", "learned")
    assert done.code == 0, done.err
    assert "names no department" in done.err
    assert "1 rows could not be used" in done.err
    assert (tmp_path / "learned" / "manifest.json").is_file()


def test_what_is_no_better_than_the_rules_is_not_written(voc: Voc, tmp_path: Path) -> None:
    name = history(tmp_path, 30)
    rows = (tmp_path / name).read_text(encoding="utf-8").replace("不给开发票", "给错了发票")
    by_hand = "rules:\n- {name: 发票, when: {aspect: 门店服务}, then: {department: 财务部}}\n"
    (tmp_path / name).write_text(rows, encoding="utf-8")
    named(tmp_path, by_hand)
    told = ("train-routing", name, *TRADE, "--config", "voc.yaml")
    done = voc(*told)
    assert done.code == 0
    assert "no better than the rules" in done.err
    assert "nothing was written" in done.err
    assert not (tmp_path / "routing-snack").exists()
    assert voc(*told, "--anyway").code == 0
    assert (tmp_path / "routing-snack" / "manifest.json").is_file()


def test_what_cannot_be_done_is_said(voc: Voc, tmp_path: Path) -> None:
    name = history(tmp_path, 10)
    done = voc("train-routing", name, *TRADE)
    assert done.code != 0
    assert "20 rows can be learned from" in done.err
    assert "50 are the fewest" in done.err
    assert "--industry" in voc("train-routing", name, *FAST).err
    assert "--map" in voc("train-routing", *TRADE, "--map", "text=评价").err
    named(tmp_path, "learned: {model: nowhere}\n")
    done = voc("route", name, *TRADE, "--config", "voc.yaml")
    assert done.code != 0
    assert "train-routing" in done.err
