"""Labels that lie in the repository are joined with texts that do not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from training import datasets
from voc.config import load_industry
from voc.errors import SourceError
from voc.records import POLARITIES

ASPECTS = [{"aspect_id": "dish.taste", "sentiment": "positive"}]
TEXTS = {"shop": [{"id": "a", "text": "面很好吃"}, {"id": "b", "text": "没什么可说"}]}


def _label(set_name: str, row_id: str, aspects: list[dict[str, str]]) -> dict[str, Any]:
    return {"set": set_name, "id": row_id, "aspects": aspects}


def _folders(folder: Path, labels: list[dict[str, Any]]) -> tuple[Path, Path]:
    """Writes a data folder and a folder of labels."""
    for name, texts in TEXTS.items():
        (folder / "data" / name).mkdir(parents=True)
        with gzip.open(folder / "data" / name / "dev.jsonl.gz", "wt", encoding="utf-8") as stream:
            stream.writelines(json.dumps(row) + "\n" for row in texts)
    labelled = folder / "corpora" / "restaurant_aspects"
    labelled.mkdir(parents=True)
    lines = "".join(json.dumps(row) + "\n" for row in labels)
    (labelled / "dev.jsonl").write_text(lines, encoding="utf-8")
    return folder / "data", folder / "corpora"


def test_labels_get_their_texts_in_the_order_of_the_labels(tmp_path: Path) -> None:
    data, corpora = _folders(tmp_path, [_label("shop", "b", []), _label("shop", "a", ASPECTS)])
    assert datasets.read_rows(data, "restaurant", "dev", corpora=corpora) == [
        {"id": "b", "text": "没什么可说", "aspects": []},
        {"id": "a", "text": "面很好吃", "aspects": ASPECTS},
    ]


@pytest.mark.parametrize(
    ("labels", "place"),
    [
        ([_label("shop", "a", []), _label("shop", "c", ASPECTS)], "dev.jsonl:2: shop dev .*'c'"),
        ([_label("shop", "a", []), _label("shop", "a", ASPECTS)], "dev.jsonl:2: shop dev .*'a'"),
        ([_label("stall", "a", ASPECTS)], "stall"),
    ],
    ids=["no such row", "labelled twice", "no such set"],
)
def test_a_label_without_a_text_of_its_own_is_refused(
    tmp_path: Path, labels: list[dict[str, Any]], place: str
) -> None:
    data, corpora = _folders(tmp_path, labels)
    with pytest.raises(SourceError, match=place):
        datasets.read_rows(data, "restaurant", "dev", corpora=corpora)


def test_a_split_that_nobody_read_is_refused(tmp_path: Path) -> None:
    data, corpora = _folders(tmp_path, [])
    with pytest.raises(SourceError, match=r"train\.jsonl: no such labels; there are those of dev"):
        datasets.read_rows(data, "restaurant", "train", corpora=corpora)


def _said(row_id: str, *aspects: tuple[str, str]) -> dict[str, Any]:
    items = [{"aspect_id": name, "sentiment": sentiment} for name, sentiment in aspects]
    return {"id": row_id, "text": f"{row_id}。", "aspects": items}


def test_rows_that_stand_apart_are_joined_with_all_they_speak_of() -> None:
    rows = [
        _said("a", ("dish.taste", "positive")),
        _said("b"),
        _said("c", ("dish.taste", "negative"), ("price.level", "neutral")),
        _said("d", ("dish.look", "positive")),
        _said("e"),
    ]
    joined = datasets.joined_rows(rows, 3)
    assert [row["text"] for row in joined] == ["a。\nc。\ne。", "b。\nd。"]
    assert [[item["aspect_id"] for item in row["aspects"]] for row in joined] == [
        ["dish.taste", "price.level"],
        ["dish.look"],
    ]
    assert datasets.joined_rows([], 3) == []


@pytest.mark.parametrize("industry", datasets.READ_SETS)
def test_the_labels_are_of_the_bundled_taxonomy(data_dir: Path, industry: str) -> None:
    known = {aspect.id for aspect in load_industry(industry).all_aspects()}
    rows = datasets.read_rows(data_dir, industry, "dev")
    assert len(rows) >= 100
    for row in rows:
        named = [item["aspect_id"] for item in row["aspects"]]
        assert len(named) == len(set(named)), row["id"]
        assert set(named) <= known, row["id"]
        assert all(item["sentiment"] in POLARITIES for item in row["aspects"]), row["id"]


@pytest.mark.parametrize("industry", datasets.READ_SETS)
def test_no_text_lies_beside_the_labels(industry: str) -> None:
    path = datasets.CORPORA / datasets.READ_SETS[industry] / "dev.jsonl"
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        assert row.keys() == {"set", "id", "aspects"}
        assert all(item.keys() == {"aspect_id", "sentiment"} for item in row["aspects"])
        assert line.isascii()
