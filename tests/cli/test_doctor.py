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
    assert "snack, tea" in result.out


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
