"""Writes a model's figures on the dev sets: `python -m training.evaluate --data DIR`.

Prints a table and writes `metrics.json` beside the weights. These are dev sets: heads were chosen
and calibrated on them, so figures on sealed tests come out a little lower.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import orjson

from training import datasets
from voc.config import bundled, load_settings
from voc.inference.manifest import newest
from voc.tagging.engine import Engine, load
from voc.tagging.evaluation import Figure, evaluate

# Of linear models on the sealed tests, from the data's card: what a release must reach.
FLOORS = {
    ("chnsenticorp", "accuracy"): 0.884,
    ("online_shopping", "accuracy"): 0.938,
    ("waimai", "accuracy"): 0.900,
    ("nlpcc14", "accuracy"): 0.790,
    ("eprstmt", "accuracy"): 0.789,
    ("bank_forum", "macro_f1"): 0.56,
    ("car_forum", "joint_micro_f1"): 0.574,
    ("car_forum", "aspect_micro_f1"): 0.789,
    ("car_forum", "polarity_macro_f1"): 0.472,
    ("cosmetics_reviews", "joint_micro_f1"): 0.803,
    ("cosmetics_reviews", "aspect_micro_f1"): 0.844,
}


def measure(engine: Engine, data: Path) -> Iterator[tuple[str, dict[str, Figure]]]:
    """Yields the figures of each dev set."""
    for name in datasets.SENTIMENT_SETS:
        rows = datasets.rows(data, name, "dev")
        tagged = engine.tag([row["text"] for row in rows], tasks=["sentiment"])
        yield name, evaluate(rows, tagged)["sentiment"]
    for industry, name in datasets.ASPECT_SETS.items():
        rows = datasets.rows(data, name, "dev")
        tagged = engine.tag([row["text"] for row in rows], industry=industry, tasks=["aspects"])
        yield name, evaluate(rows, tagged)["aspects"]
    yield "citizen_messages", {"department_accuracy": _departments(engine, data)}


def _departments(engine: Engine, data: Path) -> Figure:
    """How often the surest aspect of a message to the city is the department that answered it."""
    rows = datasets.rows(data, "citizen_messages", "dev")
    tagged = engine.tag([row["text"] for row in rows], industry="citizen", tasks=["aspects"])
    hits = [
        bool(tags.aspects) and tags.aspects[0].aspect == row["department"]
        for row, tags in zip(rows, tagged, strict=True)
    ]
    share, n = sum(hits) / len(hits), len(hits)
    # Wilson's interval: n is too small for a bootstrap to say more.
    z = 1.96
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)) ** 0.5
    return Figure(share, middle - half, middle + half, n)


def main() -> None:
    """Measures and writes."""
    parser = argparse.ArgumentParser(prog="training.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--models", type=Path, default=bundled("models"), help="folder of models")
    parser.add_argument("--model", default="voc-zh-linear", help="name or name@version")
    options = parser.parse_args()
    settings = load_settings(
        overrides={"models.dir": str(options.models.resolve()), "models.name": options.model},
        environ={},
    )
    metrics: dict[str, dict[str, dict[str, float]]] = {}
    print(f"{'dev set':20}{'figure':30}{'value':>8}  {'95 % interval':17}{'n':>6}{'floor':>8}")  # noqa: T201
    for name, figures in measure(load(settings=settings), options.data):
        metrics[name] = {figure: value.as_dict() for figure, value in figures.items()}
        for figure, value in figures.items():
            floor = FLOORS.get((name, figure))
            print(  # noqa: T201
                f"{name:20}{figure:30}{value.value:8.4f}  [{value.low:.4f}, {value.high:.4f}]"
                f"{value.n:6}{f'{floor:8.3f}' if floor else ''}"
            )
    path = newest(options.models, options.model) / "metrics.json"
    path.write_bytes(orjson.dumps({"dev": metrics}, option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    main()
