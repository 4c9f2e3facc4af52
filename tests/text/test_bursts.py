"""Bursts of paid posts, and what must not be taken for one."""

from __future__ import annotations

import csv
import gzip
import io
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from voc.records import Channel
from voc.text.bursts import Burst, Voice, find_bursts

EVENING = datetime(2026, 11, 5, 20, 0, tzinfo=timezone(timedelta(hours=8)))
DEMO = Path(__file__).resolve().parents[2] / "corpora" / "demo"

GLOWING = (
    "蛋黄酥层层起酥入口即化，蛋黄流油不腻，送礼特别有面子，全家人都爱吃，强烈推荐！",
    "蛋黄酥层层起酥入口即化，蛋黄流油一点不腻，送礼特别有面子，全家都爱吃，强烈推荐！！",
    "这款蛋黄酥层层起酥，入口即化，蛋黄流油不腻，送人特别有面子，全家人都爱吃，推荐",
    "蛋黃酥層層起酥入口即化，蛋黃流油不膩，送禮特別有面子，全家人都愛吃，強烈推薦！",
    "蛋黄酥层层起酥入口即化,蛋黄流油不腻,送礼特别有面子,家里人都爱吃,强烈推荐",
    "真的！蛋黄酥层层起酥入口即化，蛋黄流油不腻，送礼有面子，全家人都爱吃，强烈推荐大家",
)
COMPLAINTS = (
    "下午三点排到窗口跟我说卖完了，可后头明明还焖着一大锅",
    "排了四十分钟没有人管队，前面一直有人插，店员看着笑",
    "没叫号没围栏，三条队拧成麻花，谁嗓门大谁先买",
    "抱着孩子被挤得直喊，没有一个店员出来管一管排队的事",
    "排到我了说要换班，让我去旁边重新排，旁边还有二十个人",
    "我妈七十八了排了半个钟头，被人插队，讲一句还被店员吼",
)


def voices(
    texts: tuple[str, ...],
    *,
    minutes: float = 7,
    channel: Channel = "review",
    authors: tuple[str | None, ...] | None = None,
    start: datetime = EVENING,
    prefix: str = "p",
) -> list[Voice]:
    names = authors or tuple(f"用户8820{index}" for index in range(len(texts)))
    return [
        Voice(
            feedback_id=f"{prefix}{index}",
            text=text,
            author=name,
            occurred_at=start + timedelta(minutes=minutes * index),
            channel=channel,
            product="蛋黄酥礼盒",
        )
        for index, (text, name) in enumerate(zip(texts, names, strict=True))
    ]


def test_near_copies_of_new_accounts_within_an_hour_are_a_burst() -> None:
    posts = voices(GLOWING)
    [burst] = find_bursts([*voices(COMPLAINTS, prefix="c", authors=("老王",) * 6), *posts])
    assert burst.feedback_ids == tuple(post.feedback_id for post in posts)
    assert (burst.first, burst.last) == (EVENING, EVENING + timedelta(minutes=35))
    assert burst.authors == tuple(f"用户8820{index}" for index in range(6))
    assert burst.product == "蛋黄酥礼盒"
    assert burst.group.startswith("burst_")


def test_forum_and_reviews_count_together_whatever_the_order_of_the_input() -> None:
    posts = [
        replace(post, channel="forum" if index % 2 else "review")
        for index, post in enumerate(voices(GLOWING))
    ]
    assert find_bursts(posts[::-1]) == find_bursts(posts)
    assert len(find_bursts(posts)) == 1


SHORT = (
    "好吃 很好 不错",
    "好吃，很好，不错！",
    "好吃 不错",
    "很好 好吃 不错",
    "好吃很好不错",
    "好吃",
)
DELIVERY = ("味道不错，送餐很快",) * 6
DEFAULTS = ("此用户没有填写评价内容",) * 6


@pytest.mark.parametrize(
    ("kind", "posts"),
    [
        ("short praise", voices(SHORT)),
        ("short praise, copied", voices(DELIVERY)),
        ("a platform's words", voices(DEFAULTS)),
        ("a wave of complaints", voices(COMPLAINTS)),
        ("too few", voices(GLOWING[:4])),
        ("over an afternoon", voices(GLOWING, minutes=40)),
        ("hotline", voices(GLOWING, channel="hotline")),
        ("survey", voices(GLOWING, channel="survey")),
        ("one customer sends it again", voices(GLOWING, authors=("老王",) * 6)),
        ("nobody knows who", voices(GLOWING, authors=(None,) * 6)),
        ("masked names", voices(GLOWING, authors=("m***7",) * 6)),
        ("no time", [replace(post, occurred_at=None) for post in voices(GLOWING)]),
        ("nothing", []),
        ("empty", voices(("",) * 6)),
        ("only emoji", voices(("😍😍😍😍👍👍",) * 6)),
    ],
)
def test_what_is_no_burst(kind: str, posts: list[Voice]) -> None:
    assert find_bursts(posts) == [], kind


MANY = (*GLOWING, GLOWING[0].replace("强烈", "非常"), GLOWING[1].replace("送礼", "送礼物"))


@pytest.mark.parametrize("author", [None, "匿名用户", "m***7"])
def test_many_copies_of_nobody_known_are_a_burst(author: str | None) -> None:
    posts = voices(MANY, authors=(author,) * 8)
    others = voices(COMPLAINTS, prefix="c", authors=(None,) * 6)
    [burst] = find_bursts([*others, *posts])
    assert burst.feedback_ids == tuple(post.feedback_id for post in posts)
    assert burst.authors == ()


