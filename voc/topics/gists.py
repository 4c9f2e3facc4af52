"""What themes tell: the words of their problem, or of what they are about."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from voc.topics.candidates import Candidates
from voc.topics.corpus import Corpus
from voc.topics.meaning import Floats
from voc.topics.members import Theme, members_of, themes_of
from voc.topics.said import is_matter
from voc.topics.synonyms import troubles
from voc.topics.themes import Labels

_HARDLY: Final = re.compile("不(?:怎么|太|是很|是太|很|算|是特别)(?=.)")
"""What denies a word though not wholly: 不怎么好吃 is 不好吃."""


class Gist(NamedTuple):
    """What a theme tells.

    Attributes:
        words: The words of its problem, as one of each kind; or what it is about, where no problem
            stands for most; without those of all matters.
        is_mixed: Whether none does.
    """

    words: frozenset[str] = frozenset()
    is_mixed: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether it tells nothing, as 业主（多方面）."""
        return self.is_mixed and not self.words


class Gists:
    """What the themes of some clauses tell; that of a theme which stays as it is is read once.

    Args:
        corpus: The clauses.
    """

    def __init__(self, corpus: Corpus) -> None:
        self._corpus = corpus
        self._known: dict[bytes, Gist] = {}

    def of(self, labels: Labels, closeness: Floats) -> list[Gist]:
        """Returns what each theme tells.

        Args:
            labels: `(n,)` the themes of the clauses, −1 for none.
            closeness: `(n,)` how much each is like its theme.
        """
        found = []
        for theme in themes_of(self._corpus, labels):
            mark = theme.places.tobytes()
            if mark not in self._known:
                self._known[mark] = self._read(theme, closeness)
            found.append(self._known[mark])
        return found

    def _read(self, theme: Theme, closeness: Floats) -> Gist:
        corpus = self._corpus
        told = Candidates(
            members_of(theme, corpus, closeness),
            theme.weights,
            complaint=theme.complaint,
            subjects=corpus.subjects,
            cut_off=corpus.cut_off,
            synonyms=corpus.synonyms,
        ).told
        subject = told.subject if is_matter(told.subject) else ""
        words = corpus.kinds_in(_HARDLY.sub("不", told.problem) or subject)
        is_mixed = not (told.problem or words & troubles())
        if is_mixed and told.often:
            words |= corpus.kinds_in(told.often)
        return Gist(frozenset(words), is_mixed)
