"""Figures against hand-counted ones."""

import tracemalloc
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from voc.errors import UsageError
from voc.records import AspectMention, Intent, IntentLabel, Polarity, Sentiment, Tags
from voc.tagging.evaluation import evaluate, evaluate_labels


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


def _intent(label: IntentLabel, score: float) -> Tags:
    return replace(_tags(1.0), intent=Intent(label, score))


def test_intents_are_compared_with_the_score_of_their_label() -> None:
    labelled = [{"intent": name} for name in ("complaint", "complaint", "praise", "inquiry")]
    tagged = [
        _intent("complaint", 0.9), _intent("other", 0.5), _intent("praise", 0.7),
        _intent("praise", 0.3),
    ]  # fmt: skip
    figures = evaluate(labelled, tagged)["intent"]
    assert _values(figures) == {
        "accuracy": 0.5,
        # complaint 2·1/(2+1), praise 2·1/(1+2), inquiry 0; other is no gold label
        "macro_f1": round((2 / 3 + 2 / 3 + 0) / 3, 4),
        "expected_calibration_error": round((0.1 + 0.5 + 0.3 + 0.3) / 4, 4),
    }
    assert figures["accuracy"].n == 4


def test_an_unknown_intent_among_known_ones_is_refused() -> None:
    labelled = [{"intent": "complaint"}, {"intent": "complain"}]
    with pytest.raises(UsageError, match=r"'complain' is unknown.*Did you mean 'complaint'"):
        evaluate(labelled, [_intent("complaint", 1.0)] * 2)


def test_intents_of_another_list_are_not_judged() -> None:
    labelled = [{"intent": "买家催促发货", "sentiment": "negative"}]
    assert set(evaluate(labelled, [_intent("inquiry", 1.0)])) == {"sentiment"}
    with pytest.raises(
        UsageError, match=r"nothing to compare.*'买家催促发货' is none of complaint"
    ):
        evaluate([{"intent": "买家催促发货"}], [_intent("inquiry", 1.0)])


@pytest.mark.parametrize(
    ("gold", "found", "accuracy", "macro", "error"),
    [
        ("aab", [("a", 0.9), ("a", 0.5), ("b", 0.7)], 1, 1, (0.1 + 0.5 + 0.3) / 3),
        # a: 2·1/(2+1), b: 2·1/(1+2)
        ("aab", [("a", 0.9), ("b", 0.5), ("b", 0.7)], 2 / 3, 2 / 3, (0.1 + 0.5 + 0.3) / 3),
        # a label that no row has is a miss: a: 2·1/(2+1), b: 1
        ("aab", [("a", 0.9), ("z", 0.5), ("b", 0.7)], 2 / 3, 5 / 6, (0.1 + 0.5 + 0.3) / 3),
        ("ab", [("b", 0.4), ("a", 0.6)], 0, 0, 0.5),
        # one bin: a hit and a miss make up for each other
        ("ab", [("a", 0.5), ("a", 0.5)], 0.5, (2 / 3 + 0) / 2, 0),
        ("a", [("a", 1.0)], 1, 1, 0),
        ("a", [("a", 0.0)], 1, 1, 1),
        ("a", [("a", 1.0000001)], 1, 1, 0),
    ],
)
def test_labels_of_any_head_are_compared(
    gold: str, found: list[tuple[str, float]], accuracy: float, macro: float, error: float
) -> None:
    assert _values(evaluate_labels(list(gold), found)) == {
        "accuracy": round(accuracy, 4),
        "macro_f1": round(macro, 4),
        "expected_calibration_error": round(error, 4),
    }


@pytest.mark.parametrize(
    ("gold", "found", "said"),
    [
        ([], [], "nothing to compare"),
        (["a"], [("a", 1.0)] * 2, "1 gold labels meet 2 found"),
        (["a", "a"], [("a", 1.0), ("a", 1.2)], "1.2 of row 2"),
        (["a"], [("a", -0.5)], "-0.5 of row 1"),
        (["a"], [("a", float("nan"))], "nan of row 1"),
    ],
)
def test_labels_that_cannot_be_compared_are_refused(
    gold: list[str], found: list[tuple[str, float]], said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        evaluate_labels(gold, found)


def test_many_labels_take_little_memory() -> None:
    rows, labels = 2000, 118
    random = np.random.default_rng(7)
    gold = [f"q{code}" for code in random.integers(0, labels, rows)]
    right = random.random(rows) < 0.8
    found = [
        (label if hit else f"q{other}", 0.8)
        for label, hit, other in zip(gold, right, random.integers(0, labels, rows), strict=True)
    ]
    tracemalloc.start()
    figures = evaluate_labels(gold, found)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60e6  # confusions of all pairs of labels would be 223 MB
    assert figures["accuracy"].value == pytest.approx(right.mean(), abs=0.01)
    for figure in figures.values():
        assert figure.low <= figure.value <= figure.high
        assert figure.high - figure.low < 0.1


def test_a_label_that_a_resample_lacks_does_not_lower_it() -> None:
    figure = evaluate_labels(list("abcdefgh"), [(label, 1.0) for label in "abcdefgh"])["macro_f1"]
    assert (figure.low, figure.value, figure.high) == pytest.approx((1, 1, 1))


def test_the_interval_is_that_of_rows_drawn_again() -> None:
    hits = np.arange(300) % 3 > 0
    found = [("a" if hit else "b", 1.0) for hit in hits]
    figure = evaluate_labels(["a"] * 300, found, seed=3)["accuracy"]
    random = np.random.default_rng(3)
    means = [hits[random.integers(0, 300, size=300)].mean() for _ in range(1000)]
    assert [figure.low, figure.high] == pytest.approx(list(np.percentile(means, [2.5, 97.5])))


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
