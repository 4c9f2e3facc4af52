"""Labelled rows: what they are judged on, what is wrong with them, and how opinions compare."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from voc.config import load_settings
from voc.errors import UsageError
from voc.pipeline.scoring import evaluate_file
from voc.records import (
    AspectMention,
    Intent,
    Opinion,
    Polarity,
    Satisfaction,
    Sentiment,
    Span,
    Tags,
    Task,
)
from voc.tagging.engine import Engine
from voc.tagging.evaluation import (
    Figure,
    check_row,
    evaluate,
    labelled_tasks,
    satisfaction_figures,
)
from voc.tagging.evaluation.satisfaction import correlation, ranks
from voc.tagging.prepare import Prepared
from voc.tagging.tagger import Findings
from voc.tagging.taxonomy import Taxonomy

ANGRY = Sentiment("negative", 0.8, {"negative": 0.8, "neutral": 0.1, "positive": 0.1})
TEXT = "菜色家常，服务很差"


def _span(start: int, end: int) -> Span:
    return Span(start, end, TEXT[start:end])


COLOUR, PLAIN, SERVICE, BAD = _span(0, 2), _span(2, 4), _span(5, 7), _span(7, 9)


def _found(*opinions: tuple[Span | None, Span, Polarity]) -> Tags:
    made = tuple(Opinion(*opinion) for opinion in opinions)
    return Tags("", TEXT, "zh", None, opinions=made)


def _item(target: Span | None, opinion: Span | None, sentiment: str = "negative") -> dict[str, Any]:
    spans = {"target": target, "opinion": opinion}
    return {
        "sentiment": sentiment,
        **{part: span.as_dict() for part, span in spans.items() if span},
    }


def _values(figures: dict[str, Figure]) -> dict[str, float]:
    return {name: round(figure.value, 4) for name, figure in figures.items()}


def _f1(hits: int, found: int, gold: int) -> float:
    return round(2 * hits / (found + gold), 4)


@pytest.mark.parametrize(
    ("gold", "found", "triplet", "pair", "opinion", "target"),
    [
        pytest.param(
            [_item(COLOUR, PLAIN, "neutral"), _item(SERVICE, BAD)],
            [(COLOUR, PLAIN, "neutral"), (SERVICE, BAD, "negative")],
            1, 1, 1, 1, id="all right",
        ),
        pytest.param(
            [_item(COLOUR, PLAIN, "neutral"), _item(SERVICE, BAD)],
            [(COLOUR, PLAIN, "positive"), (SERVICE, BAD, "negative")],
            _f1(1, 2, 2), 1, 1, 1, id="a wrong sentiment",
        ),
        pytest.param(
            [_item(COLOUR, PLAIN, "neutral"), _item(SERVICE, BAD)],
            [(COLOUR, BAD, "negative"), (SERVICE, PLAIN, "neutral")],
            0, 0, 1, 1, id="crossed pairs",
        ),
        pytest.param(
            [_item(SERVICE, BAD)], [(_span(4, 7), BAD, "negative")], 0, 0, 1, 0,
            id="a target that starts one early",
        ),
        pytest.param(
            [_item(SERVICE, BAD)], [(SERVICE, _span(7, 8), "negative")], 0, 0, 0, 1,
            id="an opinion that ends one early",
        ),
        pytest.param(
            [_item(None, BAD)], [(None, BAD, "negative")], 1, 1, 1, 0, id="implied is implied",
        ),
        pytest.param(
            [_item(None, BAD)], [(SERVICE, BAD, "negative")], 0, 0, 1, 0, id="implied, but named",
        ),
        pytest.param(
            [_item(SERVICE, BAD)], [(None, BAD, "negative")], 0, 0, 1, 0, id="named, but implied",
        ),
        pytest.param(
            [_item(SERVICE, BAD)] * 3 + [_item(COLOUR, PLAIN)],
            [(SERVICE, BAD, "negative")] * 2,
            _f1(1, 1, 2), _f1(1, 1, 2), _f1(1, 1, 2), _f1(1, 1, 2), id="repeats count once",
        ),
        pytest.param(
            [_item(SERVICE, BAD), _item(COLOUR, BAD)],
            [(SERVICE, BAD, "negative")],
            _f1(1, 1, 2), _f1(1, 1, 2), 1, _f1(1, 1, 2), id="one opinion of two targets",
        ),
        pytest.param(
            [_item(SERVICE, BAD), _item(SERVICE, BAD, "neutral")],
            [(SERVICE, BAD, "negative")],
            _f1(1, 1, 2), 1, 1, 1, id="judged both ways",
        ),
        pytest.param([_item(SERVICE, BAD)], [], 0, 0, 0, 0, id="nothing found"),
        pytest.param([], [(SERVICE, BAD, "negative")], 0, 0, 0, 0, id="nothing gold"),
        pytest.param([], [], 0, 0, 0, 0, id="nothing at all"),
        pytest.param(
            [_item(SERVICE, BAD), _item(COLOUR, None)],
            [(SERVICE, BAD, "negative")],
            1, 1, 1, 1, id="a target without words is not asked for",
        ),
        pytest.param(
            [_item(SERVICE, BAD), _item(COLOUR, None)],
            [(SERVICE, BAD, "negative"), (COLOUR, PLAIN, "neutral")],
            _f1(1, 2, 1), _f1(1, 2, 1), _f1(1, 2, 1), 1, id="nor is it a wrong target",
        ),
        pytest.param(
            [_item(SERVICE, BAD), _item(SERVICE, None)],
            [(SERVICE, BAD, "negative")],
            1, 1, 1, 1, id="a target with words and without is asked for",
        ),
    ],
)  # fmt: skip
def test_opinions_are_counted_by_hand(
    gold: list[dict[str, Any]],
    found: list[tuple[Span | None, Span, Polarity]],
    triplet: float,
    pair: float,
    opinion: float,
    target: float,
) -> None:
    figures = evaluate([{"opinions": gold}], [_found(*found)])["opinions"]
    assert _values(figures) == {
        "triplet_micro_f1": triplet,
        "pair_micro_f1": pair,
        "opinion_micro_f1": opinion,
        "target_micro_f1": target,
    }


def test_opinions_are_summed_over_rows_before_they_are_divided() -> None:
    labelled = [{"opinions": [_item(SERVICE, BAD)]}, {"opinions": [_item(COLOUR, PLAIN)] * 2}]
    tagged = [_found((SERVICE, BAD, "negative")), _found((None, PLAIN, "negative"))]
    figures = evaluate(labelled, tagged)["opinions"]
    assert figures["triplet_micro_f1"].value == pytest.approx(2 * 1 / (2 + 2))
    assert figures["target_micro_f1"].value == pytest.approx(2 * 1 / (1 + 2))
    assert {figure.n for figure in figures.values()} == {2}
    assert (figures["triplet_micro_f1"].low, figures["triplet_micro_f1"].high) == (0, 1)


NAMED = {"aspect": "服务", "sentiment": "negative"}


@pytest.mark.parametrize(
    ("row", "tasks"),
    [
        ({}, set()),
        ({"sentiment": "neutral"}, {"sentiment"}),
        ({"aspects": None, "opinions": None, "intent": None}, set()),
        ({"aspects": []}, {"aspects"}),
        ({"opinions": []}, {"opinions"}),
        ({"aspects": [NAMED]}, {"aspects"}),
        ({"aspects": [NAMED | {"opinion": "很差"}]}, {"aspects"}),
        ({"aspects": [_item(SERVICE, BAD)]}, {"opinions"}),
        ({"aspects": [_item(SERVICE, None)]}, {"opinions"}),
        ({"aspects": [NAMED | _item(None, BAD)]}, {"aspects", "opinions"}),
        ({"aspects": [NAMED, _item(None, BAD)]}, {"aspects", "opinions"}),
        ({"aspects": [NAMED], "opinions": [_item(None, BAD)]}, {"aspects", "opinions"}),
        ({"intent": "inquiry"}, {"intent"}),
        ({"intent": "买家咨询活动规则"}, set()),
    ],
)
def test_a_row_is_judged_on_what_it_is_labelled_for(row: dict[str, Any], tasks: set[str]) -> None:
    assert check_row({"text": TEXT} | row, None) is None
    assert labelled_tasks(row) == tasks
    tags = replace(_found(), sentiment=ANGRY, intent=Intent("inquiry", 1.0))
    assert set(evaluate([row, {"sentiment": "negative"}], [tags, tags])) == tasks | {"sentiment"}


def test_items_with_an_aspect_and_spans_count_for_both() -> None:
    row = {"aspects": [NAMED | _item(SERVICE, BAD), _item(COLOUR, PLAIN, "neutral")]}
    mention = AspectMention("service", "服务", "negative", 0.9)
    tags = replace(_found((SERVICE, BAD, "negative")), aspects=(mention,))
    figures = evaluate([row, {"aspects": [NAMED]}], [tags, replace(tags, opinions=())])
    assert _values(figures["aspects"])["joint_micro_f1"] == 1.0
    assert _values(figures["opinions"])["triplet_micro_f1"] == _f1(1, 1, 2)
    assert figures["aspects"]["joint_micro_f1"].n == 2
    assert figures["opinions"]["triplet_micro_f1"].n == 1


def test_opinions_of_both_lists_are_joined() -> None:
    row = {"aspects": [_item(SERVICE, BAD)], "opinions": [_item(SERVICE, BAD), _item(None, PLAIN)]}
    figures = evaluate([row], [_found((SERVICE, BAD, "negative"))])["opinions"]
    assert _values(figures)["triplet_micro_f1"] == _f1(1, 1, 2)


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ({"start": 7, "end": 9, "text": "很差"}, None),
        ({"start": 7, "end": 9}, None),
        ({"start": 0, "end": 9}, None),
        ({"start": 7.0, "end": 9}, "the opinion has start 7.0 and end 9, which are not both whole"),
        ({"start": "7", "end": 9}, "start '7'"),
        ({"start": True, "end": 9}, "start True"),
        ({"end": 9}, "start None"),
        ({"start": 7}, "end None"),
        ({"start": 7, "end": 7}, "starts at 7 and ends at 7"),
        ({"start": 9, "end": 7}, "starts at 9 and ends at 7"),
        ({"start": -2, "end": 2}, r"\[-2, 2\) is outside the text of 9 characters"),
        ({"start": 7, "end": 10}, r"\[7, 10\) is outside"),
        ({"start": 6, "end": 8, "text": "很差"}, "is not the 'text' it gives"),
        ("很差", "the opinion is no object"),
        ([7, 9], "the opinion is no object"),
    ],
)
@pytest.mark.parametrize("key", ["aspects", "opinions"])
def test_spans_are_checked(key: str, part: Any, said: str | None) -> None:
    item = _item(SERVICE, None) | {"opinion": part}
    found = check_row({"text": TEXT, key: [item]}, None)
    assert found is None if said is None else re.search(said, found or ""), found


def test_offsets_count_code_points() -> None:
    row = {"text": "😀😀很差", "opinions": [_item(None, BAD) | {"opinion": {"start": 2, "end": 4}}]}
    assert check_row(row, None) is None
    row["opinions"][0]["opinion"] = {"start": 4, "end": 6}  # type: ignore[index]
    assert "outside the text of 4" in (check_row(row, None) or "")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"sentiment": "bad"}, "its sentiment 'bad' is none of negative, neutral, positive"),
        ({"intent": {"label": "inquiry"}}, "is no label"),
        ({"aspects": "服务"}, "its aspects are no list"),
        ({"aspects": ["服务"]}, "its aspects are no list"),
        ({"opinions": {"opinion": BAD.as_dict()}}, "its opinions are no list"),
        ({"aspects": [{"sentiment": "negative"}]}, "neither 'aspect' nor 'aspect_id'"),
        ({"aspects": [{"sentiment": "negative", "opinion": "很差"}]}, "neither 'aspect'"),
        ({"aspects": [{"aspect": 7, "sentiment": "negative"}]}, "neither 'aspect'"),
        ({"aspects": [NAMED | {"aspect": "服务s"}]}, "no aspect '服务s'. Did you mean '服务'?"),
        ({"aspects": [NAMED | {"sentiment": "bad"}]}, "the sentiment of 服务 is none of"),
        ({"aspects": [_item(None, BAD, "bad")]}, "the sentiment of an opinion is none of"),
        ({"opinions": [_item(None, BAD, "bad")]}, "the sentiment of an opinion is none of"),
        ({"opinions": [_item(SERVICE, None)]}, "has no 'opinion'"),
        ({"opinions": [_item(None, BAD) | {"target": "服务"}]}, "the target is no object"),
        ({"aspects": [NAMED | _item(None, BAD) | {"target": "服务"}]}, "the target is no object"),
    ],
)
def test_wrong_labels_are_told(row: dict[str, Any], said: str) -> None:
    assert said in (check_row({"text": TEXT} | row, {"服务", "service"}) or "")


class _Recorder:
    """Finds 很差 in every text, and remembers what it was asked for."""

    identifier = "recorder@1"

    def __init__(self) -> None:
        self.asked: list[frozenset[Task]] = []

    def find(
        self, texts: Sequence[Prepared], taxonomy: Taxonomy | None, tasks: frozenset[Task]
    ) -> list[Findings]:
        self.asked.append(tasks)
        found = (Opinion(SERVICE, BAD, "negative"),)
        finding = Findings(
            ANGRY, Intent("complaint", 0.8), (), found if "opinions" in tasks else ()
        )
        return [finding] * len(texts)


def _evaluated(
    tmp_path: Path, rows: Sequence[dict[str, Any]], batch_rows: int = 256
) -> tuple[dict[str, Any], list[frozenset[Task]]]:
    labelled = tmp_path / "labelled.jsonl"
    labelled.write_text("\n".join(json.dumps({"text": TEXT} | row) for row in rows), "utf-8")
    tagger = _Recorder()
    settings = load_settings(overrides={"score.batch_rows": batch_rows}, environ={})
    return evaluate_file(labelled, engine=Engine(tagger), settings=settings), tagger.asked


def test_a_file_of_spans_is_compared_on_opinions_and_asked_for_nothing_else(tmp_path: Path) -> None:
    rows = [{"aspects": [_item(SERVICE, BAD), _item(COLOUR, PLAIN, "neutral")]}]
    figures, asked = _evaluated(tmp_path, rows)
    assert asked == [{"opinions"}]
    assert set(figures) == {"model", "industry", "rows", "opinions"}
    assert figures["opinions"]["triplet_micro_f1"] == {
        "value": 0.6667, "low": 0.6667, "high": 0.6667, "n": 1,
    }  # fmt: skip


def test_batches_are_asked_for_what_their_rows_are_labelled_for(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {"sentiment": "negative"}, {"intent": "complaint"}, {"opinions": []},
    ]  # fmt: skip
    figures, asked = _evaluated(tmp_path, rows, batch_rows=2)
    assert asked == [{"sentiment", "intent"}, {"opinions"}]
    assert figures["rows"] == 3
    assert figures["sentiment"]["accuracy"]["n"] == figures["intent"]["accuracy"]["n"] == 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"aspects": [NAMED]}, r"labelled.jsonl:2: has aspects; .* --industry"),
        (
            {"opinions": [_item(None, BAD) | {"opinion": {"start": 8, "end": 10}}]},
            r"jsonl:2: .*8, 10",
        ),
        ({"text": None}, "jsonl:2: has no 'text'"),
    ],
)
def test_a_wrong_row_is_told_with_its_place(tmp_path: Path, row: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        _evaluated(tmp_path, [{"sentiment": "negative"}, row])


CALLS: list[dict[str, Any]] = [
    {"satisfaction": -1.5, "turns": [{"speaker": "customer", "text": "没人管，骗子！"}]},
    {"quality": {"S": 0, "A": 1}, "turns": [{"speaker": "customer", "text": "请问怎么办理"}]},
    {
        "satisfaction": 1.2,
        "turns": [
            {"speaker": "customer", "text": "宽带坏了"},
            {"speaker": "agent", "text": "已经修复"},
            {"speaker": "customer", "text": "修好了，谢谢"},
        ],
    },
]


def test_judged_conversations_are_compared_and_tagged_for_nothing(tmp_path: Path) -> None:
    figures, asked = _evaluated(tmp_path, [*CALLS, {"satisfaction": 2}])
    assert asked == []
    assert figures["rows"] == 4
    assert figures["satisfaction_model"].startswith("voc-zh-calls@")
    assert figures["satisfaction"]["spearman"]["value"] == 1.0
    assert figures["satisfaction"]["spearman"]["n"] == 3


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**CALLS[0], "satisfaction": "low"}, "'low' is no number"),
        ({**CALLS[0], "satisfaction": True}, "True is no number"),
        ({**CALLS[0], "satisfaction": 5}, "5 is off the scale"),
        ({**CALLS[0], "turns": 3}, "turns are a int"),
    ],
)
def test_a_wrong_judgement_is_refused(tmp_path: Path, row: dict[str, Any], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        _evaluated(tmp_path, [*CALLS, row])


def test_few_judged_conversations_say_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="give 3 or more"):
        _evaluated(tmp_path, CALLS[:2])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([3.0, 1.0, 2.0], [3, 1, 2]),
        ([1.0, 1.0, 0.0], [2.5, 2.5, 1]),
        ([5.0], [1]),
        ([2, 2], [1.5] * 2),
    ],
)
def test_ranks_share_ties(values: list[float], expected: list[float]) -> None:
    assert ranks(np.array(values, dtype=float)).tolist() == expected


def test_correlation() -> None:
    rising = np.arange(5.0)
    assert correlation(rising, 3 * rising + 1) == pytest.approx(1)
    assert correlation(rising, -rising) == pytest.approx(-1)
    assert correlation(rising, np.ones(5)) == 0


def test_levels_are_compared_both_ways() -> None:
    found = [Satisfaction(score, score - 0.7, score + 0.7, "m") for score in (-1, -0.6, 0, 1.0)]
    figures = satisfaction_figures([-1, 0.5, -0.9, -0.5], found)
    assert figures["low_precision"].value == pytest.approx(1 / 2)
    assert figures["low_recall"].value == pytest.approx(1 / 3)
    assert figures["within_interval"].value == pytest.approx(1 / 4)
    assert figures["mean_absolute_error"].value == pytest.approx((1.1 + 0.9 + 1.5) / 4)
