"""The commands as users type them: exit codes, what goes to stdout and what to stderr."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import MadeOnce

Voc = Callable[..., Any]

REVIEWS = [
    {"id": name, "text": text, "time": f"2026-11-0{day} 11:00", "store": store}
    for name, text, day, store in (
        ("a1", "栗子很甜，店员态度也好", 1, "武汉店"),
        ("a2", "排队半小时，店员爱答不理", 2, "南京店"),
        ("a3", "又去了一次，店员还是爱答不理", 3, "南京店"),
        ("a4", "南京这家服务太差，店员骂人", 4, "南京店"),
        ("a5", "", 5, "南京店"),
        ("a6", "收银员态度恶劣，问个价都不耐烦", 6, "南京店"),
        ("a7", "店员冲老人大吼，这种服务太恶心了", 7, "南京店"),
    )
]


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8"
    )


def test_score_gives_one_row_for_one_row_in_order(voc: Voc, tmp_path: Path) -> None:
    _write(tmp_path / "in.jsonl", REVIEWS)
    result = voc("score", "in.jsonl", "-o", "out.jsonl", "--industry", "snack")
    assert (result.code, result.out) == (0, "")
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["id"] for row in rows] == [f"a{number}" for number in range(1, 8)]
    assert rows[1]["sentiment"]["label"] == "negative"
    assert "门店服务" in [mention["aspect"] for mention in rows[1]["aspects"]]


def test_score_writes_to_stdout_what_it_would_write_to_a_file(voc: Voc, tmp_path: Path) -> None:
    _write(tmp_path / "in.jsonl", REVIEWS)
    voc("score", "in.jsonl", "-o", "out.jsonl")
    result = voc("score", "in.jsonl")
    assert result.out == (tmp_path / "out.jsonl").read_text(encoding="utf-8")


def test_score_reads_a_gbk_csv_by_its_own_headings(voc: Voc, tmp_path: Path) -> None:
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["评价编号", "评价时间", "评分", "评价内容"])
    writer.writerow(["x1", "2026/11/1", "5", "=HYPERLINK(1)味道不错"])
    (tmp_path / "in.csv").write_bytes(table.getvalue().encode("gb18030"))
    assert voc("score", "in.csv", "-o", "out.csv").code == 0
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as lines:
        [row] = csv.DictReader(lines)
    assert row["id"] == "x1"
    assert row["text"].startswith("'=")


def test_a_row_that_cannot_be_read_is_set_aside_and_counted(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "in.jsonl").write_text('{"text": "好"}\n{broken\n{"text": "差"}\n', "utf-8")
    result = voc("score", "in.jsonl", "-o", "out.jsonl")
    assert result.code == 0
    assert "1 rejected" in result.err
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 2
    [reject] = (tmp_path / "out.jsonl.rejects.jsonl").read_text().splitlines()
    assert "in.jsonl:2" in reject


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["score", "missing.jsonl"], 1, "missing.jsonl"),
        (["score", "in.jsonl", "-o", "out.doc"], 2, ".parquet"),
        (["score", "in.jsonl", "--industry", "snak"], 2, "'snack'"),
        (["score", "in.jsonl", "--tasks", "sentimen"], 2, "'sentiment'"),
        (["score", "in.jsonl", "--text", "nope"], 2, "nope"),
        (["score", "in.jsonl", "--map", "text"], 2, "field=column"),
        (["score"], 2, "INPUT"),
        (["nonsense"], 2, "nonsense"),
        (["ingest", "nothing-here"], 2, "nothing-here"),
        (["ingest", "in.jsonl", "--channel", "fax"], 2, "hotline"),
        (["report", "-o", "r.html", "--since", "soon"], 2, "2026-10-01"),
        (["issues", "show", "is_0"], 1, "There is no store"),
        (["eval", "in.jsonl"], 2, "label"),
        (["run", "--config", "missing.yaml"], 1, "missing.yaml"),
    ],
)
def test_errors_are_one_sentence_on_stderr(
    voc: Voc, tmp_path: Path, arguments: list[str], code: int, said: str
) -> None:
    _write(tmp_path / "in.jsonl", REVIEWS)
    result = voc(*arguments)
    assert result.code == code
    assert result.out == ""
    assert said in result.err
    assert "Traceback" not in result.err


def test_eval_prints_figures_with_intervals(voc: Voc, tmp_path: Path) -> None:
    rows = [
        {"id": "1", "text": "很好吃", "sentiment": "positive"},
        {"id": "2", "text": "太难吃了", "sentiment": "negative"},
    ]
    with gzip.open(tmp_path / "dev.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
    result = voc("eval", "dev.jsonl.gz")
    assert result.code == 0
    accuracy = json.loads(result.out)["sentiment"]["accuracy"]
    assert accuracy == {"value": 1.0, "low": 1.0, "high": 1.0, "n": 2}


@pytest.fixture
def chain(voc: Voc, tmp_path: Path, made_once: MadeOnce) -> None:
    """A store of the reviews, after one run."""

    def make() -> None:
        _write(tmp_path / "reviews.jsonl", REVIEWS)
        assert "7 new" in voc("ingest", "reviews.jsonl", "--industry", "snack").err
        result = voc("run")
        assert result.code == 0, result.err
        assert "7 tagged" in result.out

    made_once("chain", make)


def test_from_a_file_to_work_orders_and_a_report(voc: Voc, chain: None, tmp_path: Path) -> None:
    assert "0 new" in voc("ingest", "reviews.jsonl", "--industry", "snack").err
    [issue] = [json.loads(line) for line in voc("issues", "--json").out.splitlines()]
    assert (issue["store"], issue["count"]) == ("南京店", 5)
    [order] = [json.loads(line) for line in voc("work-orders", "--json").out.splitlines()]
    assert order["issue_id"] == issue["issue_id"]
    assert len(list((tmp_path / "work-orders").glob("*.json"))) == 1
    assert "0 tagged" in voc("run").out
    name = order["work_order_id"]
    assert voc("work-orders", "act", name, "accepted").code == 0
    assert json.loads(voc("work-orders", "show", name, "--json").out)["status"] == "accepted"
    refused = voc("work-orders", "act", name, "reopened", "--note", "又来了")
    assert refused.code == 1
    assert "accepted" in refused.err
    assert voc("report", "-o", "r.html").code == 0
    assert "南京店" in (tmp_path / "r.html").read_text(encoding="utf-8")
    assert voc("issues").out.count("is_") == 1


def test_new_voices_join_the_open_issue(voc: Voc, chain: None, tmp_path: Path) -> None:
    more = [{**REVIEWS[1], "id": f"b{n}", "text": f"店员爱答不理，第{n}次了"} for n in range(2)]
    _write(tmp_path / "more.jsonl", more)
    voc("ingest", "more.jsonl", "--industry", "snack")
    voc("run")
    [issue] = [json.loads(line) for line in voc("issues", "--json").out.splitlines()]
    assert issue["count"] == 7


def test_doctor_names_the_line_of_a_wrong_industry(voc: Voc, tmp_path: Path) -> None:
    text = "id: tea\nname: 奶茶\naspects:\n  - id: taste\n    name: 口味\n    keywrds: [甜]\n"
    (tmp_path / "tea.yaml").write_text(text, encoding="utf-8")
    result = voc("doctor", "tea.yaml")
    assert result.code == 1
    assert "tea.yaml:6" in result.out
    assert "'keywords'" in result.out


def test_doctor_is_content_with_a_fresh_folder(voc: Voc) -> None:
    result = voc("doctor")
    assert result.code == 0, result.out


PLACES = [
    {
        "id": "1",
        "text": "店员态度很差，等了半小时",
        "product": "麻薯",
        "store": "滨江店",
        "region": "浙江",
    },
    {
        "id": "2",
        "text": "板栗很香，包装也好",
        "product": "板栗",
        "store": "静安店",
        "region": "上海",
    },
]


@pytest.fixture
def places(voc: Voc, tmp_path: Path, made_once: MadeOnce) -> Path:
    """The folder of a store with voices of two places, tagged."""

    def make() -> None:
        _write(tmp_path / "p.jsonl", PLACES)
        voc("ingest", "p.jsonl", "--industry", "snack")
        voc("run")

    made_once("places", make)
    return tmp_path


@pytest.mark.parametrize(
    ("narrowed", "rows"),
    [
        ([], 2),
        (["--product", "麻薯"], 1),
        (["--product", "麻薯", "--product", "板栗"], 2),
        (["--store", "静安店"], 1),
        (["--region", "上海", "--product", "麻薯"], 0),
    ],
)
def test_a_report_of_a_part_as_json(narrowed: list[str], rows: int, voc: Voc, places: Path) -> None:
    assert voc("report", "-o", "r.json", *narrowed).code == 0
    told = json.loads((places / "r.json").read_text(encoding="utf-8"))
    assert told["overview"]["rows"] == rows
    assert told["coverage"]["undated"] == rows
    assert told["measured"]


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["r.html", "--product", "麻署"], 2, "it has 麻薯"),
        (["r.html", "--region", "北京"], 2, "no feedback of the region '北京'"),
        (["r.pdf"], 2, "names no format"),
        (["r.html", "--format", "pdf"], 2, "html, xlsx, json"),
    ],
)
def test_a_report_that_cannot_be_made_says_why(
    arguments: list[str], code: int, said: str, voc: Voc, places: Path
) -> None:
    result = voc("report", "-o", *arguments)
    assert (result.code, said in result.err) == (code, True), result.err
    assert not (places / arguments[0]).exists()


def test_a_fault_of_its_own_tells_its_place_and_not_its_words(
    voc: Voc, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "客户说的话"

    def broken(*_: object, **__: object) -> None:
        raise KeyError(said)

    monkeypatch.setattr("voc.config.load_settings", broken)
    result = voc("report", "-o", "r.html")
    assert result.code == 1
    assert "KeyError in test_commands.py" in result.err
    assert said not in result.err
