"""An industry from the command line to the report: by id, by file, late, wrong."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voc.config import load_settings
from voc.pipeline.taxonomies import industries_of, industry_of
from voc.store import open_store

TEA = """\
id: tea
name: 茶馆
aspects:
- id: taste
  name: 味道
  keywords: [味道, 回甘]
"""
Voc = Callable[..., Any]


@pytest.fixture(autouse=True)
def _files(tmp_path: Path) -> None:
    (tmp_path / "tea.yaml").write_text(TEA, encoding="utf-8")
    rows = [{"id": str(n), "text": f"味道太差了，第{n}次"} for n in range(3)]
    _write(tmp_path / "t.jsonl", rows)


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


def _url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'voc.db'}"


def test_an_industry_named_by_its_file_is_known_by_its_id_later(voc: Voc, tmp_path: Path) -> None:
    assert voc("ingest", "t.jsonl", "--industry", "tea.yaml").code == 0
    (tmp_path / "tea.yaml").unlink()
    result = voc("run")
    assert result.code == 0, result.err
    assert "3 tagged" in result.out
    result = voc("report", "-o", "r.html", "--industry", "tea")
    assert result.code == 0, result.err
    assert "味道" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert voc("report", "-o", "r.html").code == 0


def test_the_store_keeps_the_file_as_it_was_at_the_last_ingest(voc: Voc, tmp_path: Path) -> None:
    settings = load_settings(environ={})
    for name in ("味道", "口味"):
        (tmp_path / "tea.yaml").write_text(TEA.replace("name: 味道", f"name: {name}"), "utf-8")
        voc("ingest", "t.jsonl", "--industry", "tea.yaml")
        with open_store(_url(tmp_path)) as store:
            assert industry_of(store, settings, "tea").aspects[0].name == name


def test_an_industry_nobody_knows_leaves_the_others_usable(voc: Voc, tmp_path: Path) -> None:
    voc("ingest", "t.jsonl", "--industry", "tea.yaml")
    with open_store(_url(tmp_path)) as store:
        names = ["snack", "lost", "tea"]
        found, missing = industries_of(store, load_settings(environ={}), names)
    assert list(found) == ["snack", "tea"]
    assert list(missing) == ["lost"]
    assert "'lost'" in missing["lost"]


@pytest.mark.parametrize(
    "text",
    [
        "sources: {t: {path: t.jsonl, industry: tea.yaml}}\n",
        "industry: tea.yaml\nsources: {t: {path: t.jsonl}}\n",
    ],
)
def test_paths_in_the_config_start_from_its_folder(voc: Voc, tmp_path: Path, text: str) -> None:
    folder = tmp_path / "configs"
    folder.mkdir()
    (tmp_path / "tea.yaml").rename(folder / "tea.yaml")
    (tmp_path / "t.jsonl").rename(folder / "t.jsonl")
    (folder / "voc.yaml").write_text(text, encoding="utf-8")
    result = voc("ingest", "t", "--config", "configs/voc.yaml")
    assert (result.code, "3 new" in result.err) == (0, True), result.err
    result = voc("run", "--config", "configs/voc.yaml")
    assert (result.code, "3 tagged" in result.out) == (0, True), result.err
    assert voc("report", "-o", "r.html", "--config", "configs/voc.yaml").code == 0


def test_a_file_may_not_take_the_id_of_another_industry(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "my.yaml").write_text(TEA.replace("id: tea", "id: snack"), "utf-8")
    result = voc("ingest", "t.jsonl", "--industry", "my.yaml")
    assert result.code == 2
    assert "'snack'" in result.err
    assert not (tmp_path / "voc.db").exists()


def test_an_industry_named_late_is_given_to_what_is_known(voc: Voc, tmp_path: Path) -> None:
    assert "3 new" in voc("ingest", "t.jsonl").err
    assert "3 tagged" in voc("run").out
    assert "3 given the industry snack" in voc("ingest", "t.jsonl", "--industry", "snack").err
    assert "given" not in voc("ingest", "t.jsonl", "--industry", "snack").err
    assert "3 tagged" in voc("run").out
    assert "0 tagged" in voc("run").out
    assert "given" not in voc("ingest", "t.jsonl").err
    assert "3 given the industry bank" in voc("ingest", "t.jsonl", "--industry", "bank").err
    with open_store(_url(tmp_path)) as store:
        assert store.industries() == ["bank"]


def test_the_default_industry_is_given_only_to_what_has_none(voc: Voc, tmp_path: Path) -> None:
    voc("ingest", "t.jsonl", "--industry", "snack")
    _write(tmp_path / "u.jsonl", [{"id": "1", "text": "好"}])
    voc("ingest", "u.jsonl")
    (tmp_path / "voc.yaml").write_text("industry: bank\n", encoding="utf-8")
    _write(tmp_path / "u.jsonl", [{"id": "1", "text": "好"}, {"id": "2", "text": "差"}])
    assert "given" not in voc("ingest", "t.jsonl", "--config", "voc.yaml").err
    result = voc("ingest", "u.jsonl", "--config", "voc.yaml", "--name", "u")
    assert result.code == 0
    with open_store(_url(tmp_path)) as store:
        assert store.industries() == ["bank", "snack"]


def test_the_report_says_how_many_it_leaves_out(voc: Voc, tmp_path: Path) -> None:
    voc("ingest", "t.jsonl", "--industry", "snack")
    _write(tmp_path / "u.jsonl", [{"id": "1", "text": "好"}, {"id": "2", "text": "差"}])
    voc("ingest", "u.jsonl")
    voc("run")
    said = "2 feedbacks without an industry are not in this report"
    assert said in voc("report", "-o", "r.html").err
    assert said in voc("report", "-o", "r.html", "--industry", "snack").err
    voc("ingest", "u.jsonl", "--industry", "bank")
    assert "without an industry" not in voc("report", "-o", "r.html").err


def test_a_report_of_an_industry_that_nobody_named_is_refused_with_what_names_it(
    voc: Voc,
) -> None:
    voc("ingest", "t.jsonl")
    voc("run")
    refused = voc("report", "-o", "r.html", "--industry", "snack")
    assert refused.code == 2
    assert "none of its 3 names an industry. voc ingest FILE --industry snack" in refused.err
    voc("ingest", "t.jsonl", "--industry", "snack")
    voc("run")
    assert voc("report", "-o", "r.html", "--industry", "snack").code == 0
