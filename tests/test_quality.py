"""What the bundled model must reach on real labelled feedback, through the commands users type."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

VOC = str(Path(sys.executable).with_name("voc"))
pytestmark = pytest.mark.data


def _eval(labelled: Path, *options: str) -> dict[str, Any]:
    done = subprocess.run(
        [VOC, "eval", str(labelled), *options], capture_output=True, text=True, check=True
    )
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def test_scoring_a_dump_gives_one_row_for_one_row_and_is_right(
    data_dir: Path, tmp_path: Path
) -> None:
    dump, out = tmp_path / "dump.jsonl.gz", tmp_path / "tags.jsonl"
    with gzip.open(data_dir / "online_shopping" / "dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        gold = [json.loads(line) for line in lines][::3]
    with gzip.open(dump, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in gold)
    subprocess.run([VOC, "score", str(dump), "-o", str(out)], check=True, capture_output=True)
    tags = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in tags] == [row["id"] for row in gold]
    hits = 0
    for row, found in zip(gold, tags, strict=True):
        chances = found["sentiment"]["probabilities"]
        says = "positive" if chances["positive"] > chances["negative"] else "negative"
        hits += says == row["sentiment"]
    assert hits / len(gold) >= 0.935


@pytest.mark.parametrize(
    ("name", "figure", "least"),
    [
        ("chnsenticorp", "accuracy", 0.884),
        ("waimai", "accuracy", 0.900),
        ("nlpcc14", "accuracy", 0.790),
        ("eprstmt", "accuracy", 0.789),
        ("bank_forum", "macro_f1", 0.56),
    ],
)
def test_sentiment_reaches_the_floors(data_dir: Path, name: str, figure: str, least: float) -> None:
    figures = _eval(data_dir / name / "dev.jsonl.gz")["sentiment"]
    assert figures[figure]["value"] >= least


@pytest.mark.parametrize(
    ("name", "industry", "least"),
    [
        ("car_forum", "automotive", {"joint_micro_f1": 0.56, "aspect_micro_f1": 0.789}),
        ("cosmetics_reviews", "cosmetics", {"joint_micro_f1": 0.79, "aspect_micro_f1": 0.844}),
    ],
)
def test_aspects_reach_the_floors(
    data_dir: Path, name: str, industry: str, least: dict[str, float]
) -> None:
    figures = _eval(data_dir / name / "dev.jsonl.gz", "--industry", industry)["aspects"]
    for figure, value in least.items():
        assert figures[figure]["value"] >= value
