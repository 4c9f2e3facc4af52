"""What recent voices of an issue say that earlier ones did not."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import pytest

from tests.issues.conftest import START
from voc.config import Aspect, Industry
from voc.config.sections import IssueSettings
from voc.issues import form_issues
from voc.issues.novelty import emerging_term
from voc.records import EmergingTerm, Mention

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
        pytest.param([(30, "汤")] * 100 + [(3, "汤")] * 30 + [(3, "盖子")] * 4, id="said by four"),
        pytest.param([(30, "汤")] * 300 + [(3, "汤")] * 100 + [(3, "盖子")] * 12, id="said by few"),
        pytest.param(
            [(30, "汤")] * 60 + [(30, "盖子")] * 40 + [(3, "盖子")] * 50, id="twice as often"
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


def test_chance_is_hardly_ever_told(mention: Make) -> None:
    """Of 200 issues in which days tell nothing about words, at most one is told a word."""
    chance = random.Random(11)
    words = [f"词{at}" for at in range(150)]
    weights = [1 / (at + 1) for at in range(150)]
    found = [
        told(
            [
                (chance.random() * 56, " ".join(chance.choices(words, weights, k=6)))
                for _ in range(chance.choice((40, 120, 300)))
            ],
            mention,
        )
        for _ in range(200)
    ]
    assert sum(one is not None for one in found) <= 1


def formed(voices: Sequence[Mention], as_of: datetime) -> EmergingTerm | None:
    trade = Industry(
        id="cars", name="外卖", aspects=(Aspect(id="power", name="包装", group_by=()),)
    )
    [issue] = form_issues(
        voices,
        [],
        industries={"cars": trade},
        settings=IssueSettings(),
        volumes=None,
        as_of=as_of,
    )
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
