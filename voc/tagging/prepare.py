"""Makes raw texts ready for tagging, once for all tasks."""

from __future__ import annotations

from dataclasses import dataclass

from voc.records import Span
from voc.tagging.rules import Judgement, judge
from voc.text.informative import is_uninformative
from voc.text.language import language_of
from voc.text.marks import blank_marks
from voc.text.normalise import Normalised, normalise, sanitise
from voc.text.privacy import mask

EDGES = " \t\r\n\u3000，。；、：,;:~～"
IN_SCOPE = ("zh", "zh-Hant", "yue")


@dataclass(frozen=True, slots=True)
class Prepared:
    """A text in the forms that tagging needs.

    Attributes:
        text: Sanitised, cut and masked; what Tags carry and offsets point into.
        normalised: Its normalised form with the way back.
        judgement: Clauses of the normalised text with what the rules say of each.
        language: As `language_of` names it.
        flags: As `Tags.flags`.
    """

    text: str
    normalised: Normalised
    judgement: Judgement
    language: str
    flags: tuple[str, ...]

    def span(self, start: int, end: int) -> Span:
        """Returns the span of `text` that `[start, end)` of the normalised text came from.

        White space and separators at its edges are left out.
        """
        first, last = self.normalised.original_span(start, end)
        piece = self.text[first:last]
        if piece.strip(EDGES):
            first += len(piece) - len(piece.lstrip(EDGES))
            piece = piece.strip(EDGES)
        return Span(first, first + len(piece), piece)

    @property
    def says_nothing(self) -> bool:
        return "uninformative" in self.flags


def prepare(text: str, *, max_chars: int, masked: bool = True) -> Prepared:
    """Sanitises, cuts, masks, normalises and judges one text.

    Args:
        text: Any text, as it came.
        max_chars: Code points that are read; what comes after is cut and flagged.
        masked: Whether personal data becomes `*`.
    """
    flags = []
    clean, replaced = sanitise(text[:max_chars])
    if len(text) > max_chars:
        flags.append("truncated")
    if replaced:
        flags.append("replaced")
    if masked:
        clean = mask(clean).text
    own_words = blank_marks(clean)
    language = language_of(own_words)
    if is_uninformative(own_words):
        flags.append("uninformative")
    elif language not in IN_SCOPE:
        flags.append("foreign")
    normalised = normalise(own_words)
    return Prepared(clean, normalised, judge(normalised.text), language, tuple(flags))
