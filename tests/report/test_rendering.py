from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pytest

from voc.records import Evidence, Topic
from voc.report import Figures, build_figures, render_html
from voc.report.measured import Measured
from voc.report.rendering import axis_end, coordinate

MEASURED = (Measured("银行论坛", "情感三分类的宏平均 F1", 0.6, 0.54, 0.65, 761, is_fresh=True),)
VOID = {"meta", "link", "rect", "line", "circle", "polygon", "polyline", "br"}


class Page(HTMLParser):
    """What the page is made of: tags with their attributes, and text by tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.style = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def figures(
    row: Callable[..., Any],
    mention: Callable[..., Any],
    issue: Callable[..., Any],
    order: Callable[..., Any],
    report: Callable[..., Any],
) -> Figures:
    """A report with everything in it."""
    rows = [
        row(
            f"r{n}",
            day=n * 0.9,
            text=f"第{n}次了，低速换挡一顿一顿的 <b>真的</b> 受不了。",
            channel=("forum", "hotline", "review", "survey")[n % 4],
            store=f"{n % 5}号店",
            rating=1.0 + n % 5,
            nps=n % 11 if n % 2 else None,
            csat=1 + n % 5,
            ces=1 + n % 7,
            url="https://forum.example/t/1?a=1&b=2",
            sentiment=("negative", "neutral", "positive")[n % 3],
        )
        for n in range(60)
    ]
    rows += [row(f"p{n}", day=30, flags=["paid_burst"], text="太值了") for n in range(5)]
    mentions = [
        mention(f"r{n}", ("power", "service")[n % 2], rows[n].sentiment, store=rows[n].store)
        for n in range(60)
    ]
    voices = [f"r{n}" for n in range(0, 60, 3)]
    evidence = tuple(Evidence(voice, 0, 4, rows[int(voice[1:])].text[:4]) for voice in voices)
    issues = [
        issue("is_1", voices, trend="rising", trend_p=0.01, evidence=evidence),
        issue("is_2", ["r1"], severity="low"),
        *(issue(f"is_{n}", ["r4"], status="closed") for n in range(3, 18)),
    ]
    topics = [
        Topic(f"t{n}", "变速箱顿挫" * n, "cars", ("顿挫", "换挡"), 60 - n, 0.9, rows[0].occurred_at,
              rows[40].occurred_at, (Evidence("r1", 0, 2, "一顿"),))
        for n in range(1, 30)
    ]  # fmt: skip
    orders = [
        order("wo_1", due=50, external_ref="https://jira.example/CQ-1", assignee="周敏"),
        order("wo_2", status="closed"),
    ]
    return build_figures(
        report(
            rows=rows,
            mentions=mentions,
            issues=issues,
            topics=topics,
            work_orders=orders,
            measured=MEASURED,
        )
    )


@pytest.fixture(scope="module")
def page(figures: Figures) -> Page:
    return Page(render_html(figures))


def test_the_page_is_well_formed_and_says_what_it_should(page: Page) -> None:
    assert page.open == []
    for heading in ("本期要点", "声量与情感", "方面 × 情感", "重点问题", "每周对比",
                    "主题地图", "其余主题", "产品对比", "门店对比", "地区对比", "模型有多准",
                    "银行论坛", "什么在拉低评分", "工单", "单独列出", "说明"):  # fmt: skip
        assert heading in page.text
    assert "<b>真的</b>" in page.text
    assert "逾期" in page.text


def test_the_only_style_is_allowed_by_its_hash_and_nothing_else_is(page: Page) -> None:
    (policy,) = (
        meta["content"]
        for meta in page.all("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    )
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    assert policy is not None
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:")
    assert "unsafe" not in policy
    assert "url(" not in page.style
    assert "@import" not in page.style
    first = [tag for tag, _ in page.tags].index("style")
    names = [attributes.get("http-equiv") for _, attributes in page.tags[:first]]
    assert "Content-Security-Policy" in names


def test_there_are_no_scripts_inline_styles_or_things_to_load(page: Page) -> None:
    assert {tag for tag, _ in page.tags}.isdisjoint(
        {"script", "img", "iframe", "object", "embed", "form", "input", "base", "use", "image"}
    )
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on") or name == "style"]
    assert [link["href"] for link in page.all("link")] == ["data:,"]


def test_links_lead_to_the_page_itself_or_out_without_a_trace(page: Page) -> None:
    names = {attributes.get("id") for _, attributes in page.tags}
    for link in page.all("a"):
        href = link["href"] or ""
        if href.startswith("#"):
            assert href[1:] in names
        else:
            assert href.startswith(("https://", "http://"))
            assert link["rel"] == "noopener noreferrer"


def test_ids_are_unique(page: Page) -> None:
    names = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(names) == len(set(names))
    for _, attributes in page.tags:
        for name in (attributes.get("aria-labelledby") or "").split():
            assert name in names


def test_tables_and_drawings_can_be_read_aloud(page: Page) -> None:
    assert all(header.get("scope") in ("col", "row") for header in page.all("th"))
    for drawing in page.all("svg"):
        is_named = drawing.get("aria-label") or drawing.get("aria-labelledby")
        assert is_named if drawing.get("role") == "img" else True
    assert len(page.all("main")) == 1
    assert len(page.all("h1")) == 1
    assert page.all("html")[0]["lang"] == "zh-CN"
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def contrast(one: str, other: str) -> float:
    """Returns the contrast ratio of WCAG 2.2 of two colours such as `#1d1c1a`."""

    def luminance(colour: str) -> float:
        digits = colour.lstrip("#")
        digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
        parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        ("ink", "#fff"),
        ("soft", "#fff"),
        ("faint", "#fff"),
        ("bad", "#fff"),
        ("good", "#fff"),
        ("ink", "mark"),
        ("soft", "wash"),
        ("faint", "wash"),
        ("bad", "wash"),
    ],
)
def test_texts_stand_out_from_their_ground(page: Page, ink: str, paper: str) -> None:
    named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", page.style))
    assert contrast(named.get(ink, ink), named.get(paper, paper)) >= 4.5


def test_cells_of_the_heat_tables_can_be_read(page: Page) -> None:
    ink = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", page.style))["ink"]
    levels = re.findall(r"\.heat-\d \{ background: (#\w+); color: ([^;]+);", page.style)
    assert len(levels) == 5
    for ground, colour in levels:
        assert contrast(ground, ink if colour == "var(--ink)" else colour) >= 4.5
    darkness = [contrast(ground, "#fff") for ground, _ in levels]
    assert darkness == sorted(darkness)


def test_themes_have_the_colours_of_the_heat_tables(page: Page) -> None:
    heat = re.findall(r"\.heat-(\d) \{ background: (#\w+);", page.style)
    assert re.findall(r"svg \.theme-(\d) \{ fill: (#\w+); \}", page.style) == heat
    assert len(heat) == 5
    places = [one.get("class") for one in page.all("circle") if "theme" in (one.get("class") or "")]
    assert len(places) == 20 + 12


def test_polarities_differ_in_grey_too(page: Page) -> None:
    named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", page.style))
    assert contrast(named["bad"], named["good-fill"]) > 2
    assert contrast(named["good-fill"], named["flat"]) > 1.8


def test_no_data_at_all_makes_a_friendly_page(
    report: Callable[..., Any], issue: Callable[..., Any]
) -> None:
    page = Page(render_html(build_figures(report(rejects=3, issues=[issue("is_1", ["a"])]))))
    assert "这段时间还没有反馈" in page.text
    assert "3 行数据没能读懂" in page.text
    assert "未结问题 1 个" in page.text


@pytest.mark.parametrize(
    "rows",
    [
        [{"day": None}],
        [{"sentiment": None}],
        [{"flags": ["paid_burst"]}],
        [{"flags": ["uninformative"], "text": ""}],
        [{"product": None, "store": None, "region": None}],
        [{"day": 0}, {"day": 400}],
        [{"day": 0}, {"day": 8000}],
        [{"channel": "pigeon", "sentiment": "odd"}],
        [{"text": "坏\ud800字\x00"}],
        [{"rating": 3.0}, {"nps": 3}, {"csat": 3}],
    ],
)
def test_odd_data_make_a_page_too(
    rows: list[dict[str, Any]],
    row: Callable[..., Any],
    issue: Callable[..., Any],
    mention: Callable[..., Any],
    report: Callable[..., Any],
) -> None:
    names = [f"r{n}" for n in range(len(rows))]
    made = [row(name, **values) for name, values in zip(names, rows, strict=True)]
    figures = build_figures(
        report(
            rows=made,
            mentions=[mention(name) for name in names],
            issues=[issue("is_1", names, trend="rising")],
            industry=None,
        )
    )
    page = Page(render_html(figures))
    assert page.open == []
    assert "说明" in page.text


@pytest.mark.parametrize(
    ("largest", "end"),
    [(0, 1), (1, 1), (3, 3), (7, 8), (59, 60), (101, 120), (108, 120), (4545, 5000), (0.53, 0.6)],
)
def test_axes_end_at_round_numbers(largest: float, end: float) -> None:
    assert axis_end(largest) == pytest.approx(end)


def test_coordinates_are_short() -> None:
    assert [coordinate(value) for value in (1.0, 1.25, 0.04)] == ["1", "1.2", "0"]
