"""Words that very many clauses speak of and few judge by, as 小区 and 业主: who, not what is wrong.

Clauses that share nothing but such a word share no problem. What is a subject is read off the
model's opinions: of the clauses that use 噪音 nearly all judge by it, of those that use 学校 few.
Its weight falls with how common it is and how seldom it judges, and what it adds to sentence
vectors is estimated by ridge regression (Hoerl and Kennard 1970) and mostly taken away, so that
themes follow what is said of it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, Final

import numpy as np

from voc.text.normalise import normalise
from voc.topics.meaning import Floats
from voc.topics.wordlists import word_list
from voc.topics.words import Reading

SUBJECT: Final = 0.75
"""Words of less weight than this say by themselves what no theme is about."""
# With fewer clauses than this, words are too few to tell what is common.
FEW_CLAUSES: Final = 2_000
# Words that more of the clauses hold than this lose weight.
_COMMON: Final = 0.004
_LEAST_WEIGHT: Final = 0.1
# Words that more of the clauses hold than this are taken out of sentence vectors, by this share.
_FREQUENT: Final = 0.01
_TAKEN_OUT: Final = 0.7
# What words weigh that join unlike matters.
_BROAD: Final = 0.3
_RIDGE: Final = 5.0
# How many clauses of average words stand for what is not known of a rare one.
_PRIOR: Final = 5.0


class Subjects:
    """The subjects of a set of clauses.

    Args:
        readings: The clauses' words, n of them.
        opinions: What is judged and how, as one, of each clause's opinions; where no clause has
            any, and where clauses are few, nothing tells subjects and there are none.

    Attributes:
        weights: Words that are subjects with their weight against that of others, in (0, 1).
    """

    def __init__(
        self, readings: Sequence[Reading], opinions: Sequence[Collection[str]] = ()
    ) -> None:
        self.weights: dict[str, float] = {}
        self._frequent: dict[str, int] = {}
        self._directions: Floats | None = None
        if len(readings) < FEW_CLAUSES or not any(opinions):
            return
        uses: Counter[str] = Counter()
        judging: Counter[str] = Counter()
        for reading, said in zip(readings, opinions, strict=True):
            words = set(reading.content())
            uses.update(words)
            told = "\n".join(normalise(opinion).text for opinion in said)
            judging.update(word for word in words if word in told)
        mean = judging.total() / max(uses.total(), 1)
        for word, n in sorted(uses.items()):
            if n > _COMMON * len(readings):
                judges = (judging[word] + _PRIOR * mean) / (n + _PRIOR)
                weight = (_COMMON * len(readings) / n) ** (1.0 - judges)
                self.weights[word] = max(_LEAST_WEIGHT, weight)
        for word in word_list("broad_words") & uses.keys():
            self.weights[word] = min(_BROAD, self.weights.get(word, 1.0))
        frequent = [word for word in self.weights if uses[word] > _FREQUENT * len(readings)]
        self._frequent = {word: at for at, word in enumerate(frequent)}

    def fit(self, readings: Sequence[Reading], sentences: Floats) -> None:
        """Learns what subjects add to the sentence vectors of clauses.

        Args:
            readings: The clauses' words, n of them.
            sentences: `(n, width)` their vectors; rows of zeros for those that were not read.
        """
        if not self._frequent:
            return
        read = np.flatnonzero(sentences.any(axis=1))
        uses = self._uses([readings[at] for at in read.tolist()])
        centred = sentences[read] - sentences[read].mean(axis=0)
        squares = (uses.T @ uses).toarray() + _RIDGE * np.eye(len(self._frequent))
        added = np.linalg.solve(squares, (uses.T @ centred).astype(np.float64))
        shares = [_TAKEN_OUT * (1.0 - self.weights[word]) for word in self._frequent]
        self._directions = (added * np.array(shares)[:, None]).astype(np.float32)

    def taken_out(self, readings: Sequence[Reading], sentences: Floats) -> Floats:
        """Returns sentence vectors without what subjects add; rows of zeros stay so."""
        if self._directions is None:
            return sentences
        read = sentences.any(axis=1, keepdims=True)
        return np.where(read, sentences - self._uses(readings) @ self._directions, sentences)

    def _uses(self, readings: Sequence[Reading]) -> Any:
        """`(n, n_frequent)` which subjects a clause names."""
        from scipy import sparse

        places = [
            (row, self._frequent[word])
            for row, reading in enumerate(readings)
            for word in set(reading.content()) & self._frequent.keys()
        ]
        rows, columns = zip(*places, strict=True) if places else ((), ())
        shape = (len(readings), len(self._frequent))
        ones = np.ones(len(places), dtype=np.float32)
        return sparse.csr_matrix((ones, (rows, columns)), shape=shape)
