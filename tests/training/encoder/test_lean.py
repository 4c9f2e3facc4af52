"""A leaner graph says the same, and is lean for good."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import has_torch, require
from voc.config import bundled
from voc.errors import ModelError
from voc.inference.encoder import ENCODER, EncoderModel
from voc.inference.manifest import newest, read_manifest

TEXTS = ["味道很好,服务也热情", "起步顿挫严重，但是空间很大", "差"]


@pytest.fixture(scope="module")
def shipped() -> Path:
    """The folder of the shipped encoder."""
    require("torch", has_torch(), "onnx is not installed; pip install 'voc-zh[train]'")
    return newest(bundled("models"), "voc-zh")


def fused(path: Path) -> None:
    """Puts fused nodes and the mask back into a lean graph, as the exporter writes them."""
    import onnx
    from onnx import TensorProto, helper

    model = onnx.load(str(path))
    graph = model.graph
    made = {name: node for node in graph.node for name in node.output}
    nodes = []
    for node in graph.node:
        if node.output[0].endswith(("_biased", "_summed")):
            continue
        if node.op_type == "LayerNormalization":
            summed = made[node.input[0]]
            biased = made[summed.input[0]]
            inputs = [biased.input[0], summed.input[1], *node.input[1:], biased.input[1]]
            [epsilon] = [each.f for each in node.attribute if each.name == "epsilon"]
            nodes.append(
                helper.make_node(
                    "SkipLayerNormalization", inputs, list(node.output), node.name,
                    domain="com.microsoft", epsilon=epsilon,
                )
            )  # fmt: skip
        elif node.op_type == "Gelu":
            inputs = list(made[node.input[0]].input)
            nodes.append(
                helper.make_node(
                    "BiasGelu", inputs, list(node.output), node.name, domain="com.microsoft"
                )
            )
        elif node.op_type == "QEmbedLayerNormalization":
            nodes.append(helper.make_node("Cast", ["attention_mask"], ["mask"], to=6))
            node.input[7] = "mask"
            nodes.append(node)
        else:
            if node.op_type == "QAttention":
                node.input[5] = "EmbedLayerNormalization_0_dummy_mask_index"
            nodes.append(node)
    graph.input.append(
        helper.make_tensor_value_info("attention_mask", TensorProto.INT64, ["texts", "tokens"])
    )
    del graph.node[:]
    graph.node.extend(nodes)
    onnx.save(model, str(path))


def states(folder: Path) -> list[np.ndarray[tuple[int, ...], np.dtype[np.float32]]]:
    return [each.states for each in EncoderModel.load(folder, threads=1).encode(TEXTS)]


def kinds(path: Path) -> set[str]:
    import onnx

    return {node.op_type for node in onnx.load(str(path)).graph.node}


def test_it_says_the_same_without_fused_nodes_and_mask(shipped: Path, tmp_path: Path) -> None:
    from training.encoder.lean import lean, write_lean

    before = tmp_path / "models" / "voc-zh" / "1.0.0"
    shutil.copytree(shipped, before)
    lean(before / ENCODER)
    fused(before / ENCODER)
    (before / "manifest.json").write_text(signed(shipped, before), encoding="utf-8")
    after = tmp_path / "models" / "voc-zh" / "1.0.1"
    write_lean(before, after, "1.0.1")
    assert {"SkipLayerNormalization", "BiasGelu"} <= kinds(before / ENCODER)
    assert not {"SkipLayerNormalization", "BiasGelu"} & kinds(after / ENCODER)
    assert read_manifest(after).version == "1.0.1"
    for old, new in zip(states(before), states(after), strict=True):
        # Rounding may move activations by steps of int8, so that states agree, not their bits.
        assert np.corrcoef(old.ravel(), new.ravel())[0, 1] > 0.995
    once = (after / ENCODER).read_bytes()
    lean(after / ENCODER)
    assert (after / ENCODER).read_bytes() == once


def signed(shipped: Path, folder: Path) -> str:
    from voc.inference.manifest import file_digest

    manifest = read_manifest(shipped)
    files = {**manifest.files, ENCODER: file_digest(folder / ENCODER)}
    return manifest.model_copy(update={"files": files}).model_dump_json()


def test_a_version_that_is_there_is_not_written_over(shipped: Path) -> None:
    from training.encoder.lean import write_lean

    with pytest.raises(ModelError, match="is there already"):
        write_lean(shipped, shipped, "9.9.9")
