"""Where the twin is sure it answers, elsewhere the encoder; both as they would alone."""

from __future__ import annotations

import pytest

from voc.config import bundled, load_settings
from voc.errors import ModelError
from voc.inference.encoder import EncoderModel
from voc.inference.linear import LinearModel
from voc.inference.manifest import newest
from voc.records import Task
from voc.tagging.cascade import CascadeTagger
from voc.tagging.encoder import EncoderTagger
from voc.tagging.engine import Engine, load
from voc.tagging.linear import LinearTagger
from voc.tagging.prepare import prepare

PLAIN = ["质量很好，非常满意，物流也快", "太差了，用了两天就坏了，客服也不理人"]
HARD = ["也就那样吧，说不上来", "要是早点知道就好了"]
SENTIMENT: frozenset[Task] = frozenset({"sentiment"})


@pytest.fixture(scope="module")
def encoder() -> EncoderTagger:
    twin = LinearTagger(LinearModel.load(newest(bundled("models"), "voc-zh-linear")))
    return EncoderTagger(EncoderModel.load(newest(bundled("models"), "voc-zh")), twin)


def test_each_text_is_tagged_by_whom_it_was_given_to(encoder: EncoderTagger) -> None:
    cascade = CascadeTagger(encoder)
    texts = [prepare(text, max_chars=1000) for text in (*PLAIN, *HARD)]
    sure = cascade.sure(texts, None, SENTIMENT)
    assert sure.tolist() == [True, True, False, False]
    found = cascade.find(texts, None, SENTIMENT)
    twin, whole = encoder.twin.find(texts, None, SENTIMENT), encoder.find(texts, None, SENTIMENT)
    wanted = [twin[0], twin[1], whole[2], whole[3]]
    assert [each.sentiment for each in found] == [each.sentiment for each in wanted]
    assert twin[0].sentiment != whole[0].sentiment


def test_where_opinions_are_marked_every_text_goes_to_the_encoder(encoder: EncoderTagger) -> None:
    texts = [prepare(text, max_chars=1000) for text in PLAIN]
    tasks: frozenset[Task] = frozenset({"sentiment", "opinions"})
    found = CascadeTagger(encoder).find(texts, None, tasks)
    assert found == encoder.find(texts, None, tasks)


def test_a_text_whose_aspects_are_in_doubt_is_not_sure(encoder: EncoderTagger) -> None:
    engine = Engine(CascadeTagger(encoder))
    tags = engine.tag(PLAIN, industry="automotive", tasks=["aspects"])
    assert [each.model for each in tags] == [f"{encoder.identifier}+fast"] * 2
    certain = encoder.twin.certainties([prepare("还行", max_chars=10)], None)
    assert set(certain) == {"sentiment", "intent"}


def test_a_model_that_does_not_say_when_has_no_fast(encoder: EncoderTagger) -> None:
    manifest = encoder.model.manifest
    encoder.model.manifest = manifest.model_copy(update={"cascade": {}})
    try:
        with pytest.raises(ModelError, match="--speed full"):
            CascadeTagger(encoder)
    finally:
        encoder.model.manifest = manifest


@pytest.mark.parametrize(("model", "ending"), [("voc-zh", "+fast"), ("voc-zh-linear", "")])
def test_the_setting_chooses_it(model: str, ending: str) -> None:
    settings = load_settings(overrides={"models.speed": "fast"}, environ={})
    engine = load(settings=settings, model=model)
    assert engine.model.partition("@")[2].partition("+")[1:] == (ending[:1], ending[1:])
    if ending:
        assert engine.vectors(["好"]).shape == (1, 384)
