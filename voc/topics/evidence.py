"""Verbatims that stand for a theme: close to it, and unlike each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from voc.records import Evidence
from voc.topics.clauses import Clause
from voc.topics.meaning import Floats
from voc.topics.space import Vectors

MAX_EVIDENCE: Final = 5
# So many are shown even where they say nearly the same.
MIN_EVIDENCE: Final = 3
_LIKED_LENGTH: Final = range(6, 41)
_TOO_ALIKE: Final = 0.85
_READ_CLAUSES: Final = 200
# What a clause without an opinion of its own is worth, and a complaint in what praises otherwise.
_SAYS_NOTHING: Final = 0.8
_SAID_ASIDE: Final = 0.7
# More than any two clauses of one polarity are apart.
_FIRST: Final = 2.0


def evidence_of(
    clauses: Sequence[Clause],
    vectors: Vectors,
    closeness: Floats,
    *,
    negative: bool,
) -> tuple[Evidence, ...]:
    """Chooses up to five clauses of a theme, each from another voice.

    They are taken by maximal marginal relevance (Carbonell and Goldstein 1998): like the theme,
    unlike those taken before. Clauses that judge otherwise than the theme stand for it only where
    it has too few others, and come after them.

    Args:
        clauses: The theme's clauses, n of them.
        vectors: Their vectors.
        closeness: `(n,)` how much each is like the theme.
        negative: Whether the theme is a complaint.
    """
    fitting = [at for at, clause in enumerate(clauses) if clause.negative == negative]
    if len({clauses[at].feedback_id for at in fitting}) >= MIN_EVIDENCE:
        clauses, closeness = [clauses[at] for at in fitting], closeness[fitting]
        vectors = vectors.take(np.array(fitting, dtype=np.intp))
    worth = np.array([_worth(clause) for clause in clauses], dtype=np.float32)
    fits = np.array([clause.negative == negative for clause in clauses], dtype=np.bool_)
    order = np.lexsort((-(closeness * worth), ~fits))[:_READ_CLAUSES]
    likeness = vectors.take(order).similarities(vectors.take(order))
    relevance = (closeness * worth)[order]
    taken: list[int] = []
    while len(taken) < MAX_EVIDENCE:
        heard = {clauses[order[at]].feedback_id for at in taken}
        repeats = likeness[:, taken].max(axis=1) if taken else np.zeros(len(order))
        open_to = [
            at
            for at in range(len(order))
            if clauses[order[at]].feedback_id not in heard
            and (repeats[at] < _TOO_ALIKE or len(taken) < MIN_EVIDENCE)
        ]
        if not open_to:
            break
        rank = 0.6 * relevance - 0.4 * repeats + _FIRST * fits[order]
        taken.append(max(open_to, key=lambda at: (rank[at], -at)))
    return tuple(_evidence(clauses[order[at]]) for at in taken)


def _worth(clause: Clause) -> float:
    telling = 1.0 if any(opinion in clause.text for opinion in clause.opinions) else _SAYS_NOTHING
    whole = _SAID_ASIDE if clause.aside else 1.0
    return telling * whole * (1.0 if len(clause.text) in _LIKED_LENGTH else 0.7)


def _evidence(clause: Clause) -> Evidence:
    return Evidence(clause.feedback_id, clause.start, clause.end, clause.text)
