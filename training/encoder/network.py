"""The encoder with all its heads, in PyTorch; voc.inference.heads runs the same heads in numpy.

Tags of opinions only teach the encoder: what marks opinions is trained on its finished states, by
`training.encoder.spans`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from voc.inference.heads import ATTENTION_HEADS
from voc.records import INTENTS, POLARITIES

TAGS = ("O", "B-target", "I-target", "B-opinion", "I-opinion")
ATTENTION = 128  # width of the label attention
PAIR = 64  # width in which targets meet opinions


@dataclass(frozen=True, slots=True)
class States:
    """What the encoder says of a batch.

    Attributes:
        tokens: (n_texts, longest, width) last token states.
        mask: (n_texts, longest) True where there is a token.
        pooled: (n_texts, 2 * width) mean and maximum over tokens.
        vectors: (n_texts, width) sentence vectors of unit length.
    """

    tokens: Tensor
    mask: Tensor
    pooled: Tensor
    vectors: Tensor


def mean_state(tokens: Tensor, mask: Tensor) -> Tensor:
    """Returns (n_texts, width) means of (n_texts, longest, width) states over the mask's tokens."""
    weight = mask.float()[:, :, None]
    mean: Tensor = (tokens * weight).sum(1) / weight.sum(1)
    return mean


class Dropout(nn.Module):
    """Leaves out states by one random byte each: on a CPU a third of `nn.Dropout`'s time.

    Args:
        share: Of the states, to the nearest 256th.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share

    def forward(self, states: Tensor) -> Tensor:
        """Returns states of any shape, those that stay made larger so that the mean stays."""
        left_out = min(round(256 * self.share), 255)
        if not self.training or not left_out:
            return states
        words = torch.empty(states.numel() // 8 + 1, dtype=torch.int64, device=states.device)
        words.random_(torch.iinfo(torch.int64).min, None)
        kept = words.view(torch.uint8)[: states.numel()].view(states.shape) >= left_out
        return states * kept * (256 / (256 - left_out))


class LabelAttention(nn.Module):
    """Lets each aspect look at a text's tokens: {present} and {negative, neutral, positive}.

    An aspect is the mean of the sentence vectors of its name, description and examples, so that
    one that was never trained works too; trained ones add a vector of their own (Mullenbach et
    al. 2018, "Explainable Prediction of Medical Codes", has one attention a label). Tokens inside
    a hit of the aspect's keywords weigh more by a trained bonus.
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.query = nn.Linear(width, ATTENTION)
        self.own = nn.Linear(width, ATTENTION)
        self.key = nn.Linear(width, ATTENTION)
        self.value = nn.Linear(width, ATTENTION)
        self.bonus = nn.Parameter(torch.full((ATTENTION_HEADS,), 2.0))
        self.hidden = nn.Linear(3 * ATTENTION + 1, ATTENTION)
        self.output = nn.Linear(ATTENTION, 1 + len(POLARITIES))

    def forward(
        self, tokens: Tensor, mask: Tensor, rows: Tensor, aspects: Tensor, hits: Tensor
    ) -> Tensor:
        """Answers for pairs of a text and an aspect.

        Args:
            tokens: (n_texts, longest, width).
            mask: (n_texts, longest).
            rows: (n_pairs,) the text of each pair.
            aspects: (n_pairs, width) the aspect of each pair.
            hits: (n_pairs, longest) 1 where a keyword of the aspect stands.

        Returns:
            (n_pairs, 4) logits: present, and the three polarities.
        """
        pairs, longest = hits.shape
        split = (pairs, longest, ATTENTION_HEADS, ATTENTION // ATTENTION_HEADS)
        keys = self.key(tokens)[rows].view(split)
        values = self.value(tokens)[rows].view(split)
        query = self.query(aspects).view(pairs, ATTENTION_HEADS, -1)
        scores = torch.einsum("phd,plhd->phl", query, keys) / split[-1] ** 0.5
        scores = scores + self.bonus[None, :, None] * hits[:, None, :]
        scores = scores.masked_fill(~mask[rows][:, None, :], -1e4)
        seen = torch.einsum("phl,plhd->phd", scores.softmax(-1), values).reshape(pairs, ATTENTION)
        own = self.own(aspects)
        any_hit = hits.amax(1, keepdim=True)
        joined = torch.cat([seen, own, seen * own, any_hit], dim=1)
        answered: Tensor = self.output(functional.gelu(self.hidden(joined)))
        return answered


class OpinionTags(nn.Module):
    """Tags targets and opinions, pairs them, and judges opinions."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.tags = nn.Linear(width, len(TAGS))
        self.target = nn.Linear(width, PAIR)
        self.opinion = nn.Linear(width, PAIR)
        self.pair_bias = nn.Parameter(torch.zeros(1))
        self.polarity = nn.Linear(width, len(POLARITIES))

    def pair(self, targets: Tensor, opinions: Tensor) -> Tensor:
        """Returns the logits that (n, width) target states belong to (n, width) opinion states."""
        product = self.target(targets) * self.opinion(opinions)
        scores: Tensor = product.sum(-1) / PAIR**0.5 + self.pair_bias
        return scores


class Network(nn.Module):
    """An encoder and its heads.

    Args:
        encoder: A transformers model with `last_hidden_state`.
        questions: Number of the service questions' intents.
        aspects: Number of trained aspects.
    """

    def __init__(self, encoder: Any, *, questions: int, aspects: int) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.dropout = Dropout(0.0)
        self.sentiment = nn.Linear(2 * width, 2)
        self.intent = nn.Linear(2 * width, len(INTENTS))
        self.question = nn.Linear(2 * width, questions)
        self.vector = nn.Linear(width, width)
        nn.init.eye_(self.vector.weight)
        self.aspects = LabelAttention(width)
        self.trained = nn.Embedding(aspects, width)
        nn.init.zeros_(self.trained.weight)
        self.opinions = OpinionTags(width)

    def encode(self, ids: Tensor, mask: Tensor) -> States:
        """Encodes a batch of token ids, (n_texts, longest), with its mask."""
        tokens = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        seen = mask.bool()
        mean = mean_state(tokens, mask)
        highest = tokens.masked_fill(~seen[:, :, None], -1e4).amax(1)
        vectors = functional.normalize(self.vector(mean), dim=-1)
        pooled = self.dropout(torch.cat([mean, highest], dim=1))
        return States(tokens, seen, pooled, vectors)

    def set_dropout(self, share: float) -> None:
        """Leaves out a share of the encoder's states and of what heads of whole texts read.

        The weights of attention stay: they are many, and leaving some out costs a CPU much time.
        """
        self.dropout.share = share
        for name, module in [*self.encoder.named_modules()]:
            is_any = isinstance(module, nn.Dropout | Dropout)
            if is_any and not name.endswith("attention.self.dropout"):
                above, _, last = name.rpartition(".")
                setattr(self.encoder.get_submodule(above), last, Dropout(share))
