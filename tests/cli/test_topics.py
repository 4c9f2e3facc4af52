"""`voc topics`: what people do with themes, and that the runs after it keep to it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import MadeOnce
from voc.cli.topics import _check_merge, _complained_of_first
from voc.errors import UsageError
from voc.insights import proportion
from voc.pipeline.forming import MUTED
from voc.pipeline.themes import Spoken
from voc.records import Topic

Voc = Callable[..., Any]
DISHONEST = ("店员爱答不理", "店员不理人", "店员爱理不理", "喊店员都不理", "店员理都不理")
LEAKS = ("袋子漏了", "袋子又漏", "寄来袋子漏", "袋子漏了一半", "打开袋子漏光")


def _feed(voc: Voc, folder: Path, texts: tuple[str, ...], name: str) -> None:
    rows = [
        {"id": f"{name}{n}", "text": f"{text}，服务太差", "time": f"2026-11-0{n + 1} 11:00"}
        for n, text in enumerate(texts)
    ]
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (folder / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8")
    voc("ingest", f"{name}.jsonl", "--industry", "snack")
    assert voc("run").code == 0


def _topics(voc: Voc, *options: str) -> dict[str, dict[str, Any]]:
    lines = voc("topics", "--json", *options).out.splitlines()
    return {topic["topic_id"]: topic for topic in map(json.loads, lines)}


@pytest.fixture
def clerks(voc: Voc, tmp_path: Path, made_once: MadeOnce) -> str:
    """A store with a theme of shop assistants who ignore customers; its id."""
    made_once("clerks", lambda: _feed(voc, tmp_path, (*DISHONEST, *LEAKS), "a"))
    return next(name for name, one in _topics(voc).items() if "店员" in one["keywords"])


def test_a_topic_is_shown_with_its_history(voc: Voc, clerks: str) -> None:
    shown = json.loads(voc("topics", "show", clerks, "--json").out)
    assert shown["evidence"]
    assert (shown["count"], shown["judged"]) == (5, 5)
    assert shown["negative_share"] == shown["negative"] / 5
    scores = [said["score"] for said in shown["borderline"]]
    assert scores == sorted(scores)
    assert len({said["feedback_id"] for said in shown["borderline"]}) == len(scores) > 0
    assert [event["kind"] for event in shown["history"]] == ["born"]
    assert "出现" in voc("topics", "history").out
    kinds = [
        json.loads(line)["kind"] for line in voc("topics", "history", "--json").out.splitlines()
    ]
    assert set(kinds) == {"born"}


def test_a_history_is_limited_to_its_newest_events(voc: Voc, clerks: str) -> None:
    for name in ("店员冷淡", "店员无视顾客"):
        assert voc("topics", "rename", clerks, name).code == 0
    whole = voc("topics", "history", "--json").out.splitlines()
    newest = voc("topics", "history", "--json", "--limit", "2").out.splitlines()
    assert newest == whole[-2:]
    assert [json.loads(line)["words"] for line in newest] == [["店员冷淡"], ["店员无视顾客"]]
    said = voc("topics", "history", "--limit", "1").out
    assert f"变化 {len(whole)} 次，最近的 1 次" in said
    assert said.count("tp_") == said.count(clerks) == 1
    assert "最近的" not in voc("topics", "history", "--limit", str(len(whole))).out


def test_a_topic_is_shown_to_people(voc: Voc, clerks: str) -> None:
    said = voc("topics", "show", clerks).out
    assert said.startswith(f"主题 {clerks}  ")
    assert "声音 5 条  2026-11-01–11-05" in said
    assert "谈到它的话里有负面的 " in said
    for heading in ("有代表性的原话", "最没有把握的原话", "经过 1 条"):
        assert heading in said
    assert "店员" in said
    assert "{" not in said


def test_a_list_begins_with_what_names_a_problem(voc: Voc, clerks: str) -> None:
    first, *_ = _topics(voc)
    assert voc("topics", "rename", first, "店员（多方面）").code == 0
    assert list(_topics(voc))[-1] == first
    assert list(_topics(voc, "--limit", "1")) != [first]


def test_what_is_complained_of_most_comes_before_what_most_speak_of() -> None:
    when = datetime(2026, 11, 1, tzinfo=UTC)
    topics = [
        Topic(name, name, "car", (name,), 1, 0.0, when, when)
        for name in ("换空调滤芯", "异响", "座椅（硬等）", "沉默", "油耗高")
    ]
    spoken = {
        "换空调滤芯": Spoken(90, proportion(2, 90)),
        "异响": Spoken(20, proportion(15, 20)),
        "油耗高": Spoken(30, proportion(15, 20)),
        "座椅（硬等）": Spoken(99, proportion(60, 99)),
    }
    listed = [topic.topic_id for topic in _complained_of_first(topics, spoken)]
    assert listed == ["油耗高", "异响", "换空调滤芯", "沉默", "座椅（硬等）"]


def test_a_list_counts_complaints_by_voice(voc: Voc, clerks: str) -> None:
    counted = _topics(voc)[clerks]
    assert f"{counted['negative']}/{counted['judged']}" in voc("topics").out


def test_a_name_stays_through_the_next_run(voc: Voc, clerks: str, tmp_path: Path) -> None:
    assert voc("topics", "rename", clerks, "店员 冷落顾客", "--by", "王").code == 0
    _feed(voc, tmp_path, ("店员还是不理人",), "b")
    topic = _topics(voc)[clerks]
    assert topic["topic"] == "店员 冷落顾客"
    assert json.loads(voc("topics", "show", clerks, "--json").out)["history"][-1]["actor"] == "王"


def test_a_muted_topic_stays_muted(voc: Voc, clerks: str, tmp_path: Path) -> None:
    assert voc("topics", "mute", clerks).code == 0
    assert "already" in voc("topics", "mute", clerks).err
    _feed(voc, tmp_path, ("店员还是不理人",), "b")
    assert clerks not in _topics(voc)
    assert _topics(voc, "--with-muted")[clerks]["muted"] is True
    assert "（静音）" in voc("topics", "--with-muted").out
    assert voc("topics", "unmute", clerks).code == 0
    assert clerks in _topics(voc)


def test_muting_closes_the_issue_that_stands_on_it_and_says_so(voc: Voc, clerks: str) -> None:
    [issue] = [
        one
        for one in map(json.loads, voc("issues", "--json").out.splitlines())
        if one["topic_id"] == clerks
    ]
    done = voc("topics", "mute", clerks, "--by", "王")
    assert f"issue {issue['issue_id']} is closed" in done.err
    orders = voc("work-orders", "--json").out.splitlines()
    [order] = [one for one in map(json.loads, orders) if one["issue_id"] == issue["issue_id"]]
    assert f"work order {order['work_order_id']} is still open" in done.err
    shown = json.loads(voc("issues", "show", issue["issue_id"], "--json").out)
    assert shown["status"] == "closed"
    assert [(event["actor"], event["note"]) for event in shown["history"]] == [("王", MUTED)]
    assert voc("topics", "unmute", clerks).code == 0
    assert voc("run").code == 0
    shown = json.loads(voc("issues", "show", issue["issue_id"], "--json").out)
    assert shown["status"] == "reopened"


def test_what_is_muted_and_what_is_not_are_not_merged(voc: Voc, clerks: str) -> None:
    other = next(name for name in _topics(voc) if name != clerks)
    assert voc("topics", "mute", clerks).code == 0
    for words in ((other, clerks), (clerks, other)):
        refused = voc("topics", "merge", *words)
        assert refused.code == 2
        assert f"first type voc topics unmute {clerks}" in refused.err
        assert len(refused.err.splitlines()) == 1
    assert voc("topics", "mute", other).code == 0
    assert voc("topics", "merge", other, clerks).code == 0


def test_topics_of_two_industries_are_not_merged() -> None:
    day = datetime(2026, 11, 1, tzinfo=UTC)
    snack, bank = (Topic(f"tp_{one}", "慢", one, (), 5, 1.0, day, day) for one in ("snack", "bank"))
    with pytest.raises(UsageError, match="one is of snack, the other of bank; name two topics"):
        _check_merge(snack, bank, set())


def test_what_was_merged_stays_together(voc: Voc, clerks: str, tmp_path: Path) -> None:
    other = next(name for name in _topics(voc) if name != clerks)
    assert voc("topics", "merge", other, clerks).code == 0
    gone = voc("topics", "show", other)
    assert gone.code == 2
    assert f"was merged into {clerks}" in gone.err
    merged = _topics(voc)[clerks]["count"]
    _feed(voc, tmp_path, ("店员还是不理人",), "b")
    after = _topics(voc)
    assert other not in after
    assert after[clerks]["count"] > merged


def test_what_was_split_off_stays_apart(voc: Voc, clerks: str, tmp_path: Path) -> None:
    few = voc("topics", "split", clerks, "店员爱理不理", "--words", "爱答，爱理")
    assert few.code == 2
    assert "topics.min_voices" in few.err
    ignored = ("店员不理人啊", "店员根本不理人", "店员就是不理人")
    coldly = ("店员爱理不理的", "店员还爱理不理", "店员真爱理不理")
    _feed(voc, tmp_path, (*ignored, *coldly), "c")
    done = voc("topics", "split", clerks, "店员爱理不理", "--words", "爱答，爱理")
    assert done.code == 0
    child = next(name for name, one in _topics(voc).items() if one["topic"] == "店员爱理不理")
    assert _topics(voc)[child]["count"] == 5
    _feed(voc, tmp_path, ("店员爱理人不理人",), "b")
    topics = _topics(voc)
    assert topics[child]["topic"] == "店员爱理不理"
    assert topics[child]["count"] >= 6
    assert clerks in topics
    assert voc("topics", "merge", child, clerks).code == 0
    together = _topics(voc)[clerks]["count"]
    _feed(voc, tmp_path, ("店员也爱理不理",), "d")
    topics = _topics(voc)
    assert child not in topics
    assert topics[clerks]["count"] == together + 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["show", "tp_0"], "no topic 'tp_0'"),
        (["rename", "ID", " "], "is no name"),
        (["rename", "ID", "长" * 41], "is no name"),
        (["rename", "ID", "OTHER'S NAME"], "voc topics merge"),
        (["merge", "ID", "ID"], "cannot be merged into itself"),
        (["merge", "ID", "tp_0"], "no topic 'tp_0'"),
        (["split", "ID", "新主题", "--words", "火星"], "uses '火星'"),
        (["mute", "tp_0"], "no topic 'tp_0'"),
    ],
)
def test_what_cannot_be_done_is_told(
    voc: Voc, clerks: str, arguments: list[str], said: str
) -> None:
    other = next(one["topic"] for name, one in _topics(voc).items() if name != clerks)
    names = {"ID": clerks, "OTHER'S NAME": other}
    before = _topics(voc)
    result = voc("topics", *(names.get(word, word) for word in arguments))
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert _topics(voc) == before
