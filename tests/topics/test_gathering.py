"""Themes that tell the same are one: a kind of trouble, or a subject of which voices say much."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from voc.config.industries import Industry
from voc.records import MIXED
from voc.topics import Clause, Past, discover
from voc.topics.corpus import Corpus
from voc.topics.gathering import gathered
from voc.topics.gists import Gist, Gists

ClauseMaker = Callable[..., list[Clause]]
BUSES = Gist(frozenset({"公交"}), is_mixed=True)
JAMS = Gist(frozenset({"堵"}))


def joined(*gists: Gist, praises: tuple[int, ...] = (), known: dict[int, int] | None = None) -> str:
    """Tells which of some themes are one, each by a letter."""
    labels = np.arange(-1, len(gists), dtype=np.intp)
    praised = np.array([at in praises for at in range(len(gists))])
    found = gathered(labels, gists, praised, known or {})
    assert found[0] == -1
    assert set(found[1:]) == set(range(len(set(found[1:]))))
    return "".join("abcdef"[at] for at in found[1:])


def test_what_tells_the_same_is_one_theme() -> None:
    assert joined(JAMS, BUSES, JAMS, BUSES) == "abab"


def test_a_problem_is_not_its_subject() -> None:
    assert joined(BUSES, BUSES._replace(is_mixed=False)) == "ab"


def test_what_tells_nothing_stays_alone() -> None:
    assert joined(Gist(), Gist(), BUSES) == "abc"


def test_a_subject_of_all_matters_makes_no_theme() -> None:
    labels = np.array([0, 1, -1, 2])
    found = gathered(labels, [BUSES, Gist(is_mixed=True), JAMS], np.zeros(3, dtype=bool), {})
    assert found.tolist() == [0, -1, -1, 1]


def test_praise_stays_apart_from_complaint() -> None:
    assert joined(BUSES, BUSES, BUSES, praises=(1,)) == "aba"


def test_new_themes_join_the_one_that_lasts_and_two_that_last_stay_two() -> None:
    assert joined(BUSES, BUSES, known={1: 7}) == "aa"
    assert joined(BUSES, BUSES, BUSES, known={1: 7, 2: 3}) == "aab"


def test_no_themes_are_none() -> None:
    assert gathered(np.array([-1, -1]), [], np.zeros(0, dtype=bool), {}).tolist() == [-1, -1]


def test_a_verdict_is_what_a_name_tells_of(make: ClauseMaker, automotive: Industry) -> None:
    corpus = Corpus(make("送餐太慢"), automotive)
    slow = corpus.kinds_in("太慢问题")
    assert slow == corpus.kinds_in("速度太慢") == corpus.kinds_in("慢的要死")
    assert slow < corpus.kinds_in("送餐太慢")
    assert corpus.kinds_in("出行不方便") == corpus.kinds_in("出行不便") != corpus.kinds_in("方便")
    assert corpus.kinds_in("业主") == corpus.kinds_in("违规") == set()


@pytest.fixture
def jams(make: ClauseMaker) -> list[Clause]:
    """Two themes by words and one kind of trouble, and two of one subject."""
    blocked = make(*(f"路口{word}堵塞" for word in ("一直", "早上", "晚上", "常常")), prefix="a")
    crowded = make(*(f"桥上{word}拥堵" for word in ("一直", "早上", "晚上", "常常")), prefix="b")
    said = [replace(one, opinions=(one.text[-2:],)) for one in (*blocked, *crowded)]
    seats = make("座椅加热", "座椅颜色", "座椅多少钱", "座椅在哪买", negative=False, prefix="c")
    more = make(
        "座椅上的标", "座椅几个人坐", "座椅是谁家的", "座椅的布", negative=False, prefix="d"
    )
    return [*said, *(replace(one, positive=False) for one in (*seats, *more))]


def test_kinds_of_trouble_and_subjects_tell_what_themes_say(
    jams: list[Clause], automotive: Industry
) -> None:
    corpus = Corpus(jams, automotive)
    corpus.placed(seed=0)
    names = [corpus.clauses[at].feedback_id[0] for at in corpus.distinct]
    labels = np.array(["abcd".index(name) for name in names], dtype=np.intp)
    blocked, crowded, seats, more = Gists(corpus).of(labels, np.ones(len(labels), np.float32))
    assert seats == more == Gist(frozenset({"座椅"}), is_mixed=True)
    assert not blocked.is_mixed
    assert blocked.words & crowded.words


def test_what_is_hardly_so_is_not_so(make: ClauseMaker, automotive: Industry) -> None:
    dull = make("面条不好吃", "饺子不好吃", "米饭不好吃", "馄饨不好吃", prefix="a")
    hardly = make("卷饼不怎么好吃", "烤鸭不怎么好吃", "炒面不怎么好吃", prefix="b")
    said = [replace(one, opinions=(one.text[2:],)) for one in (*dull, *hardly)]
    corpus = Corpus(said, automotive)
    corpus.placed(seed=0)
    names = [corpus.clauses[at].feedback_id[0] for at in corpus.distinct]
    labels = np.array(["ab".index(name) for name in names], dtype=np.intp)
    first, second = Gists(corpus).of(labels, np.ones(len(labels), np.float32))
    assert first == second
    assert first.words


def test_what_leads_to_a_matter_is_none_that_voices_share(
    make: ClauseMaker, automotive: Industry
) -> None:
    said = make("还点凉粉一份", "还点蛋黄酥", "还点豆腐皮", "还点土豆泥", prefix="a")
    corpus = Corpus([replace(one, opinions=(one.text[2:],)) for one in said], automotive)
    corpus.placed(seed=0)
    labels = np.zeros(len(corpus.distinct), dtype=np.intp)
    [gist] = Gists(corpus).of(labels, np.ones(len(labels), np.float32))
    assert gist.is_empty, gist


def test_what_was_gathered_is_found_again(make: ClauseMaker, automotive: Industry) -> None:
    told = ("加热", "颜色", "多少钱", "在哪买", "的标", "几个人坐", "是谁家的", "的布")
    clauses = [
        replace(one, positive=False)
        for one in make(*(f"座椅{word}" for word in told), "路过", negative=False)
    ]
    first = discover(clauses, industry=automotive)
    [topic] = first.topics
    assert topic.topic == f"座椅{MIXED}"
    known = {(one.feedback_id, one.span.start): one.topic_id for one in first.assignments}
    later = [replace(one, feedback_id=f"n{one.feedback_id}") for one in clauses[:5]]
    again = discover(
        [*clauses, *(replace(one, text=f"{one.text}吗") for one in later)],
        industry=automotive,
        past=Past(first.topics, known),
    )
    [same] = again.topics
    assert (same.topic_id, same.topic) == (topic.topic_id, topic.topic)
    assert same.count > topic.count
