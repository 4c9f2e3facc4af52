"""Turns rows into batches of tensors: tokens by length, labels by token."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from training.datasets import ASPECT_SETS
from training.encoder.corpus import UNKNOWN, Asked, Place, Row
from training.encoder.network import TAGS

IGNORED = -100
ABSENT_TERMS = 2  # terms of other texts that a text is asked of, none of which it has
ABSENT_ASPECTS = 5  # aspects without a label that a text is asked of
HITS_SHOWN = 0.6  # share of the pairs whose keyword hits are shown in training
_POOL = 50  # batches whose texts are sorted by length together


@dataclass(frozen=True, slots=True)
class Tokens:
    """A tokenised text, in arrays, for there are many.

    Attributes:
        ids: (n_tokens,) token ids.
        offsets: (n_tokens, 2) the half-open stretch of the text that each stands for.
    """

    ids: NDArray[np.int32]
    offsets: NDArray[np.int32]


@dataclass(slots=True)
class Example:
    """A row with its tokens; `base` is the row of its base vector, or -1."""

    row: Row
    tokens: Tokens
    base: int = -1

    def __len__(self) -> int:
        return len(self.tokens.ids)


@dataclass(frozen=True, slots=True)
class Batch:
    """Texts with the labels of every task.

    Attributes:
        ids: (n_texts, longest) token ids.
        mask: (n_texts, longest) 1 where there is a token.
        positive: (n_texts,) 1, 0 or -1.
        neutral: (n_texts,) 1, 0 or -1.
        neutral_weight: (n_texts,).
        minority: (n_texts,) weight of the row's sentiment where it is not neutral.
        intent: (n_texts,) or -100.
        question: (n_texts,) or -100.
        base: (n_texts,) row of the base vector, or -1.
        pair_rows: (n_pairs,) text of each question about an aspect.
        pair_queries: Its query.
        pair_polarity: (n_pairs,) or -1 where the text does not speak of it.
        pair_hits: (n_pairs, longest).
        pair_minority: (n_pairs,) weight of polarities other than neutral.
        tags: (n_texts, longest) index of TAGS, or -100.
        opinion_at: (n_opinions, 3) text, first and last token of an opinion.
        opinion_polarity: (n_opinions,).
        links: (n_links, 4) text, first token of a target, first of an opinion, whether they pair.
    """

    ids: Tensor
    mask: Tensor
    positive: Tensor
    neutral: Tensor
    neutral_weight: Tensor
    minority: Tensor
    intent: Tensor
    question: Tensor
    base: Tensor
    pair_rows: Tensor
    pair_queries: list[str]
    pair_polarity: Tensor
    pair_hits: Tensor
    pair_minority: Tensor
    tags: Tensor
    opinion_at: Tensor
    opinion_polarity: Tensor
    links: Tensor


def repeated(rows: Sequence[int], times: float, rng: random.Random) -> list[int]:
    """Returns the rows `times` times, a fraction of a time being a sample."""
    whole, part = divmod(times, 1.0)
    return [*rows] * int(whole) + rng.sample([*rows], round(part * len(rows)))


def by_length(
    lengths: Sequence[int], order: list[int], *, tokens: int, rng: random.Random
) -> Iterator[list[int]]:
    """Yields batches of indices of about equal length, `tokens` at most, in random order."""
    rng.shuffle(order)
    mean = sum(lengths[index] for index in order) / max(len(order), 1)
    pool = max(int(_POOL * tokens / max(mean, 1)), 1)
    for start in range(0, len(order), pool):
        part = sorted(order[start : start + pool], key=lambda index: lengths[index])
        batches: list[list[int]] = [[]]
        for index in part:
            if batches[-1] and (len(batches[-1]) + 1) * lengths[index] > tokens:
                batches.append([])
            batches[-1].append(index)
        rng.shuffle(batches)
        yield from batches


class Collator:
    """Makes batches of examples.

    Args:
        pad: Id of the padding token.
        minority_weight: As `Mixture.minority_weight`.
        terms: Terms that a text can be asked of though it has none of them.
        seed: Of what is left to chance, with the step; `None` shows all hits and asks all.
        mask: Id of the masking token, and the share of tokens that it stands for in training.
    """

    def __init__(
        self,
        pad: int,
        minority_weight: Mapping[str, float],
        terms: Sequence[str],
        seed: int | None,
        mask: tuple[int, float] = (0, 0.0),
    ) -> None:
        self._pad = pad
        self._masked = mask
        self._minority = minority_weight
        self._terms = terms
        self._seed = seed
        self._rng: random.Random | None = None

    def __call__(self, examples: Sequence[Example], step: int = 0) -> Batch:
        if self._seed is not None:
            self._rng = random.Random(f"{self._seed}-{step}")
        longest = max(map(len, examples))
        rows = [example.row for example in examples]
        minority = [self._minority.get(row.origin, 1.0) for row in rows]
        pairs = [(index, asked) for index, row in enumerate(rows) for asked in self._asked(row)]
        tags, opinions, links = self._spans(examples, longest)
        return Batch(
            ids=self._ids(examples, longest),
            mask=_mask([len(example) for example in examples], longest),
            positive=torch.tensor([row.positive for row in rows]),
            neutral=torch.tensor([row.neutral for row in rows]),
            neutral_weight=torch.tensor([row.neutral_weight for row in rows]),
            minority=torch.tensor(minority),
            intent=_ignored([row.intent for row in rows]),
            question=_ignored([row.question for row in rows]),
            base=torch.tensor([example.base for example in examples]),
            pair_rows=torch.tensor([index for index, _ in pairs], dtype=torch.long),
            pair_queries=[asked.query for _, asked in pairs],
            pair_polarity=torch.tensor([asked.polarity for _, asked in pairs], dtype=torch.long),
            pair_hits=self._hits(examples, pairs, longest),
            pair_minority=torch.tensor([minority[index] for index, _ in pairs]),
            tags=torch.from_numpy(tags),
            opinion_at=torch.tensor([place for place, _ in opinions]).reshape(-1, 3).long(),
            opinion_polarity=torch.tensor([label for _, label in opinions], dtype=torch.long),
            links=torch.tensor(links).reshape(-1, 4).long(),
        )

    def _ids(self, examples: Sequence[Example], longest: int) -> Tensor:
        """Returns the tokens of the texts, some of them masked, none of the frame."""
        table = _padded([example.tokens.ids for example in examples], longest, self._pad)
        mask, share = self._masked
        if self._rng is None or not share:
            return table
        chance = torch.Generator().manual_seed(self._rng.getrandbits(32))
        hidden = torch.rand(table.shape, generator=chance) < share
        hidden[:, 0] = False
        for row, example in enumerate(examples):
            hidden[row, len(example) - 1 :] = False
        return table.masked_fill(hidden, mask)

    def _asked(self, row: Row) -> list[Asked]:
        """Returns what a text is asked: all that is labelled, some of what it does not have."""
        if self._rng is None or not row.asked:
            return row.asked
        labelled = row.origin in ASPECT_SETS.values()
        present = [asked for asked in row.asked if labelled or asked.polarity != UNKNOWN]
        absent = [asked for asked in row.asked if not labelled and asked.polarity == UNKNOWN]
        chosen = self._rng.sample(absent, min(ABSENT_ASPECTS, len(absent)))
        terms = self._rng.sample(self._terms, min(ABSENT_TERMS, len(self._terms)))
        if labelled or not any(asked.is_term for asked in row.asked):
            terms = []
        return [*present, *chosen, *(Asked(t, UNKNOWN) for t in terms if t not in row.text)]

    def _hits(
        self, examples: Sequence[Example], pairs: Sequence[tuple[int, Asked]], longest: int
    ) -> Tensor:
        hits = np.zeros((len(pairs), longest), dtype=np.float32)
        for pair, (index, asked) in enumerate(pairs):
            if asked.hits and (self._rng is None or self._rng.random() < HITS_SHOWN):
                for place in asked.hits:
                    first, last = token_span(examples[index].tokens, place)
                    hits[pair, first : last + 1] = 1
        return torch.from_numpy(hits)

    def _spans(
        self, examples: Sequence[Example], longest: int
    ) -> tuple[np.ndarray, list[tuple[tuple[int, int, int], int]], list[tuple[int, int, int, int]]]:
        tags = np.full((len(examples), longest), IGNORED, dtype=np.int64)
        opinions: list[tuple[tuple[int, int, int], int]] = []
        links: list[tuple[int, int, int, int]] = []
        for index, example in enumerate(examples):
            if example.row.judged is None:
                continue
            tags[index, : len(example)] = 0
            targets, said = set(), {}
            gold = set()
            for judged in example.row.judged:
                target = judged.target and token_span(example.tokens, judged.target)
                opinion = judged.opinion and token_span(example.tokens, judged.opinion)
                for kind, span in (("target", target), ("opinion", opinion)):
                    if span and span[0] <= span[1]:
                        tags[index, span[0] : span[1] + 1] = TAGS.index(f"I-{kind}")
                        tags[index, span[0]] = TAGS.index(f"B-{kind}")
                if target and target[0] <= target[1]:
                    targets.add(target[0])
                if opinion and opinion[0] <= opinion[1]:
                    said[opinion[0]] = ((index, *opinion), judged.polarity)
                    if target:
                        gold.add((target[0], opinion[0]))
            opinions.extend(said.values())
            links.extend((index, t, o, int((t, o) in gold)) for t in targets for o in said)
        return tags, opinions, links


def token_span(tokens: Tokens, place: Place) -> tuple[int, int]:
    """Returns the first and last token of a stretch; the last before the first where it was cut."""
    start, end = place
    inside = np.flatnonzero((tokens.offsets[:, 0] < end) & (tokens.offsets[:, 1] > start))
    return (int(inside[0]), int(inside[-1])) if len(inside) else (0, -1)


def tokenised(tokenizer: Tokenizer, texts: Sequence[str], *, longest: int) -> list[Tokens]:
    """Tokenises texts, each cut to its first `longest` tokens."""
    tokenizer.enable_truncation(longest)
    found: list[Tokens] = []
    for start in range(0, len(texts), 4096):
        encodings = tokenizer.encode_batch(list(texts[start : start + 4096]))
        found.extend(
            Tokens(np.array(each.ids, np.int32), np.array(each.offsets, np.int32))
            for each in encodings
        )
    return found


def padded_ids(texts: Sequence[Tokens], pad: int) -> tuple[Tensor, Tensor]:
    """Returns the ids and the mask of tokenised texts, (n, longest) each."""
    longest = max(len(each.ids) for each in texts)
    ids = _padded([each.ids for each in texts], longest, pad)
    return ids, _mask([len(each.ids) for each in texts], longest)


def _padded(values: Sequence[NDArray[np.int32]], longest: int, filler: int) -> Tensor:
    table = np.full((len(values), longest), filler, dtype=np.int64)
    for row, each in enumerate(values):
        table[row, : len(each)] = each
    return torch.from_numpy(table)


def _mask(lengths: Sequence[int], longest: int) -> Tensor:
    return (torch.arange(longest)[None, :] < torch.tensor(lengths)[:, None]).long()


def _ignored(labels: Sequence[int]) -> Tensor:
    return torch.tensor([IGNORED if label == UNKNOWN else label for label in labels])
