"""The head of opinions in PyTorch; `voc.inference.spans` runs the same in numpy."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from voc.inference.spans import (
    DISTANCES,
    ENDS,
    KERNEL,
    KINDS,
    LAYERS,
    PAIR,
    REACH,
    WIDTH,
    Spot,
    distance,
)
from voc.records import POLARITIES

_STATES_LEFT_OUT, _LEFT_OUT = 0.3, 0.3  # dropout of the encoder's states, and inside the head
_RARE = -4.0  # the logit of a span before training: few spans are any
_WRONG_SPANS = 5  # the likeliest targets that nobody marked, against which pairs are learnt
_LIKELY = -3.0  # the logit from which such a target is one


@dataclass(frozen=True, slots=True)
class MarkedSpans:
    """The opinions of one text by tokens.

    Attributes:
        triplets: (target or none, opinion, index of POLARITIES).
        targets: All targets, those without words that judge them too.
    """

    triplets: frozenset[tuple[Spot | None, Spot, int]]
    targets: frozenset[Spot]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of a target, or of none, and an opinion.

    Attributes:
        rows: The text of each.
        targets: `None` where the opinion has none.
        opinions: The opinions.
        polarity: Index of POLARITIES; `None` where they do not belong together.
    """

    rows: list[int]
    targets: list[Spot | None]
    opinions: list[Spot]
    polarity: list[int | None]


