from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from voc.errors import OutputError, UsageError
from voc.report import Figures, build_figures, format_of, write_report
from voc.report.rendering import render_html


@pytest.fixture(scope="module")
def figures(row: Callable[..., Any], report: Callable[..., Any]) -> Figures:
    return build_figures(report(rows=[row("a")]))


@pytest.mark.parametrize(
    ("name", "told", "expected"),
    [
        ("r.html", None, "html"),
        ("r.HTM", None, "html"),
        ("r.xlsx", None, "xlsx"),
        ("r.json", None, "json"),
        ("r.html", "json", "json"),
        ("report", "XLSX", "xlsx"),
    ],
)
def test_the_format_is_told_or_that_of_the_ending(
    name: str, told: str | None, expected: str
) -> None:
    assert format_of(Path(name), told) == expected


@pytest.mark.parametrize(
    ("name", "told", "said"),
    [("r.pdf", None, "'.pdf' names no format"), ("r", None, "--format"), ("r.html", "csv", "html")],
)
def test_other_formats_are_refused(name: str, told: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        format_of(Path(name), told)


def test_each_format_is_written_as_what_it_is(figures: Figures, tmp_path: Path) -> None:
    write_report(figures, tmp_path / "r.json", as_format="json")
    assert json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["format"] == "voc-report"
    write_report(figures, tmp_path / "r.xlsx", as_format="xlsx")
    assert zipfile.is_zipfile(tmp_path / "r.xlsx")


def test_the_file_is_written_whole_and_replaces_the_old_one(
    figures: Figures, tmp_path: Path
) -> None:
    path = tmp_path / "build" / "report.html"
    write_report(figures, path)
    first = path.read_text(encoding="utf-8")
    path.write_text("old", encoding="utf-8")
    write_report(figures, path)
    assert path.read_text(encoding="utf-8") == first == render_html(figures)
    assert [one.name for one in path.parent.iterdir()] == ["report.html"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    figures: Figures, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "report.html"
    path.write_text("old", encoding="utf-8")

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"report\.html \(No space left on device\)"):
        write_report(figures, path)
    assert path.read_text(encoding="utf-8") == "old"
    assert [one.name for one in tmp_path.iterdir()] == ["report.html"]


def test_a_place_that_is_no_folder_is_told(figures: Figures, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="name another file with -o"):
        write_report(figures, tmp_path / "file" / "report.html")
