"""Files as sources: pages, cursors, growth, and what is told of them."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.errors import SourceError, UsageError
from voc.records import Feedback
from voc.sources.base import Page
from voc.sources.files import FileSource, source_name

ZONE = ZoneInfo("Asia/Shanghai")


def _source(path: Path, **options: Any) -> FileSource:
    return FileSource(path, **{"zone": ZONE, "max_chars": 1000, **options})


def _pages(path: Path, cursor: Any = None, **options: Any) -> list[Page]:
    pages = list(_source(path, **options).read(cursor))
    for page in pages:
        assert json.loads(json.dumps(page.cursor)) == page.cursor
        assert len(page.feedback) + len(page.rejects) <= 500
    assert [page.done for page in pages] == [False] * (len(pages) - 1) + [True] * bool(pages)
    return pages


def _texts(pages: list[Page]) -> list[str]:
    return [item.text for page in pages for item in page.feedback]


def _lines(start: int, stop: int) -> str:
    return "".join(f'{{"text": "第{number}条"}}\n' for number in range(start, stop))


def _names(start: int, stop: int) -> list[str]:
    return [f"第{number}条" for number in range(start, stop)]


def test_pages_hold_five_hundred_rows(tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    path.write_text(_lines(0, 1200))
    pages = _pages(path)
    assert [len(page.feedback) for page in pages] == [500, 500, 200]
    assert _texts(pages) == _names(0, 1200)
    assert {item.source for page in pages for item in page.feedback} == {"reviews"}


def test_pages_of_long_texts_are_short(tmp_path: Path) -> None:
    path = tmp_path / "reviews.jsonl"
    path.write_text("".join(f'{{"text": "{"好" * 100_000}{n}"}}\n' for n in range(60)))
    pages = _pages(path, max_chars=200_000)
    assert [len(page.feedback) for page in pages] == [20, 20, 20]


@pytest.mark.parametrize("name", ["f.jsonl", "f.csv", "f.jsonl.gz"])
def test_reading_goes_on_behind_any_page(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    text = _lines(0, 1200) if "json" in name else "text\n" + "\n".join(_names(0, 1200)) + "\n"
    path.write_bytes(gzip.compress(text.encode()) if name.endswith("gz") else text.encode())
    pages = _pages(path)
    for page in pages[:-1]:
        rest = _pages(path, page.cursor)
        assert _texts(rest) == _names(page.cursor["rows"], 1200)
        assert rest[-1].cursor == pages[-1].cursor
    assert _pages(path, pages[-1].cursor) == []


def test_made_ids_are_the_same_after_an_interruption(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text('{"text": "好"}\n' * 1100)
    whole = _pages(path)
    ids = [item.native_id for page in whole for item in page.feedback]
    assert len(set(ids)) == 1100
    rest = _pages(path, whole[0].cursor)
    assert [item.native_id for page in rest for item in page.feedback] == ids[500:]


@pytest.mark.parametrize("name", ["f.jsonl", "f.csv"])
def test_a_file_that_grew_goes_on(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    head = "" if "json" in name else "text\n"
    rows = _lines(0, 700) if "json" in name else "\n".join(_names(0, 700)) + "\n"
    more = _lines(700, 710) if "json" in name else "\n".join(_names(700, 710)) + "\n"
    path.write_text(head + rows)
    cursor = _pages(path)[-1].cursor
    path.write_text(head + rows + more)
    grown = _pages(path, cursor)
    assert _texts(grown) == _names(700, 710)
    assert grown[-1].cursor["rows"] == 710
    assert _pages(path, grown[-1].cursor) == []


def test_a_line_that_was_half_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text(_lines(0, 3) + '{"text": "第3')
    cursor = _pages(path)[-1].cursor
    path.write_text(_lines(0, 5))
    assert _texts(_pages(path, cursor)) == _names(0, 5)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_text(_lines(1, 6)),
        lambda path: path.write_text(_lines(0, 4)),
        lambda path: path.write_text(_lines(0, 4) + _lines(5, 6)),
        lambda path: os.utime(path, (1, 1)),
    ],
)
def test_a_file_that_changed_is_read_anew(change: Any, tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text(_lines(0, 5))
    cursor = _pages(path)[-1].cursor
    change(path)
    expected = [json.loads(line)["text"] for line in path.read_text().splitlines()]
    assert _texts(_pages(path, cursor)) == expected


def test_other_settings_read_the_file_anew(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("评论,备注\n好,甲\n")
    cursor = _pages(path)[-1].cursor
    assert _pages(path, cursor) == []
    assert _texts(_pages(path, cursor, text="备注")) == ["甲"]
    assert len(_pages(path, cursor, channel="survey")) == 1


def test_a_file_may_move(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text(_lines(0, 5))
    cursor = _pages(path)[-1].cursor
    (tmp_path / "moved").mkdir()
    moved = path.rename(tmp_path / "moved" / "f.jsonl")
    assert _pages(moved, cursor) == []


def test_two_files_of_one_name_do_not_mix(tmp_path: Path) -> None:
    first, second = tmp_path / "a" / "reviews.jsonl", tmp_path / "b" / "reviews.csv.gz"
    first.parent.mkdir()
    second.parent.mkdir()
    first.write_text(_lines(0, 5))
    second.write_bytes(gzip.compress("评论\n好\n".encode()))
    cursor = _pages(first)[-1].cursor
    assert _source(second).name == "reviews"
    with pytest.raises(UsageError, match=r"'reviews' was read from .*/a/reviews\.jsonl before"):
        _pages(second, cursor)
    assert _texts(_pages(second, name="reviews-b")) == ["好"]
    first.unlink()
    assert _texts(_pages(second, cursor)) == ["好"]


def test_rejects_keep_their_place_and_count_as_rows(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text('{"text": "好"}\nbad\n{"text": {"a": 1}}\n{"text": "差"}\n')
    (page,) = _pages(path)
    assert [item.text for item in page.feedback] == ["好", "差"]
    assert [(reject.source, reject.place) for reject in page.rejects] == [
        ("f", "f.jsonl:2"),
        ("f", "f.jsonl:3"),
    ]
    assert page.cursor["rows"] == 4


@pytest.mark.parametrize("content", ["", "评论,时间\n", "\n\n"])
def test_a_file_without_rows_is_done_once(content: str, tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text(content)
    (page,) = _pages(path)
    assert (page.feedback, page.rejects) == ((), ())
    assert _pages(path, page.cursor) == []


def test_columns_are_found_behind_bad_lines(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text("bad\n" * 1500 + '{"留言": "好", "时间": "2024-01-01"}\n')
    pages = _pages(path)
    assert _texts(pages) == ["好"]
    assert sum(len(page.rejects) for page in pages) == 1500


def test_what_is_told_is_used(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("k,话,t\n9,很好很好,1551324305\n")
    (page,) = _pages(
        path,
        name="s",
        text="话",
        id="k",
        mapping={"created_at": "t"},
        channel="email",
        product="X5",
        max_chars=3,
    )
    (found,) = page.feedback
    assert found.as_dict() == {
        "id": Feedback("s", "9", "email", "").feedback_id,
        "source": "s",
        "native_id": "9",
        "channel": "email",
        "text": "很好很",
        "created_at": "2019-02-28T11:25:05+08:00",
        "product": "X5",
        "extra": {"truncated": 4},
    }


def test_told_wrongly(tmp_path: Path) -> None:
    path = tmp_path / "f.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(UsageError, match="--text"):
        _pages(path)
    with pytest.raises(UsageError, match="no column 'c'"):
        _pages(path, text="c")
    with pytest.raises(SourceError, match="cannot be read"):
        _pages(tmp_path / "missing.csv")


def test_progress(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text(f'{{"text": "{"好" * 100}"}}\n' * 8_000)
    source = _source(path)
    seen = [source.progress.bytes_read for _ in source.read(None)]
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[-1] == path.stat().st_size == source.progress.bytes_total


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("a/reviews.csv", "reviews"),
        ("reviews.csv.gz", "reviews"),
        ("2024.03.xlsx", "2024.03"),
        ("评价.jsonl.zst", "评价"),
    ],
)
def test_name(path: str, name: str) -> None:
    assert source_name(Path(path)) == name


def test_rows_with_turns_and_rows_with_a_text_may_stand_in_one_file(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    rows: list[dict[str, Any]] = [
        {
            "id": "1",
            "turns": [{"speaker": "客服", "text": "您好"}, {"speaker": "客户", "text": "坏了"}],
        },
        {"id": "2", "text": "味道不错，下次还来"},
    ]
    path.write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    source = FileSource(path, zone=ZoneInfo("Asia/Shanghai"), max_chars=100)
    (page,) = source.read(None)
    assert [item.text for item in page.feedback] == ["您好\n坏了", "味道不错，下次还来"]
    assert [len(item.turns) for item in page.feedback] == [2, 0]


def test_that_the_time_of_an_order_counts_is_told(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("评论,下单时间\n太咸,2026-10-01 09:30\n", "utf-8")

    def read(**told: Any) -> tuple[Any, list[str]]:
        source = _source(path, **told)
        [page] = source.read(None)
        return page.feedback[0].created_at, source.doubts.sentences()

    moment, said = read()
    assert moment.isoformat() == "2026-10-01T09:30:00+08:00"
    assert [each[:46] for each in said] == ["the time of a voice is that of its order, by '"]
    assert read(mapping={"created_at": "下单时间"}) == (moment, [])
    assert read(mapping={"created_at": ""})[0] is None


def test_a_day_in_chinese_in_the_name_of_a_file_dates_its_voices(tmp_path: Path) -> None:
    path = tmp_path / "客服通话_11月4日.csv"
    path.write_text("评论\n太咸\n", "utf-8")
    os.utime(path, (1_700_000_000, 1_700_000_000))
    [page] = _pages(path)
    assert [str(when)[:10] for when in page.moments.values()] == ["2023-11-04"]


def test_a_survey_counts_for_when_it_was_filled_in_and_keeps_its_names(tmp_path: Path) -> None:
    path = tmp_path / "nps.csv"
    row = "2026-10-01 09:30,2026-10-09 10:00,3,太咸了，也等了很久"
    path.write_text(f"下单时间,结束时间,1、您有多大可能推荐我们？,2、原因是？\n{row}\n", "utf-8")
    [[voice]] = [page.feedback for page in _pages(path, channel="survey")]
    assert str(voice.created_at)[:10] == "2026-10-09"
    path.write_text("下单时间,NPS,意见\n2026-10-01 09:30,3,太咸\n", "utf-8")
    [[first]] = [page.feedback for page in _pages(path, channel="survey")]
    [[second]] = [
        page.feedback for page in _pages(path, channel="survey", mapping={"created_at": ""})
    ]
    assert first.native_id == second.native_id
