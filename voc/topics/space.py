"""Vectors of clauses: what they say, and what is said beside it.

A clause's vector has two parts. The sharp part is TF-IDF over its words, pairs of words and
character n-grams. The broad part is its place in a latent space (Deerwester et al. 1990) that was
fitted on whole voices as well as clauses, so that clauses which customers use side by side are
near even where they share no word. Where a model gives sentence vectors, the broad part has a
second half: what the clause means (see `voc.topics.meaning`). Words that everybody speaks of and
few judge by count for less in all parts (see `voc.topics.subjects`). In voices of several clauses
the broad part holds as well where the other ones lie (see `voc.topics.context`). Similarities are
inner products of whole vectors.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from voc.errors import MissingExtraError
from voc.topics.context import Context
from voc.topics.meaning import Floats, Meaning
from voc.topics.subjects import FEW_CLAUSES, Subjects
from voc.topics.synonyms import Synonyms
from voc.topics.words import Reader, Reading

MAX_DIMENSIONS: Final = 100
# Shares of the latent space and of meaning in the similarity of two clauses; words have the rest.
_LATENT: Final = 0.7
_LATENT_BESIDE_MEANING: Final = 0.4
_MEANING: Final = 0.4
# Weights against that of a word; a single character is a word of many meanings.
_PAIR_WEIGHT: Final = 0.5
_GRAM_WEIGHT: Final = 0.5
_CHARACTER_WEIGHT: Final = 0.6
# The taxonomy helps where clauses are few; with more of them their own words tell better.
_ASPECT_WEIGHT: Final = 0.3
# What more of the clauses hold than this, as 小区 does, tells the less what they are about.
_RARE: Final = 0.01
# A clause of which the latent space keeps less than this has no place in it.
_LEAST_KEPT: Final = 0.15
_LEAST_LENGTH: Final = 1e-9
# From so many clauses a voice, repetition within voices tells words of substance from phrases.
_LONG_VOICE: Final = 4
_LEAST_BURSTINESS: Final = 0.25


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors of n clauses.

    Attributes:
        sharp: Sparse `(n, terms)`.
        broad: `(n, dimensions) float32`: the latent space, meaning where there is one, and the
            same of the rest of the voice.
        context: The mean share of the rest of the voice in similarities, in [0, 1].
    """

    sharp: Any
    broad: Floats
    context: float = 0.0

    def __len__(self) -> int:
        return int(self.sharp.shape[0])

    def take(self, rows: npt.NDArray[np.intp] | slice) -> Vectors:
        """Returns the vectors of some clauses."""
        return replace(self, sharp=self.sharp[rows], broad=self.broad[rows])

    def means(self, labels: npt.NDArray[np.intp], n_groups: int) -> Vectors:
        """Returns the mean vector of each group; `labels` are 0 … n_groups − 1, or −1 for none."""
        from scipy import sparse

        rows = np.flatnonzero(labels >= 0)
        sizes = np.maximum(np.bincount(labels[rows], minlength=n_groups), 1)
        weights = (1.0 / sizes[labels[rows]]).astype(np.float32)
        shape = (n_groups, len(self))
        belongs = sparse.csr_matrix((weights, (labels[rows], rows)), shape=shape)
        return Vectors((belongs @ self.sharp).tocsr(), np.asarray(belongs @ self.broad))

    def normalised(self) -> Vectors:
        """Returns the vectors at length 1; zero vectors stay zero."""
        from scipy import sparse

        lengths = np.sqrt(_lengths(self.sharp) ** 2 + (self.broad**2).sum(axis=1))
        factors = (1.0 / np.maximum(lengths, _LEAST_LENGTH)).astype(np.float32)
        return Vectors((sparse.diags(factors) @ self.sharp).tocsr(), self.broad * factors[:, None])

    def similarities(self, others: Vectors) -> Floats:
        """Returns the inner products, `(n, n_others) float32`."""
        found: Floats = self.broad @ others.broad.T
        sharp = (self.sharp @ others.sharp.T).toarray()
        # Summed as float64 and kept as float32, without a third array between.
        np.add(found, sharp, out=found, casting="same_kind")
        return found


