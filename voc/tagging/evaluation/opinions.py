"""Figures of opinions: what is judged, by which words, and how."""

from __future__ import annotations

from collections.abc import Set
from typing import Final

import numpy as np

from voc.records import Span, Tags
from voc.tagging.evaluation.figures import Figure, bootstrapped, micro_f1
from voc.tagging.evaluation.rows import MarkedOpinions, Pairs, Place, Triplet, marked_opinions

FIGURES: Final = ("triplet_micro_f1", "pair_micro_f1", "opinion_micro_f1", "target_micro_f1")


def opinion_figures(pairs: Pairs, seed: int) -> dict[str, Figure]:
    """Compares marked opinions with Tags; a span is right where both its ends are.

    Each thing counts once a row, however often it is marked or found. An implied target is part of
    its pair and its triplet, equal to another implied one, and no target of its own.

    A target marked without words that judge it (`MarkedOpinions.unvoiced`) can be no Opinion, so
    it is not asked for. Finding it is not held against the engine in `target_micro_f1` either; the
    words found with it are wrong in the other three, as the row marks none.

    Returns:
        Micro-F1 of triplets (target or none, opinion, sentiment), of pairs (target or none,
        opinion), of opinions alone and of targets alone.
    """
    judged = [(marked_opinions(row), tags) for row, tags in pairs]
    rows = [_counts(gold, tags) for gold, tags in judged if gold is not None]
    if not rows:
        return {}
    counts = np.array(rows, dtype=float)  # (n_rows, n_figures, 3)
    return {
        name: bootstrapped(counts[:, part], micro_f1, seed) for part, name in enumerate(FIGURES)
    }


def _counts(gold: MarkedOpinions, tags: Tags) -> list[tuple[int, int, int]]:
    """Returns (hits, found, gold) of triplets, pairs, opinions and targets."""
    found = frozenset(
        (_place(each.target) if each.target else None, _place(each.opinion), each.sentiment)
        for each in tags.opinions
    )
    wanted_targets, found_targets = _targets(gold.triplets), _targets(found)
    return [
        _overlap(gold.triplets, found),
        _overlap({triplet[:2] for triplet in gold.triplets}, {triplet[:2] for triplet in found}),
        _overlap({triplet[1] for triplet in gold.triplets}, {triplet[1] for triplet in found}),
        _overlap(wanted_targets, found_targets - (gold.unvoiced - wanted_targets)),
    ]


def _place(span: Span) -> Place:
    return span.start, span.end


def _targets(triplets: Set[Triplet]) -> set[Place]:
    return {target for target, _, _ in triplets if target is not None}


def _overlap(gold: Set[object], found: Set[object]) -> tuple[int, int, int]:
    return len(gold & found), len(found), len(gold)
