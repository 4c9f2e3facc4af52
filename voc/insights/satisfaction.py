"""Predicted satisfaction of many conversations: its mean, and how many are low or high."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from voc.insights.proportions import Proportion, proportion
from voc.insights.scores import Mean, mean_of_counts
from voc.records import satisfaction_level


@dataclass(frozen=True, slots=True)
class SatisfactionFigures:
    """What is predicted of n conversations, from -2 to 2.

    Intervals are of sampling: other conversations of the same kind would give a mean or a share
    within them 19 times of 20. That the model itself may be off for a kind of conversation it has
    not learnt from is not in them.

    Attributes:
        mean: The mean.
        low: The share predicted to be at most -0.5.
        middle: The share between.
        high: The share predicted to be at least 0.5.
    """

    mean: Mean
    low: Proportion
    middle: Proportion
    high: Proportion


def satisfaction_of(scores: Sequence[float]) -> SatisfactionFigures:
    """Sums up predictions, of any number of conversations."""
    levels = Counter(satisfaction_level(score) for score in scores)
    return SatisfactionFigures(
        mean_of_counts(Counter(scores)),
        *(proportion(levels[level], len(scores)) for level in ("low", "middle", "high")),
    )
