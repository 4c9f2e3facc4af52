"""Reads a shipped model back into a run, so that training can go on from it.

The int8 matrices become floats again; what rounding took is less than a few steps of training give
back. `training.encoder.export` says how the graph was made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import nn

from training.base.loading import Base, bert
from training.base.vocabulary import special_id
from training.datasets import ASPECT_SETS
from training.encoder.network import Network
from training.encoder.runs import Run
from voc.errors import ModelError
from voc.inference.encoder import ENCODER, HEADS, TOKENIZER
from voc.inference.manifest import EncoderManifest, read_manifest
from voc.inference.spans import SPANS

_HEADS, _EPSILON = 12, 1e-12
_EMBEDDINGS = ("word_embeddings", "position_embeddings", "token_type_embeddings", "LayerNorm")
_PRODUCT = re.compile(r"encoder/layer\.(\d+)/(.*dense)/MatMul_output_0_output_quantized$")


def load_shipped(folder: Path) -> Run:
    """Loads a model folder, calibration and what marks opinions left aside.

    Raises:
        ModelError: The folder is not what its manifest says, or holds no int8 encoder.
    """
    manifest = read_manifest(folder)
    if not isinstance(manifest, EncoderManifest):
        raise ModelError(f"{folder}: holds a {manifest.format} model, not an encoder.")
    try:
        state = _encoder_state(folder / ENCODER)
    except KeyError as error:
        raise ModelError(
            f"{folder / ENCODER}: is no int8 graph of training.encoder.export ({error} is missing)."
        ) from error
    tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
    words, width = state["embeddings.word_embeddings.weight"].shape
    encoder = bert(
        words=words,
        layers=1 + max(int(name.split(".")[2]) for name in state if ".layer." in name),
        heads=_HEADS,
        positions=len(state["embeddings.position_embeddings.weight"]),
        pad=special_id(tokenizer, "<pad>"),
        epsilon=_EPSILON,
        width=width,
    )
    encoder.load_state_dict(state)
    questions = manifest.heads["service_intents"].labels
    aspects = tuple(
        f"{industry}/{id_}"
        for industry in ASPECT_SETS
        for id_ in manifest.heads[f"{industry}.presence"].labels
    )
    network = Network(encoder, questions=len(questions), aspects=len(aspects))
    network.load_state_dict({**network.state_dict(), **_head_state(folder / HEADS)})
    network.eval()
    return Run(network, tokenizer, questions, aspects)


def with_vocabulary(run: Run, base: Base) -> Run:
    """Returns a run with the vocabulary of a base, whose vectors new pieces get."""
    theirs = base.encoder.embeddings.word_embeddings.weight.detach().clone()
    words = nn.Embedding(len(theirs), theirs.shape[1], padding_idx=base.pad, _weight=theirs)
    old = run.network.encoder.embeddings.word_embeddings.weight.detach()
    known = run.tokenizer.get_vocab()
    with torch.no_grad():
        for piece, index in base.tokenizer.get_vocab().items():
            if piece in known:
                words.weight[index] = old[known[piece]]
    run.network.encoder.embeddings.word_embeddings = words
    run.network.encoder.config.vocab_size = len(words.weight)
    run.network.encoder.config.pad_token_id = base.pad
    return Run(run.network, base.tokenizer, run.questions, run.aspects)


def _encoder_state(path: Path) -> dict[str, torch.Tensor]:
    """Returns the tensors of a quantised graph by the names of `transformers.BertModel`."""
    import onnx
    from onnx import numpy_helper

    graph = onnx.load(str(path)).graph
    values = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    found: dict[str, NDArray[Any]] = {}
    for part in _EMBEDDINGS:
        for kind in ("weight", "bias") if part == "LayerNorm" else ("weight",):
            found[f"embeddings.{part}.{kind}"] = _floats(
                values, f"encoder.embeddings.{part}.{kind}"
            )
    for name, value in values.items():
        if name.startswith("encoder.encoder.layer."):
            found[name.removeprefix("encoder.")] = value
    for node in graph.node:
        product = _PRODUCT.search(node.output[0])
        if product:
            layer, place = product[1], product[2].replace("/", ".")
            matrix = _floats(values, node.input[1].removesuffix("_quantized"))
            found[f"encoder.layer.{layer}.{place}.weight"] = matrix.T
    joined = sorted(name for name in values if re.fullmatch(r"Attention_\d+_qkv_bias", name))
    for name in joined:
        layer, stem = name.split("_")[1], name.removesuffix("_bias")
        matrices = np.split(_floats(values, f"{stem}_weight"), 3, axis=1)
        biases = np.split(values[name], 3)
        for part, matrix, bias in zip(("query", "key", "value"), matrices, biases, strict=True):
            found[f"encoder.layer.{layer}.attention.self.{part}.weight"] = matrix.T
            found[f"encoder.layer.{layer}.attention.self.{part}.bias"] = bias
    return {
        name: torch.from_numpy(np.array(value, dtype=np.float32)) for name, value in found.items()
    }


def _floats(values: Mapping[str, NDArray[Any]], name: str) -> NDArray[np.float32]:
    """Returns the floats that a quantised tensor stands for, (value - zero point) * scale."""
    zero, scale = values[f"{name}_zero_point"], values[f"{name}_scale"]
    whole = values[f"{name}_quantized"].astype(np.int32) - zero.astype(np.int32)
    return np.asarray(whole * scale, dtype=np.float32)


def _head_state(path: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    tensors = load_file(path)
    aside = ("calibration.", SPANS)
    own = {name: each for name, each in tensors.items() if not name.startswith(aside)}
    trained = [own.pop(f"trained.{industry}") for industry in ASPECT_SETS]
    state = {name: each for name, each in own.items() if not name.startswith("trained.")}
    return {**state, "trained.weight": torch.cat(trained)}
