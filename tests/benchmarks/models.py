"""The models that the shipped encoder is measured against, made with random weights.

Each has the shape of the shipped encoder, whose sizes are read from its graph. How long an encoder
takes does not depend on what its weights are worth. A teacher's own weights are read where its run
is given.
"""

from __future__ import annotations

import argparse
import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

TEACHER_LAYERS = 12
_RUN = "network.json"  # training.encoder.runs.SETTINGS, which only torch can import
_TABLE = "encoder.embeddings.{}_embeddings.weight"


@dataclass(frozen=True, slots=True)
class Shape:
    """The sizes of an encoder, by the names of `training.base.loading.bert`."""

    words: int
    layers: int
    heads: int
    positions: int
    pad: int
    width: int

    def with_layers(self, layers: int) -> Shape:
        """Returns the shape of an encoder that differs by its layers alone."""
        return Shape(self.words, layers, self.heads, self.positions, self.pad, self.width)

    def as_json(self) -> str:
        """Returns it for a child's command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Shape:
        """Reads what `as_json` wrote."""
        return cls(**json.loads(text))

    @classmethod
    def of_run(cls, folder: Path) -> Shape:
        """Reads the sizes of the encoder in a run of `training.encoder.train`.

        Raises:
            SystemExit: The folder holds no finished run.
        """
        path = folder / _RUN
        if not path.is_file():
            raise SystemExit(f"{path}: is not there; name the folder of a finished run.")
        sizes = json.loads(path.read_text(encoding="utf-8"))["bert"]
        return cls(**{name: size for name, size in sizes.items() if name != "epsilon"})


def shape_of(folder: Path) -> Shape:
    """Reads the sizes of an encoder from its model folder.

    Raises:
        SystemExit: The graph does not show them.
    """
    import onnx
    from tokenizers import Tokenizer

    from voc.inference.encoder import ENCODER, TOKENIZER

    graph = onnx.load(str(folder / ENCODER)).graph
    sizes = {each.name.removesuffix("_quantized"): tuple(each.dims) for each in graph.initializer}
    # One node with this attribute is the attention of one layer, quantised or not.
    heads = [each.i for node in graph.node for each in node.attribute if each.name == "num_heads"]
    words, positions = (sizes.get(_TABLE.format(name)) for name in ("word", "position"))
    pad = Tokenizer.from_file(str(folder / TOKENIZER)).token_to_id("<pad>")
    if not (words and positions and len(set(heads)) == 1 and pad is not None):
        raise SystemExit(
            f"{folder / ENCODER}: shows the attention heads {heads} by layer, words {words},"
            f" positions {positions}, padding {pad}; one of them cannot be told."
            " Export it with training.encoder.export."
        )
    return Shape(words[0], len(heads), heads[0], positions[0], pad, words[1])


def write_float_student(source: Path, target: Path) -> None:
    """Writes a model folder like `source` whose encoder is in float32, its weights random.

    Heads, tokenizer and manifest are those of `source`, so that all around the encoder is the same.
    """
    import torch
    from tokenizers import Tokenizer

    from training.base.loading import bert
    from training.encoder.export import write_float_onnx
    from training.encoder.network import Network
    from training.encoder.runs import Run
    from voc.inference.encoder import ENCODER, TOKENIZER
    from voc.inference.manifest import file_digest, read_manifest

    torch.manual_seed(0)
    manifest = read_manifest(source)
    target.mkdir(parents=True)
    for name in manifest.files:
        shutil.copyfile(source / name, target / name)
    network = Network(bert(**asdict(shape_of(source)), epsilon=1e-12), questions=1, aspects=1)
    tokenizer = Tokenizer.from_file(str(source / TOKENIZER))
    write_float_onnx(Run(network, tokenizer, (), ()), target / ENCODER)
    digests = {name: file_digest(target / name) for name in manifest.files}
    signed = manifest.model_copy(update={"files": digests})
    (target / "manifest.json").write_text(signed.model_dump_json(), encoding="utf-8")


def teacher(shape: Shape, run: Path | None = None) -> Any:
    """Returns a classifier with three labels on a Bert of that shape.

    Its weights are random but for those of the encoder, where its run is given.
    """
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(0)
    config: Any = BertConfig(
        vocab_size=shape.words,
        hidden_size=shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=4 * shape.width,
        max_position_embeddings=shape.positions,
        pad_token_id=shape.pad,
    )
    config.num_labels = 3
    classifier: Any = BertForSequenceClassification(config)
    if run:
        from training.encoder.runs import load_run

        trained = load_run(run).network.encoder
        classifier.bert.embeddings.load_state_dict(trained.embeddings.state_dict())
        classifier.bert.encoder.load_state_dict(trained.encoder.state_dict())
    return classifier.eval()


def main() -> None:
    """Writes the student in float32; in a process of its own, since it loads torch."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks.models", description=main.__doc__)
    parser.add_argument("source", type=Path)
    parser.add_argument("target", type=Path)
    options = parser.parse_args()
    write_float_student(options.source, options.target)


if __name__ == "__main__":
    main()
