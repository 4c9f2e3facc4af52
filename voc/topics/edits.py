"""What people made of themes, done again on what a run found: merged and split-off themes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from voc.topics.lineage import Counts, shared
from voc.topics.past import Parted, Past
from voc.topics.themes import Labels


def edited(
    labels: Labels, before: Labels, ids: Sequence[str], past: Past, texts: Sequence[str]
) -> Labels:
    """Puts together what people merged and apart what they split off.

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
        family = _of(counts, earlier) or [int(changed.max(initial=-1)) + 1]
        # Clauses unlike the middle of two unlike themes are still what somebody put together.
        lost = (changed < 0) & (before == earlier)
        changed[np.isin(changed, family[1:]) | lost] = family[0]
    for rule in past.parted:
        _part(changed, shared(changed, before, len(ids)), ids, rule, texts)
    return _numbered(changed)


def _of(counts: Counts, earlier: int) -> list[int]:
    """Returns the themes whose earlier clauses are mostly that theme's, the largest first."""
    mostly = 2 * counts[:, earlier] > counts.sum(axis=1)
    found = [int(theme) for theme in np.flatnonzero(mostly)]
    return sorted(found, key=lambda theme: (-counts[theme, earlier], theme))


def _part(
    labels: Labels, counts: Counts, ids: Sequence[str], rule: Parted, texts: Sequence[str]
) -> None:
    parents, children = (
        _of(counts, ids.index(name)) if name in ids else [] for name in (rule.parent, rule.child)
    )
    family = np.flatnonzero(np.isin(labels, [*parents, *children]))
    told: npt.NDArray[np.bool_] = np.array(
        [any(word in texts[at] for word in rule.words) for at in family.tolist()], dtype=np.bool_
    )
    fresh = int(labels.max(initial=-1)) + 1
    labels[family[told]] = children[0] if children else fresh
    if parents:
        strays = ~told & np.isin(labels[family], children)
        labels[family[strays]] = parents[0]


def _numbered(labels: Labels) -> Labels:
    """Numbers the themes anew without gaps, in their order."""
    present = np.unique(labels[labels >= 0])
    places = np.full(int(labels.max(initial=-1)) + 2, -1, dtype=np.intp)
    places[present] = np.arange(len(present))
    return places[labels]
