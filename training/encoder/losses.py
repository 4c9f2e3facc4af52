"""What each task's answers cost: against labels, and against a teacher's answers."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from training.encoder.batches import IGNORED, Batch
from training.encoder.corpus import UNKNOWN
from training.encoder.network import Network, States
from training.encoder.recipe import Weights
from voc.records import POLARITIES

_NEUTRAL = POLARITIES.index("neutral")


@dataclass(frozen=True, slots=True)
class Answers:
    """The logits of all tasks for one batch.

    Attributes:
        states: Of the encoder.
        sentiment: (n_texts, 2) positive, neutral.
        intent: (n_texts, n_intents).
        question: (n_texts, n_questions).
        aspects: (n_pairs, 4) present, and the polarities.
        tags: (n_texts, longest, n_tags).
    """

    states: States
    sentiment: Tensor
    intent: Tensor
    question: Tensor
    aspects: Tensor
    tags: Tensor

    def float(self) -> Answers:
        """Returns the logits in single precision, in which losses are summed."""
        return Answers(
            self.states,
            self.sentiment.float(),
            self.intent.float(),
            self.question.float(),
            self.aspects.float(),
            self.tags.float(),
        )


def answers(network: Network, batch: Batch, aspects: Tensor) -> Answers:
    """Answers a batch; `aspects` is (n_pairs, width), the aspect of each pair."""
    states = network.encode(batch.ids, batch.mask)
    if len(batch.pair_rows):
        pairs = network.aspects(
            states.tokens, states.mask, batch.pair_rows, aspects, batch.pair_hits
        )
    else:
        pairs = states.tokens.new_zeros((0, 1 + len(POLARITIES)))
    return Answers(
        states,
        network.sentiment(states.pooled),
        network.intent(states.pooled),
        network.question(states.pooled),
        pairs,
        network.opinions.tags(states.tokens),
    )


def label_losses(network: Network, batch: Batch, given: Answers, base: Tensor) -> dict[str, Tensor]:
    """Returns each task's loss against the labels, summed over rows, divided by all rows.

    Args:
        network: For its heads of opinions.
        batch: The batch.
        given: Its answers.
        base: (n_vectors, width) vectors that the base model gave.
    """
    rows = len(batch.ids)
    losses = {
        "sentiment": _sentiment(batch, given),
        "aspects": _aspects(batch, given),
        "opinions": _opinions(network, batch, given),
    }
    for name, logits, labels in (
        ("intent", given.intent, batch.intent),
        ("question", given.question, batch.question),
    ):
        losses[name] = functional.cross_entropy(
            logits, labels, ignore_index=IGNORED, reduction="sum"
        )
    known = batch.base >= 0
    cosine = (given.states.vectors[known] * base[batch.base[known]]).sum(-1)
    losses["vector"] = (1 - cosine).sum()
    return {name: loss / rows for name, loss in losses.items()}


def _sentiment(batch: Batch, given: Answers) -> Tensor:
    judged = batch.neutral != UNKNOWN
    weight = torch.where(batch.neutral == 1, 1.0, batch.minority) * batch.neutral_weight
    neutral = functional.binary_cross_entropy_with_logits(
        given.sentiment[judged, 1],
        batch.neutral[judged].float(),
        weight=weight[judged],
        reduction="sum",
    )
    polar = batch.positive != UNKNOWN
    positive = functional.binary_cross_entropy_with_logits(
        given.sentiment[polar, 0], batch.positive[polar].float(), reduction="sum"
    )
    return neutral + positive


def _aspects(batch: Batch, given: Answers) -> Tensor:
    if not len(batch.pair_rows):
        return given.sentiment.sum() * 0
    present = batch.pair_polarity != UNKNOWN
    presence = functional.binary_cross_entropy_with_logits(
        given.aspects[:, 0], present.float(), reduction="sum"
    )
    labels = batch.pair_polarity[present]
    each = functional.cross_entropy(given.aspects[present, 1:], labels, reduction="none")
    weight = torch.where(labels == _NEUTRAL, 1.0, batch.pair_minority[present])
    return presence + (each * weight).sum()


def _opinions(network: Network, batch: Batch, given: Answers) -> Tensor:
    marked = (batch.tags != IGNORED).any(1)
    if not marked.any():
        return given.sentiment.sum() * 0
    tags = functional.cross_entropy(
        given.tags[marked].flatten(0, 1), batch.tags[marked].flatten(), ignore_index=IGNORED
    )
    total = tags * marked.sum() * 4.0
    tokens = given.states.tokens
    if len(batch.opinion_at):
        row, first, last = batch.opinion_at.T
        said = 0.5 * (tokens[row, first] + tokens[row, last])
        total = total + functional.cross_entropy(
            network.opinions.polarity(said), batch.opinion_polarity, reduction="sum"
        )
    if len(batch.links):
        row, target, opinion, label = batch.links.T
        logits = network.opinions.pair(tokens[row, target], tokens[row, opinion])
        total = total + functional.binary_cross_entropy_with_logits(
            logits, label.float(), reduction="sum"
        )
    return total


def teacher_losses(batch: Batch, given: Answers, taught: Answers) -> dict[str, Tensor]:
    """Returns each task's loss against a teacher's answers, and that of the states.

    Hinton et al. 2015, "Distilling the Knowledge in a Neural Network"; the states' distance is
    divided by their variance, so that 1 is what a constant would cost.
    """
    rows = len(batch.ids)
    losses = {
        "sentiment": functional.binary_cross_entropy_with_logits(
            given.sentiment, taught.sentiment.sigmoid(), reduction="sum"
        ),
        "intent": _soft(given.intent, taught.intent),
    }
    asks = batch.question != IGNORED
    losses["question"] = _soft(given.question[asks], taught.question[asks])
    presence = functional.binary_cross_entropy_with_logits(
        given.aspects[:, 0], taught.aspects[:, 0].sigmoid(), reduction="sum"
    )
    present = taught.aspects[:, 0].sigmoid()[:, None]
    polarity = _soft(given.aspects[:, 1:], taught.aspects[:, 1:], weight=present)
    losses["aspects"] = presence + polarity
    marked = batch.tags != IGNORED
    losses["opinions"] = _soft(given.tags[marked], taught.tags[marked]) * 0.1
    seen = given.states.mask
    wanted = taught.states.tokens[seen]
    distance = functional.mse_loss(given.states.tokens[seen], wanted) / wanted.var()
    found = {name: loss / rows for name, loss in losses.items()}
    cosine = (given.states.vectors * taught.states.vectors).sum(-1)
    return {**found, "vector": (1 - cosine).mean(), "states": distance}


def _soft(logits: Tensor, taught: Tensor, *, weight: Tensor | None = None) -> Tensor:
    wanted = taught.softmax(-1)
    if weight is not None:
        wanted = wanted * weight
    return -(wanted * logits.log_softmax(-1)).sum()


def total(
    labels: dict[str, Tensor],
    weights: Weights,
    taught: dict[str, Tensor] | None,
    *,
    soft: float,
    states: float,
) -> Tensor:
    """Returns the weighted loss of all tasks."""
    share = soft if taught else 0.0
    whole = torch.zeros(())
    for name, loss in labels.items():
        whole = whole + getattr(weights, name) * (1 - share) * loss
        if taught:
            whole = whole + getattr(weights, name) * share * taught[name]
    return whole + states * taught["states"] if taught else whole
