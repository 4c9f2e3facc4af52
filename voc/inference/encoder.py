"""The encoder: texts in, token states out, by ONNX Runtime on the cores there are.

Each text is a run of its own, and as many runs go on at once as there are cores. Dynamic int8
measures the range of activations over a whole batch, so that in a batch a text's answer depends on
its neighbours and on padding; alone it does not, and nothing is spent on padding.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from voc.errors import ModelError, ModelUnavailableError, fault
from voc.inference.manifest import EncoderManifest, read_manifest
from voc.inference.spans import span_shapes

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

Floats = NDArray[np.float32]
ENCODER, HEADS, TOKENIZER = "encoder.onnx", "heads.safetensors", "tokenizer.json"
_IDS, _MASK = "input_ids", "attention_mask"


@dataclass(frozen=True, slots=True)
class TokenStates:
    """What the encoder says of one text, its frame of special tokens included.

    Attributes:
        states: (n_tokens, width) last token states.
        offsets: (n_tokens, 2) the half-open stretch of the text of each token; empty for the frame.
    """

    states: Floats
    offsets: NDArray[np.int64]

    @property
    def pooled(self) -> Floats:
        """(2 * width,) mean and maximum over tokens."""
        return np.concatenate([self.states.mean(axis=0), self.states.max(axis=0)])

    def marked(self, places: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
        """Returns (n_tokens,) whether a token overlaps one of some stretches of the text."""
        inside = np.zeros(len(self.offsets), dtype=np.bool_)
        for start, end in places:
            inside |= (self.offsets[:, 0] < end) & (self.offsets[:, 1] > start)
        return inside


class EncoderModel:
    """One encoder with the tensors of its heads. Thread-safe.

    Args:
        manifest: What the folder says of itself.
        session: The encoder.
        tokenizer: Its tokenizer.
        tensors: Of the heads, by the names of `training.encoder.network`.
        threads: Runs at once.
    """

    def __init__(
        self,
        manifest: EncoderManifest,
        session: InferenceSession,
        tokenizer: Tokenizer,
        tensors: dict[str, Floats],
        *,
        threads: int,
    ) -> None:
        self.manifest = manifest
        self.tensors = tensors
        self._session = session
        self._takes_mask = any(each.name == _MASK for each in session.get_inputs())
        self._tokenizer = tokenizer
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="voc-encoder")

    @classmethod
    def load(cls, folder: Path, *, threads: int = 0) -> Self:
        """Loads a model folder.

        Args:
            folder: The folder.
            threads: Runs at once; 0 is one for each core there is.

        Raises:
            ModelError: The folder is not what its manifest says.
            ModelUnavailableError: It cannot run here.
        """
        manifest = read_manifest(folder)
        if not isinstance(manifest, EncoderManifest):
            raise ModelError(f"{folder}: holds a {manifest.format} model, not an encoder.")
        tensors = _tensors(folder, manifest)
        count = threads or available_cores()
        try:
            session = _session(folder / ENCODER)
            from tokenizers import Tokenizer

            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except ImportError as error:
            raise ModelUnavailableError(
                f"{folder}: needs the package {error.name}, which is not installed;"
                f" type: pip install {error.name}"
            ) from error
        except Exception as error:
            raise ModelUnavailableError(
                f"{folder}: the encoder cannot be loaded here ({error})."
            ) from error
        return cls(manifest, session, tokenizer, tensors, threads=count)

    def encode(self, texts: Sequence[str]) -> list[TokenStates]:
        """Encodes texts of any length, each by itself.

        A text longer than a window is read in windows that overlap; each token's states come from
        the window in whose middle it is nearest to.

        Raises:
            ModelError: A text cannot be run.
        """
        if len(texts) == 1:  # on the caller's thread: handing it over would cost more
            encodings = [self._tokenizer.encode(texts[0], add_special_tokens=False)]
        else:
            encodings = self._tokenizer.encode_batch(list(texts), add_special_tokens=False)
        pieces = [
            (np.array(each.ids, dtype=np.int64), np.array(each.offsets, dtype=np.int64))
            for each in encodings
        ]
        if len(pieces) == 1:
            return [self._encode_one(*pieces[0])]
        # The longest first, so that no core idles while the last one reads a long text.
        order = sorted(range(len(pieces)), key=lambda index: -len(pieces[index][0]))
        found: list[TokenStates | None] = [None] * len(pieces)
        results = self._pool.map(lambda index: self._encode_one(*pieces[index]), order)
        for index, states in zip(order, results, strict=True):
            found[index] = states
        return [states for states in found if states is not None]

    def _encode_one(self, ids: NDArray[np.int64], offsets: NDArray[np.int64]) -> TokenStates:
        manifest = self.manifest
        parts = []
        for start, end, first, last in windows(
            len(ids), size=manifest.window - 2, overlap=manifest.overlap
        ):
            states = self._run(ids[start:end])
            # The frame of the first window begins the text, that of the last ends it.
            low = 0 if start == 0 else first - start + 1
            high = len(states) if end == len(ids) else last - start + 1
            parts.append(states[low:high])
        framed = np.zeros((len(ids) + 2, 2), dtype=np.int64)
        framed[1:-1] = offsets.reshape(-1, 2)
        framed[-1] = framed[-2, 1]
        return TokenStates(np.concatenate(parts), framed)

    def _run(self, ids: NDArray[np.int64]) -> Floats:
        framed = np.concatenate([[self.manifest.begin], ids, [self.manifest.end]])[None, :]
        inputs = {_IDS: framed}
        if self._takes_mask:
            inputs[_MASK] = np.ones_like(framed)
        try:
            [states] = self._session.run(None, inputs)
        except Exception as error:
            raise ModelError(
                f"{self.manifest.identifier} cannot read a text ({fault(error)})."
            ) from error
        return np.asarray(states[0], dtype=np.float32)


def windows(length: int, *, size: int, overlap: int) -> Iterator[tuple[int, int, int, int]]:
    """Yields the windows over a sequence, and which part of each counts.

    Args:
        length: Of the sequence.
        size: Of a window.
        overlap: What two neighbours share, below `size`.

    Yields:
        (start, end, first, last): the window `[start, end)`, whose `[first, last)` counts; the
        parts that count follow on one another and cover the sequence.
    """
    start = first = 0
    while True:
        end = min(start + size, length)
        last = length if end == length else end - overlap // 2
        yield start, end, first, last
        if end == length:
            return
        start, first = end - overlap, last


def available_cores() -> int:
    """Returns how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _session(path: Path) -> InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        str(path), sess_options=options, providers=["CPUExecutionProvider"]
    )


