"""What the encoder says of texts, and what stands in for it where it cannot read one."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from voc.config import bundled, load_industry
from voc.errors import ModelError
from voc.inference.encoder import EncoderModel, TokenStates
from voc.inference.linear import LinearModel
from voc.inference.manifest import newest
from voc.records import POLARITIES
from voc.tagging.aspects import complaints
from voc.tagging.encoder import FALLBACK, EncoderTagger
from voc.tagging.engine import Engine
from voc.tagging.linear import LinearTagger
from voc.tagging.prepare import prepare
from voc.tagging.taxonomy import Taxonomy

POISON = "毒药"


class _Poisoned(EncoderModel):
    """An encoder that cannot read one text."""

    def encode(self, texts: Sequence[str]) -> list[TokenStates]:
        if POISON in texts:
            raise ModelError("it cannot read this")
        return super().encode(texts)


@pytest.fixture(scope="module")
def twin() -> LinearTagger:
    return LinearTagger(LinearModel.load(newest(bundled("models"), "voc-zh-linear")))


@pytest.fixture(scope="module")
def engine(twin: LinearTagger) -> Engine:
    return Engine(EncoderTagger(_Poisoned.load(newest(bundled("models"), "voc-zh")), twin))


def test_a_text_it_cannot_read_is_tagged_by_the_twin_and_flagged(
    engine: Engine, twin: LinearTagger
) -> None:
    texts = ["很好吃", POISON, "再也不来了"]
    found = engine.tag(texts, industry="restaurant")
    assert [FALLBACK in tags.flags for tags in found] == [False, True, False]
    [wanted] = Engine(twin).tag([POISON], industry="restaurant")
    assert found[1].sentiment == wanted.sentiment
    assert found[0].sentiment is not None
    assert found[0].sentiment.label == "positive"


def test_the_same_text_is_tagged_alike_alone_and_in_company(twin: LinearTagger) -> None:
    model = EncoderModel.load(newest(bundled("models"), "voc-zh"))
    texts = ["空间大,油耗高", "后排太挤了", "隔音不错,就是贵", "提车一个月,还没上牌"] * 8
    fresh = [Engine(EncoderTagger(model, twin), cached_texts=0) for _ in range(2)]
    together = fresh[0].tag(texts, industry="automotive")
    for text, tags in zip(texts, together, strict=True):
        [alone] = fresh[1].tag([text], industry="automotive")
        assert alone.as_dict() | {"id": ""} == tags.as_dict() | {"id": ""}


def test_an_aspect_named_in_the_call_is_found_at_once(engine: Engine) -> None:
    [tags] = engine.tag(["续航很差,一天三充,屏幕倒是清晰"], aspects=["续航", "屏幕", "音质"])
    found = {mention.aspect: mention.sentiment for mention in tags.aspects}
    assert found == {"续航": "negative", "屏幕": "positive"}


def test_opinions_point_into_the_text(engine: Engine) -> None:
    text = "  服务员态度很差！！牛肉１０分入味  "
    [tags] = engine.tag([text], industry="restaurant")
    assert tags.opinions
    for opinion in tags.opinions:
        for span in filter(None, (opinion.target, opinion.opinion)):
            assert tags.text[span.start : span.end] == span.text
        assert opinion.sentiment in POLARITIES


def test_a_piece_that_begins_with_a_particle_begins_no_span(engine: Engine) -> None:
    """The tokenizer has one piece for 的味道, whose first word ends what stands before."""
    [tags] = engine.tag(["他们家的味道很不错"], industry="restaurant")
    [opinion] = tags.opinions
    assert opinion.target
    assert (opinion.target.text, opinion.opinion.text) == ("味道", "很不错")


def test_a_model_that_never_learnt_to_mark_opinions_leaves_them_to_the_rules(
    twin: LinearTagger,
) -> None:
    shipped = EncoderModel.load(newest(bundled("models"), "voc-zh"))
    shipped.manifest = shipped.manifest.model_copy(update={"opinions": ()})
    found = Engine(EncoderTagger(shipped, twin)).tag(["味道很好,服务员态度恶劣"])
    wanted = Engine(twin).tag(["味道很好,服务员态度恶劣"])
    assert found[0].opinions == wanted[0].opinions != ()


def test_vectors_of_paraphrases_are_nearer_than_of_other_matters(engine: Engine) -> None:
    near, same, other = engine.vectors(["手机电池不耐用", "电量掉得太快了", "服务员上菜慢"])
    assert near @ same > near @ other
    assert near @ near == pytest.approx(1, abs=1e-5)


def test_questions_have_a_label_and_its_probability(engine: Engine) -> None:
    [(label, chance)] = engine.questions(["我想改一下收货地址可以吗"])
    assert "收件信息" in label or "地址" in label
    assert 0 < chance <= 1


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("变速箱低速顿挫严重", True),
        ("变速箱没有顿挫，很平顺", False),
        ("变速箱是爱信的", False),
        ("座椅太硬了。变速箱是爱信的", False),
    ],
)
def test_a_complaint_beside_a_keyword_is_heard(twin: LinearTagger, text: str, wanted: bool) -> None:
    industry = load_industry("automotive")
    taxonomy = Taxonomy(industry.all_aspects(), industry=industry.id)
    reading = twin.read([prepare(text, max_chars=1000)], taxonomy)
    power = taxonomy.ids.index("power")
    assert complaints(reading, len(taxonomy.ids))[0, power] == wanted
