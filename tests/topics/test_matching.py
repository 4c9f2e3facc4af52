"""Themes that last from run to run."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from voc.records import Evidence, Topic
from voc.topics.matching import Candidate, matched

DAY = datetime(2026, 11, 1, tzinfo=UTC)


def topic(topic_id: str, keywords: str, voices: str = "") -> Topic:
    evidence = tuple(Evidence(voice, 0, 2, "顿挫") for voice in voices.split())
    return Topic(
        topic_id, topic_id, "automotive", tuple(keywords.split()), 5, 1.0, DAY, DAY, evidence
    )


def candidate(keywords: str, voices: str = "") -> Candidate:
    return Candidate(tuple(keywords.split()), frozenset(voices.split()))


GEARBOX = topic("tp_gearbox", "低速 换挡 顿挫 变速箱", "f1 f2 f3")
SUNROOF = topic("tp_sunroof", "天窗 漏水", "f7 f8 f9")


@pytest.mark.parametrize(
    ("kind", "found", "same"),
    [
        ("the same", candidate("低速 换挡 顿挫 变速箱", "f1 f2 f3 f4"), "tp_gearbox"),
        ("half of the words, its voices", candidate("低速 换挡 异响 踏板", "f1 f2"), "tp_gearbox"),
        ("other words, all its voices", candidate("闯动 窜 一冲", "f1 f2 f3"), "tp_gearbox"),
        ("its words, new voices", candidate("天窗 漏水", "g1 g2"), "tp_sunroof"),
        ("one word in common", candidate("低速 油耗 高 百公里", "g1"), None),
        ("nothing in common", candidate("油耗 高", "g1"), None),
    ],
)
def test_which_theme_is_known(kind: str, found: Candidate, same: str | None) -> None:
    [known] = matched([found], [GEARBOX, SUNROOF], seen={"f1", "f2", "f3", "f7", "f8", "f9"})
    assert (known.topic_id if known else None) == same, kind


def test_words_alone_decide_where_the_old_verbatims_are_gone() -> None:
    [known] = matched([candidate("低速 换挡 顿挫 离合器", "g1")], [GEARBOX], seen={"g1"})
    assert known is GEARBOX
    [known] = matched([candidate("低速 天窗 雨刮 漆", "g1")], [GEARBOX], seen={"g1"})
    assert known is None


def test_an_earlier_theme_is_continued_once_by_the_likest() -> None:
    near, nearer = candidate("低速 换挡", "f1"), candidate("低速 换挡 顿挫", "f1 f2 f3")
    assert matched([near, nearer], [GEARBOX], seen={"f1", "f2", "f3"}) == [None, GEARBOX]


def test_nothing_before_nothing_known() -> None:
    assert matched([candidate("低速")], [], seen=set()) == [None]
    assert matched([], [GEARBOX], seen=set()) == []