def _tensors(folder: Path, manifest: EncoderManifest) -> dict[str, Floats]:
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    missing = {ENCODER, HEADS, TOKENIZER} - set(manifest.files)
    if missing:
        raise ModelError(f"{folder}: its manifest names no {', '.join(sorted(missing))}.")
    try:
        raw: dict[str, NDArray[Any]] = load_file(folder / HEADS)
    except (SafetensorError, OSError) as error:
        raise ModelError(f"{folder / HEADS}: cannot be read ({error}).") from error
    tensors = {name: np.asarray(tensor, dtype=np.float32) for name, tensor in raw.items()}
    _check_shapes(folder, manifest, tensors)
    return tensors


def _check_shapes(folder: Path, manifest: EncoderManifest, tensors: dict[str, Floats]) -> None:
    """Refuses heads whose tensors are not of the size that the manifest's labels ask for."""
    width, heads = manifest.width, manifest.heads
    wanted: dict[str, tuple[int, ...]] = {
        "sentiment.weight": (2, 2 * width),
        "intent.weight": (len(heads["intent"].labels), 2 * width),
        "question.weight": (len(heads["service_intents"].labels), 2 * width),
        "vector.weight": (width, width),
    }
    if manifest.opinions:
        wanted |= span_shapes(width)
    for name, head in heads.items():
        outputs = 1 if head.kind == "presence" else len(head.labels)
        wanted[f"calibration.{name}.bias"] = (outputs,)
        industry, _, kind = name.partition(".")
        if kind == "presence" and industry != "generic":
            wanted[f"trained.{industry}"] = (len(head.labels), width)
    for name, shape in wanted.items():
        found = tensors[name].shape if name in tensors else None
        if found != shape:
            raise ModelError(
                f"{folder / HEADS}: the tensor {name} has the shape {found};"
                f" its manifest asks for {shape}."
            )
