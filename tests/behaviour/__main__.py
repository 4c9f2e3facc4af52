"""Runs the minimal pairs on one model or several: `python -m tests.behaviour`.

Prints a line for each kind: how many pairs it has and, for each model, the share of pairs of
which both members are right, of members, and of the aspects asked of them.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tests.behaviour.figures import (
    FLOORS,
    Figures,
    by_kind,
    load_floors,
    record_floors,
    table,
    under,
)
from tests.behaviour.suite import PairVerdict, judge, load_suite
from voc.config import load_settings
from voc.errors import VocError
from voc.tagging.engine import load


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the table, and writes what the options name."""
    options = _options(arguments)
    try:
        judged = run(options.model)
        figures = {model: by_kind(verdicts) for model, verdicts in judged.items()}
        if options.write_floors:
            write_floors(figures)
    except VocError as error:
        raise SystemExit(str(error)) from error
    if options.failures:
        print("\n".join(line for model, found in judged.items() for line in failures(model, found)))
    print(table(figures))
    if options.json:
        options.json.write_text(as_json(figures) + "\n", encoding="utf-8")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.behaviour",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--model", action="append", help="a model's name, or name@version; may be repeated"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument("--failures", action="store_true", help="print every member that is wrong")
    parser.add_argument(
        "--write-floors", action="store_true", help=f"record the default model in {FLOORS.name}"
    )
    options = parser.parse_args(arguments)
    if options.write_floors and options.model:
        parser.error("--write-floors records the default model; leave --model out.")
    return options


def run(names: Sequence[str] | None) -> dict[str, list[PairVerdict]]:
    """Judges the named models, or the shipped default whatever the environment says.

    Returns:
        The verdicts by the models' identifiers.

    Raises:
        VocError: A model is missing or broken, or the file of pairs is.
    """
    suite = load_suite()
    if names:
        engines = [load(model=name) for name in names]
    else:
        engines = [load(settings=load_settings(environ={}))]
    return {engine.model: judge(engine, suite) for engine in engines}


def write_floors(figures: Mapping[str, Mapping[str, Figures]]) -> None:
    """Records the only model's floors, and says on stderr where they are lowered."""
    ((model, found),) = figures.items()
    if FLOORS.exists():
        for line in under(load_floors(), found):
            print(f"lowered: {line}", file=sys.stderr)
    record_floors(model, found)


def failures(model: str, verdicts: Sequence[PairVerdict]) -> Iterator[str]:
    """Yields one line for each member that is wrong: what was found, not what was expected."""
    for pair in verdicts:
        for member in pair.members:
            if not member.right:
                said = "; ".join(member.faults())
                yield f"{model}  {pair.kind}  {member.member.text}  {said}"


def as_json(figures: Mapping[str, Mapping[str, Figures]]) -> str:
    """Returns the figures by model and kind as JSON."""
    values = {
        model: {kind: found.as_dict() for kind, found in kinds.items()}
        for model, kinds in figures.items()
    }
    return json.dumps(values, ensure_ascii=False, indent=2)


if __name__ == "__main__":
    main()