class Space:
    """The space of a set of clauses, which `fit` learns.

    Attributes:
        silent: Words with content that turned out to be mere turns of phrase in these clauses.
        subjects: Words that everybody speaks of, with their weights (see `voc.topics.subjects`).
        synonyms: Words by what they stand for (see `voc.topics.synonyms`).
    """

    silent: frozenset[str] = frozenset()
    synonyms: Synonyms = Synonyms()
    subjects: Mapping[str, float] = MappingProxyType({})

    def __init__(self, reader: Reader, *, seed: int) -> None:
        self._reader = reader
        self._seed = seed

    def fit(
        self,
        readings: Sequence[Reading],
        voices: Sequence[str],
        sentences: Floats | None = None,
        opinions: Sequence[Collection[str]] = (),
    ) -> Vectors:
        """Learns the space from clauses and the voices they belong to, and places them in it.

        Args:
            readings: The clauses' words, n of them.
            voices: The feedback of each.
            sentences: `(n, width)` their sentence vectors, where a model gives them.
            opinions: The opinions of each, where a model gives them (see `voc.topics.subjects`).

        Raises:
            MissingExtraError: scikit-learn is missing.
        """
        vectoriser, decomposition = _scikit_learn()
        self._n_fitted = len(readings)
        self.silent = self._phrases(readings, voices)
        self.synonyms = Synonyms(readings, sentences)
        self._subjects = Subjects(readings, opinions)
        self.subjects = self._subjects.weights
        least = 2 if len(readings) < 5_000 else 3
        self._counter = vectoriser(analyzer=self._terms, binary=True, min_df=least)
        counts = self._counts(readings, fit=True)
        self._full_weights = self._term_weights(counts)
        self._weights = self._full_weights * self._weights_of_subjects()
        lengths = _lengths(counts.multiply(self._weights))
        self._scale = float(np.median(lengths[lengths > 0])) if lengths.any() else 1.0
        self._aspect_weights = self._weights_of_aspects(readings)
        sharp = self._sharp(counts, readings)
        context = Context(voices, self._n_fitted)
        dimensions = min(MAX_DIMENSIONS, sharp.shape[1] - 1, sharp.shape[0] - 1)
        self._decomposition = decomposition(max(dimensions, 1), random_state=self._seed, n_iter=3)
        with np.errstate(divide="ignore", invalid="ignore"):
            # The shares of variance, which nobody reads, have none to share in a tiny corpus.
            self._decomposition.fit(_with_voices(sharp, context))
        self._meaning = None
        if sentences is not None:
            self._subjects.fit(readings, sentences)
            self._meaning = Meaning(self._subjects.taken_out(readings, sentences))
        return self._placed(sharp, readings, context, sentences)

    def transform(
        self, readings: Sequence[Reading], voices: Sequence[str], sentences: Floats | None = None
    ) -> Vectors:
        """Places further clauses in the space; `voices` and `sentences` as in `fit`."""
        sharp = self._sharp(self._counts(readings), readings)
        return self._placed(sharp, readings, Context(voices, self._n_fitted), sentences)

    def _counts(self, readings: Sequence[Reading], *, fit: bool = False) -> Any:
        if not fit:
            return self._counter.transform(readings)
        try:
            return self._counter.fit_transform(readings)
        except ValueError:
            # No term is used twice: one term that nobody uses keeps the shapes right.
            self._counter = type(self._counter)(analyzer=self._terms, vocabulary=["w"])
            return self._counter.transform(readings)

    def _terms(self, reading: Reading) -> Iterator[str]:
        words = self.synonyms.of(reading.content(without=self.silent))
        yield from (f"w{word}" for word in words)
        for left, right in pairwise(words):
            if left != right:
                yield "p" + "+".join(sorted((left, right)))
        for run in reading.runs(without=self.silent):
            for size in (2, 3):
                yield from (f"g{run[at : at + size]}" for at in range(len(run) - size + 1))

    def _phrases(self, readings: Sequence[Reading], voices: Sequence[str]) -> frozenset[str]:
        """Finds words that are spread over long voices too evenly to be what these are about.

        The measure is residual IDF (Church and Gale 1995): a word of substance comes again in a
        voice that has it, a turn of phrase does not.
        """
        n_voices = len(set(voices))
        if len(readings) < _LONG_VOICE * n_voices:
            return frozenset()
        uses: Counter[str] = Counter()
        pairs: set[tuple[str, str]] = set()
        for reading, voice in zip(readings, voices, strict=True):
            words = reading.content()
            uses.update(words)
            pairs.update((word, voice) for word in words)
        spread = Counter(word for word, _ in pairs)
        return frozenset(
            word
            for word, n in spread.items()
            if n >= max(10, 0.004 * n_voices)
            and not self._reader.is_keyword(word)
            and np.log2(n_voices / n * -np.expm1(-uses[word] / n_voices)) < _LEAST_BURSTINESS
        )

    def _term_weights(self, counts: Any) -> Floats:
        """Weighs terms by their rarity; those that very many clauses hold, for less still.

        A thing that everybody speaks of would gather all that is said of it into one theme.
        """
        frequencies = np.maximum(np.asarray(counts.sum(axis=0)).ravel(), 1)
        inverse = np.log1p(counts.shape[0] / frequencies)
        kinds = [self._kind_weight(term) for term in self._counter.get_feature_names_out()]
        if counts.shape[0] >= FEW_CLAUSES:
            shares = frequencies / counts.shape[0]
            inverse *= np.minimum(1.0, np.log(shares) / np.log(_RARE))
        return np.asarray(inverse * np.array(kinds), dtype=np.float32)

    def _kind_weight(self, term: str) -> float:
        kind, text = term[0], term[1:]
        if kind == "p":
            return _PAIR_WEIGHT
        if kind == "g":
            return _GRAM_WEIGHT
        return 1.0 if len(text) > 1 or self._reader.is_keyword(text) else _CHARACTER_WEIGHT

    def _weights_of_subjects(self) -> Floats:
        """Weighs terms by how much they tell; a pair tells what its better half does."""
        subjects = self._subjects.weights
        return np.array(
            [
                max(subjects.get(word, 1.0) for word in term[1:].split("+"))
                for term in self._counter.get_feature_names_out()
            ],
            dtype=np.float32,
        )

    def _weights_of_aspects(self, readings: Sequence[Reading]) -> Floats:
        """Weighs aspects: fully if few clauses touch them, and not at all if every clause does."""
        touched = Counter(number for item in readings for number in self._reader.aspects(item))
        shares = [touched[number] / len(readings) for number in range(self._reader.n_aspects)]
        rarity = -np.log(np.maximum(shares, 1e-4)) / np.log(20)
        fading = min(1.0, np.sqrt(FEW_CLAUSES / len(readings)))
        weights = self._scale * _ASPECT_WEIGHT * fading * np.clip(rarity, 0, 1)
        return np.asarray(weights, dtype=np.float32)

    def _sharp(self, counts: Any, readings: Sequence[Reading]) -> Any:
        """Returns the clauses' weighed terms, over the lengths they had if no word were a subject.

        What a subject lacks is missing: nothing else that the clause says makes up for it.
        """
        from scipy import sparse

        aspects = sparse.lil_matrix((len(readings), self._reader.n_aspects), dtype=np.float32)
        for row, reading in enumerate(readings):
            for number in self._reader.aspects(reading):
                aspects[row, number] = self._aspect_weights[number]
        weighed = sparse.hstack([counts.multiply(self._weights), aspects])
        full = _lengths(sparse.hstack([counts.multiply(self._full_weights), aspects]))
        return (sparse.diags(1.0 / np.maximum(full, _LEAST_LENGTH)) @ weighed).tocsr()

    def _placed(
        self,
        sharp: Any,
        readings: Sequence[Reading],
        context: Context,
        sentences: Floats | None,
    ) -> Vectors:
        found = self._decomposition.transform(sharp).astype(np.float32)
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        told = _lengths(sharp).astype(np.float32)[:, None]
        latent = found * (told / np.maximum(lengths, _LEAST_KEPT))
        if self._meaning is None or sentences is None:
            return _weighed(sharp, [(latent, _LATENT)], [context.of(found)], context)
        meaning = self._meaning.place(self._subjects.taken_out(readings, sentences))
        meaning *= np.sqrt(told)
        parts = [(latent, _LATENT_BESIDE_MEANING), (meaning, _MEANING)]
        return _weighed(sharp, parts, [context.of(found), context.of(meaning)], context)


