"""The head of opinions in numpy: which spans of tokens are targets and opinions, and which pair.

Every span of up to `REACH` tokens gets a score of its own, from its ends, from both ends together
and from what lies between (Dozat & Manning 2017, "Deep Biaffine Attention", for the ends), so that
a target may lie inside its opinion. Pairs are judged one by one: the same words may praise one
thing and blame another. `training.encoder.spans` trains it in PyTorch.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from voc.inference.linear import sigmoid, softmax
from voc.records import POLARITIES

Floats = NDArray[np.float32]
Spot = tuple[int, int]
"""The first and the last token of a span."""

WIDTH: Final = 96  # of a token's state inside the head
KERNEL: Final = 5  # tokens that a layer of context reads at once
LAYERS: Final = 1  # of context
ENDS: Final = 32  # width in which both ends of a span meet
REACH: Final = 32  # tokens of the longest span
PAIR: Final = 96  # width in which targets meet opinions
KINDS: Final = ("opinion", "target")
DISTANCES: Final = (1, 2, 3, 4, 5, 9, 17, 33)  # tokens from which a pair is that much further apart
NEVER: Final = -1e4  # the logit of what is no span
SPANS: Final = "spans."  # what the names of its tensors begin with
_EPSILON: Final = 1e-5
_BLOCK: Final = 256  # tokens whose spans are scored at once, so that long texts take little memory
# Probabilities from which something counts; chosen on every other row of food_spans' dev set.
_CUT: Final = {"opinion": 0.3, "target": 0.3}
_PAIR_CUT: Final = 0.5
_SURE: Final = 0.3  # of opinion, pair and polarity together


def span_shapes(width: int) -> dict[str, tuple[int, ...]]:
    """Returns the shapes of the head's tensors, for token states of a width."""
    shapes: dict[str, tuple[int, ...]] = {
        **_layer("input", WIDTH, width),
        **_layer("mark", 3 * len(KINDS), WIDTH),
        **_layer("ends", 2 * len(KINDS) * ENDS, WIDTH),
        **_layer("target", PAIR, 2 * WIDTH),
        **_layer("opinion", PAIR, 2 * WIDTH),
        **_layer("pair", 1 + len(POLARITIES), PAIR),
        "length": (len(KINDS), REACH),
        "distance": (2 * len(DISTANCES) + 1, PAIR),
        "none": (PAIR,),
    }
    for index in range(LAYERS):
        shapes |= {
            f"context.{index}.weight": (WIDTH, WIDTH, KERNEL),
            f"context.{index}.bias": (WIDTH,),
        }
    for index in range(LAYERS + 1):
        shapes |= {f"norm.{index}.weight": (WIDTH,), f"norm.{index}.bias": (WIDTH,)}
    return {f"{SPANS}{name}": shape for name, shape in shapes.items()}


