"""The lexicon: words that judge, and words that say how others count.

It is read from headed word lists in `data/`, written for this project, which a quality manager can
read and edit. Where words overlap in a text the leftmost longest counts: 不错 is not 不 and 错.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args

from voc.tagging.wordlists import WordLine, read_word_lists
from voc.text.matching import WordMatcher
from voc.text.normalise import normalise

Kind = Literal["verdict", "act", "quality", "harm", "bare"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

_DATA: Final = Path(__file__).parent / "data"
_USER_STRENGTH: Final = 0.8


class Role:
    """What a word does, as bits of `Entry.roles`. A word may do several things."""

    POLAR: Final = 1 << 0
    CONTEXTUAL: Final = 1 << 1
    SUBJECT: Final = 1 << 2
    NEGATOR: Final = 1 << 3
    FAR: Final = 1 << 4
    LACK: Final = 1 << 5
    DEGREE: Final = 1 << 6
    EXCESS: Final = 1 << 7
    AFTER_DEGREE: Final = 1 << 8
    AMPLIFIER: Final = 1 << 9
    FILLER: Final = 1 << 10
    CONNECTOR: Final = 1 << 11
    CONTRAST: Final = 1 << 12
    RESERVATION: Final = 1 << 13
    CONCESSION: Final = 1 << 14
    PAST: Final = 1 << 15
    NOW: Final = 1 << 16
    HEARSAY: Final = 1 << 17
    COMPARISON: Final = 1 << 18
    OTHER_SIDE: Final = 1 << 19
    UNREAL: Final = 1 << 20
    QUESTION: Final = 1 << 21
    WHY: Final = 1 << 22
    IRONY: Final = 1 << 23
    IRONY_WITH_HARM: Final = 1 << 24
    FIXED: Final = 1 << 25
    WARNING: Final = 1 << 26


_GRAMMAR: Final[Mapping[str, int]] = {
    "negator": Role.NEGATOR,
    "negator far": Role.NEGATOR | Role.FAR,
    "negator warning": Role.NEGATOR | Role.WARNING,
    "lack": Role.NEGATOR | Role.LACK,
    "degree": Role.DEGREE,
    "excess": Role.DEGREE | Role.EXCESS,
    "after degree": Role.AFTER_DEGREE,
    "amplifier": Role.AMPLIFIER,
    "filler": Role.FILLER,
    "connector": Role.CONNECTOR,
    "contrast": Role.CONTRAST,
    "reservation": Role.RESERVATION,
    "concession": Role.CONCESSION,
    "past": Role.PAST,
    "now": Role.NOW,
    "hearsay": Role.HEARSAY,
    "comparison": Role.COMPARISON,
    "other side": Role.OTHER_SIDE,
    "unreal": Role.UNREAL,
    "question": Role.QUESTION,
    "why": Role.QUESTION | Role.WHY,
    "irony": Role.IRONY,
    "irony with harm": Role.IRONY_WITH_HARM,
    "fixed": Role.FIXED,
}
_DIRECTIONS: Final[Mapping[str, int]] = {"up": 1, "down": -1, "+": 1, "-": -1}


@dataclass(frozen=True, slots=True)
class Entry:
    """A word of the lexicon.

    Attributes:
        word: The word, normalised.
        roles: Bits of `Role`.
        score: For words that judge, in [-1, 1]; for words that depend on what they are said of,
            the score where nothing is named.
        kind: How far negation reaches the word, and how it must stand to count.
        degree: What it multiplies the strength of its neighbour by.
        axis: For words that depend on what they are said of: on what axis they measure.
        direction: 1 for more, -1 for less on that axis.
        excess: Score where nothing is named and a word of excess stands before (太大).
        signs: For things that such words are said of: by axis 1 where more is good, else -1.
        parts: The entries that a joined word stands for, in order.
    """

    word: str
    roles: int = 0
    score: float = 0.0
    kind: Kind = "quality"
    degree: float = 1.0
    axis: str = ""
    direction: int = 0
    excess: float = 0.0
    signs: Mapping[str, int] = field(default_factory=dict)
    parts: tuple[Entry, ...] = ()


class Token(NamedTuple):
    """A word of the lexicon at `[start, end)` of a text."""

    start: int
    end: int
    entry: Entry


class Lexicon:
    """Words with what they do.

    Args:
        entries: The entries by word.
    """

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = dict(entries)
        joined = {entry.word: entry for entry in _joined(self._entries)}
        self._matcher = WordMatcher({**joined, **self._entries})

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, word: object) -> bool:
        return word in self._entries

    def __getitem__(self, word: str) -> Entry:
        return self._entries[word]

    def with_role(self, role: int) -> Iterator[Entry]:
        """Returns the entries that have that role."""
        return (entry for entry in self._entries.values() if entry.roles & role)

    def with_words(self, *, positive: Iterable[str] = (), negative: Iterable[str] = ()) -> Lexicon:
        """Returns a lexicon that judges by these words too; they win over what it held."""
        entries = dict(self._entries)
        for words, sign in ((positive, 1), (negative, -1)):
            for word in filter(None, (normalise(word).text for word in words)):
                entries[word] = Entry(word, Role.POLAR, sign * _USER_STRENGTH)
        return Lexicon(entries)

    def tokens(self, text: str) -> list[Token]:
        """Returns the words found in a normalised text, in order, without overlap."""
        found: list[Token] = []
        for start, end, entry in self._matcher.find(text):
            if not entry.parts:
                found.append(Token(start, end, entry))
                continue
            for part in entry.parts:
                found.append(Token(start, start + len(part.word), part))
                start += len(part.word)
        return found


@functools.cache
def default_lexicon() -> Lexicon:
    """Returns the lexicon that comes with the package, loaded once."""
    return load_lexicon(_DATA)


def load_lexicon(folder: Path) -> Lexicon:
    """Reads `negative.txt`, `positive.txt`, `grammar.txt` and `context.txt` of a folder.

    Raises:
        ConfigError: A file is missing or a line wrong; with the line.
    """
    entries: dict[str, Entry] = {}
    for name, sign in (("negative.txt", -1), ("positive.txt", 1)):
        for line in read_word_lists(folder / name):
            _add_judging(entries, line, sign)
    for line in read_word_lists(folder / "grammar.txt"):
        _add_grammar(entries, line)
    axis = ""
    for line in read_word_lists(folder / "context.txt"):
        axis = _add_context(entries, line, axis)
    return Lexicon(entries)


def _add_judging(entries: dict[str, Entry], line: WordLine, sign: int) -> None:
    kind, strength = line.heading if len(line.heading) == 2 else ("", "")
    if kind not in KINDS:
        raise line.error(f"a heading is one of {', '.join(KINDS)} and a strength, as [verdict 0.8]")
    for word in line.words:
        _add(entries, word, Role.POLAR, score=sign * _number(line, strength), kind=kind)


def _add_grammar(entries: dict[str, Entry], line: WordLine) -> None:
    *name, last = line.heading
    graded = "degree" in line.heading
    roles = _GRAMMAR.get(" ".join(name if graded else line.heading))
    if roles is None:
        raise line.error(
            f"a heading is one of {', '.join(_GRAMMAR)}; a degree is given, as [degree 1.4]"
        )
    changes = {"degree": _number(line, last)} if graded else {}
    for word in line.words:
        _add(entries, word, roles, **changes)


def _add_context(entries: dict[str, Entry], line: WordLine, axis: str) -> str:
    """Adds a line of the adjectives of an axis, or of the things they are said of.

    Returns:
        The axis under which the line stands.
    """
    try:
        if line.heading[0] == "axis":
            (_, axis), (word, direction, score, excess) = line.heading, line.words
            values = {"axis": axis, "direction": _DIRECTIONS[direction]}
            scores = {"score": _number(line, score), "excess": _number(line, excess)}
            _add(entries, word, Role.CONTEXTUAL, **values, **scores)
            return axis
        _, axis, sign = line.heading
        for word in line.words:
            known = entries.get(word, Entry(word)).signs
            _add(entries, word, Role.SUBJECT, signs={**known, axis: _DIRECTIONS[sign]})
    except (ValueError, KeyError):
        raise line.error(
            "under [axis amount] stand lines as `高 up 0.1 -0.3`, under [subject amount +] words"
        ) from None
    return axis


def _number(line: WordLine, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise line.error(f"{text!r} is no number") from None


def _add(entries: dict[str, Entry], word: str, roles: int, **changes: Any) -> None:
    """Gives a word further roles; one that depends on its context judges by that alone."""
    known = entries.get(word, Entry(word))
    kept = known.roles & ~Role.POLAR if roles & Role.CONTEXTUAL else known.roles
    entries[word] = replace(known, roles=kept | roles, **changes)


def _joined(entries: Mapping[str, Entry]) -> Iterator[Entry]:
    """Returns words that keep a shorter, listed word from hiding the end of another.

    不满 would hide 满意 in 不满意, and 最好 would hide 好吃 in 最好吃: where a listed word is a
    modifier and the beginning of a judging word, modifier and judging word are joined.
    """
    judging = [entry for entry in entries.values() if entry.roles & Role.POLAR]
    by_beginning: dict[str, list[Entry]] = {}
    for entry in judging:
        for length in range(1, len(entry.word)):
            by_beginning.setdefault(entry.word[:length], []).append(entry)
    for hiding in entries.values():
        for length in range(1, len(hiding.word)):
            modifier = entries.get(hiding.word[:length])
            if modifier is None or not _may_join(modifier, hiding):
                continue
            for entry in by_beginning.get(hiding.word[length:], ()):
                word = modifier.word + entry.word
                if word not in entries:
                    yield Entry(word, parts=(modifier, entry))


def _may_join(modifier: Entry, hiding: Entry) -> bool:
    if modifier.roles & Role.NEGATOR:
        return True
    firm = hiding.roles & (Role.FIXED | Role.QUESTION) and modifier.word != "最"
    return bool(modifier.roles & Role.DEGREE) and not firm
