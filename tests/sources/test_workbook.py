"""xlsx: what people make of it, and what attackers make of it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from voc.errors import SourceError
from voc.sources.base import Reject
from voc.sources.rows import Row
from voc.sources.spreadsheetml import Workbook, shows_date
from voc.sources.tables import read_rows

Read = Callable[..., tuple[list[Row], list[Reject]]]
Grid = Iterable[Iterable[Any]]

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"


def _write(path: Path, sheets: dict[str, Grid], **options: Any) -> None:
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, **options}) as book:
        day = book.add_format({"num_format": 'yyyy"年"m"月"d"日"'})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    kind = day if isinstance(value, datetime) else None
                    sheet.write(number, column, value, kind)


def _archive(path: Path, sheet: str, *, strings: str = "", styles: str = "") -> None:
    """Writes a workbook by hand, out of the XML inside `sheetData` and `sst`."""
    parts = {
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="r1" '
        f'Type="{RELATIONS}/worksheet" Target="/xl/worksheets/one.xml"/></Relationships>',
        "xl/worksheets/one.xml": sheet
        if sheet.startswith("<")
        else f'<worksheet xmlns="{MAIN}"><sheetData>{sheet[1:]}</sheetData></worksheet>',
    }
    if strings:
        parts["xl/sharedStrings.xml"] = f'<sst xmlns="{MAIN}">{strings}</sst>'
    if styles:
        parts["xl/styles.xml"] = f'<styleSheet xmlns="{MAIN}">{styles}</styleSheet>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


def _cells(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_values_and_places(tmp_path: Path, read: Read) -> None:
    when = datetime(2019, 2, 28, 11, 25, 5)  # noqa: DTZ001
    rows: list[list[Any]] = [
        ["评论", "时间", "评分", "好?"],
        ["不错", when, 5, True],
        ["差", when, 4.5, False],
    ]
    _write(tmp_path / "f.xlsx", {"评价": rows})
    (first, second), rejects = read("f.xlsx")
    assert rejects == []
    assert first.values == {"评论": "不错", "时间": when, "评分": 5, "好?": True}
    assert second.values["评分"] == 4.5
    assert (first.number, first.place) == (1, "f.xlsx:评价!2")


@pytest.mark.parametrize("date_1904", [False, True])
@pytest.mark.parametrize(
    "when",
    [datetime(1970, 1, 1), datetime(2262, 4, 11, 23, 47), datetime(2024, 2, 29, 0, 0, 1)],  # noqa: DTZ001
)
def test_both_date_systems(when: datetime, date_1904: bool, tmp_path: Path, read: Read) -> None:
    _write(tmp_path / "f.xlsx", {"S": [["评论", "时间"], ["好", when]]}, date_1904=date_1904)
    assert read("f.xlsx")[0][0].values["时间"] == when


def test_formulas_give_what_was_last_computed(tmp_path: Path, read: Read) -> None:
    with xlsxwriter.Workbook(tmp_path / "f.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["评论", "和", "错"])
        sheet.write_formula(1, 0, '="不"&"错"', value="不错")
        sheet.write_formula(1, 1, "=1+1", value=2)
        sheet.write_formula(1, 2, "=1/0", value="#DIV/0!")
    assert read("f.xlsx")[0][0].values == {"评论": "不错", "和": 2}


def test_merged_cells_and_a_title_above_the_header(tmp_path: Path, read: Read) -> None:
    with xlsxwriter.Workbook(tmp_path / "f.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.merge_range(0, 0, 0, 2, "2024年评价导出")
        sheet.write_row(2, 0, ["门店", "评论", "评分"])
        sheet.merge_range(3, 0, 4, 0, "东路店")
        sheet.write_row(3, 1, ["好", 5])
        sheet.write_row(4, 1, ["差", 1])
    rows, _ = read("f.xlsx")
    assert [row.values for row in rows] == [
        {"门店": "东路店", "评论": "好", "评分": 5},
        {"门店": "东路店", "评论": "差", "评分": 1},
    ]


def _merged(path: Path, rows: Grid, *merged: tuple[int, int, int, int]) -> None:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("S")
        for place in merged:
            sheet.merge_range(*place, "")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                if value != "":
                    sheet.write(number, column, value)


def _notes(path: Path, **options: Any) -> tuple[str, ...]:
    with read_rows(path, **options) as table:
        return table.notes


def test_headings_of_groups_above_the_header(tmp_path: Path, read: Read) -> None:
    rows: list[list[Any]] = [
        ["11月客户反馈"],
        ["订单", "评价", "", "", "客户"],
        ["", "评价内容", "评分", "时间", "昵称", "门店"],
        ["A1", "好", 5, "2026-11-01", "张", "东店"],
    ]
    _merged(tmp_path / "f.xlsx", rows, (0, 0, 0, 5), (1, 0, 2, 0), (1, 1, 1, 3), (1, 4, 1, 5))
    (row,) = read("f.xlsx")[0]
    assert row.place == "f.xlsx:S!4"
    assert [*row.values] == ["订单", "评价内容", "评分", "时间", "昵称", "门店"]
    (note,) = _notes(tmp_path / "f.xlsx")
    assert "row 3 of the sheet 'S' was taken as the header" in note
    assert "2 lines above it were passed over" in note


def test_merged_values_hold_for_all_their_rows_but_ids_and_words(
    tmp_path: Path, read: Read
) -> None:
    rows = [
        ["编号", "订单号", "门店", "评论", "商品"],
        ["1", "D1", "东店", "好", "鞋"],
        ["", "", "", "差", "帽"],
        ["3", "D3", "西店", "一般", "伞"],
        ["", "", "", "", "灯"],
    ]
    merged = [(1, column, 2, column) for column in range(3)]
    merged += [(3, column, 4, column) for column in range(4)]
    _merged(tmp_path / "f.xlsx", rows, *merged)
    assert [row.values for row in read("f.xlsx")[0]] == [
        {"编号": "1", "订单号": "D1", "门店": "东店", "评论": "好", "商品": "鞋"},
        {"门店": "东店", "评论": "差", "商品": "帽"},
        {"编号": "3", "订单号": "D3", "门店": "西店", "评论": "一般", "商品": "伞"},
        {"商品": "灯"},
    ]


def test_a_name_merged_over_columns_is_that_of_each(tmp_path: Path, read: Read) -> None:
    rows = [["评论", "电话", ""], ["好", "1", "2"], ["差", "3", "4"]]
    _merged(tmp_path / "f.xlsx", rows, (0, 1, 0, 2))
    assert read("f.xlsx")[0][0].values == {"评论": "好", "电话": "1", "电话_2": "2"}
    _merged(tmp_path / "f.xlsx", [["评论", "x"], ["好", "1", "2"]], (1, 1, 1, 2))
    assert read("f.xlsx")[0][0].values == {"评论": "好", "x": "1", "column_3": "2"}


def test_names_merged_over_rows_fill_no_row_below(tmp_path: Path, read: Read) -> None:
    rows = [["答卷", "您的意见"], ["", "Response"], ["1", "好"]]
    _merged(tmp_path / "f.xlsx", rows, (0, 0, 1, 0))
    assert read("f.xlsx")[0][0].values == {"您的意见": "Response"}


def test_merged_cells_far_behind_the_rows(tmp_path: Path, read: Read) -> None:
    rows = [
        ["门店", "评论"],
        *([f"{n // 3}店" if n % 3 == 0 else "", "好" * 9] for n in range(6000)),
    ]
    merged = [(n, 0, n + 2, 0) for n in range(1, 6000, 3)]
    _merged(tmp_path / "f.xlsx", rows, *merged)
    assert [row.values["门店"] for row in read("f.xlsx")[0]] == [f"{n // 3}店" for n in range(6000)]


def test_rich_text_and_readings(tmp_path: Path, read: Read) -> None:
    strings = (
        "<si><t>评论</t></si><si><r><t>不</t></r><r><t xml:space='preserve'>错 </t></r>"
        "<rPh sb='0' eb='1'><t>bucuo</t></rPh></si>"
    )
    rows = (
        '.<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="3"><c r="A3" t="s"><v>1</v></c>'
        '<c r="C3" t="s"><v>99</v></c></row>'
    )
    _archive(tmp_path / "f.xlsx", rows, strings=strings)
    (row,) = read("f.xlsx")[0]
    assert (row.place, row.values) == ("f.xlsx:S!3", {"评论": "不错 "})


@pytest.mark.parametrize(
    ("sheets", "text", "expected"),
    [
        ({"A": [["评论"], ["1"]], "B": [["评论"], ["2"]]}, None, ["1", "2"]),
        ({"说明": [["本表为导出"]], "B": [["评论", "x"], ["2", "y"]]}, None, ["2"]),
        ({"A": [["a", "b"], ["1", "1"]], "B": [["评论", "b"], ["2", "1"]]}, None, ["2"]),
        ({"A": [["评论", "b"], ["1", "1"]], "B": [["话", "b"], ["2", "1"]]}, "话", ["2"]),
        ({"A": [["a", "b"], ["1", "1"]], "B": [["c", "b"], ["2", "1"]]}, None, ["1"]),
        ({"A": [["评论"], ["1"], ["2", "旁注"]]}, None, ["1", "2"]),
        ({"A": [], "B": [["评论"], ["2"]]}, None, ["2"]),
        ({"A": [["评论", "分"]]}, None, []),
        ({"A": []}, None, []),
    ],
)
def test_which_sheets_are_read(
    sheets: dict[str, Grid], text: str | None, expected: list[str], tmp_path: Path, read: Read
) -> None:
    _write(tmp_path / "f.xlsx", sheets)
    rows, _ = read("f.xlsx", text=text)
    assert [next(iter(row.values.values())) for row in rows] == expected


JD: Grid = [["编号", "评论", "评分", "时间"], ["J1", "好", 5, "2026-11-01"]]
TMALL: Grid = [["昵称", "评价内容", "评价时间", "评论id"], ["张", "差", "2026-11-02", "T1"]]


def test_sheets_with_other_columns_are_read_under_the_names_of_the_first(
    tmp_path: Path, read: Read
) -> None:
    notes = [["说明"], ["本表为导出"]]
    totals: Grid = [["门店", "评价数"], ["东店", 3]]
    _write(tmp_path / "f.xlsx", {"说明": notes, "京东": JD, "天猫": TMALL, "汇总": totals})
    rows, _ = read("f.xlsx")
    assert [(row.place, row.values) for row in rows] == [
        ("f.xlsx:京东!2", {"编号": "J1", "评论": "好", "评分": 5, "时间": "2026-11-01"}),
        ("f.xlsx:天猫!2", {"昵称": "张", "评论": "差", "时间": "2026-11-02", "编号": "T1"}),
    ]
    with read_rows(tmp_path / "f.xlsx") as table:
        assert table.header == ["编号", "评论", "评分", "时间", "昵称"]
        read_note, left_note = table.notes
    assert "read are the sheets '京东', '天猫'" in read_note
    assert "not read are the sheets '说明', '汇总'" in left_note


@pytest.mark.parametrize(
    ("other", "text", "is_read"),
    [
        ([["内容"], ["改版"]], None, False),
        ([["序号", "内容"], ["1", "改版"]], None, False),
        ([["评论", "备注"], ["好", "1"]], None, True),
        ([["反馈", "建议", "时间"], ["好", "无", "2026-11-01"]], None, False),
        (TMALL, "评论", False),
        ([["评论", "昵称"], ["好", "张"]], "评论", True),
        ([["评论", "时间"], [5, "2026-11-01"]], None, True),
        ([["反馈", "时间"], [5, "2026-11-01"]], None, False),
    ],
)
def test_which_other_sheets_are_read(
    other: Grid, text: str | None, is_read: bool, tmp_path: Path, read: Read
) -> None:
    _write(tmp_path / "f.xlsx", {"京东": JD, "另": other})
    rows, _ = read("f.xlsx", text=text)
    assert [row.place for row in rows][1:] == ["f.xlsx:另!2"] * is_read
    assert any(
        "not read are the sheets '另'" in n for n in _notes(tmp_path / "f.xlsx", text=text)
    ) == (not is_read)


@pytest.mark.parametrize(("words", "column"), [("差", "编号 (天猫)"), ("好", "编号")])
def test_ids_that_two_sheets_give_to_other_words_name_no_voice(
    words: str, column: str, tmp_path: Path, read: Read
) -> None:
    one: Grid = [["编号", "评论", "评分"], ["1", "好", 5]]
    two: Grid = [["编号", "评论", "时间"], ["1", words, "2026-11-01"]]
    _write(tmp_path / "f.xlsx", {"京东": one, "天猫": two})
    assert [next(iter(row.values)) for row in read("f.xlsx")[0]] == ["编号", column]


def test_columns_of_other_sheets_leave_the_text_of_the_first(tmp_path: Path) -> None:
    two: Grid = [["评论", "建议", "时间"], ["好", "多开店", "2026-11-01"]]
    _write(tmp_path / "f.xlsx", {"A": [["评论", "评分"], ["好", 5]], "B": two})
    with read_rows(tmp_path / "f.xlsx") as table:
        assert table.header == ["评论", "评分"]
        assert [len(row.values) for row in table if isinstance(row, Row)] == [2, 3]


def test_hidden_sheets_are_left_out(tmp_path: Path, read: Read) -> None:
    with xlsxwriter.Workbook(tmp_path / "f.xlsx") as book:
        for name, word in (("看", "1"), ("不看", "2")):
            book.add_worksheet(name).write_column(0, 0, ["评论", word])
        book.worksheets()[1].hide()
    assert [row.values["评论"] for row in read("f.xlsx")[0]] == ["1"]
    (note,) = _notes(tmp_path / "f.xlsx")
    assert "not read are the hidden sheets '不看'" in note


def test_cells_beyond_the_header_keep_a_name(tmp_path: Path, read: Read) -> None:
    _write(tmp_path / "f.xlsx", {"S": [["评论", "分"], ["好", 5, "旁注"]]})
    assert read("f.xlsx")[0][0].values == {"评论": "好", "分": 5, "column_3": "旁注"}


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("yyyy/m/d", True),
        ('yyyy"年"m"月"d"日"', True),
        ("h:mm AM/PM", True),
        ("[$-804]yyyy/m/d;@", True),
        ("[h]:mm", False),
        ("General", False),
        ("0.00", False),
        ('0"days"', False),
        ("0\\d", False),
        ("[Red]0.0", False),
        ("#,##0;[Red]-#,##0", False),
    ],
)
def test_formats_that_show_dates(code: str, expected: bool) -> None:
    assert shows_date(code) is expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("123456789012345678", 123456789012345678),
        ("1.23456789012345E+17", 123456789012345000),
        ("-123456789012345678", -123456789012345678),
        ("123456789012", 123456789012),
        ("5.0", 5),
        ("0.5", 0.5),
        ("1E+300", 1e300),
    ],
)
def test_numbers_are_whole_as_they_are_written(
    written: str, expected: float, tmp_path: Path, read: Read
) -> None:
    head = f'<row r="1">{_cells("A1", "评论")}{_cells("B1", "订单号")}</row>'
    row = f'<row r="2">{_cells("A2", "好")}<c r="B2"><v>{written}</v></c></row>'
    _archive(tmp_path / "f.xlsx", f".{head}{row}")
    found = read("f.xlsx")[0][0].values["订单号"]
    assert (found, type(found)) == (expected, type(expected))
    with read_rows(tmp_path / "f.xlsx") as table:
        list(table)
        is_told = any(
            "over 15 digits in '订单号' (the first: f.xlsx:S!2)" in n for n in table.notes
        )
    assert is_told == (isinstance(expected, int) and abs(expected) >= 10**15)


def test_a_million_empty_rows(tmp_path: Path, read: Read) -> None:
    empty = "".join(f'<row r="{number}"/>' for number in range(2, 1_000_000))
    last = f'<row r="1048576">{_cells("A1048576", "好")}{_cells("XFD1048576", "远")}</row>'
    _archive(tmp_path / "f.xlsx", f'.<row r="1">{_cells("A1", "评论")}</row>{empty}{last}')
    rows, _ = read("f.xlsx")
    assert [row.values for row in rows] == [{"评论": "好", "column_16384": "远"}]


LAUGHS = '<!DOCTYPE lolz [<!ENTITY lol "lol">' + "".join(
    f'<!ENTITY lol{n} "{f"&lol{n - 1};" * 10 if n > 1 else "&lol;" * 10}">' for n in range(1, 10)
)


@pytest.mark.parametrize(
    "document",
    [
        f"{LAUGHS}]><worksheet><sheetData><row><c><v>&lol9;</v></c></row></sheetData></worksheet>",
        '<!DOCTYPE x SYSTEM "file:///etc/passwd"><worksheet/>',
        '<?xml version="1.0"?><!-- x --><!DOCTYPE x><worksheet/>',
    ],
)
def test_a_billion_laughs(document: str, tmp_path: Path, read: Read) -> None:
    _archive(tmp_path / "f.xlsx", document)
    with pytest.raises(SourceError, match="document type"):
        read("f.xlsx")


def test_a_zip_bomb(tmp_path: Path, read: Read) -> None:
    _archive(tmp_path / "f.xlsx", ".<row/>" + " " * 40_000_000)
    with pytest.raises(SourceError, match="looks like a zip bomb"):
        read("f.xlsx")


def test_a_shared_string_that_every_cell_names_is_not_copied(tmp_path: Path, read: Read) -> None:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>1</v></c></row>' for n in range(2, 700))
    head = f'<row r="1">{_cells("A1", "评论")}</row>'
    strings = f"<si><t>x</t></si><si><t>{'很好' * 100_000}</t></si>"
    _archive(tmp_path / "f.xlsx", f".{head}{cells}", strings=strings)
    with read_rows(tmp_path / "f.xlsx") as table:
        assert sum(len(row.values["评论"]) for row in table if isinstance(row, Row)) == 139_600_000


@pytest.mark.parametrize(
    ("sheet", "message"),
    [
        ("<worksheet>", "not valid XML"),
        ("<worksheet" + " " * 20_000_000 + "/>", "tag of over"),
        (f'.<row r="1">{_cells("A1", "x" * 17_000_000)}</row>', "a cell holds over"),
        ('.<row r="1">' + "<c/>" * 200_001 + "</row>", "columns"),
    ],
)
def test_sheets_beyond_all_bounds(
    sheet: str, message: str, tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voc.sources.package._MAX_RATIO", 10_000)
    _archive(tmp_path / "f.xlsx", sheet)
    with pytest.raises(SourceError, match=message):
        read("f.xlsx")


def test_a_directory_that_lies_about_sizes(tmp_path: Path, read: Read) -> None:
    _archive(tmp_path / "f.xlsx", f'.<row r="1">{_cells("A1", "评" * 1000)}</row>')
    with zipfile.ZipFile(tmp_path / "f.xlsx") as archive:
        size = archive.getinfo("xl/worksheets/one.xml").file_size
    data = (tmp_path / "f.xlsx").read_bytes()
    lie = data.replace(size.to_bytes(4, "little"), (size - 500).to_bytes(4, "little"))
    (tmp_path / "f.xlsx").write_bytes(lie)
    with pytest.raises(SourceError, match=r"cannot be unpacked|not valid XML"):
        read("f.xlsx")


def _ole(*, encrypted: bool) -> bytes:
    name = "EncryptedPackage" if encrypted else "Workbook"
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2048) + name.encode("utf-16-le")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (_ole(encrypted=True), "protected with a password"),
        (_ole(encrypted=False), r"Excel 97 \(\.xls\)"),
        (b"", "is empty"),
        ("评论,评分\n好,5\n".encode(), r"is no xlsx workbook.* name it \.csv"),
        (b"<html><table>", "is no xlsx workbook"),
        (b"PK\x03\x04nonsense", "is damaged"),
    ],
)
def test_what_is_no_workbook(content: bytes, message: str, tmp_path: Path, read: Read) -> None:
    (tmp_path / "f.xlsx").write_bytes(content)
    with pytest.raises(SourceError, match=message):
        read("f.xlsx")


def test_a_zip_of_something_else(tmp_path: Path, read: Read) -> None:
    with zipfile.ZipFile(tmp_path / "f.xlsx", "w") as archive:
        archive.writestr("a.txt", "x")
    with pytest.raises(SourceError, match="no workbook"):
        read("f.xlsx")


def test_cut_short(tmp_path: Path, read: Read) -> None:
    _write(tmp_path / "f.xlsx", {"S": [["评论"], *([f"好{n}"] for n in range(1000))]})
    data = (tmp_path / "f.xlsx").read_bytes()
    (tmp_path / "f.xlsx").write_bytes(data[: len(data) // 2])
    with pytest.raises(SourceError, match="is damaged"):
        read("f.xlsx")


# openpyxl writes what begins with = as a formula, and reads _x0041_ as a character.
SHEET_TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Co", "Cn"]), min_size=1, max_size=20
).filter(
    lambda text: (
        text.strip() == text and text[0] != "=" and not re.search(r"_x[0-9A-Fa-f]{4}_", text)
    )
)
VALUES = (
    st.none()
    | SHEET_TEXT
    | st.integers(-(10**12), 10**12)
    | st.floats(-1e9, 1e9)
    | st.booleans()
    | st.datetimes(datetime(1970, 1, 1), datetime(2262, 1, 1)).map(  # noqa: DTZ001
        lambda time: time.replace(microsecond=0)
    )
)


@settings(max_examples=25, deadline=None)
@given(rows=st.lists(st.lists(VALUES, min_size=3, max_size=3), max_size=6))
def test_openpyxl_and_calamine_read_the_same(rows: list[list[Any]]) -> None:
    from python_calamine import CalamineWorkbook

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["评论", "b", "c"])
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    ours = Workbook(file, name="f.xlsx")
    found = dict(ours.rows(ours.sheets[0]))
    ours.close()
    file.seek(0)
    theirs = CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python()
    for number, row in enumerate(theirs, 1):
        for column, value in enumerate(row):
            ours_value = found.get(number, {}).get(column, "")
            if isinstance(ours_value, datetime) and not isinstance(value, datetime):
                assert ours_value.date() == value  # calamine's form of a midnight
            elif isinstance(value, float) and not isinstance(ours_value, str):
                assert ours_value == pytest.approx(value)
            else:
                assert ours_value == value
    for number, row in enumerate(rows, 2):
        for column, value in enumerate(row):
            assert found.get(number, {}).get(column) == (
                pytest.approx(value) if isinstance(value, float) else value
            )
