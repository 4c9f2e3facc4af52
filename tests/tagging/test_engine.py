"""The engine as users meet it: texts in, Tags out."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from voc.config import Aspect, Industry, load_settings
from voc.errors import UsageError
from voc.records import POLARITIES, Span, Tags
from voc.tagging.engine import Engine, load


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load(settings=load_settings(environ={}))


def _spans(tags: Tags) -> Iterator[Span]:
    for mention in tags.aspects:
        yield from mention.evidence
    for opinion in tags.opinions:
        yield opinion.opinion
        if opinion.target:
            yield opinion.target


def _check(tags: Tags) -> None:
    for span in _spans(tags):
        assert tags.text[span.start : span.end] == span.text
    if tags.sentiment:
        assert sum(tags.sentiment.probabilities.values()) == pytest.approx(1, abs=1e-5)
        assert tags.sentiment.probabilities[tags.sentiment.label] == tags.sentiment.score
    assert Tags.from_dict(tags.as_dict()).as_dict() == tags.as_dict()


HARD = [
    "", " \n\t ", "好", "。", "。。。！！！", "👍👍👍", "哈" * 1000, "hen hao chi",
    "Very good service", "呢間餐廳嘅嘢食真係好正", "這台車的變速箱頓挫很嚴重",
    "此用户没有填写评价。", "系统默认好评", "a\x00b\ud800c", "e" + "\u0301" * 1000,
    "\u202e反过来\u202c", "１３８００００１２３４", "很好" * 20_000,
]  # fmt: skip


@pytest.mark.parametrize("text", HARD, ids=range(len(HARD)))
def test_hard_texts_are_tagged_and_never_crash(engine: Engine, text: str) -> None:
    [tags] = engine.tag([text], industry="automotive")
    _check(tags)
    assert tags.sentiment is not None
    assert tags.intent is not None
    assert tags.urgency is not None


@given(st.lists(st.text(st.characters(codec=None), max_size=60), max_size=5))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_is_tagged(texts: list[str]) -> None:
    for tags in _shared().tag(texts, industry="snack"):
        _check(tags)


_ENGINE: list[Engine] = []


def _shared() -> Engine:
    if not _ENGINE:
        _ENGINE.append(load(settings=load_settings(environ={})))
    return _ENGINE[0]


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("此用户没有填写评价。", "uninformative"),
        ("。。。", "uninformative"),
        ("Very good service, fast delivery and friendly staff.", "foreign"),
        ("很好" * 20_000, "truncated"),
        ("味道\x00不错", "replaced"),
    ],
)
def test_flags_say_what_the_reader_should_know(engine: Engine, text: str, flag: str) -> None:
    assert flag in engine.tag([text])[0].flags


def test_texts_that_say_nothing_are_neutral_and_have_no_tags(engine: Engine) -> None:
    [tags] = engine.tag(["此用户没有填写评价。"], industry="ecommerce")
    assert tags.sentiment is not None
    assert tags.sentiment.label == "neutral"
    assert (tags.aspects, tags.opinions) == ((), ())
    assert tags.intent is not None
    assert tags.intent.label == "other"


TEXTS = [
    "起步顿挫严重，4S店说是正常现象，太让人失望了！",
    "空间很大，后排坐三个人也不挤，就是油耗有点高。",
    "请问这款车的保养一次多少钱？",
    "内饰用料扎实，但是中控屏反应慢。",
    "",
    "刹车失灵差点出事，我要打12315投诉！",
]


def test_the_same_text_has_the_same_tags_in_any_batch_and_order(engine: Engine) -> None:
    alone = [engine.tag([text], industry="automotive", ids=["x"])[0] for text in TEXTS]
    ids = ["x"] * len(TEXTS)
    together = engine.tag(TEXTS, industry="automotive", ids=ids)
    backwards = engine.tag(TEXTS[::-1], industry="automotive", ids=ids)[::-1]
    assert [tags.as_dict() for tags in together] == [tags.as_dict() for tags in alone]
    assert [tags.as_dict() for tags in backwards] == [tags.as_dict() for tags in alone]


def test_aspects_have_polarity_and_evidence(engine: Engine) -> None:
    [tags] = engine.tag([TEXTS[1]], industry="automotive")
    found = {mention.aspect: mention for mention in tags.aspects}
    assert found["空间"].sentiment == "positive"
    assert found["油耗"].sentiment == "negative"
    assert any("油耗" in span.text for span in found["油耗"].evidence)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("味道很好，下次还来", "positive"),
        ("味道不好，再也不来了", "negative"),
        ("不是不好吃，就是太贵了", "negative"),
        ("服务态度特别差，店员爱答不理", "negative"),
        ("没有比这更好吃的了", "positive"),
    ],
)
def test_sentiment_of_plain_sentences(engine: Engine, text: str, label: str) -> None:
    [tags] = engine.tag([text])
    assert tags.sentiment is not None
    probabilities = tags.sentiment.probabilities
    assert (probabilities["positive"] > probabilities["negative"]) == (label == "positive")


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("请问这款手机支持快充吗？怎么开通？", "inquiry"),
        ("东西收到就是坏的，要求退货退款，客服还不理人", "complaint"),
        ("非常满意，质量很好，会推荐给朋友", "praise"),
    ],
)
def test_intent_of_plain_sentences(engine: Engine, text: str, intent: str) -> None:
    [tags] = engine.tag([text])
    assert tags.intent is not None
    assert tags.intent.label == intent


def test_safety_is_urgent_and_says_why(engine: Engine) -> None:
    [tags] = engine.tag([TEXTS[5]], industry="automotive")
    assert tags.urgency is not None
    assert tags.urgency.label == "critical"
    assert tags.urgency.reasons


def test_personal_data_are_masked_and_offsets_hold(engine: Engine) -> None:
    [tags] = engine.tag(["我电话13812345678，空间很大，油耗太高"], industry="automotive")
    assert "13812345678" not in str(tags.as_dict())
    assert len(tags.text) == len("我电话13812345678，空间很大，油耗太高")
    _check(tags)


def test_a_request_brings_its_own_aspects(engine: Engine) -> None:
    [tags] = engine.tag(["续航很短，屏幕倒是清楚"], aspects=["续航", "屏幕", "音质"])
    assert {mention.aspect: mention.sentiment for mention in tags.aspects} == {
        "续航": "negative",
        "屏幕": "positive",
    }


def test_an_industry_of_this_morning_is_tagged_at_once(engine: Engine) -> None:
    aspect = Aspect(id="seat", name="坐垫", keywords=("坐垫", "椅面"), department="设计部")
    industry = Industry(id="chairs", name="椅子", aspects=(aspect,))
    [tags] = engine.tag(["椅面太硬了，坐着很不舒服"], industry=industry)
    assert [(mention.aspect_id, mention.sentiment) for mention in tags.aspects] == [
        ("seat", "negative")
    ]


def test_an_aspect_is_no_less_sure_in_a_long_text_that_speaks_of_much(engine: Engine) -> None:
    said = "服务员态度很差，"
    others = (
        "地铁站旁边，停车方便，排队很久，价格便宜，团购划算，装修温馨，太吵，座位很挤，桌子干净，"
    )
    sure = []
    for text in (said + others, said + others * 8):
        [tags] = engine.tag([text], industry="restaurant", tasks=["aspects"])
        assert len(tags.aspects) >= 8
        [service] = (each for each in tags.aspects if each.aspect_id == "service.waiters_attitude")
        sure.append(service.score)
    assert sure[0] == pytest.approx(sure[1], abs=0.1)
    assert min(sure) > load_settings(environ={}).issues.min_score


def test_only_the_wanted_tasks_are_done(engine: Engine) -> None:
    [tags] = engine.tag([TEXTS[0]], industry="automotive", tasks=["sentiment"])
    assert tags.sentiment is not None
    assert (tags.aspects, tags.opinions, tags.intent, tags.urgency) == ((), (), None, None)


@pytest.mark.parametrize(
    ("options", "said"),
    [({"tasks": ["sentimnt"]}, "'sentiment'"), ({"industry": "automotiv"}, "'automotive'")],
)
def test_unknown_names_are_refused_with_the_nearest(
    engine: Engine, options: dict[str, object], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        engine.tag(["好"], **options)  # type: ignore[arg-type]


def test_labels_are_those_of_the_contract(engine: Engine) -> None:
    [tags] = engine.tag([TEXTS[0]], industry="automotive")
    values = tags.as_dict()
    assert list(values)[:10] == [
        "id", "text", "language", "sentiment", "aspects", "opinions", "topics", "intent",
        "urgency", "model",
    ]  # fmt: skip
    assert set(values["sentiment"]["probabilities"]) == set(POLARITIES)
    assert values["model"].startswith("voc-zh@")
    assert values["industry"] == "automotive"