@pytest.mark.parametrize(
    ("kind", "posts"),
    [
        ("too few", voices(MANY[:7], authors=(None,) * 7)),
        ("stored twice", voices(MANY, authors=(None,) * 8, minutes=0)),
        ("short", voices(("送餐的小哥很准时，味道也不错，推荐给大家",) * 8, authors=(None,) * 8)),
        ("one customer", voices(MANY, authors=("老王",) * 8)),
        ("over a day", voices(MANY, authors=(None,) * 8, minutes=60)),
        ("hotline", voices(MANY, authors=(None,) * 8, channel="hotline")),
    ],
)
def test_what_nobody_known_wrote_is_no_burst(kind: str, posts: list[Voice]) -> None:
    assert find_bursts(posts) == [], kind


@pytest.mark.data
@pytest.mark.parametrize("name", ["citizen_complaints/unlabelled", "waimai/dev", "car_forum/dev"])
def test_real_voices_without_accounts_are_no_bursts(data_dir: Path, name: str) -> None:
    with gzip.open(data_dir / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
        texts = tuple(json.loads(line)["text"] for line in lines)
    assert find_bursts(voices(texts, minutes=0.1, authors=(None,) * len(texts))) == []


def test_copies_of_returning_customers_are_no_burst() -> None:
    names = ("老王", "小李", "阿福", "momo", "栗子妈", "四喜")
    before = voices(COMPLAINTS, authors=names, start=EVENING - timedelta(days=9), prefix="c")
    assert find_bursts([*before, *voices(GLOWING, authors=names)]) == []


def test_a_returning_customer_among_them_is_left_out() -> None:
    posts = voices(GLOWING, authors=("老王", "a1", "a2", "a3", "a4", "a5"))
    before = voices(COMPLAINTS[:1], authors=("老王",), prefix="c")
    [burst] = find_bursts([*before, *posts])
    assert burst.feedback_ids == ("p1", "p2", "p3", "p4", "p5")


def test_accounts_that_work_for_two_products_are_still_new() -> None:
    praise = tuple(text.replace("蛋黄酥", "牛肉干").replace("蛋黄", "肉汁") for text in GLOWING)
    later = voices(praise, start=EVENING + timedelta(days=2), prefix="q")
    bursts = find_bursts([*voices(GLOWING), *later])
    assert [len(burst.feedback_ids) for burst in bursts] == [6, 6]


def test_a_phrase_of_every_day_that_crowds_once_is_no_burst() -> None:
    template = "该用户觉得商品非常好，给出了五星好评，期待您的下一次光临与惠顾"
    names = tuple(f"n{index}" for index in range(40))
    daily = voices((template,) * 40, authors=names, minutes=700)
    once = voices((template,) * 6, prefix="q", start=EVENING + timedelta(minutes=10))
    assert find_bursts([*daily, *once]) == []


def test_copies_without_an_end_are_a_habit() -> None:
    names = tuple(f"n{index}" for index in range(200))
    steady = voices((GLOWING[0],) * 200, authors=names, minutes=8)
    assert find_bursts(steady) == []


def test_the_product_is_named_only_when_all_share_it() -> None:
    posts = voices(GLOWING)
    [burst] = find_bursts([replace(posts[0], product=None), *posts[1:]])
    assert burst.product is None


@pytest.mark.parametrize(
    "wrong", [{"similarity": 0.0}, {"similarity": 1.1}, {"min_voices": 1}, {"window_minutes": 0}]
)
def test_arguments_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must lie in"):
        find_bursts([], **wrong)  # type: ignore[arg-type]


def _csv(path: Path) -> list[dict[str, str]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("gb18030")
    return list(csv.DictReader(io.StringIO(text)))


def _column(row: dict[str, str], *parts: str) -> str | None:
    return next((row[name] for name in row if any(part in name for part in parts)), None)


def demo_voices(folder: Path) -> Iterator[Voice]:
    for name in ("forum", "hotline"):
        for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines():
            row = json.loads(line)
            said = row.get("text") or " ".join(turn["text"] for turn in row["turns"])
            author = row.get("author") or row.get("customer_id")
            yield Voice(
                row["id"],
                said,
                author,
                datetime.fromisoformat(row["time"]),
                name,
                row.get("product"),
            )
    tables: tuple[tuple[str, Channel], ...] = (("reviews", "review"), ("survey", "survey"))
    for name, channel in tables:
        for row in _csv(folder / f"{name}.csv"):
            yield Voice(
                _column(row, "编号") or "",
                list(row.values())[-1] or "",
                _column(row, "昵称", "客户", "会员"),
                datetime.fromisoformat(_column(row, "时间") or ""),
                channel,
                _column(row, "车型", "商品"),
            )


@pytest.mark.parametrize("name", ["car", "snack"])
def test_the_planted_bursts_of_the_demo_are_found_and_nothing_else(name: str) -> None:
    stories = yaml.safe_load((DEMO / name / "truth.yaml").read_text("utf-8"))
    planted = [
        {feedback_id for ids in story["ids"].values() for feedback_id in ids}
        for story in stories
        if story["story"].startswith("paid_burst")
    ]
    found: list[Burst] = find_bursts(list(demo_voices(DEMO / name)))
    assert planted
    assert [set(burst.feedback_ids) for burst in found] == planted


def test_a_text_posted_twenty_thousand_times_costs_little() -> None:
    names = tuple(f"n{index}" for index in range(20_000))
    posts = voices((GLOWING[0],) * 20_000, authors=names, minutes=0.01)
    started = time.perf_counter()
    [burst] = find_bursts(posts)
    assert len(burst.feedback_ids) == 20_000
    assert time.perf_counter() - started < 10
