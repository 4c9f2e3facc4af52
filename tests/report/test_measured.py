from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from voc.config import bundled
from voc.report.measured import METRICS_FILE, Measured, read_measured

FIGURE = {"value": 0.9, "low": 0.8, "high": 0.95, "n": 100}


def _write(folder: Path, content: Any) -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / METRICS_FILE).write_text(text, encoding="utf-8")
    return folder


def test_the_harder_set_is_taken_and_only_known_figures(tmp_path: Path) -> None:
    easy = {**FIGURE, "value": 0.99}
    sets = {
        "waimai": {"accuracy": easy, "macro_f1": easy},
        "waimai, fresh": {"accuracy": FIGURE},
        "car_forum": {"aspect_micro_f1": FIGURE, "odd": FIGURE},
        "service_intents": {"accuracy": FIGURE},
    }
    told = (
        Measured("外卖评价", "情感判断的准确率", 0.9, 0.8, 0.95, 100, True),
        Measured("汽车论坛", "找到方面的 F1", 0.9, 0.8, 0.95, 100, False),
    )
    assert read_measured(_write(tmp_path, {"dev": sets}), "voc-zh") == told
    assert read_measured(_write(tmp_path, {"dev": {"voc-zh": sets, "x": {}}}), "voc-zh") == told


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", {}, {"dev": []}, {"dev": {"waimai": 3}}, {"dev": {"waimai": {"accuracy": 1}}}],
)
def test_what_cannot_be_read_says_nothing(content: Any, tmp_path: Path) -> None:
    assert read_measured(_write(tmp_path, content), "voc-zh") == ()


def test_a_folder_without_figures_says_nothing(tmp_path: Path) -> None:
    assert read_measured(tmp_path, "voc-zh") == ()


@pytest.mark.parametrize(
    "place",
    sorted(
        place
        for place in bundled("models").glob("*/*/metrics.json")
        if place.parent.parent.name != "voc-zh-calls"  # judges conversations, and tags nothing
    ),
)
def test_what_is_shipped_tells_sentiment_and_aspects(place: Path) -> None:
    metrics = {one.metric for one in read_measured(place.parent, place.parent.parent.name)}
    assert {"情感判断的准确率", "找到方面的 F1", "方面连同情感的 F1"} <= metrics
