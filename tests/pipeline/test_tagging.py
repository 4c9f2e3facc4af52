"""One bad row never costs the good ones (hard case 7)."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pytest

from voc.pipeline.tagging import Failure, tag_feedback
from voc.records import AspectMention, Feedback, Sentiment, Span, Tags, Turn


@dataclass
class Engine:
    """Tags anything but `poison`, on which it does what it is told."""

    does: str = "raise"
    model: str = "test@1.0.0"
    masks: bool = True

    def tag(self, texts: Sequence[str], *, ids: Sequence[str]) -> list[Tags]:
        if any(text == "poison" for text in texts):
            if self.does == "hang":
                time.sleep(60)
            raise ValueError(f"cannot read {texts}")
        neutral = Sentiment("neutral", 1.0, {"negative": 0.0, "neutral": 1.0, "positive": 0.0})
        return [Tags(name, text, "zh", neutral) for name, text in zip(ids, texts, strict=True)]


def _feedback(text: str, **values: object) -> Feedback:
    return Feedback("s", "1", "review", text, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("does", "reason"),
    [("raise", "failed: ValueError in test_tagging.py"), ("hang", "took longer than")],
)
def test_a_poison_row_among_a_thousand_is_set_aside(does: str, reason: str) -> None:
    texts = ["好"] * 999
    texts.insert(500, "poison")
    results = tag_feedback(
        Engine(does),
        [_feedback(text) for text in texts],
        ids=[str(index) for index in range(1000)],
        timeout_s=1.0,
    )
    failures = [(index, item) for index, item in enumerate(results) if isinstance(item, Failure)]
    assert [index for index, _ in failures] == [500]
    assert reason in failures[0][1].reason
    assert "poison" not in failures[0][1].reason
    assert [item.id for item in results if isinstance(item, Tags)] == [
        str(index) for index in range(1000) if index != 500
    ]


def test_a_bad_row_costs_only_the_long_texts_beside_it_a_second_try() -> None:
    class Counting(Engine):
        def __init__(self) -> None:
            super().__init__()
            self.read = 0

        def tag(self, texts: Sequence[str], *, ids: Sequence[str]) -> list[Tags]:
            self.read += len(texts)
            return super().tag(texts, ids=ids)

    engine = Counting()
    texts = ["路" * 1000] * 200
    texts[100] = "poison"
    results = tag_feedback(
        engine, [_feedback(text) for text in texts], ids=[""] * len(texts), timeout_s=5
    )
    assert sum(isinstance(item, Failure) for item in results) == 1
    assert engine.read < 215


def test_only_the_customers_turns_are_read_and_the_whole_text_comes_back() -> None:
    turns = (Turn("agent", "您好很高兴为您服务"), Turn("customer", "你们太慢了"))
    text = "\n".join(turn.text for turn in turns)
    seen: list[str] = []

    class Watching(Engine):
        def tag(self, texts: Sequence[str], *, ids: Sequence[str]) -> list[Tags]:
            seen.extend(texts)
            return super().tag(texts, ids=ids)

    [tags] = tag_feedback(Watching(), [_feedback(text, turns=turns)], ids=["a"], timeout_s=5)
    assert seen == [" " * 9 + "\n你们太慢了"]
    assert isinstance(tags, Tags)
    assert tags.text == text


@pytest.mark.parametrize(
    ("turns", "told"),
    [
        ([("customer", "申请售后"), ("agent", "有编号么"), ("customer", "运输中摔坏了")],
         ["运输中摔坏了", "申请售后"]),
        ([("customer", "?"), ("agent", "您好"), ("customer", "几点能到")], ["几点能到"]),
        ([("customer", "没发货"), ("customer", "我要退款")], ["没发货\n我要退款"]),
        ([("agent", "您好"), ("customer", "没发货"), ("customer", "我要退款"), ("agent", "好的")],
         ["没发货\n我要退款"]),
        ([("1", "没发货"), ("2", "您稍等")], ["没发货\n您稍等"]),
    ],
)  # fmt: skip
def test_evidence_never_quotes_an_agent(turns: list[tuple[str, str]], told: list[str]) -> None:
    said = tuple(Turn(*turn) for turn in turns)
    text = "\n".join(turn.text for turn in said)

    class Spanning(Engine):
        def tag(self, texts: Sequence[str], *, ids: Sequence[str]) -> list[Tags]:
            [tags], [view] = super().tag(texts, ids=ids), texts
            words = view.strip()
            start = view.index(words)
            span = Span(start, start + len(words), words)
            mention = AspectMention("after_sales", "售后", "negative", 0.9, (span,))
            return [replace(tags, aspects=(mention,))]

    [tags] = tag_feedback(Spanning(), [_feedback(text, turns=said)], ids=["a"], timeout_s=5)
    assert isinstance(tags, Tags)
    evidence = tags.aspects[0].evidence
    assert [span.text for span in evidence] == told
    assert [text[span.start : span.end] for span in evidence] == told


def test_the_companys_own_posts_say_nothing_of_customers() -> None:
    item = _feedback("感谢反馈，我们马上处理", extra={"is_staff": True})
    [tags] = tag_feedback(Engine(), [item], ids=["a"], timeout_s=5)
    assert isinstance(tags, Tags)
    assert tags.text == item.text
    assert "staff" in tags.flags


def test_stammers_of_a_call_without_turns_come_back_with_its_words() -> None:
    heard = Feedback("s", "1", "hotline", "嗯，我的我的卡丢了")
    seen: list[str] = []

    class Watching(Engine):
        def tag(self, texts: Sequence[str], *, ids: Sequence[str]) -> list[Tags]:
            seen.extend(texts)
            return super().tag(texts, ids=ids)

    [tags] = tag_feedback(Watching(), [heard], ids=["a"], timeout_s=5)
    assert seen == ["    我的卡丢了"]
    assert isinstance(tags, Tags)
    assert tags.text == heard.text
