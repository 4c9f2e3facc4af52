"""Tags against labelled rows, task by task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from voc.errors import UsageError
from voc.records import INTENTS, Tags, Task
from voc.tagging.evaluation.aspects import aspect_figures
from voc.tagging.evaluation.figures import Figure
from voc.tagging.evaluation.labels import intent_figures, sentiment_figures
from voc.tagging.evaluation.opinions import opinion_figures


def evaluate(
    labelled: Sequence[Mapping[str, Any]], tagged: Sequence[Tags], *, seed: int = 0
) -> dict[str, dict[str, Figure]]:
    """Compares Tags with labelled rows.

    Args:
        labelled: Rows that `check_row` passes, with any of `sentiment`, `aspects`, `opinions`,
            `intent`. Opinions are read as Tags have them. Items of `aspects` may have the spans
            `target` and `opinion` too: an item counts for aspects by its name, for opinions by its
            spans. A row with neither spans nor `opinions` is not judged on opinions.
        tagged: What the engine said of each row's text.
        seed: Seed of the bootstrap.

    Returns:
        Figures by task, tasks without labelled rows left out. So are intents of which none is one
        of the contract's five: those are for `evaluate_labels`.

    Raises:
        UsageError: No row is labelled, or a label is unknown.
    """
    pairs = list(zip(labelled, tagged, strict=True))
    by_task: dict[Task, dict[str, Figure]] = {
        "sentiment": sentiment_figures(pairs, seed),
        "aspects": aspect_figures(pairs, seed),
        "opinions": opinion_figures(pairs, seed),
        "intent": intent_figures(pairs, seed),
    }
    judged = {str(task): figures for task, figures in by_task.items() if figures}
    if not judged:
        others = next((row["intent"] for row in labelled if row.get("intent") is not None), None)
        raise UsageError(
            "No row has a 'sentiment', 'aspects', 'opinions' or 'intent' label; there is nothing"
            " to compare."
            + (f" The intent {others!r} is none of {', '.join(INTENTS)}." if others else "")
        )
    return judged
