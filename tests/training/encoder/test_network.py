"""What PyTorch trains and what numpy and ONNX Runtime run are the same network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.conftest import has_torch, require
from voc.inference.encoder import EncoderModel
from voc.inference.heads import LabelAttention, linear, sentence_vectors, unit

TEXTS = ["空间大,动力足", "客服态度很差,再也不买了", "一般般吧" * 150, "好"]
ASPECTS = 23


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The run of a small network with random weights, and the same exported in float32."""
    require("torch", has_torch(), "PyTorch is not installed; pip install 'voc-zh[train]'")
    import torch

    from training.base.loading import bert
    from training.base.vocabulary import SPECIAL, special_id, unigram_tokenizer
    from training.encoder.export import export, manifest_of
    from training.encoder.network import Network
    from training.encoder.runs import Run, save_run
    from voc.config import load_industry

    torch.manual_seed(3)
    letters = sorted({letter for text in TEXTS for letter in text} | {"▁"})
    pieces = [(name, 0.0) for name in SPECIAL] + [(letter, -3.0) for letter in letters]
    tokenizer = unigram_tokenizer(pieces)
    encoder = bert(
        words=len(pieces), layers=2, heads=4, positions=512, epsilon=1e-12, width=48,
        pad=special_id(tokenizer, "<pad>"),
    )  # fmt: skip
    queries = tuple(
        f"{industry}/{aspect.id}"
        for industry in ("automotive", "cosmetics")
        for aspect in load_industry(industry).all_aspects()
    )
    assert len(queries) == ASPECTS
    network = Network(encoder, questions=5, aspects=ASPECTS).eval()
    torch.nn.init.normal_(network.trained.weight)
    run = Run(network, tokenizer, tuple("abcde"), queries)
    folder = tmp_path_factory.mktemp("run")
    save_run(run, folder)
    manifest = manifest_of(run, name="tiny", version="1.0.0", twin="voc-zh-linear@1.0.0")
    export(run, folder / "model", manifest, int8=False)
    return folder, folder / "model"


def test_states_and_heads_agree(folders: tuple[Path, Path]) -> None:
    import torch

    from training.encoder.runs import load_run

    run, model = load_run(folders[0]), EncoderModel.load(folders[1])
    states = model.encode(TEXTS)
    assert [len(each.states) for each in states][3] == 4
    tensors = model.tensors
    aspects = unit(np.random.default_rng(1).normal(size=(3, 48)).astype(np.float32))
    for text, found in zip(TEXTS, states, strict=True):
        ids = torch.tensor([run.tokenizer.encode(text).ids])
        if ids.shape[1] > model.manifest.window:
            continue
        with torch.no_grad():
            wanted = run.network.encode(ids, torch.ones_like(ids))
            hits = torch.zeros((3, ids.shape[1]))
            hits[1, 2:] = 1
            answers = run.network.aspects(
                wanted.tokens, wanted.mask, torch.zeros(3, dtype=torch.long),
                torch.from_numpy(aspects), hits,
            )  # fmt: skip
            sentiment = run.network.sentiment(wanted.pooled)
        np.testing.assert_allclose(found.states, wanted.tokens[0], atol=1e-4)
        np.testing.assert_allclose(
            linear(tensors, "sentiment", found.pooled[None]), sentiment, atol=1e-4
        )
        np.testing.assert_allclose(sentence_vectors(tensors, [found]), wanted.vectors, atol=1e-4)
        looked = LabelAttention(tensors, aspects)(found, hits.numpy() > 0)
        np.testing.assert_allclose(looked.logits, answers, atol=1e-4)
        np.testing.assert_allclose(looked.attention.sum(axis=1), 1, atol=1e-5)


def test_a_long_text_keeps_a_state_for_every_token(folders: tuple[Path, Path]) -> None:
    model = EncoderModel.load(folders[1])
    long = TEXTS[2]
    [found] = model.encode([long])
    assert len(found.states) == len(found.offsets)
    assert int(found.offsets[-2, 1]) == len(long)
    assert found.marked([(0, len(long))]).sum() >= len(long)


def test_the_student_begins_with_the_teachers_layers(folders: tuple[Path, Path]) -> None:
    from training.encoder.runs import load_run, student_of

    teacher = load_run(folders[0])
    student = student_of(teacher, (1,))
    assert student.layers == 1
    ours = student.network.state_dict()
    theirs = teacher.network.state_dict()
    name = "attention.output.dense.weight"
    assert (
        ours[f"encoder.encoder.layer.0.{name}"] == theirs[f"encoder.encoder.layer.1.{name}"]
    ).all()
    assert (ours["sentiment.weight"] == theirs["sentiment.weight"]).all()


