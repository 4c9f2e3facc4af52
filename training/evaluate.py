"""Measures models on labelled sets: `python -m training.evaluate --data DIR [--model M]…`.

Prints one table with a column for each model and writes `metrics.json` into the first one's folder.
With `--card` the table also replaces the one between the marks of that model's card.md. `--split`
names the split; heads were chosen and calibrated on dev, so sealed tests come out a little lower.
Rows that nearly repeat a training text say little; figures of the others stand under "fresh".
Sentences joined to texts as long as reviews, where more is spoken of, stand under "joined".
`--teacher RUN` adds a column for a run of `training.encoder.train`: in float32, calibrated as the
first model is and with its twin.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson

from training import datasets
from training.gates import FLOORS, MUST, SHOWN
from voc.config import bundled, load_settings
from voc.errors import UsageError
from voc.inference.manifest import newest
from voc.tagging.engine import Engine, load
from voc.tagging.evaluation import Figure, evaluate, evaluate_labels

FRESH = ", fresh"  # marks the rows of a set that repeat no training text
TEACHER = "teacher"  # how a run is called in the table
MOST_LOST = 0.005  # what a model may lose against its teacher
_HIGH = SHOWN.keys() - {"expected_calibration_error"}  # figures that are better when high
JOINED = 7  # sentences that are joined to a text of about 400 characters, as long as reviews are
Figures = dict[str, Figure]
_BEGIN, _END = "<!-- figures: python -m training.evaluate -->", "<!-- end of figures -->"


def measure(engine: Engine, data: Path, split: str) -> Iterator[tuple[str, Figures]]:
    """Yields the figures of each set."""
    for name in datasets.SENTIMENT_SETS:
        rows = datasets.rows(data, name, split)
        tagged = engine.tag([row["text"] for row in rows], tasks=["sentiment"])
        yield name, evaluate(rows, tagged)["sentiment"]
        marks = datasets.repeated(data, name, rows)
        if any(marks):
            fresh = [index for index, mark in enumerate(marks) if not mark]
            figures = evaluate([rows[index] for index in fresh], [tagged[index] for index in fresh])
            yield f"{name}{FRESH}", figures["sentiment"]
    for industry, name in datasets.ASPECT_SETS.items():
        yield name, _aspects(engine, industry, datasets.rows(data, name, split))
    if split in datasets.READ_SPLITS:
        for industry, name in datasets.READ_SETS.items():
            rows = datasets.read_rows(data, industry, split)
            yield name, _aspects(engine, industry, rows)
            whole = _aspects(engine, industry, datasets.joined_rows(rows, JOINED))
            yield f"{name}, joined", {"aspect_micro_f1": whole["aspect_micro_f1"]}
    rows = datasets.rows(data, "food_spans", split)
    tagged = engine.tag([row["text"] for row in rows], industry="restaurant", tasks=["opinions"])
    yield "food_spans", evaluate(rows, tagged)["opinions"]
    yield "service_intents", _questions(engine, data, split)
    yield "citizen_messages", {"department_accuracy": _departments(engine, data, split)}


def _aspects(engine: Engine, industry: str, rows: Sequence[Mapping[str, Any]]) -> Figures:
    tagged = engine.tag([row["text"] for row in rows], industry=industry, tasks=["aspects"])
    return evaluate(rows, tagged)["aspects"]


def _questions(engine: Engine, data: Path, split: str) -> Figures:
    rows = datasets.rows(data, "service_intents", split)
    found = engine.questions([row["text"] for row in rows])
    return evaluate_labels([row["intent"] for row in rows], found)


def _departments(engine: Engine, data: Path, split: str) -> Figure:
    """How often the surest aspect of a message to the city is the department that answered it."""
    rows = datasets.rows(data, "citizen_messages", split)
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


def table(models: Sequence[str], measured: Sequence[dict[str, Figures]]) -> str:
    """Returns the figures as a Markdown table: the first model with its interval, then the others.

    Args:
        models: Names.
        measured: Figures by set, of each model.
    """
    head = ["set", "figure", "n", models[0], "95 % interval", *models[1:], "must", "floor"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for name, figures in measured[0].items():
        for figure in figures:
            if figure not in SHOWN:
                continue
            own = figures[figure]
            others = [each.get(name, {}).get(figure) for each in measured[1:]]
            cells = [
                name,
                SHOWN[figure],
                f"{own.n:,}",
                f"{own.value:.3f}",
                f"{own.low:.3f}–{own.high:.3f}",
                *(f"{other.value:.3f}" if other else "–" for other in others),
                *(
                    f"{gates[key]:.3f}"
                    if (key := (name.removesuffix(FRESH), figure)) in gates
                    else "–"
                    for gates in (MUST, FLOORS)
                ),
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def losses(
    own: Mapping[str, Figures], teacher: Mapping[str, Figures], *, most: float = MOST_LOST
) -> dict[str, float]:
    """Returns what a model loses against its teacher, where that is more than `most`.

    Calibration error, which is better when low, is left out.
    """
    return {
        f"{name} {SHOWN[figure]}": lost
        for name, figures in own.items()
        for figure, value in figures.items()
        if figure in _HIGH
        and name in teacher
        and (lost := round(teacher[name][figure].value - value.value, 4)) > most
    }


def _told(own: Mapping[str, Figures], teacher: Mapping[str, Figures]) -> str:
    """Tells what a model loses against its teacher in a line."""
    lost = losses(own, teacher)
    compared = sum(figure in _HIGH for figures in own.values() for figure in figures)
    each = ", ".join(f"{name} {value:.3f}" for name, value in lost.items())
    return (
        f"{len(lost)} of {compared} figures lose more than {MOST_LOST} against {TEACHER}"
        f"{': ' if lost else ''}{each}"
    )


def _write_card(path: Path, text: str) -> None:
    before, begin, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise UsageError(
            f"{path}: has no lines {_BEGIN} and {_END} for the table to stand between."
        )
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")


def _engine(models: Path, name: str) -> Engine:
    settings = load_settings(overrides={"models.dir": str(models.resolve())}, environ={})
    return load(settings=settings, model=name)


def _teacher(run: Path, beside: Path, data: Path, split: str) -> dict[str, Figures]:
    """Measures a run with the twin of the encoder in the folder `beside`."""
    from training.encoder.floats import calibrated, write_float_model

    with tempfile.TemporaryDirectory() as scratch:
        folder = write_float_model(run, Path(scratch), name=TEACHER, beside=beside)
        return dict(measure(Engine(calibrated(folder, data)), data, split))


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="training.evaluate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--models", type=Path, default=bundled("models"), help="folder of models")
    parser.add_argument(
        "--model", action="append", help="name or name@version; again for one to stand beside it"
    )
    parser.add_argument("--teacher", type=Path, help="a finished run to stand beside them")
    parser.add_argument("--split", default="dev", help="dev, test or train")
    parser.add_argument("--card", action="store_true", help="put the table into the card")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures and writes."""
    options = _parsed(arguments)
    names: list[str] = options.model or ["voc-zh", "voc-zh-linear"]
    folder = newest(options.models, names[0])
    measured = {
        name: dict(measure(_engine(options.models, name), options.data, options.split))
        for name in names
    }
    if options.teacher:
        measured[TEACHER] = _teacher(options.teacher, folder, options.data, options.split)
    text = table(list(measured), list(measured.values()))
    print(text)  # noqa: T201
    if options.teacher:
        print(f"\n{_told(measured[names[0]], measured[TEACHER])}")  # noqa: T201
    values = {
        model: {
            name: {figure: value.as_dict() for figure, value in figures.items()}
            for name, figures in each.items()
        }
        for model, each in measured.items()
    }
    (folder / "metrics.json").write_bytes(
        orjson.dumps({options.split: values}, option=orjson.OPT_INDENT_2) + b"\n"
    )
    if options.card:
        _write_card(folder / "card.md", text)


if __name__ == "__main__":
    main()
