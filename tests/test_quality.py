"""What the bundled model must reach on real labelled feedback, through the commands users type.

Every n-th row of each set is read, always the same ones, and floors are those of these rows; what
the whole sets give stands on the model's card.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import voc  # noqa: F401 - fixture

Voc = Callable[..., Any]
pytestmark = [pytest.mark.data, pytest.mark.usefixtures("models_once")]


def _sample(labelled: Path, every: int, folder: Path) -> list[dict[str, Any]]:
    """Writes every n-th row to `dev.jsonl` in the folder, and returns them."""
    with gzip.open(labelled, "rt", encoding="utf-8") as lines:
        rows = list(islice(lines, 0, None, every))
    (folder / "dev.jsonl").write_text("".join(rows), encoding="utf-8")
    return [json.loads(row) for row in rows]


def _reaches(voc: Voc, task: str, least: dict[str, float], options: Sequence[str] = ()) -> None:  # noqa: F811
    told = voc("eval", "dev.jsonl", *options)
    assert told.code == 0, told.err
    figures = json.loads(told.out)[task]
    for figure, value in least.items():
        assert figures[figure]["value"] >= value, figures[figure]


def test_scoring_a_dump_gives_one_row_for_one_row_and_is_right(
    voc: Voc,  # noqa: F811
    data_dir: Path,
    tmp_path: Path,
) -> None:
    gold = _sample(data_dir / "online_shopping" / "dev.jsonl.gz", 15, tmp_path)
    assert voc("score", "dev.jsonl", "-o", "tags.jsonl").code == 0
    tags = [json.loads(line) for line in (tmp_path / "tags.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in tags] == [row["id"] for row in gold]
    hits = 0
    for row, found in zip(gold, tags, strict=True):
        chances = found["sentiment"]["probabilities"]
        says = "positive" if chances["positive"] > chances["negative"] else "negative"
        hits += says == row["sentiment"]
    assert hits / len(gold) >= 0.935, hits / len(gold)


@pytest.mark.parametrize(
    ("name", "every", "least"),
    [
        ("chnsenticorp", 2, {"accuracy": 0.945}),
        ("waimai", 3, {"accuracy": 0.910}),
        ("nlpcc14", 3, {"accuracy": 0.797}),
        ("eprstmt", 1, {"accuracy": 0.850}),
        ("bank_forum", 2, {"macro_f1": 0.555}),
    ],
)
def test_sentiment_reaches_the_floors(
    voc: Voc,  # noqa: F811
    data_dir: Path,
    tmp_path: Path,
    name: str,
    every: int,
    least: dict[str, float],
) -> None:
    _sample(data_dir / name / "dev.jsonl.gz", every, tmp_path)
    _reaches(voc, "sentiment", least)


@pytest.mark.parametrize(
    ("name", "every", "industry", "least"),
    [
        ("car_forum", 3, "automotive", {"joint_micro_f1": 0.63, "aspect_micro_f1": 0.865}),
        ("cosmetics_reviews", 1, "cosmetics", {"joint_micro_f1": 0.855, "aspect_micro_f1": 0.888}),
    ],
)
def test_aspects_reach_the_floors(
    voc: Voc,  # noqa: F811
    data_dir: Path,
    tmp_path: Path,
    name: str,
    every: int,
    industry: str,
    least: dict[str, float],
) -> None:
    _sample(data_dir / name / "dev.jsonl.gz", every, tmp_path)
    _reaches(voc, "aspects", least, ("--industry", industry))
