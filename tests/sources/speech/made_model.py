"""A model of SenseVoice's form for sherpa-onnx, whose words are chance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

TOKENS = ("<unk>", "<s>", "</s>", *"我要退款订单还没发货你好快递。")
_FEATURES = 560
_HEAD = 4  # frames for language, emotion, event and normalisation


def make_sense_voice(folder: Path) -> None:
    """Writes model.onnx and tokens.txt."""
    weights = np.random.default_rng(3).normal(size=(_FEATURES, len(TOKENS))).astype(np.float32)
    arrays = {"weights": weights, "from": [0], "to": [_HEAD], "axis": [1]}
    nodes = [
        helper.make_node("Slice", ["x", "from", "to", "axis"], ["head"]),
        helper.make_node("Concat", ["head", "x"], ["frames"], axis=1),
        helper.make_node("MatMul", ["frames", "weights"], ["logits"]),
    ]
    inputs = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", "T", _FEATURES]),
        *(
            helper.make_tensor_value_info(name, TensorProto.INT32, ["N"])
            for name in ("x_length", "language", "text_norm")
        ),
    ]
    logits = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", "L", len(TOKENS)])
    kept = [numpy_helper.from_array(np.asarray(value), name) for name, value in arrays.items()]
    graph = helper.make_graph(nodes, "made", inputs, [logits], kept)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    facts = {
        "model_type": "sense_voice_ctc", "vocab_size": len(TOKENS), "normalize_samples": 0,
        "lfr_window_size": 7, "lfr_window_shift": 6, "with_itn": 14, "without_itn": 15,
        "lang_auto": 0, "lang_zh": 3, "lang_en": 4, "lang_yue": 7, "lang_ja": 11, "lang_ko": 12,
        "neg_mean": ",".join(["0"] * _FEATURES), "inv_stddev": ",".join(["1"] * _FEATURES),
    }  # fmt: skip
    for key, value in facts.items():
        model.metadata_props.add(key=key, value=str(value))
    onnx.save(model, folder / "model.onnx")
    lines = (f"{token} {number}\n" for number, token in enumerate(TOKENS))
    (folder / "tokens.txt").write_text("".join(lines), encoding="utf-8")
