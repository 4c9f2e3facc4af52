"""`voc score --keep`, `--resume` and a file without rows: what is written, and what is said."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Result
from voc.pipeline import scoring

Voc = Callable[..., Result]
FILE = 'id,评价,门店,时间,电话\n1,薯片太咸了,"=HYPERLINK(""http://x"")",10-01,13812345678\n2,好,二店,,\n'
TAG = ("score", "in.csv", "--industry", "snack")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in.csv").write_text(FILE, encoding="utf-8")
    return tmp_path


def test_kept_columns_stand_beside_the_tags(voc: Voc, folder: Path) -> None:
    result = voc(*TAG, "--keep", "门店、时间,电话", "-o", "o.jsonl")
    assert result.code == 0, result.err
    first, second = map(json.loads, (folder / "o.jsonl").read_text("utf-8").splitlines())
    assert first["extra"]["门店"] == '=HYPERLINK("http://x")'
    assert first["extra"]["时间"] == "10-01"
    assert "13812345678" not in first["extra"]["电话"]
    assert second["extra"]["门店"] == "二店"
    voc(*TAG, "-o", "plain.jsonl")
    assert "extra" not in json.loads((folder / "plain.jsonl").read_text("utf-8").splitlines()[0])


def test_kept_columns_of_csv_are_run_by_no_spreadsheet(voc: Voc, folder: Path) -> None:
    voc(*TAG, "--keep", "门店,id", "-o", "o.csv")
    with (folder / "o.csv").open(encoding="utf-8-sig", newline="") as file:
        first, second = csv.DictReader(file)
    assert first["门店"] == '\'=HYPERLINK("http://x")'
    assert (second["门店"], second["extra.id"], second["id"]) == ("二店", "2", "2")


def test_a_column_there_is_not_is_refused(voc: Voc, folder: Path) -> None:
    result = voc(*TAG, "--keep", "门店名", "-o", "o.jsonl")
    assert result.code == 2
    assert "--keep '门店名': in.csv has no such column. Did you mean '门店'?" in result.err
    assert not (folder / "o.jsonl").exists()


@pytest.mark.parametrize("text", ["", "id,评价,门店\n"], ids=["empty", "a header alone"])
def test_a_file_without_rows_is_told(voc: Voc, folder: Path, text: str) -> None:
    (folder / "in.csv").write_text(text, encoding="utf-8")
    result = voc(*TAG, "--keep", "门店", "-o", "o.jsonl")
    assert result.code == 0, result.err
    assert "in.csv has no rows, so there is nothing to tag." in result.err


@pytest.fixture
def stops_at_the_second_row(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupts the second batch of the first run, each of one row."""
    (folder / "voc.yaml").write_text("score: {batch_rows: 1}\n", encoding="utf-8")
    tag, seen = scoring._tag, []

    def tagged(*given: Any) -> Any:
        seen.append(given)
        if len(seen) == 2:
            raise KeyboardInterrupt
        return tag(*given)

    monkeypatch.setattr(scoring, "_tag", tagged)


@pytest.mark.usefixtures("stops_at_the_second_row")
def test_resume_says_where_it_goes_on(voc: Voc, folder: Path) -> None:
    call = (*TAG, "--config", "voc.yaml", "-o", "o.jsonl", "--resume", "--keep")
    begun = voc(*call, "门店")
    assert begun.code == 130
    assert "o.jsonl: no interrupted run was found beside it, so it is begun anew." in begun.err
    other = voc(*call, "时间")
    assert other.code == 2
    assert "was begun with something else (kept columns" in other.err
    resumed = voc(*call, "门店")
    assert (resumed.code, "o.jsonl: goes on behind row 1." in resumed.err) == (0, True)
    assert len((folder / "o.jsonl").read_text("utf-8").splitlines()) == 2


@pytest.mark.usefixtures("stops_at_the_second_row")
def test_another_input_is_not_gone_on_with(voc: Voc, folder: Path) -> None:
    call = (*TAG, "--config", "voc.yaml", "-o", "o.jsonl")
    assert voc(*call).code == 130
    (folder / "in.csv").write_text(FILE + "3,还行,,,\n", encoding="utf-8")
    again = voc(*call, "--resume")
    assert again.code == 2
    assert "was begun with something else (input was" in again.err


SURVEY = (
    "StartDate,RecordedDate,IPAddress,Q1,Q2,Q3\n"
    "Start Date,Recorded Date,IP Address,您有多大可能推荐我们？,请写下原因,还想说什么\n"
    '"{""ImportId"":""startDate""}","{""ImportId"":""recordedDate""}","{""ImportId"":""ip""}",'
    '"{""ImportId"":""QID1""}","{""ImportId"":""QID2_TEXT""}","{""ImportId"":""QID3_TEXT""}"\n'
    "2026-10-01 09:00:00,2026-10-01 09:05:00,1.2.3.4,2,薯片太咸了,包装也破了\n"
    "2026-10-01 09:10:00,2026-10-01 09:15:00,1.2.3.5,10,很好吃,\n"
)


def test_all_open_answers_of_a_survey_are_tagged_and_it_is_told(voc: Voc, folder: Path) -> None:
    (folder / "in.csv").write_text(SURVEY, encoding="utf-8")
    result = voc(*TAG, "--keep", "Q1,IPAddress", "-o", "o.jsonl")
    assert result.code == 0, result.err
    first, second = map(json.loads, (folder / "o.jsonl").read_text("utf-8").splitlines())
    assert first["text"] == "请写下原因\n薯片太咸了\n还想说什么\n包装也破了"
    assert first["extra"] == {"Q1": "2", "IPAddress": "*" * 7}
    assert (second["id"], second["text"]) == ("2", "很好吃")
    assert "in.csv: the open questions are taken to be: 请写下原因、还想说什么." in result.err


def test_how_a_table_was_read_is_told(voc: Voc, folder: Path) -> None:
    titled = f"10月评价汇总,,,,\n{FILE}"
    (folder / "in.csv").write_text(titled, encoding="utf-8")
    result = voc(*TAG, "-o", "o.jsonl")
    assert result.code == 0, result.err
    assert "in.csv: line 2 was taken as the header" in result.err
