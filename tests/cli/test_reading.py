"""`voc ingest` and `voc run` over several sources: a bad one is told and holds up no other."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import connect

import pytest

from tests.cli.conftest import Result
from voc.store import open_store

Voc = Callable[..., Result]

BAD = {
    "missing": ("{path: gone.csv}", "gone.csv: cannot be read (No such file"),
    "industry": ("{path: a.csv, industry: snak}", "There is no industry 'snak'"),
    "column": ("{path: a.csv, map: {text: 内容}}", "There is no column '内容' for text"),
    "channel": ("{path: a.docx}", "cannot be told by its ending '.docx'"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("id,评价\n1,薯片太咸了\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("id,评价\n2,客服很热情\n", encoding="utf-8")
    (tmp_path / "a.docx").write_text("x", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("source", "said"), BAD.values(), ids=BAD)
@pytest.mark.parametrize("command", [("run",), ("ingest", "bad", "good")], ids=["run", "ingest"])
def test_a_bad_source_is_told_once_and_the_others_are_read(
    command: tuple[str, ...], source: str, said: str, voc: Voc, folder: Path
) -> None:
    text = f"sources:\n  bad: {source}\n  good: {{path: b.csv, industry: snack}}\n"
    (folder / "voc.yaml").write_text(text, encoding="utf-8")
    result = voc(*command, "--config", "voc.yaml")
    assert result.code == 1
    (line,) = [line for line in result.err.splitlines() if said in line]
    assert line.startswith("bad: ")
    assert "good: 1 new" in result.err
    assert ("1 tagged" in result.out) == (command == ("run",))


def test_files_that_are_not_there_hold_up_no_other(voc: Voc, folder: Path) -> None:
    result = voc("ingest", "gone.csv", "a.csv", "--industry", "snack")
    assert result.code == 1
    assert result.err.splitlines()[:2] == [
        "gone.csv: there is no such file, and no source of that name in the config (it has none).",
        "a: 1 new, 0 known, 0 edited, 0 rejected",
    ]


def test_rows_that_tell_no_time_are_told(voc: Voc, folder: Path) -> None:
    said = voc("ingest", "a.csv", "--industry", "snack").err.splitlines()[1]
    assert said.startswith(
        "a: 1 rows tell no time: 1 count for the time in the name of their file, else of its or"
        " their row's last change. "
    )
    assert "Map created_at" in said
    assert "正常；1 条没有时间" in voc("sources").out.replace("\n", "")
    assert '"undated":1' in voc("sources", "--json").out.replace(" ", "")


def test_what_holds_for_several_files_is_told_once(voc: Voc, tmp_path: Path) -> None:
    for name in "abcdefgh":
        (tmp_path / f"{name}.csv").write_text(f"评价\n{name * 3}包装破了\n", encoding="utf-8")
    (tmp_path / "i.csv").write_text("评价\n好\n不错\n", encoding="utf-8")
    said = voc("ingest", *(f"{name}.csv" for name in "abcdefghi")).err
    assert said.count("Map created_at") == 2
    assert "i: 2 rows tell no time" in said
    assert "b, c, d, e, f and 2 more: likewise. 1 rows tell no time" in said
    assert "b, c, d, e, f and 3 more: likewise. no industry named" in said


def test_a_file_that_holds_nothing_is_told(voc: Voc, tmp_path: Path) -> None:
    for name in ("a.csv", "b.txt", "c.jsonl", "d.srt"):
        (tmp_path / name).touch()
        said = voc("ingest", name, "--industry", "snack").err
        assert f"{name[0]}: there is nothing in it to read" in said
    (tmp_path / "e.csv").write_text("id,评价\n1,好\n", encoding="utf-8")
    for _ in range(2):
        assert "nothing in it" not in voc("ingest", "e.csv", "--industry", "snack").err


def test_rows_that_tell_no_time_are_told_once(voc: Voc, tmp_path: Path) -> None:
    text = """
    sources:
      s: {kind: sql, url: "sqlite:///shop.db", query: SELECT * FROM t, watermark: n, key: n}
    """
    (tmp_path / "voc.yaml").write_text(text, encoding="utf-8")
    with closing(connect(tmp_path / "shop.db")) as shop:
        shop.execute("CREATE TABLE t (n INTEGER, 评价 TEXT)")
        shop.executemany("INSERT INTO t VALUES (?, ?)", [(1, "薯片太咸了"), (2, "客服很热情")])
        shop.commit()
        assert "s: 2 rows tell no time" in voc("ingest", "s", "--config", "voc.yaml").err
        again = voc("ingest", "s", "--config", "voc.yaml").err
        assert "s: 0 new, 2 known" in again
        assert "tell no time" not in again
        shop.execute("INSERT INTO t VALUES (3, '包装破了')")
        shop.commit()
        more = voc("ingest", "s", "--config", "voc.yaml").err
    assert "s: 1 new, 2 known" in more
    assert "s: 1 rows tell no time" in more


def test_how_a_table_was_read_is_told(voc: Voc, folder: Path) -> None:
    text = "2026年11月客户反馈,,\n评价内容,评分,商品\n包装破了,1,薯片\n味道不错,5,麻薯\n"
    (folder / "c.csv").write_text(text, encoding="utf-8")
    result = voc("ingest", "c.csv", "--industry", "snack")
    assert "c: 2 new" in result.err
    assert "c: line 2 was taken as the header" in result.err


def test_where_no_source_can_be_read_no_store_is_made(voc: Voc, folder: Path) -> None:
    result = voc("ingest", "gone.csv", "gone.tsv")
    assert (result.code, len(result.err.splitlines())) == (1, 2)
    assert not (folder / "voc.db").exists()


def test_one_source_alone_ends_as_its_error_says(voc: Voc, folder: Path) -> None:
    assert voc("ingest", "gone.csv").code == 2
    assert voc("ingest", "a.csv", "--text", "内容").code == 2


ROWS = "时间,评价,门店\n" + "".join(
    f"2026-10-0{day} 08:0{day},第{day}袋薯片太咸了,一店\n" for day in range(1, 6)
)


def test_the_same_voices_in_another_file_are_told(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "gbk.csv").write_text(ROWS, encoding="gbk")
    (tmp_path / "utf.csv").write_text(ROWS, encoding="utf-8")
    first = voc("ingest", "gbk.csv", "--industry", "snack")
    assert "same words" not in first.err
    second = voc("ingest", "utf.csv", "--industry", "snack")
    assert "utf: 5 new, 0 known" in second.err
    assert (
        "utf: 5 of 5 new voices have the same words and time, or id, as voices of gbk. Where both"
        " hold the same voices, ingest both with one name (--name gbk) to keep each once."
    ) in second.err
    again = voc("ingest", "utf.csv", "--industry", "snack")
    assert "same words" not in again.err


def test_an_edited_row_without_an_id_is_told_to_count_as_new(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "shop.csv").write_text(ROWS, encoding="utf-8")
    voc("ingest", "shop.csv", "--industry", "snack")
    (tmp_path / "shop.csv").write_text(ROWS.replace("第1袋", "第一袋"), encoding="utf-8")
    told = voc("ingest", "shop.csv", "--industry", "snack")
    assert "shop: 1 new, 4 known" in told.err
    assert "no column is known to name the rows" in told.err


def test_one_name_keeps_the_voices_of_two_files_once(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "last.csv").write_text(ROWS, encoding="gbk")
    (tmp_path / "this.csv").write_text(ROWS + "2026-10-07,新的一袋也太咸,二店\n", encoding="utf-8")
    voc("ingest", "last.csv", "--name", "shop", "--industry", "snack")
    told = voc("ingest", "this.csv", "--name", "shop", "--industry", "snack")
    assert told.err.splitlines() == ["shop: 1 new, 5 known, 0 edited, 0 rejected"]
    back = voc("ingest", "last.csv", "--name", "shop", "--industry", "snack")
    assert back.err.splitlines() == ["shop: 0 new, 5 known, 0 edited, 0 rejected"]


def test_files_of_one_name_in_two_folders_are_still_refused(voc: Voc, tmp_path: Path) -> None:
    for name in ("east", "west"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "reviews.csv").write_text(f"评价\n{name}的店很远\n", encoding="utf-8")
    assert voc("ingest", "east/reviews.csv").code == 0
    refused = voc("ingest", "west/reviews.csv")
    assert refused.code == 2
    assert "tell their name: --name reviews." in refused.err


DOUBTFUL = """编号,时间,评价,评分
1,2026-10-01,薯片太咸了,5
1,2026-10-01,客服很热情,4
2,昨天的昨天,包装破了,3
3,2026-10-02,分量太少,9
4,2026-10-02,口味一般,不好说
5,2026-10-03,物流很快,5
5,2026-10-03,物流很快,5
"""


def test_what_is_doubtful_in_a_file_is_counted(voc: Voc, tmp_path: Path) -> None:
    rows = "".join(f"a{n},2026-09-01,第{n}次买了还行,{n % 5 + 1}\n" for n in range(120))
    head, _, rest = DOUBTFUL.partition("\n")
    (tmp_path / "r.csv").write_text(f"{head}\n{rows}{rest}", encoding="utf-8")
    first, undated, *told = voc("ingest", "r.csv", "--industry", "snack").err.splitlines()
    assert undated.startswith("r: 1 rows tell no time")
    assert told.pop(0).startswith("r: read text from '评价'")
    told = [first, *told]
    assert told[0] == "r: 125 new, 1 known, 1 edited, 0 rejected"
    assert [line.split(" (the first")[0].split(" rows ")[0] for line in told[1:]] == [
        "r: 1", "r: 1", "r: 1", "r: 1",
    ]  # fmt: skip
    assert "have the id of an earlier row with other words" in told[1]
    assert "(the first: r.csv:123)." in told[1]
    assert "a time that cannot be read" in told[2]
    assert "a rating that cannot be read" in told[3]
    assert "a rating above the best" in told[4]
    assert "薯片" not in "".join(told)


def test_a_clean_file_is_not_doubted(voc: Voc, tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(ROWS, encoding="utf-8")
    _, columns = voc("ingest", "r.csv", "--industry", "snack").err.splitlines()
    assert columns.startswith("r: read text from '评价'")


def test_rows_of_the_future_are_told_and_a_clock_that_is_fast_is_not(
    voc: Voc, tmp_path: Path
) -> None:
    tomorrow = f"{datetime.now(UTC) + timedelta(hours=23):%Y-%m-%dT%H:%M:%SZ}"
    (tmp_path / "r.csv").write_text(f"{ROWS}{tomorrow},薯片不脆,一店\n", encoding="utf-8")
    assert len(voc("ingest", "r.csv", "--industry", "snack").err.splitlines()) == 2
    late = "2062-11-20 10:00,薯片受潮了,一店\n2062-11-21,薯片碎了,一店\n"
    (tmp_path / "r.csv").write_text(f"{ROWS}{late}", encoding="utf-8")
    assert voc("ingest", "r.csv", "--industry", "snack").err.splitlines()[-1] == (
        "r: 2 rows have a time in the future; they are kept, but until it comes only emergencies"
        " among them count. --map created_at=COLUMN names another column; or mend the times and"
        " ingest again (the first: r.csv:7, 2062-11-20 10:00)."
    )


def test_columns_that_were_not_read_are_told_where_no_time_is_known(
    voc: Voc, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("id,评价,哪天写的,几颗星\n1,薯片太咸了,2026-11-02,1\n", encoding="utf-8")
    said = voc("ingest", "a.csv", "--industry", "snack").err
    assert "not read, but kept: 哪天写的、几颗星. --map created_at=COLUMN" in said
    told = voc("ingest", "a.csv", "--industry", "snack", "--map", "created_at=哪天写的").err
    assert "not read" not in told


MAPPED = ("--map", "store=分店", "--map", "时间=日子", "--map", "text=话")


def _stored(config_store: Path) -> dict[str, tuple[str, str | None, str | None]]:
    with open_store(f"sqlite:///{config_store}") as store:
        return {
            row.feedback.native_id: (
                row.feedback.text,
                row.feedback.store,
                row.feedback.created_at.date().isoformat() if row.feedback.created_at else None,
            )
            for row in store.untagged("none", limit=100)
        }


@pytest.fixture
def mapped(voc: Voc, tmp_path: Path) -> Path:
    path = tmp_path / "m.csv"
    path.write_text("id,话,分店,日子\n1,太咸了,朝阳店,2026-10-01\n", encoding="utf-8")
    assert voc("ingest", "m.csv", *MAPPED).code == 0
    assert _stored(tmp_path / "voc.db") == {"1": ("太咸了", "朝阳店", "2026-10-01")}
    return path


def test_columns_that_were_told_are_used_again_and_it_is_said(voc: Voc, mapped: Path) -> None:
    mapped.write_text("id,话,分店,日子\n1,太淡了,朝阳店,2026-10-01\n2,好,海淀店,2026-10-02\n")
    again = voc("ingest", "m.csv")
    assert "m: 1 new, 0 known, 1 edited" in again.err
    told = "--map created_at=日子 --map store=分店 --map text=话"
    assert f"read as last time, with {told}." in " ".join(again.err.split())
    assert _stored(mapped.parent / "voc.db") == {
        "1": ("太淡了", "朝阳店", "2026-10-01"),
        "2": ("好", "海淀店", "2026-10-02"),
    }


def test_a_file_that_has_not_changed_is_known_whether_its_columns_are_told_or_not(
    voc: Voc, mapped: Path
) -> None:
    for call in ((), MAPPED, ()):
        again = voc("ingest", "m.csv", *call)
        assert "m: 0 new, 0 known, 0 edited" in again.err
        assert "as last time" not in again.err


def test_a_column_that_is_told_anew_is_read(voc: Voc, mapped: Path) -> None:
    mapped.write_text("id,话,分店,门市,日子\n1,太咸了,朝阳店,望京店,2026-10-01\n")
    assert "1 edited" in voc("ingest", "m.csv", "--map", "store=门市").err
    assert _stored(mapped.parent / "voc.db") == {"1": ("太咸了", "望京店", "2026-10-01")}


def test_a_field_that_is_told_to_have_no_column_is_emptied(voc: Voc, mapped: Path) -> None:
    assert "1 edited" in voc("ingest", "m.csv", "--map", "store=").err
    assert _stored(mapped.parent / "voc.db") == {"1": ("太咸了", None, "2026-10-01")}


def test_a_cell_that_is_emptied_is_an_edit(voc: Voc, mapped: Path) -> None:
    mapped.write_text("id,话,分店,日子\n1,太咸了,,2026-10-01\n")
    assert "1 edited" in voc("ingest", "m.csv").err
    assert _stored(mapped.parent / "voc.db") == {"1": ("太咸了", None, "2026-10-01")}


def test_a_file_without_the_column_empties_nothing(voc: Voc, mapped: Path) -> None:
    mapped.write_text("id,话,日子\n1,太咸了,2026-10-01\n2,好,2026-10-02\n")
    again = voc("ingest", "m.csv")
    assert "m: 1 new, 1 known, 0 edited" in again.err
    assert "1 known voices keep fields that it has no column for" in again.err
    assert "store=分店" not in again.err
    assert _stored(mapped.parent / "voc.db") == {
        "1": ("太咸了", "朝阳店", "2026-10-01"),
        "2": ("好", None, "2026-10-02"),
    }


def test_words_are_not_looked_for_elsewhere_when_their_column_is_gone(
    voc: Voc, mapped: Path
) -> None:
    mapped.write_text("id,评论,分店,日子\n1,太咸了,朝阳店,2026-10-01\n")
    again = voc("ingest", "m.csv")
    assert (again.code, "There is no column '话' for text" in again.err) == (2, True)


def test_a_source_of_the_config_is_read_as_the_config_says(voc: Voc, mapped: Path) -> None:
    config = "sources:\n  m: {path: m.csv, map: {text: 话, 门店: 分店}}\n"
    (mapped.parent / "voc.yaml").write_text(config, encoding="utf-8")
    mapped.write_text("id,话,分店,日子\n1,太咸了,望京店,2026-10-01\n")
    result = voc("run", "--config", "voc.yaml")
    assert "1 known voices keep fields" in result.err
    assert "as last time" not in result.err
    assert _stored(mapped.parent / "voc.db") == {"1": ("太咸了", "望京店", "2026-10-01")}


def test_a_channel_that_was_told_is_used_again(voc: Voc, folder: Path) -> None:
    voc("ingest", "a.csv", "--channel", "chat")
    (folder / "a.csv").write_text("id,评价\n1,薯片太咸了\n3,好\n", encoding="utf-8")
    again = voc("ingest", "a.csv")
    assert "a: 1 new, 0 known, 0 edited" in again.err
    assert "read as last time, with --channel chat." in again.err


def test_a_field_that_is_none_lists_those_there_are(voc: Voc, folder: Path) -> None:
    result = voc("ingest", "a.csv", "--map", "门殿=评价")
    assert result.code == 2
    assert "There is no field '门殿'" in result.err
    assert all(word in result.err for word in ("created_at 时间", "store 门店", "text 内容"))


def industries(folder: Path) -> list[str]:
    with open_store(f"sqlite:///{folder / 'voc.db'}") as store:
        return sorted(store.industries()) + ["none"] * bool(store.count_without_industry())


def test_the_industry_of_a_file_is_remembered_until_another_is_named(
    voc: Voc, folder: Path
) -> None:
    assert voc("ingest", "a.csv", "--industry", "snack").code == 0
    unchanged = voc("ingest", "a.csv")
    assert "no industry named" not in unchanged.err
    assert "read as last time" not in unchanged.err
    for number in (3, 4):
        with (folder / "a.csv").open("a", encoding="utf-8") as file:
            file.write(f"{number},包装破了\n")
        again = voc("ingest", "a.csv")
        assert "read as last time, with --industry snack." in again.err
        assert "no industry named" not in again.err
    assert industries(folder) == ["snack"]
    assert "3 given the industry bank" in voc("ingest", "a.csv", "--industry", "bank").err
    assert "given" not in voc("ingest", "a.csv").err
    assert industries(folder) == ["bank"]
    assert "no industry named" in voc("ingest", "b.csv").err


def test_the_industry_of_a_source_of_the_config_is_not_remembered(voc: Voc, folder: Path) -> None:
    (folder / "voc.yaml").write_text("sources:\n  shop: {path: a.csv}\n", encoding="utf-8")
    assert voc("ingest", "shop", "--industry", "snack", "--config", "voc.yaml").code == 0
    (folder / "a.csv").write_text("id,评价\n1,薯片太咸了\n3,包装破了\n", encoding="utf-8")
    again = voc("ingest", "shop", "--config", "voc.yaml")
    assert "shop: no industry named" in again.err
    assert industries(folder) == ["snack", "none"]


def test_a_remembered_industry_comes_before_that_of_the_settings(voc: Voc, folder: Path) -> None:
    assert voc("ingest", "a.csv", "--industry", "snack").code == 0
    (folder / "voc.yaml").write_text("industry: bank\n", encoding="utf-8")
    with (folder / "a.csv").open("a", encoding="utf-8") as file:
        file.write("3,包装破了\n")
    voc("ingest", "a.csv", "--config", "voc.yaml")
    assert industries(folder) == ["snack"]


def test_which_columns_were_taken_for_what_is_told(voc: Voc, tmp_path: Path) -> None:
    names = [f"列{at}" for at in range(10)]
    header = ",".join(["评分", "评论内容", *names])
    (tmp_path / "a.csv").write_text(f"{header}\n1,漏液{',x' * 10}\n", encoding="utf-8")
    told = "a: read text from '评论内容', rating from '评分'; --map FIELD=COLUMN changes it."
    said = voc("ingest", "a.csv", "--industry", "snack").err
    beside = ", ".join(repr(name) for name in names[:8])
    assert f"{told} Kept beside: {beside}, 2 more." in said
    assert "a: read" not in voc("ingest", "a.csv", "--industry", "snack").err, "nothing was read"
    (tmp_path / "b.jsonl").write_text('{"id": "1", "text": "漏液", "rating": 1}', encoding="utf-8")
    assert "b: read" not in voc("ingest", "b.jsonl", "--industry", "snack").err
