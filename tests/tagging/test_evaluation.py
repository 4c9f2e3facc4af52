"""Figures against hand-counted ones."""

from typing import Any

import pytest

from voc.errors import UsageError
from voc.records import AspectMention, Polarity, Sentiment, Tags
from voc.tagging.evaluation import evaluate


def _tags(
    negative: float = 0.0, neutral: float = 0.0, positive: float = 0.0, **aspects: Polarity
) -> Tags:
    table: dict[Polarity, float] = {
        "negative": negative,
        "neutral": neutral,
        "positive": positive,
    }
    label = max(table, key=lambda name: table[name])
    return Tags(
        id="",
        text="",
        language="zh",
        sentiment=Sentiment(label, table[label], table),
        aspects=tuple(AspectMention(name, name, value, 0.9) for name, value in aspects.items()),
    )


def _values(figures: dict[str, Any]) -> dict[str, float]:
    return {name: round(figure.value, 4) for name, figure in figures.items()}


def test_three_classes_are_compared_by_the_label() -> None:
    labelled = [{"sentiment": label} for label in ("negative", "neutral", "neutral", "positive")]
    tagged = [_tags(0.6, 0.3, 0.1), _tags(0.1, 0.8, 0.1), _tags(0.7, 0.2, 0.1), _tags(0, 0.1, 0.9)]
    figures = _values(evaluate(labelled, tagged)["sentiment"])
    assert figures["accuracy"] == 0.75
    assert figures["macro_f1"] == pytest.approx((2 / 3 + 2 / 3 + 1) / 3, abs=1e-4)
    # confidence 0.6 hit, 0.8 hit, 0.7 missed, 0.9 hit, each in a bin of its own
    assert figures["expected_calibration_error"] == pytest.approx((0.4 + 0.2 + 0.7 + 0.1) / 4)


def test_two_classes_compare_their_probabilities_alone() -> None:
    labelled = [{"sentiment": "negative"}, {"sentiment": "positive"}]
    tagged = [_tags(0.2, 0.7, 0.1), _tags(0.1, 0.8, 0.1001)]
    figures = _values(evaluate(labelled, tagged)["sentiment"])
    assert figures["accuracy"] == 1.0


def test_aspects_are_counted_by_hand() -> None:
    labelled: list[dict[str, Any]] = [
        {"aspects": [{"aspect": "动力", "sentiment": "negative"}]},
        {"aspects": [{"aspect": "价格", "sentiment": "positive"}]},
        {"aspects": []},
    ]
    tagged = [_tags(动力="negative", 空间="neutral"), _tags(价格="negative"), _tags(空间="neutral")]
    figures = _values(evaluate(labelled, tagged)["aspects"])
    assert figures["aspect_micro_f1"] == pytest.approx(2 * 2 / (4 + 2), abs=1e-4)
    assert figures["joint_micro_f1"] == pytest.approx(2 * 1 / (4 + 2), abs=1e-4)
    assert figures["negative_f1"] == pytest.approx(2 / 3, abs=1e-4)


def test_an_aspect_judged_both_ways_asks_for_both() -> None:
    labelled = [
        {
            "aspects": [
                {"aspect": "包装", "sentiment": "negative"},
                {"aspect": "包装", "sentiment": "positive"},
            ]
        }
    ]
    figures = _values(evaluate(labelled, [_tags(包装="positive")])["aspects"])
    assert figures["aspect_micro_f1"] == 1.0
    assert figures["joint_micro_f1"] == pytest.approx(2 / 3, abs=1e-4)


def test_intervals_hold_the_value_and_narrow_with_n() -> None:
    widths = []
    for n in (40, 4000):
        labelled = [{"sentiment": "positive" if i % 4 else "negative"} for i in range(n)]
        figure = evaluate(labelled, [_tags(0.1, 0, 0.9)] * n)["sentiment"]["accuracy"]
        assert figure.low <= figure.value <= figure.high
        assert figure.n == n
        widths.append(figure.high - figure.low)
    assert widths[1] < widths[0] / 5


@pytest.mark.parametrize(
    ("row", "said"), [({"id": 1}, "nothing to compare"), ({"sentiment": "bad"}, "'bad'")]
)
def test_rows_that_cannot_be_compared_are_refused(row: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        evaluate([row], [_tags(1.0)])
