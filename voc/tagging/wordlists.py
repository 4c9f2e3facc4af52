"""Headed word lists: plain text files that hold words under headings in square brackets.

    # a remark
    [verdict 0.8]
    推荐 强烈推荐

A heading holds until the next one; words stand apart by spaces.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from voc.errors import ConfigError

_HEADING: Final = re.compile(r"\[([a-z][a-z0-9 .+-]*)\]")


@dataclass(frozen=True, slots=True)
class WordLine:
    """One line of words.

    Attributes:
        heading: The words of the heading it stands under, as `("verdict", "0.8")`.
        words: The words of the line.
        place: Where it stands, as `file:line`.
    """

    heading: tuple[str, ...]
    words: tuple[str, ...]
    place: str

    def error(self, problem: str) -> ConfigError:
        """Returns the error to raise where the line cannot be used."""
        return ConfigError("A word list is wrong; mend the line.", [f"{self.place}: {problem}"])


def read_word_lists(path: Path) -> Iterator[WordLine]:
    """Reads the lines of words of a file, in order.

    Raises:
        ConfigError: The file is missing or not UTF-8, or words stand above the first heading.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as UTF-8 text ({error}).") from error
    heading: tuple[str, ...] = ()
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        found = _HEADING.fullmatch(line.strip())
        if found:
            heading = tuple(found[1].split())
            continue
        words = WordLine(heading, tuple(line.split()), f"{path.name}:{number}")
        if not heading:
            raise words.error("words above the first heading, which says what they do")
        yield words
