"""Splits texts into sentences and clauses, as half-open spans of code points.

A clause is what one opinion is usually said in: Chinese strings several on commas. Punctuation
stays with what it ends. Decimals, times, URLs, emoticons and short quotes stay whole, and so do
short lists and labels (外观、内饰都好 · 优点：省油), whose judgement comes after the mark.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

Level = Literal["sentence", "clause"]

_HAN: Final = "\u3400-\u4dbf\u4e00-\u9fff"
_EMOJI: Final = "\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\ufe0f\u200d\u20e3"
_CLOSERS: Final = r"”’」』）)】》］\]"

# What stays whole although it holds separators.
_ATOM: Final = "|".join(
    [
        rf"(?:https?://|www\.)[^\s{_HAN}，。！？；、（）【】《》“”]{{1,500}}",
        '“[^“”\n]{0,30}”|「[^「」\n]{0,30}」|『[^『』\n]{0,30}』|《[^《》\n]{0,40}》|"[^"\n]{0,30}"',
        rf"[（(][^（）()\s{_HAN}A-Za-z0-9]{{2,12}}[)）]",
        r"[:;：；]['\-^]?(?:[)(DPp3](?![A-Za-z0-9])|）)",
        r"[\^~～;；=][_\-oO.]{1,3}[\^~～;；=]",
    ]
)
_STOP: Final = (
    rf"[。！？!?｡][。！？!?｡.…~～，,；;、]*[{_CLOSERS}]*[{_EMOJI}]*"
    rf"|(?<![\d.])\.(?=[\s{_HAN}]|$)[{_CLOSERS}]*"
)
_PAUSE: Final = (
    r"(?:，|；|;|、|(?<!\d),|,(?!\d)|(?<!\d)[：:]|[：:](?!\d)|[~～]|…|\.{2,})[，,;；…~～.]*"
)
# A clause may end here without a mark, before a word that turns the judgement.
_TURN: Final = "|".join(
    [
        r"(?<![不非岂但])但(?![愿凡])",
        r"(?<![比说打敌抵拗信受跑赢忍熬躲绕瞒撑只])(?<!再[好大])不过"
        r"(?![敏分期关去来眼瘾滤于时头脑目问手夜年节是一两三几半]|如此)",
        r"(?<![那这真你我他她它还])可是",
        r"然而",
        r"(?<=[好错吃行亮高多美快棒赞强值宜看用听了的稳净香甜嫩酷帅爽以意])[就只]是(?!说)",
    ]
)
_MARKS: Final = re.compile(
    rf"(?=[hw“「『《\"（(:;：；^~～=。！？!?｡.，,、…\s{_EMOJI}但不可然就只])(?:"
    rf"(?P<atom>{_ATOM})|(?P<stop>{_STOP})|(?P<line>\n)|(?P<pause>{_PAUSE})"
    rf"|(?P<gap>(?<=[{_HAN}]{{2}})[ \t\u3000]{{1,20}}(?=[{_HAN}]{{2}}))"
    rf"|(?P<face>(?<![{_EMOJI}])[{_EMOJI}]++(?=[{_HAN}]))|(?P<turn>(?={_TURN})))"
)
# Below how many characters what stands before a mark is an item of a list, or a label.
_SHORTEST: Final = {"、": 4, "：": 6, ":": 6}
_CONTENT: Final = re.compile(rf"[\w{_EMOJI}]")

# Speech recognition writes no marks; such text is cut near `_SOFT_LENGTH`, where a clause may end.
_LONGEST: Final = 60
_SOFT_LENGTH: Final = 40
_SOFT_REACH: Final = 15
_PARTICLE: Final = re.compile(r"(?<![为除])了(?![解结吧呢吗啊呀])|[吧呢啊吗呀啦哦嘛]")
_CONNECTIVE: Final = re.compile(r"然后|而且|因为|所以|还有|另外|结果|我|他|她|你")
_NO_BREAK: Final = re.compile(
    r"[A-Za-z0-9.,:/\-_'][A-Za-z0-9.,:/\-_']|.[\ufe0f\u200d\u0300-\u036f]|\u200d."
)


@dataclass(frozen=True, slots=True)
class _Cut:
    """A place where a piece ends; `ends_sentence` tells what kind of piece."""

    at: int
    ends_sentence: bool


def sentences(text: str) -> list[tuple[int, int]]:
    """Returns the spans of the sentences.

    They cover every character that is not white space, in order and without overlap. Very long
    texts without any mark, as speech recognition gives them, are cut about every 40 characters.
    """
    cuts, atoms = _cuts(text)
    pieces = _pieces(text, [cut.at for cut in cuts if cut.ends_sentence])
    marked = [cut.at for cut in cuts]
    return _shortened(text, pieces, atoms, marked)


def clauses(text: str) -> list[tuple[int, int]]:
    """Returns the spans of the clauses: sentences cut further at pauses and turns.

    They cover what the sentences cover, and none crosses the end of a sentence.
    """
    cuts, atoms = _cuts(text)
    pieces = _pieces(text, list(_said(text, cuts)))
    return _shortened(text, pieces, atoms, [])


def _said(text: str, cuts: list[_Cut]) -> Iterator[int]:
    """Yields where clauses end; mere marks that begin a sentence go with what follows in it."""
    last = _Cut(0, ends_sentence=False)
    for cut in cuts:
        if (
            last.ends_sentence
            and not cut.ends_sentence
            and not _CONTENT.search(text, last.at, cut.at)
        ):
            continue
        last = cut
        yield cut.at


def _cuts(text: str) -> tuple[list[_Cut], list[tuple[int, int]]]:
    """Finds where pieces end, and what must not be cut."""
    cuts: list[_Cut] = []
    atoms: list[tuple[int, int]] = []
    last = item = 0
    for match in _MARKS.finditer(text):
        kind, (start, end) = match.lastgroup, match.span()
        if kind == "atom":
            atoms.append((start, end))
            if not _quotes_a_sentence(text, end):
                continue
        mark, length = text[start : start + 1], start - item
        item = end
        if (kind == "turn" and start - last < 2) or length < _SHORTEST.get(mark, 0):
            continue
        last = start if kind == "turn" else end
        cuts.append(_Cut(last, ends_sentence=kind in ("stop", "line", "atom")))
    return cuts, atoms


def _quotes_a_sentence(text: str, end: int) -> bool:
    return text[end - 1] in '”」』"' and text[end - 2] in "。！？!?"


def _pieces(text: str, cuts: list[int]) -> list[tuple[int, int]]:
    """Returns the stretches between cuts without white space around, none of it only marks."""
    pieces: list[tuple[int, int]] = []
    start = 0
    for end in [*cuts, len(text)]:
        piece = text[start:end]
        first = start + len(piece) - len(piece.lstrip())
        last = start + len(piece.rstrip())
        start = end
        if first >= last:
            continue
        joins = pieces and not (
            _CONTENT.search(text, first, last) and _CONTENT.search(text, *pieces[-1])
        )
        if joins:
            pieces[-1] = (pieces[-1][0], last)
        else:
            pieces.append((first, last))
    return pieces


def _shortened(
    text: str, pieces: list[tuple[int, int]], atoms: list[tuple[int, int]], marked: list[int]
) -> list[tuple[int, int]]:
    """Cuts long pieces that hold none of the `marked` places."""
    if all(end - start <= _LONGEST for start, end in pieces):
        return pieces
    shortened: list[tuple[int, int]] = []
    for start, end in pieces:
        if end - start <= _LONGEST or any(start < at < end for at in marked):
            shortened.append((start, end))
        else:
            shortened += _soft_pieces(text, start, end, atoms)
    return shortened


def _soft_pieces(
    text: str, start: int, end: int, atoms: list[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    while end - start > _LONGEST:
        cut = _soft_cut(text, start)
        around = bisect_left(atoms, (cut, cut)) - 1
        if around >= 0 and cut < atoms[around][1]:
            cut = atoms[around][1]
        after = _blanks_end(text, cut)
        if after >= end:
            break
        yield start, start + len(text[start:cut].rstrip())
        start = after
    yield start, end


def _blanks_end(text: str, place: int) -> int:
    """Returns where the white space from `place` on ends."""
    while place < len(text) and text[place].isspace():
        place += 1
    return place


def _soft_cut(text: str, start: int) -> int:
    """Returns a good place to cut within reach of `_SOFT_LENGTH` after `start`."""
    target = start + _SOFT_LENGTH
    reach = target - _SOFT_REACH, target + _SOFT_REACH
    places = [match.end() for match in _PARTICLE.finditer(text, *reach)]
    places = places or [match.start() for match in _CONNECTIVE.finditer(text, *reach)]
    if places:
        return min(places, key=lambda place: abs(place - target))
    for place in range(target, reach[0], -1):
        if not _NO_BREAK.match(text, place - 1):
            return place
    return target
