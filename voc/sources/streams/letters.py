"""What a customer wrote in a mail: without markup, quoted replies and signatures."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

_BLOCKS: Final = frozenset([
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3",
    "h4", "h5", "h6", "header", "hr", "li", "ol", "p", "pre", "section", "table", "td", "th", "tr",
    "ul",
])  # fmt: skip
_UNSEEN: Final = frozenset(["head", "script", "style", "template", "title"])
_QUOTES: Final = frozenset(["gmail_quote", "yahoo_quoted", "moz-cite-prefix", "foxmail_quote"])
_BLANKS: Final = re.compile(r"[ \t\r\f\v\u00a0]+")
_MANY_LINES: Final = re.compile(r"\n{3,}")
_REPLY: Final = re.compile(
    r"""^[ \t>]*(?:
        -{2,}\s*(?:原始邮件|原邮件|转发的邮件|转发邮件信息|回复的原邮件|Original\ Message
                  |Forwarded\ message)\b.*
      | 在.{4,120}(?:写道|寫道|wrote)\s*[:：]
      | \d{4}[-/年.]\d{1,2}.{0,100}(?:写道|寫道)\s*[:：]
      | (?:On\ |At\ \d{4}-\d).{4,200}\ wrote:
      | (?:发件人|寄件者|寄件人|From)\s*[:：].{1,200}(?:\n[ \t>]*){1,2}
        (?:发送时间|发送日期|日期|时间|寄件日期|收件人|收件者|Sent|Date|To)\s*[:：]
      | _{10,}\s*$
    )""",
    re.MULTILINE | re.VERBOSE,
)
_FORWARDED: Final = re.compile(r"\s*(?:转发|轉寄|轉發|fwd?)\s*[:：]", re.IGNORECASE)
_SIGNATURE: Final = re.compile(
    r"^(?:--[ ]?|[ \t]*(?:发自我的.{1,30}|从我的.{1,20}发送|来自.{0,10}(?:手机|邮箱大师|网易邮箱)"
    r"|Sent from my .{1,30}|Sent from .{1,20} for (?:iOS|Android)|获取\s*Outlook.{0,20})[ \t]*)$",
    re.MULTILINE,
)
_LONGEST: Final = 200_000


def words_of(text: str, *, subject: str = "") -> str:
    """Returns what the sender wrote: what stands before the first reply, signature and quote.

    A mail that is nothing but a quote, or passes on another by its subject, stays as it is: what
    matters of a complaint that somebody forwards stands in the quote.
    """
    text = _tidy(text[:_LONGEST])
    if _FORWARDED.match(subject):
        return text
    end = len(text)
    for pattern in (_REPLY, _SIGNATURE):
        found = pattern.search(text, 0, end)
        end = found.start() if found else end
    lines = [line for line in text[:end].split("\n") if not line.lstrip().startswith(">")]
    return _tidy("\n".join(lines)) or text


def text_of_html(markup: str) -> str:
    """Returns the text that a reader of a page sees, without quotes that are marked as such."""
    reader = _Reader()
    reader.feed(markup[: 10 * _LONGEST])
    reader.close()
    return _tidy("".join(reader.found))


def _tidy(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = (_BLANKS.sub(" ", line).strip(" \u3000") for line in text.split("\n"))
    return _MANY_LINES.sub("\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collects text; knows no more of markup than where lines end and what is not shown."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._hidden: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._hidden:
            if tag == self._hidden[0]:
                self._hidden.append(tag)
            return
        told = dict(attrs)
        classes = (told.get("class") or "").split()
        is_quote = tag == "blockquote" or not _QUOTES.isdisjoint(classes)
        if tag in _UNSEEN or (is_quote and "".join(self.found).strip()):
            self._hidden.append(tag)
        elif tag in _BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._hidden:
            if tag == self._hidden[0]:
                self._hidden.pop()
        elif tag in _BLOCKS and tag != "br":
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append(re.sub(r"\s+", " ", data))
