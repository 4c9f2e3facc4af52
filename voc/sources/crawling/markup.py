"""From markup to the words that a reader sees."""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from typing import Any, Final

from voc.errors import ConfigError

_BLOCKS: Final = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
_SILENT: Final = frozenset(["script", "style", "noscript", "template", "iframe"])
_HIDDEN: Final = ('[style*="display:none"]', '[style*="display: none"]')
_QUOTES: Final = ("blockquote", "div.quote", "aside.quote")
_LETTER: Final = re.compile(r"[^\W_]")
_SPACE: Final = re.compile(r"[ \t\r\n\f\v\xa0]+")


def parse(text: str, url: str = "") -> Any:
    """Returns a page as a selector of parsel.

    Raises:
        ConfigError: parsel is not installed.
    """
    return _selector()(text=text.replace("\x00", ""), type="html", base_url=url or None)


def _selector() -> Any:
    try:
        from parsel import Selector
    except ImportError as error:
        raise missing_extra("parsel") from error
    return Selector


def missing_extra(package: str) -> ConfigError:
    """Returns the error that says what to install."""
    return ConfigError(
        f"Crawling needs {package}, which is not installed;"
        ' install it with: pip install "voc-zh[crawl]"'
    )


def words_of(node: Any, cut: Sequence[str] = ()) -> str:
    """Returns the text of a selector's element, a line a block, without what is hidden or cut.

    Args:
        node: A selector of one element; it stays as it is.
        cut: CSS selectors of what is left out.
    """
    from lxml import etree

    root = copy.deepcopy(node.root)
    if not isinstance(root, etree._Element):
        return _clean(str(root))
    root.tail = None
    etree.strip_tags(root, etree.Comment, etree.ProcessingInstruction)
    for css in (*_HIDDEN, *cut):
        for found in _selector()(root=root).css(css):
            if found.root is not root:
                found.drop()
    return _clean("".join(_pieces(root)))


def own_words_of(node: Any, cut: Sequence[str] = ()) -> str:
    """Returns the same without what is quoted of others, where there are words beside it.

    A quote that stands alone may be all that somebody says, as where a feed sets his words apart.
    """
    own = words_of(node, (*cut, *_QUOTES))
    return own if _LETTER.search(own) else words_of(node, cut)


def _pieces(root: Any) -> list[str]:
    from lxml import etree

    pieces: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = str(element.tag).lower()
        if event == "start":
            if tag in _SILENT:
                walk.skip_subtree()
            else:
                pieces += ["\n"] * (tag in _BLOCKS) + [_SPACE.sub(" ", element.text or "")]
            if tag == "img" and "emoji" in element.get("class", ""):
                pieces.append(element.get("alt", ""))
        else:
            pieces += ["\n"] * (tag in _BLOCKS) + [_SPACE.sub(" ", element.tail or "")]
    return pieces


def _clean(text: str) -> str:
    lines = (re.sub(" {2,}", " ", line).strip() for line in text.split("\n"))
    return "\n".join(line for line in lines if line)


def first(node: Any, css: str) -> str | None:
    """Returns the trimmed text or attribute that a selector ending in `::…` finds first."""
    found = node.css(css).get()
    return _SPACE.sub(" ", found).strip() if found is not None else None
