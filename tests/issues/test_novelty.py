"""What recent voices of an issue say that earlier ones did not."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tests.issues.conftest import START
from voc.config import Aspect, Industry
from voc.config.sections import IssueSettings
from voc.issues import form_issues
from voc.issues.matching import absorb
from voc.issues.novelty import emerging_term
from voc.records import EmergingTerm, Issue, Mention

Make = Callable[..., Mention]
AS_OF = START + timedelta(days=60)
OLD = ("汤洒了一袋", "袋子里全是油", "粥撒了一半", "盒子压扁变形")
NEW = ("新的盖子扣不紧", "盖子盖不严", "盖子一碰就开")


def told(said: Sequence[tuple[float, str]], make: Make) -> EmergingTerm | None:
    """What is told of texts by the days before the last, of words as they stand between spaces."""
    voices = [make(f"v{at}", 60 - ago, text=text) for at, (ago, text) in enumerate(said)]
    voices.sort(key=lambda one: one.occurred_at)

    def read(some: Sequence[Mention]) -> dict[str, set[str]]:
        return {one.feedback_id: set(one.evidence[0].text.split()) for one in some}

    return emerging_term(read, voices, as_of=AS_OF)


def test_a_word_that_comes_up_is_told_with_its_counts(mention: Make) -> None:
    earlier = [(30 + at % 25, "洒 汤") for at in range(98)] + [(40, "盖子 洒"), (50, "盖子 洒")]
    recent = [(at % 10, "洒 汤") for at in range(30)] + [(at % 10, "盖子 洒") for at in range(20)]
    found = told(earlier + recent, mention)
    assert found is not None
    assert (found.term, found.window_days) == ("盖子", 14)
    assert (found.saying, found.voices) == (20, 50)
    assert (found.saying_before, found.voices_before) == (2, 100)
    # scipy.stats.fisher_exact([[20, 30], [2, 98]], alternative="greater")
    assert found.p == pytest.approx(1.8216e-9, rel=1e-4)
    assert found.sentence == "近 14 天 50 条里 20 条说到“盖子”，此前 100 条里 2 条"


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([(at % 55, "盖子") for at in range(150)], id="as often as ever"),
        pytest.param(
            [(30, "汤")] * 19 + [(3, "盖子")] * 30, id="no crowd before, so the title tells it"
        ),
        pytest.param(
            [(30, "汤")] * 900 + [(3, "汤")] * 4 + [(at, "盖子") for at in range(4)],
            id="said by four",
        ),
        pytest.param(
            [(30, "汤")] * 300 + [(3, "汤")] * 100 + [(at, "盖子") for at in range(12)],
            id="said by few",
        ),
        pytest.param([(30, "汤")] * 100 + [(3, "汤")] * 5 + [(3, "盖子")] * 30, id="of one day"),
        pytest.param(
            [(30, "汤")] * 60 + [(-300 - at, "盖子") for at in range(40)], id="of days to come"
        ),
        pytest.param(
            [(30, "汤")] * 60 + [(30, "盖子")] * 40 + [(at, "盖子") for at in range(25)] * 2,
            id="twice as often",
        ),
        pytest.param([(30, "盖子")] * 50 + [(40, "汤")] * 50, id="nobody speaks lately"),
        pytest.param([], id="nobody"),
    ],
)
def test_nothing_is_told_where_nothing_is_new(said: list[tuple[float, str]], mention: Make) -> None:
    assert told(said, mention) is None


def test_the_window_is_the_one_in_which_it_is_clearest(mention: Make) -> None:
    earlier = [(30 + at % 25, "汤") for at in range(80)]
    month = [(at % 28, "汤") for at in range(60)]
    week = [(at % 7, "盖子") for at in range(20)]
    found = told(earlier + month + week, mention)
    assert found is not None
    assert found.window_days == 7


@pytest.mark.parametrize(
    ("weights", "each", "days"),
    [
        pytest.param([1 / (at + 1) for at in range(150)], 6, 56, id="some words are common"),
        pytest.param([1.0] * 1_000, 20, 300, id="all words are rare, and few voices recent"),
    ],
)
def test_chance_is_hardly_ever_told(
    mention: Make, weights: list[float], each: int, days: int
) -> None:
    """Of 150 issues in which days tell nothing about words, at most one is told a word."""
    chance = random.Random(11)
    words = [f"词{at}" for at in range(len(weights))]
    found = [
        told(
            [
                (chance.random() * days, " ".join(chance.choices(words, weights, k=each)))
                for _ in range(chance.choice((40, 120, 300)))
            ],
            mention,
        )
        for _ in range(150)
    ]
    assert sum(one is not None for one in found) <= 1


def test_of_very_many_voices_some_are_read_evenly(mention: Make) -> None:
    chance = random.Random(3)
    before = [(30 + at % 90, "盖子" if chance.random() < 0.05 else "汤") for at in range(5_000)]
    recent = [(at % 28, "盖子" if chance.random() < 0.6 else "汤") for at in range(5_000)]
    found = told(before + recent, mention)
    assert found is not None
    assert (found.term, found.window_days, found.is_sample) == ("盖子", 28, True)
    assert (found.voices, found.voices_before) == (1_667, 1_667)
    assert found.saying / found.voices == pytest.approx(0.6, abs=0.05)
    assert found.saying_before / found.voices_before == pytest.approx(0.05, abs=0.02)
    assert found.sentence.startswith("近 28 天抽读的 1,667 条里")


def test_a_month_is_looked_at_where_a_fortnight_holds_too_few(mention: Make) -> None:
    earlier = [(30 + at % 25, "汤") for at in range(80)]
    found = told(earlier + [(at, "盖子") for at in range(1, 28, 3)], mention)
    assert found is not None
    assert found.window_days == 28


@pytest.mark.parametrize(
    "word",
    [
        "张伟",
        "王建国",
        "李娜",
        "小红",
        "王经理",
        "国庆节",
        "星期天",
        "杭州",
        "滨江",
        "希望",
        "差劲",
    ],
)
def test_who_where_and_when_is_nothing_new(mention: Make, word: str) -> None:
    voices = [mention(f"old{at}", at % 45, text=OLD[at % len(OLD)]) for at in range(80)]
    texts = (f"{word}那次汤洒了一袋", f"袋子里全是油{word}")
    voices += [
        mention(f"new{at}", 52 + at % 8, text=texts[at % 2], store="滨江店") for at in range(15)
    ]
    found = formed(voices, AS_OF)
    assert found is None or found.term not in word


def _run(voices: Sequence[Mention], as_of: datetime, known: Sequence[Issue] = ()) -> list[Issue]:
    trade = Industry(
        id="cars", name="外卖", aspects=(Aspect(id="power", name="包装", group_by=()),)
    )
    return form_issues(
        voices,
        known,
        industries={"cars": trade},
        settings=IssueSettings(),
        volumes=None,
        as_of=as_of,
    )


def formed(voices: Sequence[Mention], as_of: datetime) -> EmergingTerm | None:
    [issue] = _run(voices, as_of)
    return issue.emerging_term


def test_an_issue_tells_what_is_new_in_it(mention: Make) -> None:
    voices = [mention(f"old{at}", at % 45, text=OLD[at % len(OLD)]) for at in range(80)]
    assert formed(voices, AS_OF) is None
    voices += [mention(f"new{at}", 52 + at % 8, text=NEW[at % len(NEW)]) for at in range(15)]
    found = formed(voices, AS_OF)
    assert found is not None
    assert (found.term, found.saying, found.saying_before) == ("盖子", 15, 0)
    later = [mention(f"late{at}", 62 + at % 40, text=OLD[at % len(OLD)]) for at in range(80)]
    assert formed([*voices, *later], START + timedelta(days=102)) is None


def test_what_is_no_issue_any_more_tells_nothing_new(mention: Make) -> None:
    term = EmergingTerm("盖子", 14, 20, 50, 2, 100, 1.8e-9)
    [issue] = _run([mention(f"f{at}", at, text=OLD[0]) for at in range(3)], AS_OF)
    known = replace(issue, emerging_term=term)
    assert absorb(known, into=issue).emerging_term is None
    alone = [mention("f0", 0, text=OLD[0])]
    for status in ("open", "ignored"):
        [after] = _run(alone, AS_OF, [replace(known, status=status)])
        assert after.status == ("closed" if status == "open" else "ignored")
        assert after.emerging_term is None
