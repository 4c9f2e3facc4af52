"""Files are taken when they are whole, each version once, from any file system."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests.sources.streams.places import FolderPlace, settings_for
from voc.config import Settings
from voc.errors import SourceError
from voc.pipeline.origins import Told, open_source
from voc.sources.base import Page, notes_of


def read(settings: Settings, cursor: Any = None) -> list[Page]:
    return list(open_source("site", settings=settings, told=Told())[0].read(cursor))


def texts(pages: list[Page]) -> list[str]:
    return [item.text for page in pages for item in page.feedback]


@pytest.fixture
def place(tmp_path: Path) -> FolderPlace:
    made = FolderPlace(tmp_path)
    made.empty()
    return made


def test_a_file_that_is_under_way_waits(place: FolderPlace) -> None:
    place.write("a.jsonl", [{"id": 1, "text": "好", "gone": 0}], age_s=2)
    for name in (".b.jsonl", "~c.jsonl", "d.jsonl.part"):
        place.write(name, [{"id": 2, "text": "坏", "gone": 0}])
    assert read(place.settings) == []
    os.utime(place.drop / "a.jsonl", (1_000_000_000, 1_000_000_000))
    assert texts(read(place.settings)) == ["好"]


def test_a_time_that_lies_ahead_settles_too(place: FolderPlace) -> None:
    place.write("a.jsonl", [{"id": 1, "text": "好", "gone": 0}], age_s=-3_600)
    assert texts(read(place.settings)) == ["好"]


def test_a_new_version_is_read_and_an_old_one_is_not(place: FolderPlace) -> None:
    place.write("a.jsonl", [{"id": 1, "text": "好", "gone": 0}])
    cursor = read(place.settings)[-1].cursor
    assert read(place.settings, cursor) == []
    place.write("a.jsonl", [{"id": 1, "text": "改过", "gone": 0}], age_s=30)
    assert texts(read(place.settings, cursor)) == ["改过"]
    (place.drop / "a.jsonl").unlink()
    place.write("b.jsonl", [{"id": 2, "text": "新", "gone": 0}])
    assert list(read(place.settings, cursor)[-1].cursor["files"]) == [str(place.drop / "b.jsonl")]


def test_another_map_has_all_files_read_anew(place: FolderPlace) -> None:
    place.write("a.jsonl", [{"id": 1, "text": "好", "gone": 0, "at": "2026-11-01"}])
    cursor = read(place.settings)[-1].cursor
    told = place.settings.sources["site"].model_copy(update={"map": {"created_at": "at"}})
    settings = place.settings.model_copy(update={"sources": {"site": told}})
    source = open_source("site", settings=settings, told=Told())[0]
    [page] = source.read(cursor)
    assert [str(voice.created_at)[:10] for voice in page.feedback] == ["2026-11-01"]
    said = "The map or the timezone is another than before, so all files were read anew."
    assert notes_of(source) == (said,)
    assert list(source.read(page.cursor)) == []
    assert notes_of(source) == ()
    older = {"files": cursor["files"]}
    assert list(source.read(older)) == []


def test_a_cut_file_goes_on_and_a_changed_one_begins_anew(place: FolderPlace) -> None:
    rows = [{"id": n, "text": f"第{n}条", "gone": 0} for n in range(1_200)]
    place.write("a.jsonl", rows)
    first = read(place.settings)[0].cursor
    assert len(texts(read(place.settings, first))) == 700
    place.write("a.jsonl", rows, age_s=30)
    assert len(texts(read(place.settings, first))) == 1_200


def test_a_file_that_is_no_table_holds_up_no_other(place: FolderPlace) -> None:
    place.write("a.jsonl", [{"id": 1, "nothing": 5, "gone": 0}])
    (place.drop / "b.jsonl").write_bytes(b"\x00\x01\x02")
    os.utime(place.drop / "b.jsonl", (1_000_000_000, 1_000_000_000))
    place.write("c.jsonl", [{"id": 1, "text": "好", "gone": 0}])
    pages = read(place.settings)
    assert texts(pages) == ["好"]
    assert sum(len(page.rejects) for page in pages) >= 1
    assert read(place.settings, pages[-1].cursor) == []


def test_a_file_that_is_too_large_is_set_aside(place: FolderPlace, tmp_path: Path) -> None:
    place.write("a.jsonl", [{"id": 1, "text": "好" * 1_000}])
    source = {"kind": "folder", "path": "drop/*.jsonl", "max_file_mb": 0.001}
    [page] = read(settings_for(tmp_path, source))
    assert "max_file_mb" in page.rejects[0].reason


@pytest.mark.parametrize("told", [None, 5])
def test_a_size_that_the_listing_hides_or_errs_in_is_set_aside_too(
    told: int | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fsspec
    from fsspec.implementations.memory import MemoryFileSystem

    whole = MemoryFileSystem.glob

    def without_size(self: Any, path: str, **more: Any) -> Any:
        return {name: each | {"size": told} for name, each in whole(self, path, **more).items()}

    monkeypatch.setattr(MemoryFileSystem, "glob", without_size)
    memory = fsspec.filesystem("memory")
    name = f"/voc-{os.getpid()}-{time.monotonic_ns()}"
    memory.pipe(f"{name}/a.csv", ("id,text\n1," + "好" * 1_000).encode())
    memory.pipe(f"{name}/b.csv", "id,text\n1,好\n".encode())
    source = {"kind": "folder", "path": f"memory://{name}/*.csv", "settle_s": 0}
    pages = read(settings_for(tmp_path, source | {"max_file_mb": 0.001}))
    memory.rm(name, recursive=True)
    assert "max_file_mb" in pages[0].rejects[0].reason
    assert texts(pages) == ["好"]


def test_a_folder_that_is_not_there_yet_gives_nothing(tmp_path: Path) -> None:
    assert read(settings_for(tmp_path, {"kind": "folder", "path": "none/*.csv"})) == []


def test_calls_are_named_by_their_path(tmp_path: Path) -> None:
    said = "1\n00:00:01,000 --> 00:00:02,000\n客户：{}\n"
    paths = ("2026-11-01/0017.srt", "2026-11-02/0017.srt", "2026.11.03-0018.SRT")
    for number, path in enumerate(paths):
        file = tmp_path / "calls" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(said.format(f"流量第{number}次不对"), encoding="utf-8")
    source = {"kind": "folder", "path": "calls/**/*.[sS]*", "settle_s": 0, "channel": "hotline"}
    found = [item for page in read(settings_for(tmp_path, source)) for item in page.feedback]
    assert {item.native_id for item in found} == {path.rpartition(".")[0] for path in paths}


def test_recognised_calls_are_named_by_their_path(tmp_path: Path) -> None:
    segments = [{"start": 0, "end": 1, "text": "流量不对"}]
    keyed = [{"key": "0017", "sentence_info": segments}]
    written = {"2026-11-01/0017": {"segments": segments}, "2026-11-02/0017": keyed}
    for path, call in written.items():
        file = tmp_path / "calls" / f"{path}.json"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(call), encoding="utf-8")
    source = {"kind": "folder", "path": "calls/*/*.json", "settle_s": 0, "channel": "hotline"}
    found = [item for page in read(settings_for(tmp_path, source)) for item in page.feedback]
    assert [item.native_id for item in found] == [*written]


def test_calls_without_a_time_count_for_that_of_their_path_or_file(tmp_path: Path) -> None:
    call = json.dumps({"segments": [{"start": 0, "end": 1, "text": "流量不对"}]})
    for path in ("2026-11-03/1.json", "misc/2.json"):
        file = tmp_path / "calls" / path
        file.parent.mkdir(parents=True)
        file.write_text(call)
        os.utime(file, (1_790_000_000, 1_790_000_000))
    dated = '{"id": 3, "time": "2026-11-05", "text": "好"}'
    (tmp_path / "calls" / "misc" / "3.json").write_text(dated, encoding="utf-8")
    source = {"kind": "folder", "path": "calls/*/*.json", "settle_s": 0, "channel": "hotline"}
    pages = read(settings_for(tmp_path, source))
    moments = {name: when for page in pages for name, when in page.moments.items()}
    assert {name: when.isoformat() for name, when in moments.items()} == {
        "2026-11-03/1": "2026-11-03T00:00:00+08:00",
        "misc/2": "2026-09-21T14:13:20+00:00",
    }


def test_other_file_systems_are_read_through_a_copy(tmp_path: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    name = f"/voc-{os.getpid()}-{time.monotonic_ns()}"
    memory.pipe(f"{name}/a.csv", "id,text\n1,好\n2,坏\n".encode())
    memory.pipe(f"{name}/b.csv", b"id,text\n1,\n")
    source = {"kind": "folder", "path": f"memory://{name}/*.csv", "settle_s": 0}
    settings = settings_for(tmp_path, source)
    pages = read(settings)
    assert texts(pages)[:2] == ["好", "坏"]
    assert read(settings, pages[-1].cursor) == []
    memory.pipe(f"{name}/a.csv", "id,text\n1,改过\n".encode())
    assert texts(read(settings, pages[-1].cursor)) == ["改过"]
    memory.rm(name, recursive=True)


def test_what_a_file_system_says_stands_in_no_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fsspec.implementations.memory import MemoryFileSystem

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("https://bucket/?signature=hush")

    monkeypatch.setattr(MemoryFileSystem, "glob", fail)
    settings = settings_for(tmp_path, {"kind": "folder", "path": "memory://x/*"})
    with pytest.raises(SourceError, match="cannot be listed") as caught:
        read(settings)
    assert "hush" not in str(caught.value)


def test_how_files_were_read_is_told_once_for_all(tmp_path: Path) -> None:
    row = "2026-10-01,坏了,{}\n"
    for name in ("a", "b", "13800138000"):
        file = tmp_path / "drop" / f"{name}.csv"
        file.parent.mkdir(exist_ok=True)
        text = f"10月投诉汇总,,\n时间,投诉内容,来电号码\n{row.format('13800138000')}"
        file.write_text(text + row.format("13900139000").replace("2026-10-01", "昨天"), "utf-8")
        os.utime(file, (1_000_000_000, 1_000_000_000))
    settings = settings_for(tmp_path, {"kind": "folder", "path": "drop/*.csv"})
    source, _ = open_source("site", settings=settings, told=Told())
    cursor = list(source.read(None))[-1].cursor
    first, phone, times = notes_of(source)
    assert first.startswith("***********.csv: line 2 was taken as the header (时间、")
    assert first.endswith("The same holds for 2 more files.")
    assert phone.startswith("customers are known by '来电号码'")
    assert times.startswith("3 rows have a time that cannot be read")
    assert list(source.read(cursor)) == []
    assert notes_of(source) == ()


def test_a_survey_in_a_folder_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "nps.csv").write_text(
        "序号,提交答卷时间,1、您有多大可能推荐我们？,2、打这个分的原因是？,3、还有什么建议？\n"
        "1,2026/10/1 9:30:00,3,等了半小时没人理我,客服电话总是打不通\n",
        "utf-8",
    )
    settings = settings_for(tmp_path, {"kind": "folder", "path": "*.csv", "settle_s": 0})
    source, _ = open_source("site", settings=settings, told=Told())
    (voice,) = [item for page in source.read(None) for item in page.feedback]
    assert (voice.nps, voice.channel, len(voice.turns)) == (3, "survey", 4)
    assert "open questions" in notes_of(source)[0]


def dropped_at(folder: Path, path: str, *rows: str) -> None:
    file = folder / "drop" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("\n".join(("编号,评论", *rows)), "utf-8")


def voices(pages: list[Page]) -> dict[str, str]:
    return {item.native_id: item.text for page in pages for item in page.feedback}


EVERY = {"kind": "folder", "path": "drop/**/*.csv", "settle_s": 0}


def test_stores_that_number_their_own_voices_are_kept_apart(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, EVERY)
    dropped_at(tmp_path, "一店/reviews.csv", "1,汤太咸", "2,上菜慢")
    dropped_at(tmp_path, "二店/reviews.csv", "3,服务好", "2,停车难", "1,地太滑")
    source, _ = open_source("site", settings=settings, told=Told())
    pages = list(source.read(None))
    own = {"二店/3": "服务好", "二店/2": "停车难", "二店/1": "地太滑"}
    assert voices(pages) == {"1": "汤太咸", "2": "上菜慢"} | own
    (said,) = notes_of(source)
    assert said.startswith("二店: most ids that it shares with another folder name other voices")
    cursor = json.loads(json.dumps(pages[-1].cursor))
    assert read(settings, cursor) == []
    dropped_at(tmp_path, "二店/2026-11.csv", "1,地太滑了")
    dropped_at(tmp_path, "一店/reviews.csv", "1,汤太咸", "2,上菜很慢")
    dropped_at(tmp_path, "三店/reviews.csv", "1,找不到人")
    more = {"1": "汤太咸", "2": "上菜很慢", "二店/1": "地太滑了", "三店/1": "找不到人"}
    assert voices(read(settings, cursor)) == more


def test_folders_known_before_keep_their_ids_and_new_ones_are_kept_apart(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, EVERY)
    dropped_at(tmp_path, "二店/reviews.csv", "1,地太滑")
    known = {"files": read(settings)[-1].cursor["files"]}
    dropped_at(tmp_path, "一店/reviews.csv", "1,汤太咸")
    dropped_at(tmp_path, "二店/more.csv", "1,地太滑了")
    assert voices(read(settings, known)) == {"一店/1": "汤太咸", "1": "地太滑了"}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("2026-11-03/reviews.csv", "2026-11-04/reviews.csv"),
        ("2026/11/03/reviews.csv", "2026/11/04/reviews.csv"),
        ("2026年11月3日/reviews.csv", "2026年11月4日/reviews.csv"),
        ("一店/20261103/reviews.csv", "一店/20261104/reviews.csv"),
        ("一店/a.csv", "一店/b.csv"),
    ],
)
def test_the_same_id_of_a_later_day_is_an_edit(tmp_path: Path, first: str, second: str) -> None:
    dropped_at(tmp_path, first, "1,汤太咸")
    dropped_at(tmp_path, second, "1,汤太咸，已退款")
    assert voices(read(settings_for(tmp_path, EVERY))) == {"1": "汤太咸，已退款"}


def test_files_that_are_moved_or_share_few_edits_keep_their_ids(tmp_path: Path) -> None:
    dropped_at(tmp_path, "待处理/a.csv", "1,汤太咸", "2,上菜慢", "3,停车难")
    dropped_at(tmp_path, "已处理/a.csv", "1,汤太咸", "2,上菜慢，已回访", "3,停车难", "4,好")
    found = voices(read(settings_for(tmp_path, EVERY)))
    assert [*found] == ["1", "2", "3", "4"]


def test_files_of_one_folder_that_number_their_own_are_kept_apart(tmp_path: Path) -> None:
    said = {"一月": ("汤太咸", "上菜慢", "停车难"), "二月": ("地太滑", "没人管", "灯坏了")}
    for month, texts in said.items():
        dropped_at(tmp_path, f"{month}.csv", *(f"{n},{text}" for n, text in enumerate(texts, 1)))
    settings = settings_for(tmp_path, EVERY)
    source, _ = open_source("site", settings=settings, told=Told())
    pages = list(source.read(None))
    assert voices(pages) == {
        "1": "汤太咸", "2": "上菜慢", "3": "停车难",
        "二月.csv/1": "地太滑", "二月.csv/2": "没人管", "二月.csv/3": "灯坏了",
    }  # fmt: skip
    assert "as 二月.csv/1" in " ".join(notes_of(source))
    # What changes in it later is an edit of its own, and a third month is told from both.
    dropped_at(tmp_path, "二月.csv", "1,地太滑，修好了", "2,没人管", "3,灯坏了", "4,好")
    dropped_at(tmp_path, "三月.csv", "1,门打不开", "2,排队久", "3,饭凉了")
    later = voices(read(settings, json.loads(json.dumps(pages[-1].cursor))))
    assert later["二月.csv/1"] == "地太滑，修好了"
    assert later["三月.csv/1"] == "门打不开"
    assert "1" not in later


MONTHS = (
    ("汤太咸", "上菜慢", "停车难"),
    ("地太滑", "没人管", "灯坏了"),
    ("门打不开", "排队久", "饭凉了"),
)


def _numbered(texts: tuple[str, ...]) -> list[str]:
    return [f"{n},{text}" for n, text in enumerate(texts, 1)]


def test_files_whose_names_hold_dots_are_kept_apart(tmp_path: Path) -> None:
    for month, texts in enumerate(MONTHS, 1):
        dropped_at(tmp_path, f"评价.0{month}.csv", *_numbered(texts))
    settings = settings_for(tmp_path, EVERY)
    pages = read(settings)
    assert sorted(voices(pages).values()) == sorted(text for texts in MONTHS for text in texts)
    dropped_at(tmp_path, "评价.01.csv", "1,汤太咸，已换", *_numbered(MONTHS[0])[1:])
    later = voices(read(settings, json.loads(json.dumps(pages[-1].cursor))))
    assert later == {"1": "汤太咸，已换", "2": "上菜慢", "3": "停车难"}


def test_a_copy_of_a_file_that_numbers_its_own_is_no_other_one(tmp_path: Path) -> None:
    for month, texts in zip("12", MONTHS, strict=False):
        dropped_at(tmp_path, f"{month}.csv", *_numbered(texts))
    settings = settings_for(tmp_path, EVERY)
    cursor = json.loads(json.dumps(read(settings)[-1].cursor))
    dropped_at(tmp_path, "2-更新.csv", *_numbered(MONTHS[1]), "4,好多了")
    assert [*voices(read(settings, cursor))] == ["2.csv/1", "2.csv/2", "2.csv/3", "2.csv/4"]


def test_a_cursor_that_tells_less_of_voices_is_looked_back_at(tmp_path: Path) -> None:
    dropped_at(tmp_path, "1.csv", *_numbered(MONTHS[0]))
    settings = settings_for(tmp_path, EVERY)
    cursor = json.loads(json.dumps(read(settings)[-1].cursor))
    cursor["ids"] = {
        folder: {own: digest.partition(":")[0] for own, digest in ids.items()}
        for folder, ids in cursor["ids"].items()
    }
    dropped_at(tmp_path, "2.csv", *_numbered(MONTHS[1]))
    assert [*voices(read(settings, cursor))] == ["2.csv/1", "2.csv/2", "2.csv/3"]


def test_a_file_of_later_edits_alone_edits(tmp_path: Path) -> None:
    rows = [f"{n},第{n}天菜里有虫" for n in range(1, 6)]
    dropped_at(tmp_path, "a.csv", *rows)
    dropped_at(tmp_path, "b.csv", *(f"{row}，已退款" for row in rows))
    found = voices(read(settings_for(tmp_path, EVERY)))
    assert len(found) == 5
    assert found["5"].endswith("已退款")


def test_withdrawn_voices_of_a_store_are_its_own(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, {**EVERY, "map": {"deleted": "删除"}})
    for store, text in (("a", "汤太咸"), ("b", "上菜慢")):
        file = tmp_path / "drop" / store / "r.csv"
        file.parent.mkdir(parents=True)
        file.write_text(f"编号,评论,删除\n1,{text},0\n2,{text},{int(store == 'b')}\n", "utf-8")
    pages = read(settings)
    assert [page.withdrawn for page in pages if page.withdrawn] == [("b/2",)]
    assert {item.native_id for page in pages for item in page.feedback} == {"1", "2", "b/1"}
