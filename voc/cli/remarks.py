"""What is told of several sources: each sentence once, with the names of all that it holds for."""

from __future__ import annotations

from typing import Final

from voc.cli.terminal import say

_NAMED: Final = 5
_SHOWN: Final = 60


class Remarks:
    """Remarks on the sources of one command."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}

    def add(self, name: str, sentence: str) -> None:
        """Says a sentence on a source, if it was not said on another one."""
        names = self._names.setdefault(sentence, [])
        if not names:
            say(f"{name}: {sentence}")
        names.append(name)

    def end(self) -> None:
        """Says which others each sentence holds for."""
        for sentence, (_, *others) in self._names.items():
            if others:
                more = f" and {len(others) - _NAMED} more" if len(others) > _NAMED else ""
                said = sentence if len(sentence) <= _SHOWN else f"{sentence[:_SHOWN]}…"
                say(f"{', '.join(others[:_NAMED])}{more}: likewise. {said}")
        self._names = {}
