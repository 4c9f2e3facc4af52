"""What people made of themes, done again on what a run found: merged and split-off themes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from voc.topics.lineage import Counts, shared
from voc.topics.past import Parted, Past
from voc.topics.themes import Labels

# Stands for the place of a theme that is there no more.
_GONE: Final = -2


def edited(
    labels: Labels, before: Labels, ids: Sequence[str], past: Past, texts: Sequence[str]
) -> Labels:
    """Puts together what people merged and apart what they split off.

    What a merged theme had stays with it, wherever else it would belong by itself, and so does
    what was split off, as long as it uses the words. What had no theme is free.

    Args:
        labels: `(n,)` the themes of clauses, −1 for none.
        before: `(n,)` their themes before, as places in `ids`.
        ids: The ids of the earlier themes.
        past: What people did.
        texts: The clauses' normal forms.

    Returns:
        `(n,)` themes 0 … n_themes − 1, −1 for none.
    """
    changed = labels.copy()
    counts = shared(changed, before, len(ids))
    for topic_id in sorted(past.joined.intersection(ids)):
        earlier = ids.index(topic_id)
        family = _of(counts, earlier) or [_fresh(changed)]
        changed[np.isin(changed, family[1:]) | (before == earlier)] = family[0]
    for rule in past.parted:
        _part(changed, before, ids, rule, texts, is_joined=rule.parent in past.joined)
    return _numbered(changed)


def made(before: Labels, ids: Sequence[str], past: Past) -> npt.NDArray[np.bool_]:
    """Says of each clause whether its theme before was one that people made: `(n,)`.

    Args:
        before: As for `edited`.
        ids: Likewise.
        past: Likewise.
    """
    names = past.joined.union(rule.child for rule in past.parted)
    return np.isin(before, [at for at, name in enumerate(ids) if name in names])


def _of(counts: Counts, earlier: int) -> list[int]:
    """Returns the themes whose earlier clauses are mostly that theme's, the largest first."""
    mostly = 2 * counts[:, earlier] > counts.sum(axis=1)
    found = [int(theme) for theme in np.flatnonzero(mostly)]
    return sorted(found, key=lambda theme: (-counts[theme, earlier], theme))


def _part(
    labels: Labels,
    before: Labels,
    ids: Sequence[str],
    rule: Parted,
    texts: Sequence[str],
    *,
    is_joined: bool,
) -> None:
    if rule.child not in ids:
        return
    counts = shared(labels, before, len(ids))
    child = ids.index(rule.child)
    parent = ids.index(rule.parent) if rule.parent in ids else _GONE
    children = _of(counts, child)
    parents = _of(counts, parent) if parent != _GONE else []
    were_child, were_parent = before == child, before == parent
    told: npt.NDArray[np.bool_] = np.array(
        [any(word in text for word in rule.words) for text in texts], dtype=np.bool_
    )
    taken = told & (np.isin(labels, [*parents, *children]) | were_child)
    if is_joined:
        # The words that the parent has still came with what was merged into it later.
        taken &= ~were_parent
    strays = ~told & ~were_child & np.isin(labels, children)
    labels[taken] = children[0] if children else _fresh(labels)
    if parents or (strays & were_parent).any():
        labels[strays] = parents[0] if parents else _fresh(labels)


def _fresh(labels: Labels) -> int:
    return int(labels.max(initial=-1)) + 1


def _numbered(labels: Labels) -> Labels:
    """Numbers the themes anew without gaps, in their order."""
    present = np.unique(labels[labels >= 0])
    places = np.full(int(labels.max(initial=-1)) + 2, -1, dtype=np.intp)
    places[present] = np.arange(len(present))
    return places[labels]
