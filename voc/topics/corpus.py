"""The clauses of a run: ordered, without copies, as vectors, and grouped into themes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt
from xxhash import xxh64_intdigest

from voc.config.industries import Industry
from voc.records import Topic
from voc.text.duplicates import near_duplicate_groups
from voc.text.normalise import normalise
from voc.topics.clauses import Clause, Place
from voc.topics.context import numbered
from voc.topics.meaning import Floats
from voc.topics.space import Space, Vectors
from voc.topics.stretches import seldom_last
from voc.topics.synonyms import Synonyms
from voc.topics.themes import Labels
from voc.topics.usage import Usage
from voc.topics.wordlists import word_list
from voc.topics.words import Reader, Reading

SAMPLE_CLAUSES: Final = 20_000
# Clauses of so many characters are said alike by chance no more: copies of one count once.
_COPIED_CHARS: Final = 12
# The share of a theme's clauses that must have one word in common.
_SUBJECT_SHARE: Final = 0.4
# A theme that praises and complains falls in two where each side has this share of its voices.
_SIDE_SHARE: Final = 0.25
# From this share of complaints a theme is shown as one.
COMPLAINT: Final = 0.4


class Corpus:
    """Clauses with their words, copies set aside.

    Args:
        clauses: In any order, n of them.
        industry: The taxonomy whose words customers use.
        sentences: `(n, width)` their sentence vectors, where a model gives them.

    Attributes:
        clauses: All of them, by time, voice and place.
        distinct: `(n_distinct,)` positions in `clauses` of those that copy no earlier one.
        copy_of: `(n,)` for each clause the place in `distinct` of the one it copies, or its own.
        readings: The words of the distinct ones; once they are placed, compounds are in two.
        positive: `(n_distinct,)` whether each praises.
        silent: Words that are mere turns of phrase here.
        subjects: Words that everybody speaks of, with their weights (see `voc.topics.subjects`).
        synonyms: Words by what they stand for (see `voc.topics.synonyms`).
        cut_off: Words that end no name here (see `voc.topics.stretches.seldom_last`).
    """

    def __init__(
        self, clauses: Sequence[Clause], industry: Industry, sentences: Floats | None = None
    ) -> None:
        order = sorted(range(len(clauses)), key=lambda at: _place(clauses[at]))
        self.clauses = [clauses[at] for at in order]
        numbers = near_duplicate_groups([clause.text for clause in self.clauses])
        self.copy_of = np.array(numbers, dtype=np.intp)
        self.distinct = np.unique(self.copy_of, return_index=True)[1]
        rows = np.array(order, dtype=np.intp)[self.distinct]
        self._sentences = None if sentences is None else sentences[rows]
        self._reader = Reader(industry)
        self.readings: list[Reading] = self._reader.read(
            [self.clauses[at].text for at in self.distinct]
        )
        self.positive = np.array([self.clauses[at].positive for at in self.distinct], dtype=bool)
        self.silent: frozenset[str] = frozenset()
        self.subjects: Mapping[str, float] = {}
        self.synonyms = Synonyms()
        self.cut_off = seldom_last(self.readings)
        self._voices = numbered([clause.feedback_id for clause in self.clauses])
        self._countable = self._independent()

    def placed(self, *, seed: int) -> tuple[Vectors, npt.NDArray[np.intp]]:
        """Returns the vectors of the distinct clauses, and which of them the space was fitted on.

        Raises:
            MissingExtraError: scikit-learn is missing.
        """
        sample = self._sample(seed)
        space = Space(self._reader, seed=seed)
        sentences = self._sentences
        voices = [self.clauses[at].feedback_id for at in self.distinct]
        fitted = space.fit(
            [self.readings[at] for at in sample],
            [voices[at] for at in sample],
            None if sentences is None else sentences[sample],
            [self.clauses[self.distinct[at]].opinions for at in sample],
        )
        self.silent = space.silent
        self.subjects = space.subjects
        self.synonyms = space.synonyms
        everywhere = len(sample) == len(self.readings)
        vectors = fitted if everywhere else space.transform(self.readings, voices, sentences)
        self.readings = [self.synonyms.parted(reading) for reading in self.readings]
        return vectors, sample

    def before(self, known: Mapping[Place, str], topics: Sequence[Topic]) -> Labels:
        """Returns `(n_distinct,)` the places in `topics` of the themes clauses had, −1 for none."""
        places = {topic.topic_id: at for at, topic in enumerate(topics)}
        labels = np.full(len(self.distinct), -1, dtype=np.intp)
        # Backwards, so that of copies the earliest one with a theme decides.
        for clause, at in zip(reversed(self.clauses), self.copy_of[::-1], strict=True):
            if (had := places.get(known.get(clause.place, ""))) is not None:
                labels[at] = had
        return labels

    def kinds_in(self, name: str) -> set[str]:
        """Returns what a name tells of, as one word of each kind; how all is judged tells none."""
        [reading] = self._reader.read([name])
        parted = self.synonyms.parted(reading)
        listed = word_list("name_kinds")
        # 不方便 is one, though it is read as two words.
        whole = [one for one in listed if len(one) > 2 and one in name]
        told = whole + [
            word.text
            for word in parted.words
            if (word.tells or word.text in listed) and not any(word.text in one for one in whole)
        ]
        words = self.synonyms.by_kind().of(told)
        return set(words) - word_list("name_bare") - word_list("broad_words")

    def praises(self, labels: Labels) -> npt.NDArray[np.bool_]:
        """Says of each theme whether most of it is praise."""
        n_themes = int(labels.max(initial=-1)) + 1
        placed = labels >= 0
        sizes = np.bincount(labels[placed], minlength=n_themes)
        positive = np.bincount(labels[placed & self.positive], minlength=n_themes)
        return np.asarray(2 * positive > sizes)

    def _sample(self, seed: int) -> npt.NDArray[np.intp]:
        """Draws whole voices until there are clauses enough; returns places in `distinct`."""
        if len(self.distinct) <= SAMPLE_CLAUSES:
            return np.arange(len(self.distinct), dtype=np.intp)
        names = [self.clauses[at].feedback_id for at in self.distinct]
        # By a hash of their names, so that further voices change little of the sample.
        drawn = np.array([_draw(name, seed) for name in names], dtype=np.uint64)
        order = np.argsort(drawn, kind="stable")
        return np.sort(order[:SAMPLE_CLAUSES])

    def _independent(self) -> npt.NDArray[np.bool_]:
        """Says of each clause whether it counts as a voice of its own: no long one twice."""
        counts = np.zeros(len(self.clauses), dtype=np.bool_)
        counts[self.distinct] = True
        lengths = np.array([len(reading.text) for reading in self.readings])
        return np.asarray(counts | (lengths[self.copy_of] < _COPIED_CHARS))

    def large(self, labels: Labels, min_voices: int, *, fresh: bool = False) -> Labels:
        """Drops themes of too few voices or of copies only, and numbers the rest by size.

        Args:
            labels: `(n_distinct,)` themes, −1 for none.
            min_voices: How many voices make a theme.
            fresh: Whether they are new: many of their clauses must share a word that tells what
                they are about. Later, what joins them may say it in others.
        """
        n_themes = int(labels.max(initial=-1)) + 1
        spread = labels[self.copy_of]
        counted = np.flatnonzero((spread >= 0) & self._countable)
        voices = _pairs(spread[counted], self._voices[counted])[0]
        placed = np.flatnonzero(labels >= 0)
        n_voices = np.bincount(voices, minlength=n_themes)
        n_wordings = np.bincount(labels[placed], minlength=n_themes)
        is_theme = (n_voices >= min_voices) & (n_wordings > 1)
        if fresh:
            least = np.maximum(2, _SUBJECT_SHARE * n_wordings)
            is_theme &= self.usage.commonest(labels[placed], placed, n_themes) >= least
        kept = np.flatnonzero(is_theme)
        kept = kept[np.argsort(-n_voices[kept], kind="stable")]
        places = np.full(n_themes + 1, -1, dtype=np.intp)
        places[kept] = np.arange(len(kept))
        return places[labels]

    def heard(self, labels: Labels, min_voices: int, *, spared: npt.NDArray[np.bool_]) -> Labels:
        """Drops themes of too few voices, and numbers the rest in their order.

        Args:
            labels: `(n_distinct,)` themes, −1 for none.
            min_voices: How many voices make a theme, copies counted.
            spared: `(n_distinct,)` whose themes stay, however few speak of them.
        """
        n_themes = int(labels.max(initial=-1)) + 1
        spread = labels[self.copy_of]
        placed = spread >= 0
        themes, _ = _pairs(spread[placed], self._voices[placed])
        large = np.flatnonzero(np.bincount(themes, minlength=n_themes) >= min_voices)
        kept = np.union1d(large, labels[spared & (labels >= 0)])
        places = np.full(n_themes + 1, -1, dtype=np.intp)
        places[kept] = np.arange(len(kept))
        return places[labels]

    @cached_property
    def usage(self) -> Usage:
        """The words of the distinct clauses that can be what they are about."""
        said = []
        for reading in self.readings:
            words = self.synonyms.of(reading.content(without=self.silent))
            said.append([word for word in words if len(word) > 1 or self._reader.is_keyword(word)])
        judged = [words & set(here) for words, here in zip(self.judging, said, strict=True)]
        return Usage(said, judged, self.subjects)

    @cached_property
    def opinions(self) -> list[tuple[str, ...]]:
        """The opinions of each of the distinct clauses, in normal form."""
        opinions = (self.clauses[at].opinions for at in self.distinct)
        return [tuple(normalise(opinion).text for opinion in said) for said in opinions]

    @cached_property
    def judging(self) -> list[frozenset[str]]:
        """The words by which each of the distinct clauses judges, as what they stand for."""
        return [
            self.synonyms.judging(reading, self.clauses[at].opinions)
            for reading, at in zip(self.readings, self.distinct, strict=True)
        ]

    def sides(self, labels: Labels, min_voices: int) -> Labels:
        """Parts praise from the rest of themes in which both are strong.

        What asks or tells stays with the complaints: it is about the same problem.
        """
        n_themes = int(labels.max(initial=-1)) + 1
        sides = np.where(labels >= 0, labels * 2 + self.positive, -1)
        spread = sides[self.copy_of]
        placed = spread >= 0
        spoken, _ = _pairs(spread[placed], self._voices[placed])
        sizes = np.bincount(spoken, minlength=2 * n_themes)
        parted = labels.copy()
        for theme in range(n_themes):
            rest, praise = sizes[2 * theme], sizes[2 * theme + 1]
            least = max(min_voices, _SIDE_SHARE * (praise + rest))
            if min(praise, rest) >= least:
                parted[(labels == theme) & self.positive] = n_themes + theme
        return parted


def _pairs(themes: Labels, others: Labels) -> tuple[Labels, Labels]:
    """Returns the distinct pairs of themes and others, as two columns, by theme."""
    width = int(others.max(initial=0)) + 1
    found = np.unique(themes * width + others)
    return found // width, found % width


def _place(clause: Clause) -> tuple[float, str, int]:
    return clause.occurred_at.timestamp(), clause.feedback_id, clause.start


def _draw(name: str, seed: int) -> int:
    return xxh64_intdigest(name.encode("utf-8", "surrogatepass"), seed=seed)