def test_a_shipped_model_is_read_back_as_a_run(folders: tuple[Path, Path], tmp_path: Path) -> None:
    import torch

    from training.encoder.export import export, manifest_of
    from training.encoder.runs import load_run

    run = load_run(folders[0])
    with torch.no_grad():  # the exporter writes tensors that are alike, as untrained ones, once
        for parameter in run.network.encoder.parameters():
            parameter.add_(0.02 * torch.randn(parameter.shape))
    manifest = manifest_of(run, name="tiny", version="1.0.0", twin="voc-zh-linear@1.0.0")
    export(run, tmp_path, manifest, int8=True)
    again = load_run(tmp_path)
    assert (again.questions, again.aspects) == (run.questions, run.aspects)
    ids = torch.tensor([run.tokenizer.encode(TEXTS[1]).ids])
    with torch.no_grad():
        wanted, found = (
            each.network.encode(ids, torch.ones_like(ids)).tokens[0] for each in (run, again)
        )
    assert torch.cosine_similarity(wanted, found, dim=-1).min() > 0.999
    assert torch.equal(again.network.trained.weight, run.network.trained.weight)


def test_a_float_graph_is_no_shipped_model(folders: tuple[Path, Path]) -> None:
    from training.encoder.runs import load_run
    from voc.errors import ModelError

    with pytest.raises(ModelError, match="int8"):
        load_run(folders[1])


def test_new_pieces_get_the_vectors_of_the_base(folders: tuple[Path, Path]) -> None:
    import torch

    from training.base.loading import Base, bert
    from training.base.vocabulary import SPECIAL, unigram_tokenizer
    from training.encoder.runs import load_run
    from training.encoder.shipped import with_vocabulary

    run = load_run(folders[0])
    old = run.network.encoder.embeddings.word_embeddings.weight.detach().clone()
    known = run.tokenizer.get_vocab()
    pieces = [(name, 0.0) for name in (*SPECIAL, "▁", "😡", "大")]
    base = Base(
        bert(words=8, layers=1, heads=4, positions=512, epsilon=1e-12, width=48, pad=1),
        unigram_tokenizer(pieces),
    )
    theirs = base.encoder.embeddings.word_embeddings.weight.detach().clone()
    grown = with_vocabulary(run, base)
    words = grown.network.encoder.embeddings.word_embeddings.weight
    assert grown.words == 8
    assert torch.equal(words[7], old[known["大"]])
    assert torch.equal(words[6], theirs[6])


def test_dropout_reaches_states_but_no_attention(folders: tuple[Path, Path]) -> None:
    from training.encoder.runs import load_run

    network = load_run(folders[0]).network
    network.set_dropout(0.25)
    shares = {
        name: getattr(module, "share", getattr(module, "p", 0.0))
        for name, module in network.named_modules()
        if name.endswith("dropout")
    }
    attention = [share for name, share in shares.items() if name.endswith("self.dropout")]
    assert attention
    assert not any(attention)
    assert sum(share == 0.25 for share in shares.values()) == len(shares) - len(attention)
    network.set_dropout(0.0)
    assert not any(getattr(module, "share", 0.0) for module in network.modules())


def test_states_are_left_out_in_training_alone_and_their_mean_stays() -> None:
    require("torch", has_torch(), "PyTorch is not installed; pip install 'voc-zh[train]'")
    import torch

    from training.encoder.network import Dropout

    torch.manual_seed(3)
    states, dropout = torch.ones(7, 101, 33), Dropout(0.25)
    left = dropout(states)
    assert left.shape == states.shape
    assert left.unique().tolist() == pytest.approx([0.0, 4 / 3])
    assert (left == 0).float().mean() == pytest.approx(0.25, abs=0.02)
    assert not torch.equal(left, dropout(states))
    assert torch.equal(dropout.eval()(states), states)


def test_a_share_of_the_tokens_is_masked_and_never_the_frame() -> None:
    require("torch", has_torch(), "PyTorch is not installed; pip install 'voc-zh[train]'")
    from training.encoder.batches import Collator, Example, Tokens
    from training.encoder.corpus import Row

    ids = np.arange(10, 110, dtype=np.int32)
    tokens = Tokens(ids, np.zeros((100, 2), dtype=np.int32))
    examples = [Example(Row("x", "waimai"), tokens)] * 20
    trained = Collator(1, {}, [], 7, (4, 0.1))(examples, step=3).ids
    assert 0.07 < (trained == 4).float().mean() < 0.13
    assert (trained[:, 0] == 10).all()
    assert (trained[:, -1] == 109).all()
    assert not (Collator(1, {}, [], None, (4, 0.1))(examples).ids == 4).any()
