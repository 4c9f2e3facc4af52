from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.errors import UsageError
from voc.records import FILLED, Feedback, Span, Topic, Turn
from voc.store import IngestCounts, Store

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=timezone(timedelta(hours=8)))

FULL = Feedback(
    source="survey.csv",
    native_id="17",
    channel="survey",
    text="客服: 您好\n客户: 空调不凉",
    title="空调",
    turns=(Turn("客服", "您好", 0.0, 1.5), Turn("客户", "空调不凉")),
    created_at=datetime(2026, 5, 1, 9, 30, 0, 123_456, tzinfo=ZoneInfo("Asia/Shanghai")),
    author="张*",
    url="https://example.com/17",
    product="星河 S5",
    store="上海一店",
    region="上海",
    rating=3.5,
    rating_max=5.0,
    nps=0,
    csat=1,
    ces=7,
    customer_id="c-1",
    extra={"行": 17, "tags": ["a", None, 1.5], "deep": {"x": {"y": []}}},
)


def voice(native_id: str = "1", text: str = "好", **values: Any) -> Feedback:
    values = {"created_at": NOW} | values
    return replace(Feedback("reviews", native_id, "review", text), **values)


def add(store: Store, items: Iterable[Feedback], *, now: datetime = NOW) -> IngestCounts:
    with store.transaction() as tx:
        return tx.add_feedback(list(items), industry="snack", now=now)


def texts(store: Store) -> list[str]:
    return [row.feedback.text for row in store.untagged("none", limit=10_000)]


def test_comes_back_as_it_came(store: Store) -> None:
    assert add(store, [FULL]) == IngestCounts(accepted=1)
    row = store.feedback(FULL.feedback_id)
    assert row is not None
    assert row.feedback == FULL
    assert row.feedback.as_dict() == FULL.as_dict()
    assert (row.version, row.industry, row.feedback_id) == (1, "snack", FULL.feedback_id)
    assert row.ingested_at.isoformat() == NOW.isoformat()
    assert row.occurred_at.isoformat() == "2026-05-01T09:30:00.123456+08:00"


def _add_silently(store: Store, item: Feedback, *silent: str) -> tuple[IngestCounts, Feedback]:
    with store.transaction() as tx:
        counts = tx.add_feedback(
            [item], industry="snack", now=NOW, restores=True, silent=frozenset(silent)
        )
    row = store.feedback(item.feedback_id)
    assert row is not None
    return counts, row.feedback


def test_what_a_source_says_nothing_of_stays_as_it_is_known(store: Store) -> None:
    known = voice(store="朝阳店", rating=4.0, rating_max=5.0, created_at=NOW)
    add(store, [known])
    bare = voice(created_at=None)
    counts, found = _add_silently(store, bare, "store", "created_at", "rating", "rating_max")
    assert (counts, found) == (IngestCounts(duplicates=1, kept=1), known)
    edited = voice(text="改了", product="薯片", created_at=None)
    counts, found = _add_silently(store, edited, "store", "created_at", "product")
    assert counts == IngestCounts(edited=1, kept=1)
    assert found == replace(edited, store="朝阳店", created_at=NOW)


def test_what_an_order_filled_gives_way_to_what_a_source_said(store: Store) -> None:
    add(store, [voice(store="朝阳店")])
    filled = voice(text="改了", store="望京店", product="薯片")
    filled = replace(filled, extra={FILLED: ["product", "store"]})
    _, found = _add_silently(store, filled, "store", "product")
    assert (found.store, found.product, found.extra) == ("朝阳店", "薯片", {FILLED: ["product"]})


def test_without_a_time_it_occurred_when_it_came_in(store: Store) -> None:
    bare = voice(created_at=None)
    assert add(store, [bare, voice("2")]) == IngestCounts(accepted=2, undated=1)
    assert add(store, [bare]) == IngestCounts(duplicates=1)
    row = store.feedback(bare.feedback_id)
    assert row is not None
    assert row.feedback.created_at is None
    assert row.occurred_at.isoformat() == NOW.isoformat()


def test_unknown_feedback_is_none(store: Store) -> None:
    assert store.feedback("fb_none") is None


