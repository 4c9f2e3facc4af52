"""Writes a finished run as a model folder: `python -m training.encoder.export RUN --version V`.

The encoder becomes an ONNX graph, its layers fused, its matrices int8 with one scale a column,
activations quantised as they come (dynamic quantisation); the heads stay in float32 beside it.
`python -m training.encoder.spans` then trains what marks opinions, and
`python -m training.encoder.calibrate` fits how much each head's answers count.
"""

from __future__ import annotations

import argparse
import logging
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.base.vocabulary import special_id
from training.encoder.corpus import BY_KEYWORDS
from training.encoder.lean import lean
from training.encoder.runs import Run, load_run
from voc.config import bundled, load_industry
from voc.inference.encoder import ENCODER, HEADS, TOKENIZER
from voc.inference.manifest import EncoderManifest, Head, file_digest
from voc.records import INTENTS, POLARITIES

OPSET = 17
WINDOW, OVERLAP = 256, 64
SENTIMENT = {"polarity": ("positive",), "subjectivity": ("neutral",)}
LICENCE = "Apache-2.0 (code); base weights MIT; see the card for the training data"


class _Encoder(nn.Module):
    """The encoder as the runtime calls it: ids and mask in, token states out."""

    def __init__(self, encoder: Any) -> None:
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> Any:
        return self.encoder(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state


def write_float_onnx(run: Run, path: Path) -> None:
    """Writes the encoder as a fused float32 graph with free batch and length."""
    from onnxruntime.transformers.optimizer import optimize_model

    free = {0: "texts", 1: "tokens"}
    ids = torch.ones((2, 8), dtype=torch.long)
    with tempfile.TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's, on shapes that are the same for any text
        plain = Path(scratch) / "plain.onnx"
        torch.onnx.export(
            _Encoder(run.network.encoder.eval()),
            (ids, torch.ones_like(ids)),
            str(plain),
            input_names=["input_ids", "attention_mask"],
            output_names=["states"],
            dynamic_axes={"input_ids": free, "attention_mask": free, "states": free},
            opset_version=OPSET,
            dynamo=False,
        )
        config = run.network.encoder.config
        model = optimize_model(
            str(plain),
            model_type="bert",
            num_heads=config.num_attention_heads,
            hidden_size=config.hidden_size,
            opt_level=1,
        )
        model.save_model_to_file(str(path))


def write_int8_onnx(source: Path, target: Path) -> None:
    """Quantises the matrices of a float graph, and makes it lean."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    logging.getLogger().setLevel(logging.ERROR)  # it reports each tensor it leaves alone
    quantize_dynamic(
        source,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        extra_options={"DefaultTensorType": 1},
    )
    lean(target)


def head_tensors(run: Run) -> dict[str, NDArray[Any]]:
    """Returns the tensors of the heads, those of trained aspects by industry.

    Tags of opinions are left out: they only taught the encoder.
    """
    state = run.network.state_dict()
    tensors = {
        name: tensor.numpy()
        for name, tensor in state.items()
        if not name.startswith(("encoder.", "trained.", "opinions."))
    }
    own = state["trained.weight"].numpy()
    for industry, places in _trained(run).items():
        tensors[f"trained.{industry}"] = own[places]
    for industry in BY_KEYWORDS:
        size = len(load_industry(industry).all_aspects())
        tensors[f"trained.{industry}"] = np.zeros((size, own.shape[1]), dtype=np.float32)
    return tensors


def _trained(run: Run) -> dict[str, list[int]]:
    """Returns the places of the trained aspects, by industry."""
    places: dict[str, list[int]] = {}
    for place, query in enumerate(run.aspects):
        places.setdefault(query.partition("/")[0], []).append(place)
    return places


def neutral_calibration(heads: Mapping[str, Head]) -> dict[str, NDArray[Any]]:
    """Returns weights by which each head says what the encoder alone says."""
    tensors: dict[str, NDArray[Any]] = {}
    for name, head in heads.items():
        outputs = 1 if head.kind == "presence" else len(head.labels)
        weight = np.zeros(2, dtype=np.float32)
        weight[0] = 1.0
        tensors[f"calibration.{name}.weight"] = weight
        tensors[f"calibration.{name}.bias"] = np.zeros(outputs, dtype=np.float32)
    return tensors


def heads_of(run: Run) -> dict[str, Head]:
    """Returns the outputs of a run by name."""
    heads = {name: Head(kind="binary", labels=labels) for name, labels in SENTIMENT.items()}
    heads["intent"] = Head(kind="multinomial", labels=INTENTS)
    heads["service_intents"] = Head(kind="multinomial", labels=run.questions)
    for industry in (*_trained(run), *BY_KEYWORDS, "generic"):
        labels: tuple[str, ...] = ("present",)
        if industry != "generic":
            labels = tuple(aspect.id for aspect in load_industry(industry).all_aspects())
        heads[f"{industry}.presence"] = Head(
            kind="presence", labels=labels, thresholds=(0.5,) * len(labels)
        )
        heads[f"{industry}.polarity"] = Head(kind="multinomial", labels=POLARITIES)
    return heads


def manifest_of(run: Run, *, name: str, version: str, twin: str) -> EncoderManifest:
    """Returns the manifest of a run, its digests still to be filled in."""
    config = run.network.encoder.config
    return EncoderManifest(
        name=name,
        version=version,
        format="voc-encoder/1",
        licence=LICENCE,
        files=dict.fromkeys((ENCODER, HEADS, TOKENIZER), "0" * 64),
        heads=heads_of(run),
        twin=twin,
        opinions=(),
        width=config.hidden_size,
        begin=special_id(run.tokenizer, "<s>"),
        end=special_id(run.tokenizer, "</s>"),
        window=WINDOW,
        overlap=OVERLAP,
    )


def write_heads(
    folder: Path, manifest: EncoderManifest, tensors: Mapping[str, NDArray[Any]]
) -> None:
    """Writes the heads and then the manifest, which names the digest of every file."""
    from safetensors.numpy import save_file

    values = {name: np.ascontiguousarray(each, np.float32) for name, each in tensors.items()}
    save_file(values, folder / HEADS)
    (folder / HEADS).chmod(0o644)
    digests = {name: file_digest(folder / name) for name in (ENCODER, HEADS, TOKENIZER)}
    signed = manifest.model_copy(update={"files": digests})
    text = signed.model_dump_json(indent=2, ensure_ascii=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def export(run: Run, folder: Path, manifest: EncoderManifest, *, int8: bool = True) -> None:
    """Writes a model folder that is not calibrated yet."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / ENCODER if int8 else folder / ENCODER
        write_float_onnx(run, plain)
        if int8:
            write_int8_onnx(plain, folder / ENCODER)
    run.tokenizer.no_truncation()
    run.tokenizer.save(str(folder / TOKENIZER))
    tensors = head_tensors(run) | neutral_calibration(manifest.heads)
    write_heads(folder, manifest, tensors)


def main() -> None:
    """Exports."""
    parser = argparse.ArgumentParser(prog="training.encoder.export", description=__doc__)
    parser.add_argument("run", type=Path, help="a finished run")
    parser.add_argument("--name", default="voc-zh", help="name of the model")
    parser.add_argument("--version", required=True, help="its version, as 1.0.0")
    parser.add_argument("--twin", default="voc-zh-linear@1.1.0", help="its linear twin")
    parser.add_argument("--out", type=Path, default=bundled("models"), help="folder of models")
    parser.add_argument("--float", action="store_true", help="leave the matrices in float32")
    options = parser.parse_args()
    run = load_run(options.run)
    manifest = manifest_of(run, name=options.name, version=options.version, twin=options.twin)
    folder = options.out / options.name / options.version
    export(run, folder, manifest, int8=not options.float)
    print(f"wrote {folder}")  # noqa: T201


if __name__ == "__main__":
    main()