class SpanNetwork(nn.Module):
    """Scores spans and pairs of them.

    Args:
        width: Of the encoder's token states.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.input = nn.Linear(width, WIDTH)
        self.context = nn.ModuleList(
            nn.Conv1d(WIDTH, WIDTH, KERNEL, padding=KERNEL // 2) for _ in range(LAYERS)
        )
        self.norm = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(LAYERS + 1))
        self.mark = nn.Linear(WIDTH, 3 * len(KINDS))
        self.ends = nn.Linear(WIDTH, 2 * len(KINDS) * ENDS)
        self.length = nn.Parameter(torch.full((len(KINDS), REACH), _RARE))
        self.target = nn.Linear(2 * WIDTH, PAIR)
        self.opinion = nn.Linear(2 * WIDTH, PAIR)
        self.distance = nn.Parameter(0.1 * torch.randn(2 * len(DISTANCES) + 1, PAIR))
        self.none = nn.Parameter(0.1 * torch.randn(PAIR))
        self.pair = nn.Linear(PAIR, 1 + len(POLARITIES))
        self.left_out = nn.Dropout(_LEFT_OUT)
        self.states_left_out = nn.Dropout(_STATES_LEFT_OUT)

    def read(self, states: Tensor, mask: Tensor) -> Tensor:
        """Returns (n_texts, longest, WIDTH) states that know the tokens around.

        Args:
            states: (n_texts, longest, width) of the encoder.
            mask: (n_texts, longest) True where there is a token.
        """
        inner: Tensor = self.norm[0](functional.relu(self.input(self.states_left_out(states))))
        seen = mask[:, None].float()
        for layer, norm in zip(self.context, list(self.norm)[1:], strict=True):
            around = functional.relu(layer(inner.transpose(1, 2) * seen).transpose(1, 2))
            inner = norm(inner + self.left_out(around))
        kept: Tensor = self.left_out(inner)
        return kept

    def scores(self, inner: Tensor) -> Tensor:
        """Returns (n_texts, n_kinds, longest, REACH) logits of spans by first token, length - 1.

        Those that end behind the text have some value; `within` says which they are.
        """
        texts, longest, _ = inner.shape
        last = torch.arange(longest)[:, None] + torch.arange(REACH)
        marks = self.mark(inner).view(texts, longest, 3, len(KINDS)).permute(2, 0, 3, 1)
        padded = functional.pad(marks, (0, REACH))
        inside = functional.pad(padded[2].cumsum(-1), (1, 0))
        ends = self.ends(inner).view(texts, longest, len(KINDS), 2, ENDS)
        firsts, lasts = ends.permute(3, 0, 2, 1, 4)
        square = functional.pad(firsts @ lasts.transpose(-1, -2), (0, REACH))
        both = square.gather(-1, last.expand(texts, len(KINDS), -1, -1)) / ENDS**0.5
        between = inside[..., last + 1] - inside[..., :longest, None]
        scores: Tensor = both + marks[0][..., None] + padded[1][..., last] + between
        return scores + self.length[:, None]

    def pairs(self, inner: Tensor, pairs: Pairs) -> Tensor:
        """Returns (n_pairs, 4) logits: whether they belong together, and polarities."""
        rows = torch.tensor(pairs.rows)
        missing = torch.tensor([target is None for target in pairs.targets])
        apart = torch.tensor(
            [
                0 if target is None else distance(target, opinion)
                for target, opinion in zip(pairs.targets, pairs.opinions, strict=True)
            ]
        )
        left = self.target(_ends_of(inner, rows, [each or (0, 0) for each in pairs.targets]))
        left = torch.where(missing[:, None], self.none, left + self.distance[apart])
        right = self.opinion(_ends_of(inner, rows, pairs.opinions))
        answered: Tensor = self.pair(functional.relu(left + right))
        return answered


def _ends_of(inner: Tensor, rows: Tensor, spans: list[Spot]) -> Tensor:
    """Returns (n_spans, 2 * WIDTH) the states of both ends of spans."""
    first, last = torch.tensor(spans).T
    return torch.cat([inner[rows, first], inner[rows, last]], dim=1)


def within(mask: Tensor) -> Tensor:
    """Returns (n_texts, longest, REACH) whether a span holds tokens of its text alone, no frame."""
    longest = mask.shape[1]
    last = torch.arange(longest)[:, None] + torch.arange(REACH)
    return (last < mask.sum(1)[:, None, None] - 1) & (torch.arange(longest) > 0)[:, None]


def span_loss(
    network: SpanNetwork, states: Tensor, mask: Tensor, marked: list[MarkedSpans]
) -> Tensor:
    """Returns the loss of spans, of pairs and of polarities, summed, divided by the texts."""
    inner = network.read(states, mask)
    scores = network.scores(inner)
    inside = within(mask)
    wanted = torch.zeros_like(scores)
    for row, each in enumerate(marked):
        opinions = {opinion for _, opinion, _ in each.triplets}
        for kind, spans in enumerate((opinions, each.targets)):
            for first, last in spans:
                if last - first < REACH:
                    wanted[row, kind, first, last - first] = 1
    inside_all = inside[:, None].expand_as(scores)
    total = functional.binary_cross_entropy_with_logits(
        scores[inside_all], wanted[inside_all], reduction="sum"
    )
    likely = scores.detach().masked_fill(~inside_all, -torch.inf)[:, KINDS.index("target")]
    pairs = _asked(likely, marked)
    if pairs.rows:
        logits = network.pairs(inner, pairs)
        paired = torch.tensor([label is not None for label in pairs.polarity])
        total = total + functional.binary_cross_entropy_with_logits(
            logits[:, 0], paired.float(), reduction="sum"
        )
        labels = torch.tensor([label for label in pairs.polarity if label is not None])
        total = total + functional.cross_entropy(logits[paired, 1:], labels, reduction="sum")
    return total / len(marked)


def _asked(likely: Tensor, marked: list[MarkedSpans]) -> Pairs:
    """Returns each marked opinion with no target, with those marked and with the likeliest others.

    Args:
        likely: (n_texts, longest, REACH) logits of targets.
        marked: What is marked.
    """
    found = Pairs([], [], [], [])
    for row, each in enumerate(marked):
        if not each.triplets:
            continue
        values, places = likely[row].flatten().topk(min(_WRONG_SPANS, likely[row].numel()))
        spots = [divmod(place, REACH) for place in places[values > _LIKELY].tolist()]
        targets = {*each.targets, *((first, first + longer) for first, longer in spots)}
        labels = {(target, opinion): label for target, opinion, label in each.triplets}
        for opinion in {opinion for _, opinion, _ in each.triplets}:
            for target in (None, *targets):
                found.rows.append(row)
                found.targets.append(target)
                found.opinions.append(opinion)
                found.polarity.append(labels.get((target, opinion)))
    return found
