"""What was measured about the model that tagged, as its folder says it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

METRICS_FILE: Final = "metrics.json"
FRESH: Final = ", fresh"
"""Ends the name of a set from which the rows that repeat training texts were taken out."""

_SENTIMENT: Final = {"accuracy": "情感判断的准确率"}
_THREE_CLASSES: Final = {"macro_f1": "情感三分类的宏平均 F1"}
_ASPECTS: Final = {
    "aspect_micro_f1": "找到方面的 F1",
    "joint_micro_f1": "方面连同情感的 F1",
    "negative_f1": "方面上负面的 F1",
}
_SETS: Final[dict[str, tuple[str, dict[str, str]]]] = {
    "online_shopping": ("网购评价", _SENTIMENT),
    "jd_goods": ("京东商品评价", _SENTIMENT),
    "waimai": ("外卖评价", _SENTIMENT),
    "chnsenticorp": ("酒店、图书、笔记本评价", _SENTIMENT),
    "nlpcc14": ("商品评价（NLPCC 2014）", _SENTIMENT),
    "eprstmt": ("网购评价（EPRSTMT）", _SENTIMENT),
    "bank_forum": ("银行论坛", _THREE_CLASSES),
    "car_forum": ("汽车论坛", _ASPECTS),
    "cosmetics_reviews": ("化妆品评价", _ASPECTS),
}


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure on one held-out set, with its 95 % bootstrap interval over `n` rows.

    `is_fresh` says whether rows that repeat training texts were taken out.
    """

    data: str
    metric: str
    value: float
    low: float
    high: float
    n: int
    is_fresh: bool


def read_measured(folder: Path, name: str) -> tuple[Measured, ...]:
    """Returns what a model's folder says was measured of sentiment and aspects, if it does.

    Where a set stands twice, with and without the rows that repeat training texts, the harder one
    is taken. The file is `{"dev": {SET: {METRIC: FIGURE}}}`, or one such table a model, from which
    that of `name` is taken; a figure is `{"value", "low", "high", "n"}`. Sets that are not known
    here are left out.

    Args:
        folder: `<name>/<version>/` of the model.
        name: The model's name without its version.
    """
    try:
        held = json.loads((folder / METRICS_FILE).read_text(encoding="utf-8"))["dev"]
        sets = held.get(name, held)
        return tuple(figure for data in _SETS for figure in _figures(data, sets))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()


def _figures(data: str, sets: dict[str, Any]) -> list[Measured]:
    is_fresh = f"{data}{FRESH}" in sets
    metrics = sets.get(f"{data}{FRESH}" if is_fresh else data, {})
    title, wanted = _SETS[data]
    return [
        Measured(title, label, found["value"], found["low"], found["high"], found["n"], is_fresh)
        for metric, label in wanted.items()
        if (found := metrics.get(metric)) is not None
    ]
