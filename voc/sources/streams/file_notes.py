"""What is to be told of the files of one run: each sentence once, with the first file of it."""

from __future__ import annotations

from typing import Final

from voc.sources.doubts import Doubts
from voc.sources.files import FileSource
from voc.text.privacy import mask

_SHOWN: Final = 8


class FileNotes:
    """How files were read, and what is doubtful in their rows."""

    def __init__(self) -> None:
        self._doubts = Doubts()
        self._read_as: dict[str, list[str]] = {}

    def add(self, file: str, source: FileSource) -> None:
        """Takes what a file tells that was read to its end; `file` is its name."""
        self._doubts.add(source.doubts)
        for sentence in source.notes:
            self._read_as.setdefault(sentence, []).append(file)

    def sentences(self) -> tuple[str, ...]:
        """Returns the sentences; a file's name, which may be a telephone number, is masked."""
        told = [
            f"{mask(files[0]).text}: {sentence}{_more(len(files) - 1)}"
            for sentence, files in self._read_as.items()
        ]
        rest = len(told) - _SHOWN
        left_out = [f"{rest} more such notes are left out here."] * (rest > 0)
        return (*told[:_SHOWN], *left_out, *(mask(one).text for one in self._doubts.sentences()))


def _more(files: int) -> str:
    return f" The same holds for {files} more files." if files else ""
