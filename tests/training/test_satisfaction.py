"""Training of satisfaction on a few conversations, and what is shipped against the data."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from training.satisfaction import Recipe, margin_of, read_judged, train
from voc.config import bundled
from voc.errors import SourceError
from voc.inference.manifest import newest
from voc.tagging.evaluation import satisfaction_figures
from voc.tagging.satisfaction import MODEL, SatisfactionModel

RECIPE = Recipe(
    name="voc-zh-calls",
    version="9.9.9",
    longest=2,
    bits=10,
    min_documents=1,
    penalty=0.5,
    shape_weight=0.07,
    folds=3,
)


def _row(number: int) -> dict[str, Any]:
    glad = number % 2 == 0
    words = "修好了，谢谢" if glad else "没人管，骗子！"
    turns = [("customer", f"宽带坏了{number}"), ("helpdesk", "请稍等"), ("customer", words)]
    return {
        "id": str(number),
        "turns": [{"speaker": speaker, "text": text} for speaker, text in turns],
        "quality": {"S": 1.0 if glad else -1.0},
    }


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data" / "helpdesk_dialogues"
    folder.mkdir(parents=True)
    for split, count in (("train", 30), ("dev", 10)):
        with gzip.open(folder / f"{split}.jsonl.gz", "wt", encoding="utf-8") as stream:
            stream.writelines(json.dumps(_row(number)) + "\n" for number in range(count))
    return tmp_path / "data"


def test_what_is_trained_can_be_loaded_and_tells_its_figures(data: Path, tmp_path: Path) -> None:
    pytest.importorskip("sklearn")
    folder = train(RECIPE, data, tmp_path / "models", lambda _: None)
    dev = read_judged(data, "dev")
    found = [each.score for each in SatisfactionModel.load(folder).predict(dev.turns)]
    assert np.corrcoef(found, dev.satisfaction)[0, 1] > 0.95
    figures = json.loads((folder / "metrics.json").read_bytes())
    assert figures["dev"]["helpdesk_dialogues"]["spearman"]["n"] == 10
    assert figures["folds of train"]["helpdesk_dialogues"]["spearman"]["n"] == 30


def test_a_missing_set_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="--data"):
        read_judged(tmp_path, "train")


def test_the_margin_holds_95_of_100_errors() -> None:
    assert margin_of(np.arange(1.0, 101.0)) == pytest.approx(96, abs=0.1)
    assert margin_of(np.array([-3.0, 1.0])) == 3.0


def test_what_is_shipped_ranks_unseen_conversations_as_people_do(data_dir: Path) -> None:
    dev = read_judged(data_dir, "dev")
    model = SatisfactionModel.load(newest(bundled("models"), MODEL))
    figures = satisfaction_figures(dev.satisfaction.tolist(), model.predict(dev.turns))
    assert figures["spearman"].low >= 0.75
    assert figures["within_interval"].value >= 0.92
