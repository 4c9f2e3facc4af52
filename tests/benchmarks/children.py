"""What runs inside a measured process: `python -m tests.benchmarks.children KIND ROWS OUT REPORT`.

Little is imported before a candidate's own packages are, so that its memory and start are its own.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tests.benchmarks.processes import Report, own_peak_mb

Scores = Callable[[Sequence[str]], Sequence[Any]]


def score(rows: Path, out: Path, *arguments: str) -> None:
    """Runs `voc score` as a shell would."""
    from voc.cli import main

    sys.argv = ["voc", "score", str(rows), "-o", str(out), *arguments]
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            raise


def engine(model: str) -> Scores:
    """Sentiment alone by the engine, in batches as `voc score` makes them."""
    from voc.config import load_settings
    from voc.tagging.engine import load

    settings = load_settings()
    size, loaded = settings.score.batch_rows, load(settings=settings, model=model)

    def scores(texts: Sequence[str]) -> list[Any]:
        found: list[Any] = []
        for start in range(0, len(texts), size):
            found += loaded.tag(texts[start : start + size], tasks=["sentiment"])
        return [tags.sentiment.score for tags in found]

    return scores


def transformers(tokenizer: str, shape: str, threads: str, run: str | None = None) -> Scores:
    """The classifier in the pipeline of `transformers`, one text after another, as they come."""
    import torch
    from transformers import PreTrainedTokenizerFast, pipeline

    from tests.benchmarks.models import Shape, teacher

    torch.set_num_threads(int(threads))
    sizes = Shape.from_json(shape)
    tokenizer_class: Any = PreTrainedTokenizerFast  # whose constructor has no types
    words = tokenizer_class(
        tokenizer_file=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
        model_max_length=sizes.positions,
    )
    model = teacher(sizes, Path(run) if run else None)
    classify = pipeline("text-classification", model=model, tokenizer=words, device="cpu")
    return lambda texts: [classify(text, truncation=True)[0]["score"] for text in texts]


def snownlp() -> Scores:
    """SnowNLP's sentiment, one text after another."""
    from snownlp import SnowNLP

    return lambda texts: [SnowNLP(text).sentiments for text in texts]


IN_MEMORY: dict[str, Callable[..., Scores]] = {
    "engine": engine,
    "transformers": transformers,
    "snownlp": snownlp,
}


def timed(scores: Scores, rows: Path, out: Path) -> float:
    """Returns the seconds that the rows take once ten others have been scored.

    Raises:
        SystemExit: Not every row got a score.
    """
    import json

    from tests.benchmarks.rows import read_rows, unlike

    texts = read_rows(rows)
    scores(unlike(texts))
    began = time.perf_counter()
    found = scores(texts)
    seconds = time.perf_counter() - began
    if len(found) != len(texts):
        raise SystemExit(f"{len(texts)} rows got {len(found)} scores.")
    out.write_text(json.dumps([float(each) for each in found]), encoding="utf-8")
    return seconds


def main() -> None:
    """Runs one candidate and leaves its report."""
    kind, *paths = sys.argv[1:5]
    rows, out, report = map(Path, paths)
    arguments = sys.argv[5:]
    seconds = None
    if kind == "score":
        score(rows, out, *arguments)
    else:
        seconds = timed(IN_MEMORY[kind](*arguments), rows, out)
    Report(seconds, own_peak_mb()).write(report)


if __name__ == "__main__":
    main()
