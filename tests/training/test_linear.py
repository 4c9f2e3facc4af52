"""Training end to end on a few rows, from files to a model that tags."""

from __future__ import annotations

import gzip
import itertools
import json
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from training import datasets, linear
from training.linear import Recipe
from voc.config import load_model
from voc.errors import SourceError
from voc.inference.linear import LinearModel
from voc.records import Polarity
from voc.tagging.engine import Engine
from voc.tagging.linear import LinearTagger

WORDS: dict[Polarity, tuple[str, ...]] = {
    "positive": ("很好", "不错", "满意", "喜欢"),
    "negative": ("很差", "糟糕", "失望", "讨厌"),
    "neutral": ("请问", "多少", "怎么", "什么"),
}
THINGS = ("空间", "油耗", "包装", "气味", "服务")


def _rows() -> list[dict[str, Any]]:
    return [
        {"text": f"{thing}{word}，第{number}次", "sentiment": label, "thing": thing}
        for number, thing in itertools.product(range(3), THINGS)
        for label, words in WORDS.items()
        for word in words
    ]


def _write(folder: Path, name: str, split: str, rows: list[dict[str, Any]]) -> None:
    (folder / name).mkdir(exist_ok=True)
    with gzip.open(folder / name / f"{split}.jsonl.gz", "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    rows = _rows()
    plain = [row for row in rows if row["sentiment"] != "neutral"]
    for split in ("train", "dev"):
        for name in datasets.SENTIMENT_SETS:
            _write(folder, name, split, rows if name == "bank_forum" else plain)
        for name, things in (("car_forum", THINGS[:2]), ("cosmetics_reviews", THINGS[2:])):
            aspects = [
                {**row, "aspects": [{"aspect": row["thing"], "sentiment": row["sentiment"]}]}
                for row in rows
                if row["thing"] in things
            ]
            _write(folder, name, split, aspects)
        spans = [
            {
                "text": row["text"],
                "aspects": [
                    {"sentiment": row["sentiment"], "opinion": {"text": "", "start": 0, "end": 4}}
                ],
            }
            for row in rows
        ]
        _write(folder, "food_spans", split, spans)
        targets = [{**row, "targets": [{"sentiment": row["sentiment"]}]} for row in rows]
        _write(folder, "car_brands", split, targets)
        intents = ("买家咨询价格", "买家表达不满/生气", "买家表达赞美/满意", "买家打招呼")
        _write(
            folder,
            "service_intents",
            split,
            [{"text": f"{name[4:]}{n}", "intent": name} for n in range(5) for name in intents],
        )
    complaints = [{"text": f"关于{n}路灯的建议", "title": f"关于{n}的建议"} for n in range(8)]
    _write(folder, "citizen_complaints", "unlabelled", complaints)
    return folder


@pytest.fixture(scope="module")
def engine(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Engine:
    out = tmp_path_factory.mktemp("models")
    recipe = {
        **yaml.safe_load(
            (Path(linear.__file__).parent / "recipes/linear.yaml").read_text(encoding="utf-8")
        ),
        "bits": {"wide": 14, "narrow": 12, "service_intents": 12},
        "name": "tiny",
        "version": "1.0.0",
    }
    (out / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    arguments = ["--data", str(data), "--out", str(out), "--recipe", str(out / "recipe.yaml")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["training.linear", *arguments])
        linear.main()
    return Engine(LinearTagger(LinearModel.load(out / "tiny" / "1.0.0")))


def test_what_was_trained_tags(engine: Engine) -> None:
    texts = ["空间很好，第一次", "空间很差，第一次", "请问空间多少"]
    tags = engine.tag(texts, industry="automotive")
    assert [item.sentiment and item.sentiment.label for item in tags] == [
        "positive",
        "negative",
        "neutral",
    ]
    assert [[mention.aspect for mention in item.aspects] for item in tags] == [["空间"]] * 3
    assert tags[0].model == "tiny@1.0.0"


def test_what_was_trained_knows_the_questions(engine: Engine) -> None:
    [(label, chance)] = engine.questions(["咨询价格7"])
    assert label == "买家咨询价格"
    assert 0.25 < chance <= 1


def test_the_recipe_is_checked() -> None:
    recipe = load_model(Path(linear.__file__).parent / "recipes/linear.yaml", Recipe)
    assert recipe.name == "voc-zh-linear"
    assert set(recipe.polarity.weights) <= set(datasets.SENTIMENT_SETS)


def test_a_missing_set_says_where_it_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="--data"):
        datasets.rows(tmp_path, "waimai", "train")


def test_rows_weigh_what_the_recipe_says() -> None:
    head = linear.HeadRecipe(strength=1, weights={"a": 2.0}, minority_weight={"b": 3.0})
    weights = head.row_weights(["a", "b", "b"], ["positive", "neutral", "negative"])
    assert weights.tolist() == [2.0, 1.0, 3.0]
