"""The workbook holds at least what the page holds, and nothing in it runs."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from voc.records import Evidence, Topic
from voc.report import build_figures, to_xlsx
from voc.report.workbook import text_cell

Make = Callable[..., Any]

FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.example","点我")',
    '=WEBSERVICE("https://evil.example")',
    '=IMPORTXML("https://evil.example","//a")',
    '=DDE("cmd";"/C calc";"x")',
    "+1+1",
    "+cmd|' /C calc'!A0",
    "-1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "\r\n=1+1",
    " =1+1",
    "\u3000=1+1",
    "\u00a0=1+1",
    "\ufeff=1+1",
    "\u200b=1+1",
    "\x00=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    "{=1+1}",
    "=1+1\x0b",
)


def cells(content: bytes) -> list[str]:
    """Returns the texts of all cells."""
    import openpyxl

    book = openpyxl.load_workbook(BytesIO(content))
    found = []
    for sheet in book:
        for line in sheet.iter_rows():
            for cell in line:
                assert cell.data_type != "f", f"{cell.coordinate} is a formula"
                assert cell.hyperlink is None
                if isinstance(cell.value, str):
                    found.append(cell.value)
    return found


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_in_a_cell_begins_no_formula(text: str) -> None:
    told = text_cell(text)
    assert not re.match(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]", told)
    assert not told.startswith(("\t", "\r", "\n"))


@pytest.mark.parametrize(
    "text", ["", "顿挫", "5 分", "a=b", "第-1次", "'好'", "https://a.example/"]
)
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert text_cell(text) == text


def test_nothing_that_came_from_outside_runs(
    row: Make, mention: Make, issue: Make, order: Make, report: Make
) -> None:
    rows, issues, orders, topics, mentions = [], [], [], [], []
    for place, text in enumerate(FORMULAS):
        flags = {"paid_burst"} if place % 5 == 0 else set()
        name = f"r{place}"
        rows.append(
            row(name, day=place, text=text, product=text, store=text, region=text, channel=text,
                url=text, rating=3.0, flags=flags)
        )  # fmt: skip
        mentions.append(mention(name, text, product=text, store=text, region=text))
        evidence = (Evidence(name, 0, len(text), text),)
        issues.append(issue(text, [], title=text, aspect_id=text, evidence=evidence, count=1))
        orders.append(
            order(text, issue_id=text, title=text, department=text, assignee=text,
                  external_ref=text)
        )  # fmt: skip
        moment = rows[-1].occurred_at
        topics.append(
            Topic(text, text, text, (text,), 3, 0.5, moment, moment, (Evidence("x", 0, 1, text),))
        )
    figures = build_figures(
        report(title=FORMULAS[1], model=FORMULAS[2], rows=rows, mentions=mentions, issues=issues,
               topics=topics, work_orders=orders)
    )  # fmt: skip
    content = to_xlsx(figures)
    found = cells(content)
    assert len(found) > 200
    for text in found:
        assert not re.match(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]", text), text
    with zipfile.ZipFile(BytesIO(content)) as package:
        for name in package.namelist():
            part = package.read(name).decode("utf-8", "replace")
            assert "<f>" not in part
            assert "externalLink" not in part
            assert 'TargetMode="External"' not in part
        assert not [name for name in package.namelist() if "vba" in name.lower()]


def test_every_section_has_its_sheet(
    row: Make, mention: Make, issue: Make, order: Make, report: Make
) -> None:
    import openpyxl

    rows = [
        row(f"r{n}", day=n, rating=1.0 + n % 5, ces=7, url="https://a.example/1") for n in range(40)
    ]
    voices = [one.feedback_id for one in rows]
    figures = build_figures(
        report(
            rows=rows,
            mentions=[mention(name, region="浙江") for name in voices],
            issues=[issue("is_1", voices, trend="rising", trend_p=0.01)],
            work_orders=[order("wo_1")],
        )
    )
    book = openpyxl.load_workbook(BytesIO(to_xlsx(figures)))
    assert book.sheetnames == [
        "要点", "打分", "问题", "原话", "每周对比", "主题", "方面", "产品", "门店", "地区", "评分",
        "未结工单", "单独列出", "说明",
    ]  # fmt: skip
    assert [(line[0][:3], line[1], line[4]) for line in list(book["打分"].values)[1:]] == [
        ("CES", 1, 40),
        ("平均评", 3, 40),
    ]
    head, first = list(book["问题"].values)[:2]
    told = dict(zip(head, first, strict=True))
    assert (told["问题"], told["反馈条数"], told["严重程度"]) == ("动力：换挡顿挫 is_1", 40, "高")
    assert told["渠道"] == "评价 40"
    assert list(book["原话"].values)[1][-1] == "https://a.example/1"


def test_long_and_odd_texts_fit_a_cell(row: Make, issue: Make, report: Make) -> None:
    rows = [row("a", text="顿" * 50_000 + "\ud800\x07")]
    figures = build_figures(report(title="题" * 40_000, rows=rows, issues=[issue("is_1", ["a"])]))
    assert max(len(text) for text in cells(to_xlsx(figures))) <= 32_767
