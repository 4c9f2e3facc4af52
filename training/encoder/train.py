"""Trains an encoder by a recipe: `python -m training.encoder.train --recipe R --data D --out RUN`.

With `--teacher RUN` it is a student: it begins with some of the teacher's layers and all its heads
and learns from the teacher's answers too. With `--start RUN` a finished run goes on by another
recipe. A run folder holds the recipe, check-points from which
`--resume` goes on, the log of losses, the tokenizer, the weights, and the settings of the network.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from training.base.loading import load_base
from training.base.vocabulary import special_id
from training.encoder import losses
from training.encoder.batches import (
    Collator,
    Example,
    by_length,
    padded_ids,
    repeated,
    tokenised,
)
from training.encoder.corpus import Corpus
from training.encoder.network import Network, mean_state
from training.encoder.recipe import Recipe
from training.encoder.runs import Run, load_run, save_run, student_of
from training.encoder.shipped import with_vocabulary
from training.encoder.taxonomies import Aspects
from voc.config import load_model
from voc.errors import UsageError

_LOG_EVERY = 20


class Trainer:
    """Trains one network.

    Args:
        recipe: How.
        corpus: The data sets.
        out: The run's folder.
        teacher: A finished run to learn from.
        start: A finished run to go on from, by another recipe.
        bf16: Whether products are in bfloat16.
    """

    def __init__(
        self,
        recipe: Recipe,
        corpus: Corpus,
        out: Path,
        *,
        teacher: Run | None = None,
        start: Run | None = None,
        bf16: bool = True,
    ) -> None:
        self.recipe = recipe
        self._bf16 = bf16
        self.corpus = corpus
        self.out = out
        self._teacher = teacher
        self._began = time.monotonic()
        torch.manual_seed(recipe.seed)
        rows = [row for name in recipe.mixture.repeat for row in corpus.rows(name, "train")]
        self._log(read=len(rows))
        texts = [row.text for row in rows]
        base = None
        if not teacher and (not start or recipe.vocabulary.grown):
            base = load_base(recipe.base, texts, least=recipe.vocabulary.least)
        if start:
            self.run = with_vocabulary(start, base) if base else start
        elif teacher:
            if recipe.distillation is None:
                raise UsageError("A recipe with a teacher needs the key distillation.")
            self.run = student_of(teacher, recipe.distillation.layers)
        elif base:
            aspects = Aspects(corpus, base.tokenizer, base.pad)
            network = Network(
                base.encoder, questions=len(corpus.questions), aspects=len(aspects.trained)
            )
            self.run = Run(network, base.tokenizer, corpus.questions, tuple(aspects.trained))
        self._pad = self.run.pad
        tokens = tokenised(self.run.tokenizer, texts, longest=recipe.longest)
        self.examples = [Example(row, each) for row, each in zip(rows, tokens, strict=True)]
        self._log(tokenised=sum(map(len, self.examples)), words=self.run.words)
        self._aspects = Aspects(corpus, self.run.tokenizer, self._pad)
        self._taught = Aspects(corpus, self.run.tokenizer, self._pad)
        self._batches = self._planned()
        terms = sorted(
            {a.query for row in rows for a in row.asked if a.is_term and len(a.query) <= 6}
        )
        self._collate = Collator(
            self._pad,
            recipe.mixture.minority_weight,
            terms,
            recipe.seed,
            self._mask(),
        )
        self.run.network.set_dropout(recipe.dropout.states)
        self._optimiser, self._schedule = self._make_optimiser()
        self._average = _average(self.run.network, recipe.optimiser.average)
        self._base = torch.zeros((0, 0))
        self._vector_encoder = base.encoder if base else self.run.network.encoder
        self.step = 0

    def _planned(self) -> list[list[int]]:
        """Returns the examples of every batch of the run."""
        rng = random.Random(self.recipe.seed)
        by_origin = defaultdict(list)
        for index, example in enumerate(self.examples):
            by_origin[example.row.origin].append(index)
        lengths = [len(example) for example in self.examples]
        batches: list[list[int]] = []
        left = self.recipe.epochs
        while left > 0:
            order = [
                index
                for name, times in self.recipe.mixture.repeat.items()
                for index in repeated(by_origin[name], times * min(left, 1.0), rng)
            ]
            batches.extend(by_length(lengths, order, tokens=self.recipe.batch_tokens, rng=rng))
            left -= 1.0
        return batches

    def _autocast(self) -> torch.autocast:
        return torch.autocast("cpu", dtype=torch.bfloat16, enabled=self._bf16)

    def _mask(self) -> tuple[int, float]:
        """Returns the masking token and its share; a base may do without such a token."""
        share = self.recipe.dropout.tokens
        return (special_id(self.run.tokenizer, "<mask>"), share) if share else (0, 0.0)

    def _make_optimiser(self) -> tuple[torch.optim.Optimizer, Any]:
        options = self.recipe.optimiser
        network = self.run.network
        encoder = list(network.encoder.parameters())
        known = {id(parameter) for parameter in encoder}
        heads = [each for each in network.parameters() if id(each) not in known]
        optimiser = torch.optim.AdamW(
            [
                {"params": encoder, "lr": options.learning_rate},
                {"params": heads, "lr": options.head_learning_rate},
            ],
            weight_decay=options.weight_decay,
            fused=True,
        )
        steps, warm = len(self._batches), max(int(options.warm_up * len(self._batches)), 1)
        return optimiser, torch.optim.lr_scheduler.LambdaLR(
            optimiser,
            lambda step: min((step + 1) / warm, max((steps - step) / max(steps - warm, 1), 0.0)),
        )

    def train(self, *, resume: bool = False, most_steps: int | None = None) -> None:
        """Trains to the end of the recipe, or for some steps, and writes the run."""
        checkpoint = self.out / "checkpoint.pt"
        if resume and checkpoint.is_file():
            self._restore(checkpoint)
        else:
            self._base = self._base_vectors()
        saved = time.monotonic()
        sums: dict[str, float] = defaultdict(float)
        steps = min(len(self._batches), most_steps or len(self._batches))
        self.run.network.train()
        while self.step < steps:
            for name, value in self._one_step().items():
                sums[name] += value
            self.step += 1
            if self.step % _LOG_EVERY == 0:
                means = {name: round(value / _LOG_EVERY, 4) for name, value in sums.items()}
                self._log(step=self.step, of=steps, **means)
                sums.clear()
            if time.monotonic() - saved > 60 * self.recipe.checkpoint_minutes:
                self._save(checkpoint)
                saved = time.monotonic()
        if self._average:
            self.run.network.load_state_dict(self._average.module.state_dict())
        save_run(self.run, self.out)
        checkpoint.unlink(missing_ok=True)
        self._log(finished=self.step)

    def _one_step(self) -> dict[str, float]:
        recipe, network = self.recipe, self.run.network
        examples = [self.examples[index] for index in self._batches[self.step]]
        batch = self._collate(examples, self.step)
        with self._autocast():
            aspects = self._aspects.vectors(
                network, batch.pair_queries, step=self.step, sampled=True
            )
            given = losses.answers(network, batch, aspects)
        taught = None
        if self._teacher and recipe.distillation:
            with torch.no_grad(), self._autocast():
                theirs = self._taught.vectors(
                    self._teacher.network, batch.pair_queries, step=1, sampled=False
                )
                answered = losses.answers(self._teacher.network, batch, theirs)
            taught = losses.teacher_losses(batch, given.float(), answered.float())
        labels = losses.label_losses(network, batch, given.float(), self._base)
        distillation = recipe.distillation
        loss = losses.total(
            labels,
            recipe.weights,
            taught,
            soft=distillation.soft if distillation else 0.0,
            states=distillation.states if distillation else 0.0,
        )
        torch.autograd.backward(loss)
        norm = torch.nn.utils.clip_grad_norm_(network.parameters(), recipe.optimiser.clip)
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        self._schedule.step()
        if self._average:
            self._average.update_parameters(network)
        found = {"loss": loss, "norm": norm, **labels}
        if taught:
            found["states"] = taught["states"]
        return {name: float(value.detach()) for name, value in found.items()}

    @torch.no_grad()
    def _base_vectors(self) -> Tensor:
        """Returns the base's sentence vectors of a sample of rows, which get their places.

        A student has none, for it learns its teacher's vectors. A run that goes on without a base
        keeps its own. The mean over all is taken away, for E5's vectors lie in a narrow cone.
        """
        count = 0 if self._teacher else min(self.recipe.vector_rows, len(self.examples))
        chosen = random.Random(self.recipe.seed).sample(range(len(self.examples)), count)
        network = self.run.network.eval()
        found = torch.zeros((count, network.vector.in_features))
        chosen.sort(key=lambda index: len(self.examples[index]))
        for start in range(0, count, 128):
            part = [self.examples[index] for index in chosen[start : start + 128]]
            ids, mask = padded_ids([example.tokens for example in part], self._pad)
            with self._autocast():
                states = self._vector_encoder(input_ids=ids, attention_mask=mask)
            tokens = states.last_hidden_state
            found[start : start + len(part)] = functional.normalize(
                mean_state(tokens.float(), mask), dim=-1
            )
        for place, index in enumerate(chosen):
            self.examples[index].base = place
        self._log(base_vectors=count)
        return functional.normalize(found - found.mean(0), dim=-1)

    def _save(self, path: Path) -> None:
        part = path.with_suffix(".part")
        torch.save(
            {
                "step": self.step,
                "network": self.run.network.state_dict(),
                "optimiser": self._optimiser.state_dict(),
                "schedule": self._schedule.state_dict(),
                "average": self._average.state_dict() if self._average else {},
                "base": self._base,
                "places": torch.tensor([example.base for example in self.examples]),
            },
            part,
        )
        part.replace(path)
        self._log(saved=self.step)

    def _restore(self, path: Path) -> None:
        state = torch.load(path, weights_only=True)
        self.run.network.load_state_dict(state["network"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._schedule.load_state_dict(state["schedule"])
        if self._average:
            self._average.load_state_dict(state["average"])
        self._base, self.step = state["base"], state["step"]
        for example, place in zip(self.examples, state["places"].tolist(), strict=True):
            example.base = place
        self._log(resumed=self.step)

    def _log(self, **values: float) -> None:
        line = json.dumps({"seconds": round(time.monotonic() - self._began, 1), **values})
        print(line, flush=True)  # noqa: T201
        with (self.out / "log.jsonl").open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")


def _average(network: Network, decay: float) -> AveragedModel | None:
    """Returns a moving average of a network's weights (Izmailov et al. 2018; Polyak 1992)."""
    if not decay:
        return None
    average = AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(decay))  # type: ignore[no-untyped-call]
    average.update_parameters(network)
    return average


