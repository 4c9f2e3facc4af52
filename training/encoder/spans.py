"""Trains the head of opinions: `python -m training.encoder.spans --data DIR`.

On the states of a finished encoder, which stays as it is: they are read once and kept in 16 bits,
about 600 MB. The head is written into the model folder; all other heads keep their every bit.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.encoder.corpus import Corpus, Judged, Place, Row
from training.encoder.export import write_heads
from training.encoder.folders import chosen
from training.encoder.span_network import MarkedSpans, SpanNetwork, span_loss
from voc.inference.encoder import EncoderModel, TokenStates
from voc.inference.spans import SPANS, Spot

SETS = ("food_spans", "cosmetics_reviews", "phone_threads")
OPINIONS = ("cosmetics", "restaurant")  # the trades of sets all of whose opinions are marked
EPOCHS = 3
_TOKENS = 2500  # in a batch, with padding
_SHUFFLED = 6  # tokens by which texts of a batch differ in length for the sake of chance
_RATE, _DECAY, _WARM = 2e-3, 0.1, 100
_CHUNK = 2048
_LARGEST_GRADIENT = 2.0
_SEED = 0


@dataclass(frozen=True, slots=True)
class Example:
    """(n_tokens, width) states of a text in 16 bits, and what is marked in it."""

    states: NDArray[np.float16]
    marked: MarkedSpans


def examples(model: EncoderModel, rows: Sequence[Row]) -> Iterator[Example]:
    """Yields the rows in which opinions are marked, as the encoder reads them."""
    marked = [row for row in rows if row.judged is not None]
    for start in range(0, len(marked), _CHUNK):
        part = marked[start : start + _CHUNK]
        read = model.encode([row.text for row in part])
        for row, states in zip(part, read, strict=True):
            yield Example(states.states.astype(np.float16), by_tokens(row.judged or (), states))


def by_tokens(judged: Sequence[Judged], states: TokenStates) -> MarkedSpans:
    """Returns what is marked in a text by the tokens that overlap it."""
    triplets, targets = set(), set()
    for each in judged:
        target = each.target and _spot(states, each.target)
        opinion = each.opinion and _spot(states, each.opinion)
        if target:
            targets.add(target)
        if opinion:
            triplets.add((target, opinion, each.polarity))
    return MarkedSpans(frozenset(triplets), frozenset(targets))


def _spot(states: TokenStates, place: Place) -> Spot | None:
    inside = np.flatnonzero(states.marked([place]))
    return (int(inside[0]), int(inside[-1])) if len(inside) else None


def fitted(found: Sequence[Example], *, epochs: float = EPOCHS) -> SpanNetwork:
    """Trains a head from the beginning, with one seed for everything.

    Args:
        found: At least one example.
        epochs: How often each is read.
    """
    torch.manual_seed(_SEED)
    chance = random.Random(_SEED)
    network = SpanNetwork(found[0].states.shape[1])
    optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=_DECAY)
    steps = max(1, round(epochs * len(_batches(found, chance))))
    step = 0
    while step < steps:
        for batch in _batches(found, chance)[: steps - step]:
            rate = _RATE * min(1.0, (step + 1) / _WARM) * max(0.02, 1 - step / steps)
            for group in optimizer.param_groups:
                group["lr"] = rate
            loss = span_loss(network, *_padded(batch), [each.marked for each in batch])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(network.parameters(), _LARGEST_GRADIENT)
            optimizer.step()
            step += 1
            if step % 100 == 0:
                print(f"step {step} of {steps}: loss {loss.item():.3f}", flush=True)  # noqa: T201
    return network.eval()


def _batches(found: Sequence[Example], chance: random.Random) -> list[list[Example]]:
    """Returns all examples in batches of texts about as long, in a random order."""
    lengths = {id(each): len(each.states) + chance.random() * _SHUFFLED for each in found}
    batches: list[list[Example]] = [[]]
    for each in sorted(found, key=lambda example: lengths[id(example)]):
        if batches[-1] and len(each.states) * (len(batches[-1]) + 1) > _TOKENS:
            batches.append([])
        batches[-1].append(each)
    chance.shuffle(batches)
    return batches


def _padded(batch: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """Returns (n_texts, longest, width) states and their (n_texts, longest) mask."""
    states = nn.utils.rnn.pad_sequence(
        [torch.from_numpy(each.states).float() for each in batch], batch_first=True
    )
    lengths = torch.tensor([len(each.states) for each in batch])
    return states, torch.arange(states.shape[1]) < lengths[:, None]


def write(folder: Path, model: EncoderModel, network: SpanNetwork) -> None:
    """Writes a head into the model's folder, in place of the one there."""
    tensors: dict[str, NDArray[Any]] = {
        name: tensor for name, tensor in model.tensors.items() if not name.startswith(SPANS)
    }
    for name, tensor in network.state_dict().items():
        tensors[f"{SPANS}{name}"] = tensor.numpy()
    write_heads(folder, model.manifest.model_copy(update={"opinions": OPINIONS}), tensors)


def train(folder: Path, model: EncoderModel, data: Path) -> None:
    """Trains a head on the sets with marked opinions and writes it."""
    corpus = Corpus(data)
    rows = [row for name in SETS for row in corpus.rows(name, "train")]
    write(folder, model, fitted(list(examples(model, rows))))


def main() -> None:
    """Trains and writes."""
    named = chosen("training.encoder.spans", __doc__)
    train(named.folder, named.tagger.model, named.data)
    print(f"wrote the opinions' head into {named.folder}")  # noqa: T201


if __name__ == "__main__":
    main()
