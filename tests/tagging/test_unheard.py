"""Complaints that no aspect hears are kept, clause by clause, and praise is none."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from voc.records import UNHEARD, AspectMention, Opinion, Polarity, Sentiment, Span, Tags
from voc.tagging.unheard import unheard

MOOD: Sentiment = Sentiment("negative", 0.8, {"negative": 0.8, "neutral": 0.15, "positive": 0.05})
FINE: Sentiment = Sentiment("positive", 0.9, {"negative": 0.1, "neutral": 0.0, "positive": 0.9})


def span(text: str, part: str) -> Span:
    return Span(text.index(part), text.index(part) + len(part), part)


def tags_of(
    text: str,
    *,
    aspects: Sequence[tuple[str, Polarity]] = (),
    opinions: Sequence[tuple[str, str, Polarity]] = (),
    sentiment: Sentiment | None = MOOD,
) -> Tags:
    return Tags(
        "a",
        text,
        "zh",
        sentiment,
        aspects=tuple(
            AspectMention("taste", "味道", polarity, 0.9, (span(text, part),))
            for part, polarity in aspects
        ),
        opinions=tuple(
            Opinion(span(text, target) if target else None, span(text, said), polarity)
            for target, said, polarity in opinions
        ),
    )


def said(tags: Tags, stretches: Sequence[tuple[int, int]] | None = None) -> list[str]:
    found = unheard(tags, stretches or [(0, len(tags.text))])
    assert all((one.aspect_id, one.sentiment) == (UNHEARD, "negative") for one in found)
    assert all(tags.text[it.start : it.end] == it.text for one in found for it in one.evidence)
    return [it.text for one in found for it in one.evidence]


def test_a_bad_opinion_that_no_aspect_hears_is_kept_beside_those_that_are_heard() -> None:
    text = "味道太咸，餐具也没给，老板挺好"
    tags = tags_of(
        text,
        aspects=[("味道太咸，", "negative")],
        opinions=[
            ("味道", "太咸", "negative"),
            ("餐具", "没给", "negative"),
            ("老板", "挺好", "positive"),
        ],
    )
    assert said(tags) == ["餐具也没给，"]
    assert [one.score for one in unheard(tags, [(0, len(text))])] == [0.8]


def test_the_clause_of_what_is_judged_is_kept_with_the_one_that_judges_it() -> None:
    assert said(tags_of("没有餐具，差评", opinions=[("餐具", "差评", "negative")])) == [
        "没有餐具，",
        "差评",
    ]


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param(tags_of("忘了放，又是这样"), ["忘了放，", "又是这样"], id="nothing tells"),
        pytest.param(
            tags_of("汤不错，忘了放勺", opinions=[("汤", "不错", "positive")]),
            ["忘了放勺"],
            id="praise is none of it",
        ),
        pytest.param(
            tags_of("太咸，忘了放勺", aspects=[("太咸，", "negative")]), [], id="an aspect tells"
        ),
        pytest.param(
            tags_of("汤还行，忘了放勺", aspects=[("汤还行，", "positive")]),
            ["忘了放勺"],
            id="what an aspect praises is no complaint",
        ),
        pytest.param(tags_of("好吃，还会再来", sentiment=FINE), [], id="praise"),
        pytest.param(
            tags_of("好吃，勺没给", sentiment=FINE, opinions=[("勺", "没给", "negative")]),
            ["勺没给"],
            id="a bad opinion amid praise",
        ),
        pytest.param(tags_of("忘了放", sentiment=None), [], id="its mood was not asked"),
        pytest.param(tags_of(""), [], id="no text"),
    ],
)
def test_what_counts_as_a_complaint(tags: Tags, expected: list[str]) -> None:
    assert said(tags) == expected


def test_a_long_story_of_which_an_aspect_hears_the_complaint_has_no_others() -> None:
    story = "".join(f"第{n}次去找他们，" for n in "一二三四五六七") + "勺没给"
    bad: list[tuple[str, str, Polarity]] = [("勺", "没给", "negative")]
    heard: list[tuple[str, Polarity]] = [("第一次去找他们，", "negative")]
    assert said(tags_of(story, opinions=bad, aspects=heard)) == ["勺没给"]
    longer = f"{story}，再也不来"
    assert said(tags_of(longer, opinions=bad, aspects=heard)) == []
    assert said(tags_of(longer, opinions=bad)) == ["勺没给，"]
    assert len(said(tags_of(story))) == 8
    assert said(tags_of(longer)) == []


def test_only_the_customer_complains() -> None:
    text = "餐具没给。\n很抱歉给您少了餐具。\n每次都没给！"
    parts = text.split("\n")
    starts = [text.index(part) for part in parts]
    customer = [(starts[0], starts[0] + len(parts[0])), (starts[2], len(text))]
    tags = tags_of(text, opinions=[("餐具", "没给", "negative")])
    assert said(tags, customer) == ["餐具没给。"]
    silent = tags_of(text)
    assert said(silent, customer) == ["餐具没给。", "每次都没给！"]


def test_a_tagger_that_tells_no_probabilities_is_sure_of_nothing() -> None:
    tags = tags_of("忘了放", sentiment=Sentiment("negative", 0.9, {}))
    assert [one.score for one in unheard(tags, [(0, 3)])] == [0.0]
