"""Run folders: a trained network, its tokenizer and what its outputs stand for."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from training.base.loading import bert
from training.encoder.network import Network
from voc.errors import ModelError

WEIGHTS, TOKENIZER, SETTINGS = "network.safetensors", "tokenizer.json", "network.json"


@dataclass(frozen=True, slots=True)
class Run:
    """A network with all that is needed to use it.

    Attributes:
        network: The network.
        tokenizer: Its tokenizer.
        questions: Names of the service questions' intents, in order.
        aspects: Queries of the trained aspects, in order.
    """

    network: Network
    tokenizer: Tokenizer
    questions: tuple[str, ...]
    aspects: tuple[str, ...]

    @property
    def pad(self) -> int:
        """Id of the padding token."""
        return int(self.network.encoder.config.pad_token_id)

    @property
    def words(self) -> int:
        """Size of the vocabulary."""
        return int(self.network.encoder.config.vocab_size)

    @property
    def layers(self) -> int:
        """Transformer layers."""
        return int(self.network.encoder.config.num_hidden_layers)


def save_run(run: Run, folder: Path) -> None:
    """Writes a run."""
    config = run.network.encoder.config
    settings = {
        "bert": {
            "words": run.words,
            "layers": run.layers,
            "heads": config.num_attention_heads,
            "positions": config.max_position_embeddings,
            "pad": run.pad,
            "epsilon": config.layer_norm_eps,
            "width": config.hidden_size,
        },
        "questions": run.questions,
        "aspects": run.aspects,
    }
    tensors = {name: each.contiguous() for name, each in run.network.state_dict().items()}
    save_file(tensors, folder / WEIGHTS)
    run.tokenizer.no_truncation()
    run.tokenizer.save(str(folder / TOKENIZER))
    (folder / SETTINGS).write_text(json.dumps(settings, ensure_ascii=False, indent=2) + "\n")


def load_run(folder: Path) -> Run:
    """Loads a run, or a shipped model as one.

    Raises:
        ModelError: The folder holds no finished run.
    """
    if (folder / "manifest.json").is_file():
        from training.encoder.shipped import load_shipped

        return load_shipped(folder)
    try:
        settings: dict[str, Any] = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ModelError(f"{folder}: holds no finished run; train one first.") from None
    questions, aspects = tuple(settings["questions"]), tuple(settings["aspects"])
    network = Network(bert(**settings["bert"]), questions=len(questions), aspects=len(aspects))
    network.load_state_dict(load_file(folder / WEIGHTS))
    network.eval()
    return Run(network, Tokenizer.from_file(str(folder / TOKENIZER)), questions, aspects)


def student_of(teacher: Run, layers: tuple[int, ...]) -> Run:
    """Returns a network with some of a teacher's layers and all of its heads."""
    config = teacher.network.encoder.config
    encoder = bert(
        words=teacher.words,
        layers=len(layers),
        heads=config.num_attention_heads,
        positions=config.max_position_embeddings,
        pad=teacher.pad,
        epsilon=config.layer_norm_eps,
        width=config.hidden_size,
    )
    network = Network(encoder, questions=len(teacher.questions), aspects=len(teacher.aspects))
    state: dict[str, torch.Tensor] = {}
    kept = {f"encoder.encoder.layer.{old}.": new for new, old in enumerate(layers)}
    for name, tensor in teacher.network.state_dict().items():
        if not name.startswith("encoder.encoder.layer."):
            state[name] = tensor.clone()
            continue
        for old, new in kept.items():
            if name.startswith(old):
                state[f"encoder.encoder.layer.{new}.{name.removeprefix(old)}"] = tensor.clone()
    network.load_state_dict(state)
    return Run(network, teacher.tokenizer, teacher.questions, teacher.aspects)