def _lengths(rows: Any) -> Floats:
    """Returns the lengths of sparse rows."""
    return np.asarray(np.sqrt(rows.multiply(rows).sum(axis=1)), dtype=np.float32).ravel()


def _weighed(
    sharp: Any, parts: Sequence[tuple[Floats, float]], beside: Sequence[Floats], context: Context
) -> Vectors:
    """Joins the parts, each with its share in similarities.

    Args:
        sharp: The clauses' words, whose share is what the others leave.
        parts: What the clauses tell besides.
        beside: What the rest of their voices tells, with equal shares of the context's.
        context: How much that counts for each clause.
    """
    from scipy import sparse

    rest = 1.0 - sum(share for _, share in parts)
    own = np.sqrt(1.0 - context.shares)
    broad = [part * (own * np.float32(np.sqrt(share))) for part, share in parts]
    broad += [part * np.sqrt(context.shares / len(beside)) for part in beside]
    words = sparse.diags(own.ravel() * np.float32(np.sqrt(rest))) @ sharp
    return Vectors(words.tocsr(), np.hstack(broad), context.mean)


def _with_voices(sharp: Any, context: Context) -> Any:
    """Stacks the sums of each voice's clauses on the clauses, all at length 1."""
    from scipy import sparse
    from sklearn.preprocessing import normalize

    return sparse.vstack([normalize(context.sums(sharp)), sharp]).tocsr()


def _scikit_learn() -> tuple[Callable[..., Any], Callable[..., Any]]:
    try:
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import CountVectorizer
    except ImportError as error:
        raise MissingExtraError(
            "Topic discovery needs scikit-learn, which is not installed;"
            ' install it with: pip install "voc-zh[topics]"'
        ) from error
    return CountVectorizer, TruncatedSVD
