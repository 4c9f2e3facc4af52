"""Where the time of one `voc score` goes: `python -m tests.benchmarks.stages ROWS OUT REPORT`.

One run in a process of its own, whose functions are wrapped by a stopwatch; see `SEAMS`. A stage is
charged for what it does itself, not for the stages it calls. The model is loaded, and has tagged
ten other texts, before the watch starts.
"""

from __future__ import annotations

import argparse
import functools
import importlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from tests.benchmarks.rows import read_rows, unlike

REST = "the rest"
READ, NORMALISE, TOKENISE, ENCODE = "read", "normalise", "tokenise", "encode"
TWIN, HEADS, URGENCY, WRITE = "linear twin", "heads", "urgency", "write"
STAGES = (READ, NORMALISE, TOKENISE, ENCODE, TWIN, HEADS, URGENCY, WRITE, REST)

# Stage, module, attribute. The tokenizer, which is no Python class, is wrapped where it is kept.
SEAMS = (
    (READ, "voc.pipeline.scoring", "_inputs"),
    (NORMALISE, "voc.tagging.engine", "prepare"),
    (ENCODE, "voc.inference.encoder", "EncoderModel.encode"),
    (TWIN, "voc.tagging.linear", "LinearTagger.read"),
    (TWIN, "voc.tagging.encoder", "sentiment_logits"),
    (TWIN, "voc.tagging.encoder", "intent_logits"),
    (TWIN, "voc.tagging.encoder", "presence_logits"),
    (TWIN, "voc.tagging.encoder", "polarity_logits"),
    (HEADS, "voc.tagging.encoder", "EncoderTagger.find"),
    (URGENCY, "voc.tagging.engine", "_urgency"),
    (WRITE, "voc.records", "Tags.as_dict"),
    (WRITE, "voc.results.writing", "_JournaledResults.write"),
    (WRITE, "voc.results.writing", "_JournaledResults.finish"),
)


class Stopwatch:
    """Charges each moment to the innermost stage under way, on the thread that scores.

    Args:
        clock: Tells the seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self.seconds: dict[str, float] = {}
        self._clock = clock
        self._under_way: list[str] = []
        self._since = clock()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Charges a stage until it is left, but for the stages entered meanwhile."""
        self._charge()
        self._under_way.append(name)
        try:
            yield
        finally:
            self._charge()
            self._under_way.pop()

    def _charge(self) -> None:
        now = self._clock()
        if self._under_way:
            name = self._under_way[-1]
            self.seconds[name] = self.seconds.get(name, 0.0) + now - self._since
        self._since = now

    def wrapped(self, stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Returns a function that is charged to a stage whenever it runs."""

        @functools.wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with self.stage(stage):
                return function(*args, **kwargs)

        return inside

    def wrapped_iterator(
        self, stage: str, function: Callable[..., Iterator[Any]]
    ) -> Callable[..., Iterator[Any]]:
        """Returns a generator function that is charged to a stage whenever it is asked for more."""

        @functools.wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Iterator[Any]:
            items = function(*args, **kwargs)
            while True:
                with self.stage(stage):
                    item = next(items, inside)
                if item is inside:
                    return
                yield item

        return inside


class TimedObject:
    """An object whose methods are charged to a stage."""

    def __init__(self, watch: Stopwatch, stage: str, inner: object) -> None:
        self._watch, self._stage, self._inner = watch, stage, inner

    def __getattr__(self, name: str) -> Any:
        return self._watch.wrapped(self._stage, getattr(self._inner, name))


class KeepsTokenizer(Protocol):
    """What of an encoder is wrapped beside `SEAMS`."""

    _tokenizer: Any


def seam(module: str, place: str) -> tuple[Any, str]:
    """Returns the module or class that holds a seam, and the name it has there."""
    *path, name = place.split(".")
    return functools.reduce(getattr, path, importlib.import_module(module)), name


def wrap(watch: Stopwatch, model: KeepsTokenizer) -> None:
    """Puts a stopwatch around every seam, for the rest of the process.

    Raises:
        AttributeError: A seam is no longer there.
    """
    for stage, module, place in SEAMS:
        owner, name = seam(module, place)
        wrapper = watch.wrapped_iterator if stage == READ else watch.wrapped
        setattr(owner, name, wrapper(stage, getattr(owner, name)))
    model._tokenizer = TimedObject(watch, TOKENISE, model._tokenizer)


def measure(rows: Path, out: Path, model: str, industry: str | None) -> dict[str, float]:
    """Scores a file and returns the seconds of each stage.

    Raises:
        SystemExit: The model is no encoder, a row was rejected, or a stage was never entered: what
            the stopwatch would say then is not what happened.
    """
    from voc.config import load_settings
    from voc.pipeline.scoring import ScoreOptions, score_file
    from voc.tagging.encoder import EncoderTagger
    from voc.tagging.engine import load

    settings = load_settings()
    engine = load(industry, settings=settings, model=model)
    if not isinstance(engine.tagger, EncoderTagger):
        raise SystemExit(f"{model} is no encoder; its stages are others.")
    texts = read_rows(rows)
    engine.tag(unlike(texts))
    watch = Stopwatch()
    wrap(watch, engine.tagger.model)
    with watch.stage(REST):
        summary = score_file(
            str(rows), str(out), engine=engine, settings=settings, options=ScoreOptions()
        )
    missed = [stage for stage in STAGES if stage not in watch.seconds]
    if missed or summary.rows != len(texts):
        raise SystemExit(
            f"{summary.rows} of {len(texts)} rows were tagged, and the stages"
            f" {', '.join(missed) or 'none'} were never entered; see SEAMS in {__file__}."
        )
    return watch.seconds


def main() -> None:
    """Writes the seconds of each stage as JSON."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.stages", description=__doc__)
    parser.add_argument("rows", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("report", type=Path)
    parser.add_argument("--model", required=True)
    parser.add_argument("--industry")
    options = parser.parse_args()
    seconds = measure(options.rows, options.out, options.model, options.industry)
    options.report.write_text(json.dumps({stage: seconds[stage] for stage in STAGES}))


if __name__ == "__main__":
    main()
