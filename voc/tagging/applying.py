"""What is done to the encoder's answers on aspects: their clause is found, their logits shifted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from voc.inference.encoder import TokenStates
from voc.inference.heads import Looked
from voc.tagging.aspects import Reading, Spoken
from voc.tagging.sharpening.shifts import PolarityShift, PresenceShift

Floats = NDArray[np.float32]


def shifted_presence(
    shift: PresenceShift, logits: Floats, looked: Sequence[Looked], vectors: Floats
) -> Floats:
    """Returns (n_texts, n_aspects) presence logits after a shift.

    Args:
        shift: The shift.
        logits: The logits before it.
        looked: What the label attention says of each text.
        vectors: (n_texts, width) sentence vectors.
    """
    alone = np.stack([each.logits[:, 0] for each in looked])
    return shift(logits, alone, np.stack([each.features for each in looked]), vectors)


def shifted_polarity(
    shift: PolarityShift,
    logits: Floats,
    spoken: Sequence[Spoken],
    looked: Sequence[Looked],
    vectors: Floats,
) -> Floats:
    """Returns (n_spoken, 3) polarity logits after a shift; `spoken` is not empty."""
    features = np.stack([looked[each.row].features[each.aspect] for each in spoken])
    rows = np.array([each.row for each in spoken])
    aspects = np.array([each.aspect for each in spoken])
    return shift(logits, features, vectors[rows], aspects)


def attended(
    spoken: Spoken, reading: Reading, states: Sequence[TokenStates], looked: Sequence[Looked]
) -> Spoken:
    """Gives an aspect without keywords in the text the clause that the attention rests on."""
    if spoken.part.hit:
        return spoken
    clauses = reading.texts[spoken.row].judgement.clauses
    if not clauses:
        return spoken
    attention = looked[spoken.row].attention[spoken.aspect]
    text = states[spoken.row]
    seen = [float(attention[text.marked([(clause.start, clause.end)])].sum()) for clause in clauses]
    best = int(np.argmax(seen))
    return replace(spoken, part=replace(spoken.part, hit=(best,)))
