"""Figures of aspects: which are spoken of, and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from voc.records import POLARITIES, Tags
from voc.tagging.evaluation.figures import Counts, Figure, bootstrapped, macro_f1, micro_f1
from voc.tagging.evaluation.rows import Pairs, aspect_name, marked_aspects


def aspect_figures(pairs: Pairs, seed: int) -> dict[str, Figure]:
    """Compares named aspects of rows with Tags; polarities where the aspect itself is found."""
    judged = [(marked_aspects(row), tags) for row, tags in pairs]
    rows = [_counts(gold, tags) for gold, tags in judged if gold is not None]
    if not rows:
        return {}
    aspects, joint, polarities = (
        np.array([row[part] for row in rows], dtype=float) for part in range(3)
    )
    return {
        "aspect_micro_f1": bootstrapped(aspects, micro_f1, seed),
        "joint_micro_f1": bootstrapped(joint, micro_f1, seed),
        "polarity_macro_f1": bootstrapped(polarities, macro_f1, seed),
        "negative_f1": bootstrapped(_of_label(polarities, "negative"), micro_f1, seed),
    }


def _of_label(counts: Counts, label: str) -> Counts:
    """Returns (hits, gold, found) of one label among the counts that `macro_f1` takes."""
    return counts[:, POLARITIES.index(label) :: len(POLARITIES)]


def _counts(
    gold: Sequence[Mapping[str, Any]], tags: Tags
) -> tuple[list[int], list[int], list[int]]:
    """Returns (hits, found, gold) of aspects and of pairs, and what `macro_f1` takes of polarities.

    A gold aspect is named by `aspect_id` or by `aspect`.
    """
    by_id = {mention.aspect_id: mention for mention in tags.aspects}
    by_name = {mention.aspect: mention for mention in tags.aspects}
    wanted: dict[str, list[str]] = {}
    polarities = np.zeros((3, len(POLARITIES)), dtype=int)
    hits = pairs = 0
    for item in gold:
        wanted.setdefault(str(aspect_name(item)), []).append(str(item["sentiment"]))
    for name, sentiments in wanted.items():
        mention = by_id.get(name) or by_name.get(name)
        if mention is None:
            continue
        hits += 1
        right = mention.sentiment in sentiments
        pairs += right
        label = mention.sentiment if right else sentiments[0]
        said, meant = POLARITIES.index(mention.sentiment), POLARITIES.index(label)
        polarities[0, said] += right
        polarities[1, meant] += 1
        polarities[2, said] += 1
    gold_pairs = sum(len(set(sentiments)) for sentiments in wanted.values())
    found = len(tags.aspects)
    return [hits, found, len(wanted)], [pairs, found, gold_pairs], polarities.ravel().tolist()
