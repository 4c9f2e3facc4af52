"""The head of opinions: what PyTorch trains is what numpy runs, and it learns what is marked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.conftest import has_torch, require
from voc.inference.encoder import TokenStates
from voc.inference.spans import SPANS, OpinionSpans, span_shapes

if TYPE_CHECKING:
    from training.encoder.span_network import SpanNetwork
    from training.encoder.spans import Example

WIDTH = 16


@pytest.fixture(scope="module", autouse=True)
def torch_is_there() -> None:
    require("torch", has_torch(), "PyTorch is not installed; pip install 'voc-zh[train]'")


def runtime(network: SpanNetwork) -> OpinionSpans:
    return OpinionSpans(
        {f"{SPANS}{name}": value.detach().numpy() for name, value in network.state_dict().items()}
    )


@pytest.mark.parametrize("count", [3, 5, 300])
def test_spans_and_pairs_score_alike(count: int) -> None:
    import torch

    from training.encoder.span_network import Pairs, SpanNetwork, within

    torch.manual_seed(1)
    network = SpanNetwork(WIDTH).eval()
    assert {name: tuple(value.shape) for name, value in network.state_dict().items()} == {
        name.removeprefix(SPANS): shape for name, shape in span_shapes(WIDTH).items()
    }
    states = torch.randn(1, count + 7, WIDTH)
    mask = torch.arange(count + 7)[None] < count
    states[:, count:] = 0  # padding
    head = runtime(network)
    inner = head.context(states[0, :count].numpy())
    with torch.no_grad():
        wanted = network.read(states, mask)
        scores = network.scores(wanted)[0, :, :count]
    inside = within(mask)[0, :count]
    np.testing.assert_allclose(inner, wanted[0, :count], atol=1e-4)
    np.testing.assert_allclose(head.scores(inner)[:, inside], scores[:, inside].numpy(), atol=1e-4)
    spots = [(1, 1), (1, count - 2)]
    left = head._ends_of(inner, spots, "target")
    right = head._ends_of(inner, spots, "opinion")
    for opinion, state in zip(spots, right, strict=True):
        pairs = Pairs([0] * 3, [None, *spots], [opinion] * 3, [None] * 3)
        with torch.no_grad():
            judged = network.pairs(wanted, pairs)
        np.testing.assert_allclose(head._pairs(spots, left, opinion, state), judged, atol=1e-4)


def sentences() -> list[Example]:
    """Texts of O T J O, T O J J and O J O O, J judging T well or badly."""
    from training.encoder.span_network import MarkedSpans
    from training.encoder.spans import Example

    random = np.random.default_rng(5)
    words = {name: random.normal(size=WIDTH) for name in "<OTGB>"}
    made = []
    for _ in range(24):
        for shape, target, opinion in (
            ("OTJO", (2, 2), (3, 3)),
            ("TOJJ", (1, 1), (3, 4)),
            ("OJOO", None, (2, 2)),
        ):
            good = bool(random.random() < 0.5)
            text = f"<{shape}>".replace("J", "G" if good else "B")
            tokens = np.stack([words[each] for each in text])
            tokens += 0.1 * random.normal(size=tokens.shape)
            triplet = (target, opinion, 2 if good else 0)
            marked = MarkedSpans(frozenset([triplet]), frozenset([target] if target else []))
            made.append(Example(tokens.astype(np.float16), marked))
    return made


def test_it_learns_what_is_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    from training.encoder import spans

    monkeypatch.setattr(spans, "_TOKENS", 160)
    monkeypatch.setattr(spans, "_WARM", 1)
    made = sentences()
    head = runtime(spans.fitted(made[:60], epochs=12))
    for example in made[60:]:
        found = head(example.states.astype(np.float32))
        said = {(each.target, each.opinion, int(each.polarity.argmax())) for each in found}
        assert said == example.marked.triplets


def test_what_is_marked_is_told_by_the_tokens_that_overlap_it() -> None:
    from training.encoder.corpus import Judged
    from training.encoder.spans import by_tokens

    offsets = np.array([[0, 0], [0, 2], [2, 3], [3, 6], [6, 6]])
    states = TokenStates(np.zeros((5, WIDTH), dtype=np.float32), offsets)
    marked = by_tokens([Judged((0, 2), (2, 4), 2), Judged((2, 3), None, 0)], states)
    assert marked.triplets == {((1, 1), (2, 3), 2)}
    assert marked.targets == {(1, 1), (2, 2)}


def test_the_other_heads_keep_every_bit(tmp_path: Path) -> None:
    import shutil

    from safetensors.numpy import load_file

    from training.encoder.span_network import SpanNetwork
    from training.encoder.spans import OPINIONS, write
    from voc.config import bundled
    from voc.inference.encoder import HEADS, EncoderModel
    from voc.inference.manifest import newest

    source = newest(bundled("models"), "voc-zh")
    folder = tmp_path / "1.0.0"
    shutil.copytree(source, folder)
    model = EncoderModel.load(folder)
    write(folder, model, SpanNetwork(model.manifest.width))
    again = EncoderModel.load(folder)
    assert again.manifest.opinions == OPINIONS
    before, after = load_file(source / HEADS), load_file(folder / HEADS)
    assert before.keys() == after.keys()
    alike = {name: before[name].tobytes() == after[name].tobytes() for name in before}
    assert all(same for name, same in alike.items() if not name.startswith(SPANS))
    assert not alike[f"{SPANS}input.weight"]
