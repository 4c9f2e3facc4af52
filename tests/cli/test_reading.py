"""`voc ingest` and `voc run` over several sources: a bad one is told and holds up no other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Result

Voc = Callable[..., Result]

BAD = {
    "missing": ("{path: gone.csv}", "gone.csv: cannot be read (No such file"),
    "industry": ("{path: a.csv, industry: snak}", "There is no industry 'snak'"),
    "column": ("{path: a.csv, map: {text: 内容}}", "There is no column '内容' for text"),
    "channel": ("{path: a.docx}", "cannot be told by its ending '.docx'"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("id,评价\n1,薯片太咸了\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("id,评价\n2,客服很热情\n", encoding="utf-8")
    (tmp_path / "a.docx").write_text("x", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("source", "said"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("command", [("run",), ("ingest", "bad", "good")], ids=["run", "ingest"])
def test_a_bad_source_is_told_once_and_the_others_are_read(
    command: tuple[str, ...], source: str, said: str, voc: Voc, folder: Path
) -> None:
    text = f"sources:\n  bad: {source}\n  good: {{path: b.csv, industry: snack}}\n"
    (folder / "voc.yaml").write_text(text, encoding="utf-8")
    result = voc(*command, "--config", "voc.yaml")
    assert result.code == 1
    (line,) = [line for line in result.err.splitlines() if said in line]
    assert line.startswith("bad: ")
    assert "good: 1 new" in result.err
    assert ("1 tagged" in result.out) == (command == ("run",))


def test_files_that_are_not_there_hold_up_no_other(voc: Voc, folder: Path) -> None:
    result = voc("ingest", "gone.csv", "a.csv", "--industry", "snack")
    assert result.code == 1
    assert result.err.splitlines() == [
        "gone.csv: there is no such file, and no source of that name in the config (it has none).",
        "a: 1 new, 0 known, 0 edited, 0 rejected",
    ]


def test_where_no_source_can_be_read_no_store_is_made(voc: Voc, folder: Path) -> None:
    result = voc("ingest", "gone.csv", "gone.tsv")
    assert (result.code, len(result.err.splitlines())) == (1, 2)
    assert not (folder / "voc.db").exists()


def test_one_source_alone_ends_as_its_error_says(voc: Voc, folder: Path) -> None:
    assert voc("ingest", "gone.csv").code == 2
    assert voc("ingest", "a.csv", "--text", "内容").code == 2
