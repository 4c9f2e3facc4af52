"""Says whether a taxonomy is better sharpened than not, on rows held back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voc.config import Aspect
from voc.inference.linear import sigmoid
from voc.records import POLARITIES, AspectMention, Tags
from voc.tagging.evaluation.aspects import aspect_figures
from voc.tagging.evaluation.figures import Counts, Figure, Measure, macro_f1, micro_f1
from voc.tagging.sharpening.answers import Answers
from voc.tagging.sharpening.crossing import Held
from voc.tagging.sharpening.shifts import Shifts

SURE = 0.8  # share of resamples in which it must be better
_RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is better sharpened, and the figures without and with it.

    Attributes:
        presence: Whether to keep the shift of presence.
        polarity: Whether to keep the shift of polarity.
        before: Figures of the tagger as it is, by name.
        after: Figures with what is kept; with both shifts where neither is.
    """

    presence: bool
    polarity: bool
    before: Mapping[str, Figure]
    after: Mapping[str, Figure]

    @property
    def is_better(self) -> bool:
        return self.presence or self.polarity

    def kept(self, shifts: Shifts) -> Shifts:
        """Returns the shifts without those that do not pay."""
        return Shifts(
            shifts.presence if self.presence else None,
            shifts.polarity if self.polarity else None,
        )


def judged(
    answers: Answers,
    before: Held,
    after: Held,
    *,
    labelled: Sequence[Mapping[str, Any]],
    aspects: Sequence[Aspect],
) -> Verdict:
    """Decides which shifts pay.

    That of presence does where the micro-F1 of aspects rises, that of polarity where the joint
    micro-F1 rises and the macro-F1 of polarities does not fall. A rise or a fall counts where it is
    one in `SURE` of the resamples of rows.

    Args:
        answers: Of all rows.
        before: What the tagger says of them as it is.
        after: What it says sharpened, by shifts fitted without the row.
        labelled: The rows.
        aspects: Of the taxonomy.
    """

    def figures(held: Held) -> dict[str, Figure]:
        return aspect_figures(list(zip(labelled, as_tags(answers, held, aspects), strict=True)), 0)

    first = figures(before)
    presence = is_risen(aspect_counts(answers, before), aspect_counts(answers, after))
    base = replace(before, presence=after.presence, threshold=after.threshold)
    base = base if presence else before
    both = replace(base, polarity=after.polarity)
    polarity = is_risen(joint_counts(answers, base), joint_counts(answers, both)) and not is_risen(
        polarity_counts(answers, both), polarity_counts(answers, base), macro_f1
    )
    kept = both if polarity else base if presence else after
    return Verdict(presence, polarity, first, figures(kept))


def is_risen(before: Counts, after: Counts, measure: Measure = micro_f1) -> bool:
    """Whether a measure of (n_rows, n_counts) counts rises, in enough resamples of the rows."""
    n = len(before)
    drawn = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=_RESAMPLES)
    rises = measure(drawn @ after, n) > measure(drawn @ before, n)
    return bool(rises.mean() >= SURE)


def found(answers: Answers, held: Held) -> NDArray[np.bool_]:
    """Returns (n_texts, n_aspects) whether an aspect is found."""
    scores = sigmoid(held.presence)
    return np.asarray((scores >= held.threshold) & (scores > 0) & ~answers.silent[:, None])


def aspect_counts(answers: Answers, held: Held) -> Counts:
    """Returns (n_texts, 3) counts of aspects: hits, found, gold."""
    there, gold = found(answers, held), answers.spoken
    return np.stack([(there & gold).sum(axis=1), there.sum(axis=1), gold.sum(axis=1)], axis=1)


def joint_counts(answers: Answers, held: Held) -> Counts:
    """Returns (n_texts, 3) counts of aspects with their polarity: hits, found, gold."""
    there = found(answers, held)
    said = held.polarity.argmax(axis=2)[:, :, None]
    right = there & np.take_along_axis(answers.gold, said, axis=2)[:, :, 0]
    gold = answers.gold.sum(axis=(1, 2))
    return np.stack([right.sum(axis=1), there.sum(axis=1), gold], axis=1)


def polarity_counts(answers: Answers, held: Held) -> Counts:
    """Returns (n_texts, 9) counts where an aspect is rightly found, as `macro_f1` takes them.

    Where people gave an aspect several polarities and none is said, the first of POLARITIES that
    they gave is the one missed.
    """
    hit = found(answers, held) & answers.spoken
    labels = np.arange(len(POLARITIES))
    said = held.polarity.argmax(axis=2)[:, :, None] == labels
    said &= hit[:, :, None]
    right = said & answers.gold
    first = (answers.gold.argmax(axis=2)[:, :, None] == labels) & hit[:, :, None]
    meant = np.where(right.any(axis=2)[:, :, None], right, first)
    return np.concatenate([each.sum(axis=1) for each in (right, meant, said)], axis=1)


def as_tags(answers: Answers, held: Held, aspects: Sequence[Aspect]) -> list[Tags]:
    """Returns Tags with the aspects that are found, and nothing else."""
    there = found(answers, held)
    labels = held.polarity.argmax(axis=2)
    scores = sigmoid(held.presence)
    return [
        Tags(
            id=str(row),
            text="",
            language="zh",
            sentiment=None,
            aspects=tuple(
                AspectMention(
                    aspect_id=aspects[place].id,
                    aspect=aspects[place].name,
                    sentiment=POLARITIES[labels[row, place]],
                    score=float(scores[row, place]),
                    evidence=(),
                )
                for place in np.flatnonzero(there[row]).tolist()
            ),
        )
        for row in range(len(answers))
    ]
