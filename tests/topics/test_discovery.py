"""Discovery as a whole: small cases by hand, and the demo's planted stories."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from voc.config.industries import Industry, load_industry
from voc.records import stable_id
from voc.topics import Clause, Discovery, Parted, Past, ThemeEvent, discover
from voc.topics.corpus import Corpus
from voc.topics.space import Space
from voc.topics.words import Reader

ClauseMaker = Callable[..., list[Clause]]
DEMO = Path(__file__).resolve().parents[2] / "corpora" / "demo"

GEARBOX = (
    "低速换挡顿挫",
    "换挡顿挫得厉害，",
    "起步换挡有顿挫感",
    "低速的时候换挡顿挫",
    "升级之后换挡顿挫明显",
    "堵车换挡一顿一顿的顿挫",
)
SUNROOF = (
    "天窗漏水",
    "天窗漏水第二次了",
    "新车天窗就漏水，",
    "下雨天窗漏水滴到仪表台",
    "天窗又漏水，顶棚都黄了",
    "修了两回天窗还是漏水",
)
OTHERS = ("今天提车", "空调很凉快", "随便看看", "路过", "好")


@pytest.fixture
def two_themes(make: ClauseMaker) -> list[Clause]:
    return [
        *make(*GEARBOX, prefix="g"),
        *make(*SUNROOF, prefix="s"),
        *make(*OTHERS, prefix="o", negative=False),
    ]


def test_two_themes(two_themes: list[Clause], automotive: Industry) -> None:
    found = discover(two_themes, industry=automotive)
    assert [topic.count for topic in found.topics] == [6, 6]
    by_name = {topic.topic: topic for topic in found.topics}
    assert set(by_name) == {"换挡顿挫", "天窗漏水"}
    gearbox = by_name["换挡顿挫"]
    assert gearbox.industry == "automotive"
    assert {"换挡", "顿挫"} <= set(gearbox.keywords)
    assert gearbox.negative_share == 1.0
    assert (gearbox.first_seen, gearbox.last_seen) == (
        two_themes[0].occurred_at,
        two_themes[5].occurred_at,
    )
    assert 3 <= len(gearbox.evidence) <= 5
    assert found.coverage == pytest.approx(12 / 17, abs=1e-4)
    assert gearbox.topic_id == stable_id("tp", "automotive", *sorted(gearbox.keywords[:5]))


def test_the_name_of_a_product_names_no_theme(
    two_themes: list[Clause], automotive: Industry
) -> None:
    found = discover(two_themes, industry=automotive, places={"换挡顿挫"})
    names = {topic.topic for topic in found.topics}
    assert "换挡顿挫" not in names
    assert any("顿挫" in name for name in names)


def test_assignments_are_the_clauses_themselves(
    two_themes: list[Clause], automotive: Industry
) -> None:
    found = discover(two_themes, industry=automotive)
    texts = {(clause.feedback_id, clause.start): clause.text for clause in two_themes}
    assert len(found.assignments) == 12
    for feedback_id, topic_id, score, span in found.assignments:
        assert topic_id in {topic.topic_id for topic in found.topics}
        assert 0 < score <= 1
        assert texts[feedback_id, span.start] == span.text


def test_the_order_of_the_input_changes_nothing(
    two_themes: list[Clause], automotive: Industry
) -> None:
    mixed = random.Random(3).sample(two_themes, len(two_themes))
    assert discover(mixed, industry=automotive) == discover(two_themes, industry=automotive)


SYNONYMS = (
    ("起步时车子一耸一耸", 0), ("踩油门往前窜", 0), ("挂挡哐一下", 0), ("低速闯动", 0),
    ("收油门有拖拽感", 0), ("换挡一顿一顿", 0),
    ("顶棚滴水", 1), ("雨天车里湿了一片", 1), ("天窗渗水", 1), ("座椅泡了水", 1),
    ("车顶往下淌水", 1), ("下雨漏进来了", 1),
)  # fmt: skip


def test_what_means_the_same_is_nearer_with_vectors(automotive: Industry) -> None:
    texts = [text for text, _ in SYNONYMS]
    readings = Reader(automotive).read(texts)
    kinds = np.array([kind for _, kind in SYNONYMS])
    meant = np.eye(4, dtype=np.float32)[kinds] + 3
    plain = Space(Reader(automotive), seed=0).fit(readings, texts)
    with_meaning = Space(Reader(automotive), seed=0).fit(readings, texts, meant)
    same = kinds[:, None] == kinds[None, :]
    gains = with_meaning.similarities(with_meaning) - plain.similarities(plain)
    spoken = np.diff(plain.sharp.indptr) > 0
    pairs = spoken[:, None] & spoken[None, :] & ~np.eye(len(texts), dtype=bool)
    assert pairs.any()
    assert gains[pairs & same].mean() > 0.2 > gains[pairs & ~same].mean()


def test_vectors_follow_their_clauses_in_any_order(
    two_themes: list[Clause], automotive: Industry
) -> None:
    kinds = [{"g": 0, "s": 1, "o": 2}[clause.feedback_id[0]] for clause in two_themes]
    meant = np.eye(4, dtype=np.float32)[kinds] + 3
    found = discover(two_themes, industry=automotive, sentences=meant)
    assert sorted(topic.count for topic in found.topics) == [6, 6]
    order = random.Random(5).sample(range(len(two_themes)), len(two_themes))
    mixed = discover([two_themes[at] for at in order], industry=automotive, sentences=meant[order])
    assert mixed == found
    with pytest.raises(ValueError, match="16 sentence vectors were given for 17 clauses"):
        discover(two_themes, industry=automotive, sentences=meant[1:])


NEWSROOM = "本店承诺天窗漏水一律免费更换密封条，欢迎各位车主到店检查"


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("none", ()),
        ("one", ("变速箱顿挫",)),
        ("without content", ("好的", "嗯嗯", "谢谢", "。。。", "😂", "")),
        ("too few voices", GEARBOX[:4]),
        ("one wording only", ("天窗漏水",) * 8),
        ("copies of a long text", (NEWSROOM, NEWSROOM + "！", NEWSROOM + "啊", *(NEWSROOM,) * 5)),
        ("nothing in common", ("天窗漏水", "变速箱响", "座椅硬", "油耗高", "屏幕黑", "漆薄")),
        ("broken characters", ("\ud800换挡", "a\x00b", "x" * 3000, "１２３", "\u200b")),
    ],
)
def test_what_is_no_theme(
    kind: str, texts: tuple[str, ...], make: ClauseMaker, automotive: Industry
) -> None:
    assert discover(make(*texts), industry=automotive) == Discovery([], [], 0.0), kind


def test_one_voice_is_no_theme(automotive: Industry, make: ClauseMaker) -> None:
    same = [replace(clause, feedback_id="f0") for clause in make(*GEARBOX)]
    assert discover(same, industry=automotive).topics == []
    with pytest.raises(ValueError, match="min_voices=1"):
        discover(same, industry=automotive, min_voices=1)


def test_copies_count_with_the_theme_they_belong_to(
    two_themes: list[Clause], automotive: Industry, make: ClauseMaker
) -> None:
    again = make("低速换挡顿挫！", "低速换挡顿挫。", prefix="again")
    found = discover([*two_themes, *again], industry=automotive)
    assert max(topic.count for topic in found.topics) == 8


def test_complaint_and_praise_of_one_part_are_two_themes(
    make: ClauseMaker, automotive: Industry
) -> None:
    bad = make(*(f"{word}充电口烫手" for word in ("昨晚", "今天", "夏天", "慢充", "快充", "回家")))
    good = make(
        *(f"{word}充电口好找" for word in ("服务区", "商场", "小区", "公司", "高速", "城里")),
        negative=False,
        prefix="p",
    )
    shares = sorted(t.negative_share for t in discover([*bad, *good], industry=automotive).topics)
    assert shares == [0.0, 1.0]


def test_complaint_and_plea_of_one_problem_are_one_theme(
    make: ClauseMaker, automotive: Industry
) -> None:
    bad = make(*(f"{word}充电口烫手" for word in ("昨晚", "今天", "夏天", "慢充", "快充", "回家")))
    places = ("服务区", "商场", "小区", "公司", "高速", "城里")
    asked = make(*(f"{word}充电口烫手怎么办" for word in places), negative=False, prefix="p")
    pleas = [replace(clause, positive=False) for clause in asked]
    [theme] = discover([*bad, *pleas], industry=automotive).topics
    assert (theme.count, theme.negative_share) == (12, 0.5)


def test_a_known_theme_keeps_id_name_and_first_day(
    two_themes: list[Clause], automotive: Industry, make: ClauseMaker
) -> None:
    first = discover(two_themes, industry=automotive)
    renamed = [replace(topic, topic=f"{topic.topic}（改名）") for topic in first.topics]
    later = [
        replace(clause, occurred_at=clause.occurred_at + timedelta(days=30))
        for clause in make("换挡的时候顿挫", "天窗漏水漏到座椅上", prefix="n")
    ]
    second = discover([*two_themes[1:], *later], industry=automotive, past=Past(renamed), seed=7)
    assert {topic.topic_id: topic.topic for topic in second.topics} == {
        topic.topic_id: topic.topic for topic in renamed
    }
    assert {topic.topic_id: topic.first_seen for topic in second.topics} == {
        topic.topic_id: topic.first_seen for topic in first.topics
    }


def test_running_again_changes_nothing(two_themes: list[Clause], automotive: Industry) -> None:
    first = discover(two_themes, industry=automotive)
    born = {topic.topic_id: "born" for topic in first.topics}
    assert {event.topic_id: event.kind for event in first.events} == born
    by_words = discover(two_themes, industry=automotive, past=Past(first.topics))
    by_clauses = discover(two_themes, industry=automotive, past=_past(first), seed=9)
    assert by_words == by_clauses == replace(first, events=())


def _past(found: Discovery, **edits: Any) -> Past:
    """What a run leaves to the next one."""
    known = {(one.feedback_id, one.span.start): one.topic_id for one in found.assignments}
    return Past(found.topics, known, **edits)


def _ids(found: Discovery) -> dict[str, str]:
    return {one.feedback_id: one.topic_id for one in found.assignments}


def test_a_theme_lasts_while_others_come_up_and_go(
    two_themes: list[Clause], automotive: Industry, make: ClauseMaker
) -> None:
    first = discover(two_themes, industry=automotive)
    gearbox, sunroof = _ids(first)["g0"], _ids(first)["s0"]
    brakes = make(
        *(f"{when}刹车吱吱异响" for when in ("倒车", "早上", "雨后", "洗车后", "停车", "下坡")),
        prefix="b",
    )
    second = discover([*two_themes, *brakes], industry=automotive, past=_past(first))
    ids = _ids(second)
    assert (ids["g3"], ids["s3"]) == (gearbox, sunroof)
    assert second.events == (ThemeEvent(ids["b0"], "born"),)
    without = [clause for clause in [*two_themes, *brakes] if clause.feedback_id[0] != "s"]
    third = discover(without, industry=automotive, past=_past(second))
    assert third.events == (ThemeEvent(sunroof, "died"),)
    assert (_ids(third)["g3"], _ids(third)["b3"]) == (gearbox, ids["b0"])
    assert discover([], industry=automotive, past=_past(third)).events == (
        ThemeEvent(gearbox, "died"),
        ThemeEvent(ids["b0"], "died"),
    )


def test_what_people_merged_stays_one_theme(
    two_themes: list[Clause], automotive: Industry, make: ClauseMaker
) -> None:
    first = discover(two_themes, industry=automotive)
    gearbox = _ids(first)["g0"]
    known = dict.fromkeys(_past(first).known, gearbox)
    kept = [topic for topic in first.topics if topic.topic_id == gearbox]
    past = Past(kept, known, joined=frozenset([gearbox]))
    more = make("天窗漏水漏到脚垫", "换挡顿挫又来了", prefix="n")
    second = discover([*two_themes, *more], industry=automotive, past=past)
    assert [topic.count for topic in second.topics] == [14]
    assert set(_ids(second).values()) == {gearbox}
    assert second.events == ()


def test_what_the_edits_leave_of_a_theme_needs_its_voices_too(
    automotive: Industry, make: ClauseMaker
) -> None:
    """A theme of two voices is none, but where people made it; copies are voices, too."""
    corpus = Corpus(
        [*make(*GEARBOX, prefix="g"), *make(*SUNROOF[:2], SUNROOF[0], prefix="s")], automotive
    )
    voices = [corpus.clauses[at].feedback_id for at in corpus.distinct]
    themes = {"g0": 0, "g1": 0, "s0": 2, "s1": 2}
    labels = np.array([themes.get(voice, 1) for voice in voices], dtype=np.intp)

    def left(min_voices: int, spared: int) -> list[int]:
        found = corpus.heard(labels, min_voices, spared=labels == spared)
        return [int(found[voices.index(name)]) for name in ("g0", "g2", "s0")]

    assert left(2, -1) == [0, 1, 2]
    assert left(3, -1) == [-1, 0, 1]
    assert left(4, -1) == [-1, 0, -1]
    assert left(4, 0) == [0, 1, -1]


def test_what_people_split_off_stays_a_theme_of_its_own(
    two_themes: list[Clause], automotive: Industry, make: ClauseMaker
) -> None:
    first = discover(two_themes, industry=automotive)
    gearbox = next(topic for topic in first.topics if topic.topic_id == _ids(first)["g0"])
    child = replace(gearbox, topic_id="tp_low", topic="低速顿挫")
    past = _past(first)
    known = {
        place: "tp_low" if place[0] in ("g0", "g3") else name for place, name in past.known.items()
    }
    parted = (Parted(gearbox.topic_id, "tp_low", ("低速",)),)
    more = make("低速的时候换挡又顿挫", "换挡顿挫没修好", prefix="n")
    second = discover(
        [*two_themes, *more],
        industry=automotive,
        past=Past([*first.topics, child], known, parted=parted),
    )
    ids, names = _ids(second), {topic.topic_id: topic.topic for topic in second.topics}
    assert ids["g0"] == ids["g3"] == ids["n0"] == "tp_low"
    assert ids["g1"] == ids["n1"] == gearbox.topic_id
    assert names["tp_low"] == "低速顿挫"
    assert second.events == ()


@pytest.mark.parametrize(
    ("n_left", "expected"), [(5, {"tp_low": 7, "rest": 5}), (4, {"tp_low": 7})]
)
def test_a_theme_of_which_more_was_split_off_than_is_left(
    n_left: int, expected: dict[str, int], automotive: Industry, make: ClauseMaker
) -> None:
    """It goes on where enough voices are left."""
    low = [
        f"{when}低速换挡顿挫" for when in ("", "起步", "堵车", "早上", "下坡", "倒车", "升级之后")
    ]
    rest = [*GEARBOX[1:3], "换挡顿挫没修好", "换挡有点顿挫", "换挡又顿挫"]
    clauses = make(*low, *rest[:n_left])
    first = discover(clauses, industry=automotive)
    [whole] = [replace(topic, topic_id="rest") for topic in first.topics]
    child = replace(whole, topic_id="tp_low", topic="低速顿挫")
    known = {one.place: "tp_low" if "低速" in one.text else "rest" for one in clauses}
    past = Past([whole, child], known, parted=(Parted("rest", "tp_low", ("低速",)),))
    second = discover(clauses, industry=automotive, past=past)
    assert {topic.topic_id: topic.count for topic in second.topics} == expected


def test_themes_of_another_industry_are_not_continued(
    two_themes: list[Clause], automotive: Industry
) -> None:
    first = discover(two_themes, industry=automotive)
    foreign = [replace(topic, industry="snack", topic="别家") for topic in first.topics]
    second = discover(two_themes, industry=automotive, past=Past(foreign))
    assert not {topic.topic_id for topic in second.topics} & {t.topic_id for t in foreign}
    assert "别家" not in {topic.topic for topic in second.topics}


def test_a_sample_is_fitted_and_the_rest_assigned(
    make: ClauseMaker, automotive: Industry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voc.topics.corpus.SAMPLE_CLAUSES", 60)
    places = [f"{town}{road}" for town in "京沪穗深渝蓉杭宁" for road in "东西南北中甲乙丙"]
    many = make(*(f"{at}换挡顿挫" for at in places), *(f"{at}的天窗漏水" for at in places))
    found = discover(many, industry=automotive)
    assert sorted(topic.count for topic in found.topics)[-2:] == [64, 64]
    assert found.coverage > 0.95
    assert found == discover(many, industry=automotive)


@pytest.mark.parametrize(
    ("name", "industry", "story", "least", "words"),
    [
        ("car", "automotive", "gearbox_x5", 4, "换挡 起步 冲 顿 低速 堵车 冷车 挡 离合器"),
        ("snack", "snack", "bad_store", 3, "店员 秤 排队 店长 态度 袋子 发票 去皮"),
    ],
)
def test_the_planted_stories_come_out_as_themes_a_reader_understands(
    name: str,
    industry: str,
    story: str,
    least: int,
    words: str,
    demo_clauses: Callable[[str, Industry], list[Clause]],
) -> None:
    stories = yaml.safe_load((DEMO / name / "truth.yaml").read_text("utf-8"))
    planted = {
        item["story"]: {feedback for ids in item["ids"].values() for feedback in ids}
        for item in stories
    }
    paid = {voice for key, ids in planted.items() if key.startswith("paid") for voice in ids}
    taxonomy = load_industry(industry)
    clauses = [one for one in demo_clauses(name, taxonomy) if one.feedback_id not in paid]
    found = discover(clauses, industry=taxonomy)
    voices: dict[str, set[str]] = defaultdict(set)
    for assignment in found.assignments:
        voices[assignment.topic_id].add(assignment.feedback_id)
    telling = [
        topic
        for topic in found.topics
        if len(voices[topic.topic_id] & planted[story]) >= 0.6 * len(voices[topic.topic_id])
    ]
    named = [topic for topic in telling if any(word in topic.topic for word in words.split())]
    assert len(named) >= least, [topic.topic for topic in telling]
    assert len({voice for topic in telling for voice in voices[topic.topic_id]}) >= 15
    assert all(2 <= len(topic.topic) <= 14 for topic in found.topics)
    assert len({topic.topic for topic in found.topics}) == len(found.topics)
