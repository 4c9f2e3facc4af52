"""Makes a quantised encoder cheaper to run: `python -m training.encoder.lean FOLDER --version V`.

Each text is a run of its own, so that padding needs no mask. The fused kernels of the runtime for
`SkipLayerNormalization` and `BiasGelu` are slower on CPUs than their parts: the bias goes into the
matrix product before it, and the sum and the norm are vectorised. What is computed is the same but
for the order of sums, whose last bits can move an activation by one step of int8.
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from voc.config import bundled
from voc.errors import ModelError
from voc.inference.encoder import ENCODER
from voc.inference.manifest import EncoderManifest, file_digest, read_manifest

_MICROSOFT = "com.microsoft"
_SEGMENTS = "segments"
_MASK_OF = {"QAttention": 5, "QEmbedLayerNormalization": 7}  # which input the mask is


def lean(path: Path) -> None:
    """Rewrites a graph that `training.encoder.export` quantised; again changes nothing."""
    import onnx

    model = onnx.load(str(path))
    nodes = [part for node in model.graph.node for part in _parts(node)]
    nodes = _reached(nodes, [each.name for each in model.graph.output])
    used = {name for node in nodes for name in node.input}
    for field in (model.graph.input, model.graph.initializer):
        kept = [each for each in field if each.name in used]
        del field[:]
        field.extend(kept)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.save(model, str(path))


def _parts(node: Any) -> Iterator[Any]:
    """Yields what stands for a node."""
    from onnx import helper

    biased, summed = f"{node.name}_biased", f"{node.name}_summed"
    if node.op_type == "SkipLayerNormalization":
        value, skipped, weight, bias, added = node.input
        [epsilon] = [each.f for each in node.attribute if each.name == "epsilon"]
        yield helper.make_node("Add", [value, added], [biased])
        # Of `Sum` and not `Add`, which the runtime would fuse again.
        yield helper.make_node("Sum", [biased, skipped], [summed])
        yield helper.make_node(
            "LayerNormalization", [summed, weight, bias], [node.output[0]], node.name,
            axis=-1, epsilon=epsilon,
        )  # fmt: skip
        return
    if node.op_type == "BiasGelu":
        yield helper.make_node("Add", list(node.input), [biased])
        yield helper.make_node("Gelu", [biased], list(node.output), node.name, domain=_MICROSOFT)
        return
    if node.op_type == "QEmbedLayerNormalization" and node.input[1] != _SEGMENTS:
        yield helper.make_node(
            "Sub", [node.input[0]] * 2, [_SEGMENTS]
        )  # the first segment, everywhere
        node.input[1] = _SEGMENTS
    if node.op_type in _MASK_OF:
        node.input[_MASK_OF[node.op_type]] = ""
    yield node


def _reached(nodes: Iterable[Any], outputs: Iterable[str]) -> list[Any]:
    """Returns the nodes that outputs depend on, in order."""
    wanted, kept = set(outputs), []
    for node in reversed(list(nodes)):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            kept.append(node)
    return kept[::-1]


def write_lean(source: Path, target: Path, version: str) -> None:
    """Writes a model folder beside another one: the same weights and heads, a leaner graph.

    Raises:
        ModelError: The folder is no encoder, or the new one is there already.
    """
    manifest = read_manifest(source)
    if not isinstance(manifest, EncoderManifest):
        raise ModelError(f"{source}: holds a {manifest.format} model, not an encoder.")
    if target.exists():
        raise ModelError(f"{target}: is there already; name another version.")
    shutil.copytree(source, target)
    lean(target / ENCODER)
    digests = {**manifest.files, ENCODER: file_digest(target / ENCODER)}
    signed = manifest.model_copy(update={"version": version, "files": digests})
    text = signed.model_dump_json(indent=2, ensure_ascii=False)
    (target / "manifest.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Writes a leaner model."""
    parser = argparse.ArgumentParser(prog="training.encoder.lean", description=__doc__)
    parser.add_argument("folder", type=Path, help="a model folder, as models/voc-zh/1.1.0")
    parser.add_argument("--version", required=True, help="of the new one, as 1.2.0")
    parser.add_argument("--out", type=Path, default=bundled("models"), help="folder of models")
    options = parser.parse_args()
    name = options.folder.resolve().parent.name
    target = options.out / name / options.version
    write_lean(options.folder, target, options.version)
    print(f"wrote {target}")  # noqa: T201


if __name__ == "__main__":
    main()