EDIT = voice(text="不好")
CASE_6: dict[str, tuple[list[list[Feedback]], IngestCounts, list[str]]] = {
    "same page twice": ([[voice("1"), voice("2")]] * 2, IngestCounts(2, 2, 0), ["好", "好"]),
    "overlapping cursors": (
        [[voice("1"), voice("2")], [voice("2"), voice("3")]],
        IngestCounts(3, 1, 0),
        ["好", "好", "好"],
    ),
    "edited": ([[voice()], [EDIT]], IngestCounts(1, 0, 1), ["不好"]),
    "edited, then seen again": ([[voice()], [EDIT], [EDIT]], IngestCounts(1, 1, 1), ["不好"]),
    "a stale page after an edit": ([[voice()], [EDIT], [voice()]], IngestCounts(1, 1, 1), ["不好"]),
    "repeats within a page": ([[voice(), voice()]], IngestCounts(1, 1, 0), ["好"]),
    "edited within a page": ([[voice(), EDIT, voice()]], IngestCounts(1, 1, 1), ["不好"]),
    "edited twice in a page": (
        [[voice()], [EDIT, voice(text="一般")]],
        IngestCounts(1, 0, 2),
        ["一般"],
    ),
    "an id two sources share": (
        [[voice(), replace(voice(), source="forum")]],
        IngestCounts(2, 0, 0),
        ["好", "好"],
    ),
    "another rating is an edit": (
        [[voice(rating=5.0)], [voice(rating=1.0)]],
        IngestCounts(1, 0, 1),
        ["好"],
    ),
    "a whole rating is the same number": (
        [[voice(rating=5.0)], [voice(rating=5)]],
        IngestCounts(1, 1, 0),
        ["好"],
    ),
    "the same instant in another zone": (
        [
            [voice(created_at=datetime(2026, 5, 1, 8, tzinfo=ZoneInfo("Asia/Shanghai")))],
            [voice(created_at=datetime(2026, 5, 1, 0, tzinfo=UTC))],
        ],
        IngestCounts(1, 1, 0),
        ["好"],
    ),
    "an empty page": ([[]], IngestCounts(0, 0, 0), []),
}


@pytest.mark.parametrize("case", CASE_6)
def test_one_row_each_and_an_edit_is_a_version(store: Store, case: str) -> None:
    pages, counts, current = CASE_6[case]
    found = IngestCounts()
    for page in pages:
        found += add(store, page)
    assert found == counts
    assert texts(store) == current
    assert store.counts().versions == counts.accepted + counts.edited
    assert store.check() == []


def test_clock_that_jumps_skips_nothing(store: Store) -> None:
    """Hour back, day ahead, years 1970 and 2262, late rows: all come by growing `seq`."""
    clocks = [NOW, NOW - timedelta(hours=1), NOW + timedelta(days=1), NOW]
    created = [
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2262, 4, 11, 23, 47, 16, 854_775, tzinfo=UTC),
        None,
        NOW - timedelta(days=400),
    ]
    seen: list[str] = []
    after = 0
    for number, (clock, at) in enumerate(zip(clocks, created, strict=True)):
        add(store, [voice(str(number), created_at=at)], now=clock)
        rows = store.untagged("m", limit=10, after=after)
        after = rows[-1].seq
        seen += [row.feedback.native_id for row in rows]
        assert rows[-1].feedback.created_at == at
    assert seen == ["0", "1", "2", "3"]


def test_time_without_zone_is_refused_and_nothing_written(store: Store) -> None:
    naive = datetime(2026, 5, 1)  # noqa: DTZ001
    with pytest.raises(UsageError, match="no time zone"):
        add(store, [voice("1"), voice("2", created_at=naive)])
    assert store.counts().feedback == 0


def test_untagged_pages_through_current_versions(store: Store) -> None:
    add(store, [voice(str(number)) for number in range(7)])
    add(store, [voice("3", "edited")])
    found: list[str] = []
    after = 0
    while rows := store.untagged("m", limit=3, after=after):
        after = rows[-1].seq
        found += [row.feedback.native_id for row in rows]
    assert found == ["0", "1", "2", "4", "5", "6", "3"]


def test_many_rows_in_one_call(store: Store) -> None:
    items = [voice(str(number), f"第{number}条") for number in range(1201)]
    assert add(store, items + items[:600]) == IngestCounts(1201, 600, 0)
    assert texts(store) == [item.text for item in items]


def test_edit_drops_topics_of_the_old_text(store: Store) -> None:
    add(store, [voice(text="发货慢"), voice("2")])
    name = voice().feedback_id
    topic = Topic("t1", "发货慢", "snack", ("发货",), 1, 1.0, NOW, NOW)
    with store.transaction() as tx:
        tx.save_topics("snack", [topic], [(name, "t1", 0.9, Span(0, 3, "发货慢"))])
    assert [item.topic for item in store.topics_of(name)] == ["发货慢"]
    add(store, [voice(text="收到了")])
    assert store.topics_of(name) == []


