"""`voc doctor`: it finds what a run would trip over, and makes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Voc = Callable[..., Any]
TEA = "id: tea\nname: 茶馆\naspects:\n- {id: taste, name: 味道, keywords: [味道]}\n"


def test_a_fresh_folder_stays_empty(voc: Voc, tmp_path: Path) -> None:
    result = voc("doctor")
    assert result.code == 0, result.out
    assert result.out.count("not made yet") == 2
    assert list(tmp_path.iterdir()) == []


def test_the_config_beside_industries_is_none_of_them(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "voc.yaml").write_text("industries_dir: .\n", encoding="utf-8")
    (tmp_path / "tea.yaml").write_text(TEA, encoding="utf-8")
    result = voc("doctor", "--config", "voc.yaml")
    assert result.code == 0, result.out
    assert "telecom, tea" in result.out


def test_an_industry_that_the_store_needs_and_nobody_has(voc: Voc, tmp_path: Path) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    (folder / "tea.yaml").write_text(TEA, encoding="utf-8")
    (tmp_path / "voc.yaml").write_text("industries_dir: own\n", encoding="utf-8")
    (tmp_path / "in.jsonl").write_text('{"text": "好"}\n', encoding="utf-8")
    voc("ingest", "in.jsonl", "--industry", "tea", "--config", "voc.yaml")
    assert voc("doctor", "--config", "voc.yaml").code == 0
    result = voc("doctor")
    assert result.code == 1
    assert "There is no industry 'tea'" in result.out


def test_an_industry_that_the_store_keeps_is_enough(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "tea.yaml").write_text(TEA, encoding="utf-8")
    (tmp_path / "in.jsonl").write_text('{"text": "好"}\n', encoding="utf-8")
    voc("ingest", "in.jsonl", "--industry", "tea.yaml")
    (tmp_path / "tea.yaml").unlink()
    assert voc("doctor").code == 0


def test_feedback_without_an_industry_is_counted(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "好"}\n{"text": "差"}\n', encoding="utf-8")
    voc("ingest", "in.jsonl")
    result = voc("doctor")
    assert result.code == 0
    assert "2 feedback without an industry" in result.out


@pytest.mark.parametrize("industry", ["snak", "missing.yaml"])
def test_the_industry_of_a_source_is_looked_up(voc: Voc, tmp_path: Path, industry: str) -> None:
    text = f"sources: {{a: {{path: in.jsonl, industry: {industry}}}}}\n"
    (tmp_path / "voc.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "in.jsonl").write_text('{"text": "好"}\n', encoding="utf-8")
    result = voc("doctor", "--config", "voc.yaml")
    assert result.code == 1
    assert industry in result.out


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="POSIX rights")
def test_a_queue_that_cannot_be_made_is_a_finding(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    (tmp_path / "voc.yaml").write_text("queue: {dir: file/queue}\n", encoding="utf-8")
    result = voc("doctor", "--config", "voc.yaml")
    assert result.code == 1
    assert "is no folder" in result.out


def test_a_wrong_models_folder_names_only_models(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "models" / "notes" / "a.b.c").mkdir(parents=True)
    (tmp_path / "models" / "tiny" / "1.0.0").mkdir(parents=True)
    (tmp_path / "models" / "tiny" / "1.0.0" / "manifest.json").write_text("{}", encoding="utf-8")
    (tmp_path / "voc.yaml").write_text("models: {dir: models}\n", encoding="utf-8")
    result = voc("doctor", "--config", "voc.yaml")
    assert result.code == 1
    assert "it holds tiny@1.0.0." in result.out


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{path: gone.csv}", "gone.csv: no such file; mend sources.a.path."),
        ("{path: in.csv, map: {text: 内容}}", "There is no column '内容' for text."),
        ("{path: in.csv, map: {txt: 评价}}", "There is no field 'txt' to map a column to."),
        ("{path: heads.csv, map: {text: 内容}}", "There is no column '内容' for text."),
        ("{path: figures.csv}", "No column looks like the customers' words"),
        ("{path: in.docx}", "cannot be told by its ending '.docx'"),
        ("{path: torn.xlsx}", "torn.xlsx: "),
    ],
)
def test_a_source_that_cannot_be_read_is_a_finding(
    voc: Voc, tmp_path: Path, source: str, said: str
) -> None:
    (tmp_path / "voc.yaml").write_text(f"sources: {{a: {source}}}\n", encoding="utf-8")
    (tmp_path / "in.csv").write_text("id,评价\n1,好\n", encoding="utf-8")
    (tmp_path / "heads.csv").write_text("id,评价\n", encoding="utf-8")
    (tmp_path / "figures.csv").write_text("id,x\n1,2\n", encoding="utf-8")
    (tmp_path / "in.docx").write_bytes(b"x")
    (tmp_path / "torn.xlsx").write_bytes(b"x")
    result = voc("doctor", "--config", "voc.yaml")
    assert result.code == 1
    assert "✗ source a" in result.out
    assert said in result.out


@pytest.mark.parametrize(
    "source",
    [
        "{path: in.csv}",
        "{path: in.csv, map: {text: 评价}}",
        "{path: heads.csv}",
        "{path: empty.jsonl}",
        "{path: calls.csv}",
    ],
)
def test_a_source_that_can_be_read_is_none(voc: Voc, tmp_path: Path, source: str) -> None:
    (tmp_path / "voc.yaml").write_text(f"sources: {{a: {source}}}\n", encoding="utf-8")
    (tmp_path / "in.csv").write_text("id,评价\n1,好\n", encoding="utf-8")
    (tmp_path / "heads.csv").write_text("id,评价\n", encoding="utf-8")
    (tmp_path / "empty.jsonl").write_text("", encoding="utf-8")
    calls = "通话编号,角色,开始秒,内容\n1,客户,0,坏了\n"
    (tmp_path / "calls.csv").write_text(calls, encoding="utf-8")
    result = voc("doctor", "--config", "voc.yaml")
    assert result.code == 0, result.out
    assert "✓ source a" in result.out
    assert not (tmp_path / "voc.db").exists()


def test_a_source_whose_last_run_failed_is_a_finding(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "db.sqlite").touch()
    (tmp_path / "voc.yaml").write_text(
        "sources: {shop: {kind: sql, url: 'sqlite:///db.sqlite', query: SELECT id FROM t,"
        " watermark: id, key: id, map: {text: id}}}\n",
        encoding="utf-8",
    )
    assert voc("doctor", "--config", "voc.yaml").code == 0
    assert voc("ingest", "shop", "--config", "voc.yaml").code != 0
    result = voc("doctor", "--config", "voc.yaml")
    assert result.code == 1
    assert "its last run could not end: " in result.out


def test_a_store_whose_folder_is_not_there_is_a_finding(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "voc.yaml").write_text("store: {url: 'sqlite:///data/shop.db'}\n", "utf-8")
    result = voc("doctor", "--config", "voc.yaml")
    assert result.code == 1
    assert "✗ store" in result.out
    assert f"the folder {tmp_path / 'data'} does not exist. Make it first." in result.out
    (tmp_path / "data").mkdir()
    assert voc("doctor", "--config", "voc.yaml").code == 0
    assert list((tmp_path / "data").iterdir()) == []
