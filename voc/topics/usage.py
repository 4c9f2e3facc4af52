"""Which words the clauses of themes use and judge by, and which of them a theme is about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from voc.topics.subjects import SUBJECT
from voc.topics.themes import Labels
from voc.topics.wordlists import word_list

# What this share of a theme's clauses hold is its core.
_CORE_SHARE: Final = 0.4
# A word by which so many of those who use it judge tells what is wrong with another.
_JUDGED_SHARE: Final = 0.5


class Cores(NamedTuple):
    """What themes are about.

    Attributes:
        numbers: `(n_themes,)` equal numbers for themes about the same, −1 for those about nothing.
        judged: `(n_themes,)` whether customers judge by what a theme is about, as by 噪音 in
            噪音扰民 and not by 地铁 in 地铁二号线.
    """

    numbers: Labels
    judged: npt.NDArray[np.bool_]


class Usage:
    """The words of clauses.

    Args:
        said: The words of each clause that can be what it is about, in order, n of them.
        judged: Those of them by which it judges.
        subjects: Words that everybody speaks of, with their weights (see `voc.topics.subjects`).
    """

    def __init__(
        self,
        said: Sequence[Sequence[str]],
        judged: Sequence[Collection[str]],
        subjects: Mapping[str, float],
    ) -> None:
        self._said = said
        self._subjects = subjects
        self._words = sorted({word for words in said for word in words})
        places = {word: at for at, word in enumerate(self._words)}
        self._uses = _matrix(said, places)
        self._judges = _matrix(judged, places)
        broad = word_list("broad_words")
        self._telling = np.array([word not in broad for word in self._words] or [False])

    def commonest(self, themes: Labels, clauses: Labels, n_themes: int) -> Labels:
        """Returns how many clauses of each theme share the word most of them have in common.

        Words that join unlike matters, as 业主, do not count.

        Args:
            themes: The theme of each of some clauses.
            clauses: Their places.
            n_themes: How many themes there are.
        """
        if not n_themes:
            return np.zeros(0, dtype=np.intp)
        uses = _counted(self._uses, themes, clauses, n_themes).multiply(self._telling).tocsr()
        return np.asarray(uses.max(axis=1).toarray()).ravel()

    def cores(self, labels: Labels) -> Cores:
        """Tells themes by the words that 40 % of their clauses hold and not everybody speaks of.

        Of several by which customers judge only the one counts that mostly comes first: what
        comes after it, as 扰民 or 污染 after 噪音, tells what is wrong with it.

        Args:
            labels: `(n,)` the themes of the clauses, −1 for none.
        """
        n_themes = int(labels.max(initial=-1)) + 1
        rows = np.flatnonzero(labels >= 0)
        sizes = np.bincount(labels[rows], minlength=n_themes)
        uses = _counted(self._uses, labels[rows], rows, n_themes).tocoo()
        judges = _counted(self._judges, labels[rows], rows, n_themes)
        common = uses.data >= _CORE_SHARE * sizes[uses.row]
        found: dict[int, set[str]] = {}
        judged: dict[int, set[str]] = {}
        themes, words, n = uses.row[common], uses.col[common], uses.data[common]
        tells = np.asarray(judges[themes, words]).ravel() >= _JUDGED_SHARE * n
        for theme, at, is_judged in zip(themes.tolist(), words.tolist(), tells, strict=True):
            word = self._words[at]
            if self._subjects.get(word, 1.0) >= SUBJECT:
                found.setdefault(theme, set()).add(word)
                if is_judged:
                    judged.setdefault(theme, set()).add(word)
        numbers: dict[frozenset[str], int] = {}
        cores = np.full(n_themes, -1, dtype=np.intp)
        for theme, core in found.items():
            telling = judged.get(theme, set())
            if len(telling) > 1:
                core = core - telling | {self._first(telling, np.flatnonzero(labels == theme))}
            cores[theme] = numbers.setdefault(frozenset(core), len(numbers))
        firm = np.array([theme in judged for theme in range(n_themes)], dtype=np.bool_)
        return Cores(cores, firm)

    def _first(self, words: Collection[str], rows: Labels) -> str:
        """Returns which of some words mostly comes before the others in some clauses."""
        first: Counter[str] = Counter()
        for row in rows.tolist():
            here = [word for word in self._said[row] if word in words]
            if len(here) > 1:
                first[here[0]] += 1
        return max(sorted(words), key=lambda word: first[word])


def _matrix(said: Sequence[Collection[str]], places: Mapping[str, int]) -> Any:
    """`(n, n_words)` which words each clause has."""
    from scipy import sparse

    rows, columns = [], []
    for row, words in enumerate(said):
        for word in sorted(set(words)):
            rows.append(row)
            columns.append(places[word])
    shape = (len(said), max(1, len(places)))
    return sparse.csr_matrix((np.ones(len(rows), dtype=np.int32), (rows, columns)), shape=shape)


def _counted(uses: Any, themes: Labels, clauses: Labels, n_themes: int) -> Any:
    """Returns `(n_themes, n_words)` how many clauses of each theme have each word."""
    from scipy import sparse

    ones = np.ones(len(themes), dtype=np.int32)
    shape = (n_themes, uses.shape[0])
    return sparse.csr_matrix((ones, (themes, clauses)), shape=shape) @ uses