CASE_9 = {
    "NUL": ("好\x00评", "好\ufffd评"),
    "control characters": ("a\x01\x0b\x1f\x7f\x85b", None),
    "tab and line feed": ("a\tb\r\nc", "a\tb\r\nc"),
    "lone surrogates": ("\ud83d好\udc00", "\ufffd好\ufffd"),
    "noncharacters": ("\uffff\ufffe\ufdd0\U0001ffff", "\ufffd" * 4),
    "families of emoji": ("👨‍👩‍👧‍👦👩🏽‍🚀🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍👩‍👧‍👦👩🏽‍🚀🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
    "1,000 combining marks": ("e" + "\u0301" * 1000, "e" + "\u0301" * 1000),
    "right-to-left marks": ("\u202e好\u2066评\u2069\u200f", "\u202e好\u2066评\u2069\u200f"),
    "full-width": ("ＡＢＣ１２３　！", "ＡＢＣ１２３　！"),
    "composed and decomposed": ("é e\u0301", "é e\u0301"),
    "private use and plane 15": ("\ue000\U000f0000", "\ue000\U000f0000"),
    "byte order mark": ("\ufeff好", "\ufeff好"),
    "quotes and backslashes": ("'\"\\u0000 %s :x ; --", "'\"\\u0000 %s :x ; --"),
    "blank": (" \u3000 ", " \u3000 "),
    "empty": ("", ""),
}


def hostile(case: str, text: str) -> Feedback:
    return Feedback(
        source=f"s{text}",
        native_id=f"{case} {text}",
        channel="chat",
        text=text,
        title=text,
        author=text,
        url=text,
        product=text,
        store=text,
        region=text,
        customer_id=text,
        turns=(Turn(text, text),),
        extra={f"k{text}": [text, {"x": text}]},
    )


def test_any_text_comes_back_the_same_from_every_engine(store: Store) -> None:
    items = [hostile(case, given) for case, (given, _) in CASE_9.items()]
    count = len(CASE_9)
    assert add(store, items) == IngestCounts(accepted=count, undated=count)
    assert add(store, items) == IngestCounts(duplicates=count)
    rows = store.untagged("m", limit=len(CASE_9))
    for (case, (given, expected)), row in zip(CASE_9.items(), rows, strict=True):
        back = row.feedback
        assert back == hostile(case, back.text if expected is None else expected), case
        assert len(back.text) == len(given), case
        assert back.feedback_id == row.feedback_id, case
        back.text.encode("utf-8")


def test_long_text_and_long_id(store: Store) -> None:
    """PostgreSQL refuses index rows over 2.7 kB, so no user text may be in an index."""
    noise = "".join(chr(0x4E00 + number * 7 % 20000) for number in range(50_000))
    item = voice(noise[:5000], noise, product=noise[:5000], store=noise[5000:10_000])
    add(store, [item])
    with store.transaction() as tx:
        tx.add_rejects(noise[:3000], [(noise[:3000], noise[:3000], noise)], NOW)
    row = store.feedback(item.feedback_id)
    assert row is not None
    assert row.feedback == item
    assert store.rejects()[0].sample == noise


def test_numbers_that_are_none_are_kept_as_none(store: Store) -> None:
    numbers = [float("nan"), float("inf"), float("-inf")]
    add(store, [voice(str(number), rating=number, rating_max=5.0) for number in numbers])
    kept = [(row.feedback.rating, row.feedback.rating_max) for row in store.untagged("m", limit=9)]
    assert kept == [(None, 5.0)] * 3


def test_every_field_is_kept(store: Store) -> None:
    """A field added to the record later must not be forgotten here."""
    assert all(getattr(FULL, item.name) not in (None, (), {}) for item in fields(Feedback))


def test_cursor_is_kept_with_the_rows_or_not_at_all(store: Store) -> None:
    assert store.cursor("reviews") is None
    with store.transaction() as tx:
        tx.add_feedback([voice("1")], industry=None, now=NOW)
        tx.save_cursor("reviews", {"page": 1, "seen": ["a"]})

    def fail_after_writing() -> None:
        with store.transaction() as tx:
            tx.add_feedback([voice("2")], industry=None, now=NOW)
            tx.save_cursor("reviews", {"page": 2})
            raise InterruptedError

    with pytest.raises(InterruptedError):
        fail_after_writing()
    assert store.cursor("reviews") == {"page": 1, "seen": ["a"]}
    assert store.counts().feedback == 1


def test_rejects_are_kept_once(store: Store) -> None:
    rows = [("3", "no text", "a,,b"), ("10", "no text", "c,,d")]
    for _ in range(2):
        with store.transaction() as tx:
            tx.add_rejects("a.csv", [*rows, rows[0]], NOW)
    with store.transaction() as tx:
        tx.add_rejects("b.csv", [("3", "no text", "\x00")], NOW)
    found = [(item.source, item.place, item.reason, item.sample) for item in store.rejects()]
    assert found == [
        ("a.csv", "3", "no text", "a,,b"),
        ("a.csv", "10", "no text", "c,,d"),
        ("b.csv", "3", "no text", "\ufffd"),
    ]
    assert [item.place for item in store.rejects("a.csv")] == ["3", "10"]
    assert store.rejects()[0].at.isoformat() == NOW.isoformat()


def test_sources_and_industries(store: Store) -> None:
    add(store, [voice("1"), voice("2"), FULL])
    add(store, [voice("2", "edited")], now=NOW + timedelta(hours=1))
    assert store.sources() == [
        ("reviews", 2, NOW + timedelta(hours=1), 0),
        ("survey.csv", 1, NOW, 0),
    ]
    assert store.industries() == ["snack"]


def test_meta_and_the_first_value_that_is_kept(store: Store) -> None:
    assert store.meta("key") is None
    with store.transaction() as tx:
        assert tx.keep_meta("key", "first") == "first"
        assert tx.keep_meta("key", "second") == "first"
    assert store.meta("key") == "first"
    with store.transaction() as tx:
        tx.put_meta("key", "third")
    assert store.meta("key") == "third"
