"""The rows that every candidate gets: distinct texts, spread over the whole of a source.

Texts that come again would be remembered by the engine, and a file's first rows are often of one
kind; so repeats are left out, and fewer rows than there are texts are taken at even distances.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path


def source_texts(data: Path | None) -> Iterator[str]:
    """Yields the texts of a jsonl file, or of the demo where none is named.

    Raises:
        SystemExit: A line of the file has no `text`.
    """
    return _demo_texts() if data is None else _file_texts(data)


def _demo_texts() -> Iterator[str]:
    # Imported here, so that the other candidates' processes do not hold this one's packages.
    from zoneinfo import ZoneInfo

    from voc.config import bundled
    from voc.sources.files import FileSource

    folder = bundled("corpora/demo")
    for path in sorted([*folder.glob("*/*.csv"), *folder.glob("*/*.jsonl")]):
        source = FileSource(path, zone=ZoneInfo("Asia/Shanghai"), max_chars=20_000)
        for page in source.read(None):
            yield from (each.text for each in page.feedback)


def _file_texts(path: Path) -> Iterator[str]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            text = json.loads(line).get("text")
            if not isinstance(text, str):
                raise SystemExit(f"{path}, line {number}: has no 'text'; the rows need one each.")
            yield text


def distinct(texts: Iterable[str]) -> list[str]:
    """Returns the texts that say anything, each once, in order."""
    return [text for text in dict.fromkeys(texts) if text.strip()]


def spread(texts: Sequence[str], count: int) -> list[str]:
    """Returns `count` texts at even distances; all, where there are no more."""
    if count >= len(texts):
        return list(texts)
    return [texts[place * len(texts) // count] for place in range(count)]


def mean_length(texts: Sequence[str]) -> float:
    """Returns the mean length in code points."""
    return sum(map(len, texts)) / len(texts)


def write_rows(path: Path, texts: Iterable[str]) -> Path:
    """Writes texts as jsonl with `id` and `text`."""
    with path.open("w", encoding="utf-8") as out:
        for number, text in enumerate(texts):
            out.write(json.dumps({"id": str(number), "text": text}, ensure_ascii=False) + "\n")
    return path


def read_rows(path: Path) -> list[str]:
    """Returns the texts that `write_rows` wrote."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def unlike(texts: Sequence[str]) -> list[str]:
    """Returns ten texts to warm up with, like the first of `texts` yet in no cache of them."""
    return [f"{text}。" for text in texts[:10]]