def parsed(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Returns the command line's options."""
    parser = argparse.ArgumentParser(prog="training.encoder.train", description=__doc__)
    parser.add_argument("--recipe", type=Path, required=True, help="a YAML recipe")
    parser.add_argument("--data", type=Path, required=True, help="folder of the data sets")
    parser.add_argument("--out", type=Path, required=True, help="the run's folder")
    parser.add_argument("--teacher", type=Path, help="a finished run to learn from")
    parser.add_argument(
        "--start", type=Path, help="a finished run or a model's folder to go on from"
    )
    parser.add_argument("--resume", action="store_true", help="go on from the last check-point")
    parser.add_argument(
        "--float32", action="store_true", help="where products in bfloat16 are no faster"
    )
    parser.add_argument("--steps", type=int, help="stop after so many steps, for a trial")
    return parser.parse_args(arguments)


def main() -> None:
    """Trains."""
    options = parsed()
    recipe = load_model(options.recipe, Recipe)
    options.out.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(options.recipe, options.out / "recipe.yaml")
    corpus = Corpus(options.data, plain_neutral_weight=recipe.mixture.plain_neutral_weight)
    teacher = load_run(options.teacher) if options.teacher else None
    start = load_run(options.start) if options.start else None
    bf16 = not options.float32
    trainer = Trainer(recipe, corpus, options.out, teacher=teacher, start=start, bf16=bf16)
    trainer.train(resume=options.resume, most_steps=options.steps)


if __name__ == "__main__":
    main()
