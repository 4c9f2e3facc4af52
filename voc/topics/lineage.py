"""Which theme of an earlier run a theme is, and what became of the others.

Where the clauses of an earlier theme are still there, they tell: a theme that holds most of them
and consists of them is that theme. Where they are gone, words and verbatims do (see
`voc.topics.matching`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from voc.topics.clauses import ThemeEvent
from voc.topics.themes import Labels

# From this share of the clauses of an earlier theme, those of a new one tell where it came from.
_SHARE: Final = 0.3

Counts = npt.NDArray[np.intp]


def shared(now: Labels, before: Labels, n_before: int) -> Counts:
    """Counts clauses by their theme now and before: `(n_themes, n_before)`."""
    table = np.zeros((int(now.max(initial=-1)) + 1, n_before), dtype=np.intp)
    both = (now >= 0) & (before >= 0)
    np.add.at(table, (now[both], before[both]), 1)
    return table


def continued(counts: Counts) -> dict[int, int]:
    """Returns for themes of now the earlier one that each is: each once, the surest pairs first.

    Sureness is Dice's coefficient over clauses that have a theme in both runs.
    """
    totals = counts.sum(axis=1, keepdims=True) + counts.sum(axis=0, keepdims=True)
    sure = 2 * counts / np.maximum(totals, 1)
    pairs = sorted((-sure[pair], *pair) for pair in zip(*np.nonzero(sure >= _SHARE), strict=True))
    found: dict[int, int] = {}
    used: set[int] = set()
    for _, now, before in pairs:
        if now not in found and before not in used:
            found[int(now)] = int(before)
            used.add(before)
    return found


def events(
    now: Labels, before: Labels, ids: Sequence[str], earlier: Sequence[str]
) -> tuple[ThemeEvent, ...]:
    """Tells what became of themes whose id is not among the others'.

    Args:
        now: `(n,)` the themes of clauses, as places in `ids`, −1 for none.
        before: `(n,)` their themes before, as places in `earlier`, −1 for none.
        ids: The ids of themes.
        earlier: The ids of the themes before.
    """
    counts = shared(now, before, len(earlier))
    sizes = np.bincount(now[now >= 0], minlength=len(ids))
    old_sizes = np.bincount(before[before >= 0], minlength=len(earlier))
    found = []
    for theme, topic_id in enumerate(ids):
        if topic_id not in earlier:
            parent = _main(counts[theme], sizes[theme])
            if parent is None:
                found.append(ThemeEvent(topic_id, "born"))
            else:
                found.append(ThemeEvent(topic_id, "split", earlier[parent]))
    for theme, topic_id in enumerate(earlier):
        if topic_id not in ids:
            heir = _main(counts[:, theme], old_sizes[theme])
            if heir is None:
                found.append(ThemeEvent(topic_id, "died"))
            else:
                found.append(ThemeEvent(topic_id, "merged", ids[heir]))
    return tuple(found)


def _main(counts: Counts, total: int) -> int | None:
    """Returns where more than half of `total` clauses are, if anywhere."""
    if not len(counts) or 2 * counts.max() <= total or not counts.max():
        return None
    return int(counts.argmax())