def _layer(name: str, outputs: int, inputs: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def distance(target: Spot, opinion: Spot) -> int:
    """Returns the row of `distance` for a pair: how far the opinion is behind the target.

    The middle row is for spans that overlap, those before it for opinions before their target.
    """
    gap = max(opinion[0] - target[1], target[0] - opinion[1], 0)
    steps = sum(gap >= least for least in DISTANCES)
    return len(DISTANCES) + (steps if opinion[0] > target[1] else -steps)


@dataclass(frozen=True, slots=True)
class SpannedOpinion:
    """An opinion by tokens, first and last, with (3,) logits of its polarity."""

    target: Spot | None
    opinion: Spot
    polarity: Floats


class OpinionSpans:
    """Finds targets and opinions in token states, pairs them and judges the pairs.

    Args:
        tensors: The model's, of the shapes `span_shapes` says.
    """

    def __init__(self, tensors: Mapping[str, Floats]) -> None:
        own = {
            name.removeprefix(SPANS): tensor
            for name, tensor in tensors.items()
            if name.startswith(SPANS)
        }
        self._tensors = own
        # (KERNEL * WIDTH, WIDTH): what a convolution does is one product with the tokens around.
        self._context = [
            own[f"context.{index}.weight"].transpose(2, 1, 0).reshape(KERNEL * WIDTH, WIDTH)
            for index in range(LAYERS)
        ]

    def __call__(self, states: Floats) -> list[SpannedOpinion]:
        """Returns the opinions of one text, in order.

        Args:
            states: (n_tokens, width) token states, the frame included.
        """
        inner = self.context(states)
        scores = self.scores(inner)
        opinions, targets = (
            best_spans(scores[index], _CUT[kind]) for index, kind in enumerate(KINDS)
        )
        if not opinions:
            return []
        found = []
        left = self._ends_of(inner, targets, "target")
        right = self._ends_of(inner, opinions, "opinion")
        for opinion, state in zip(opinions, right, strict=True):
            logits = self._pairs(targets, left, opinion, state)
            sure = sigmoid(scores[0, opinion[0], opinion[1] - opinion[0]])
            for index in _partners(logits[:, 0]):
                polarity = logits[index, 1:]
                if sure * sigmoid(logits[index, 0]) * softmax(polarity).max() >= _SURE:
                    target = targets[index - 1] if index else None
                    found.append(SpannedOpinion(target, opinion, polarity))
        return found

    def context(self, states: Floats) -> Floats:
        """Returns (n_tokens, WIDTH) states that know the tokens around."""
        inner = self._normed(np.maximum(self._linear("input", states), 0), 0)
        for index, weight in enumerate(self._context):
            padded = np.zeros((len(inner) + KERNEL - 1, WIDTH), dtype=np.float32)
            padded[KERNEL // 2 : KERNEL // 2 + len(inner)] = inner
            around = [padded[shift : shift + len(inner)] for shift in range(KERNEL)]
            read = np.concatenate(around, axis=1) @ weight
            read += self._tensors[f"context.{index}.bias"]
            inner = self._normed(inner + np.maximum(read, 0), index + 1)
        return inner

    def scores(self, inner: Floats) -> Floats:
        """Returns (n_kinds, n_tokens, REACH) logits of the spans by first token and length - 1.

        Spans that hold a token of the frame, or end behind the text, get `NEVER`.
        """
        count, kinds = len(inner), len(KINDS)
        marks = self._linear("mark", inner).T.reshape(3, kinds, count)
        ends = self._linear("ends", inner).reshape(count, kinds, 2, ENDS)
        firsts, lasts = ends.transpose(2, 1, 0, 3)
        scores = np.full((kinds, count, REACH), NEVER, dtype=np.float32)
        for start in range(1, count - 1, _BLOCK):
            near = slice(start, min(start + _BLOCK + REACH, count - 1))
            block = scores[:, start : min(start + _BLOCK, count - 1)]
            size = block.shape[1]
            found = _of_block(marks[:, :, near], firsts[:, start : start + size], lasts[:, near])
            block[:] = found + self._tensors["length"][:, None]
        return scores

    def _ends_of(self, inner: Floats, spans: Sequence[Spot], layer: str) -> Floats:
        """Returns (n_spans, PAIR) what a layer says of spans by their ends."""
        places = np.array(spans, dtype=np.int64).reshape(-1, 2)
        return self._linear(layer, inner[places].reshape(-1, 2 * WIDTH))

    def _pairs(self, targets: Sequence[Spot], left: Floats, opinion: Spot, state: Floats) -> Floats:
        """Returns (1 + n_targets, 4) logits of no target and each: paired, and polarities."""
        apart = [distance(target, opinion) for target in targets]
        joined = np.concatenate(
            [self._tensors["none"][None], left + self._tensors["distance"][apart]]
        )
        return self._linear("pair", np.maximum(joined + state, 0))

    def _linear(self, name: str, inputs: Floats) -> Floats:
        weight, bias = self._tensors[f"{name}.weight"], self._tensors[f"{name}.bias"]
        return np.asarray(inputs @ weight.T + bias, dtype=np.float32)

    def _normed(self, values: Floats, index: int) -> Floats:
        centred: Floats = values - values.sum(axis=1, keepdims=True) / np.float32(WIDTH)
        squares = np.einsum("nd,nd->n", centred, centred)[:, None]
        centred /= np.sqrt(squares / WIDTH + _EPSILON)
        weight, bias = self._tensors[f"norm.{index}.weight"], self._tensors[f"norm.{index}.bias"]
        return np.asarray(centred * weight + bias, dtype=np.float32)


def _of_block(marks: Floats, firsts: Floats, lasts: Floats) -> Floats:
    """Returns (n_kinds, n, REACH) scores of the spans that begin with the first n tokens of some.

    Args:
        marks: (3, n_kinds, n_near) what a token says for a span that it begins, ends, is inside of.
        firsts: (n_kinds, n, ENDS) what tokens say as the first of a span to its last.
        lasts: (n_kinds, n_near, ENDS) and the other way round.
    """
    kinds, size, _ = firsts.shape
    begins, closes, inside = marks
    after = np.cumsum(inside, axis=1)
    # What each end says for itself is one more column of what both say together.
    left = np.ones((kinds, size, ENDS + 2), dtype=np.float32)
    left[:, :, :ENDS] = firsts / ENDS**0.5
    left[:, :, ENDS] = (begins + inside - after)[:, :size]
    right = np.zeros((kinds, size + REACH, ENDS + 2), dtype=np.float32)
    right[:, : lasts.shape[1], :ENDS] = lasts
    right[:, :, ENDS] = 1
    right[:, : lasts.shape[1], ENDS + 1] = closes + after
    right[:, lasts.shape[1] :, ENDS + 1] = NEVER
    table = left @ right.transpose(0, 2, 1)
    *outer, down, across = table.strides
    # Row i is asked for its columns i to i + REACH: one step down is one step across.
    diagonals = (kinds, size, REACH)
    return np.lib.stride_tricks.as_strided(table, diagonals, (*outer, down + across, across))


def best_spans(scores: Floats, cut: float) -> list[Spot]:
    """Returns the spans that count, in order; of those that overlap, the likeliest.

    Args:
        scores: (n_tokens, REACH) logits by first token and length - 1.
        cut: Probability from which one counts.
    """
    first, longer = np.nonzero(scores > _logit(cut))
    order = np.argsort(-scores[first, longer], kind="stable")
    likely = zip(first[order].tolist(), (first + longer)[order].tolist(), strict=True)
    return sorted(_apart(likely, len(scores)))


def _partners(logits: Floats) -> list[int]:
    """Returns which an opinion belongs to: the targets that count, else the likeliest of all.

    Args:
        logits: (1 + n_targets,) for none, then for each target.
    """
    counting = np.flatnonzero(logits[1:] > _logit(_PAIR_CUT)) + 1
    return counting.tolist() if len(counting) else [int(logits.argmax())]


def _apart(spans: Iterable[Spot], count: int) -> list[Spot]:
    """Returns the spans that share no token with one before them in the list."""
    taken = np.zeros(count, dtype=np.bool_)
    kept = []
    for start, last in spans:
        if not taken[start : last + 1].any():
            taken[start : last + 1] = True
            kept.append((start, last))
    return kept


def _logit(probability: float) -> float:
    return float(np.log(probability / (1 - probability)))
