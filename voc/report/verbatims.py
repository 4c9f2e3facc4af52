"""What customers said: which voices speak for an issue, and the part of each to show."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from voc.records import URGENCIES, Evidence
from voc.report.intake import ReportRow
from voc.report.issue_figures import TextPart, Verbatim

MOST_SHOWN: Final = 8
KEPT_PER_CHANNEL: Final = 8
_BEFORE: Final = 48
_LONGEST: Final = 150
_SPOKEN: Final = range(12, 400)
_TELLING: Final = 6
_BREAKS: Final = "。！？!?；;，,、\n "
_TRAILING: Final = f"{_BREAKS}…"
_SPACE: Final = re.compile(r"\s+")
_UNSAFE: Final = re.compile(r"[\x00-\x20\x7f-\x9f\"'<>\\`{}|^]")


@dataclass(frozen=True, slots=True, order=True)
class Candidate:
    """A voice that may be shown; greater ones speak better for the issue."""

    rank: tuple[bool, bool, bool, bool, bool, float, str]
    parts: tuple[TextPart, ...]
    moment: str | None
    channel: str
    channel_name: str | None
    product: str | None
    store: str | None
    url: str | None

    @property
    def beginning(self) -> str:
        """What near-copies have in common."""
        return "".join(part.text for part in self.parts).strip("…")[:24]


def candidate(
    row: ReportRow,
    evidence: Evidence,
    *,
    moment: datetime | None,
    words: Collection[str] = (),
) -> Candidate:
    """Makes a candidate of a voice.

    Voices whose evidence says what the issue is called by come before others, then those with a
    telling stretch of evidence, those that do not praise as a whole, those long enough to say
    something, urgent ones, later ones.

    Args:
        row: The feedback.
        evidence: The place in it that speaks for the issue.
        moment: When it was said, in the report's zone; or when it came in, where the feedback
            itself has no time: that is not shown.
        words: What the issue is called by (see `voc.topics.titles`).
    """
    parts = excerpt(row.text, evidence.start, evidence.end, evidence.text)
    return Candidate(
        rank=(
            any(word in evidence.text for word in words),
            any(len(part.text) >= _TELLING for part in parts if part.marked),
            row.sentiment != "positive",
            len(row.text) in _SPOKEN,
            row.urgency in URGENCIES[2:],
            moment.timestamp() if moment else 0.0,
            row.feedback_id,
        ),
        parts=parts,
        moment=moment.isoformat(timespec="minutes") if moment and row.is_dated else None,
        channel=row.channel,
        channel_name=row.channel_name,
        product=row.product,
        store=row.store,
        url=web_address(row.url),
    )


def keep_best(kept: list[Candidate], new: Candidate) -> None:
    """Puts `new` among the `KEPT_PER_CHANNEL` best of a channel, in place."""
    kept.append(new)
    kept.sort(reverse=True)
    del kept[KEPT_PER_CHANNEL:]


def choose(channels: Iterable[list[Candidate]]) -> tuple[Verbatim, ...]:
    """Returns up to `MOST_SHOWN` voices: the best of each channel in turn, no near-copies.

    Args:
        channels: The candidates of each channel, best first; the channels in order of weight.
    """
    queues = [list(candidates) for candidates in channels]
    chosen: list[Candidate] = []
    beginnings: set[str] = set()
    while any(queues) and len(chosen) < MOST_SHOWN:
        for queue in queues:
            while queue and queue[0].beginning in beginnings:
                queue.pop(0)
            if queue and len(chosen) < MOST_SHOWN:
                chosen.append(queue.pop(0))
                beginnings.add(chosen[-1].beginning)
    return tuple(
        Verbatim(
            one.parts,
            one.moment,
            one.channel,
            one.channel_name,
            one.product,
            one.store,
            one.url,
        )
        for one in chosen
    )


def excerpt(text: str, start: int, end: int, evidence: str) -> tuple[TextPart, ...]:
    """Cuts a text to the part around its evidence, which is marked.

    Args:
        text: The whole text.
        start: First code point of the evidence.
        end: Code point after its last; half-open.
        evidence: The text of the evidence. Where it does not stand at the offsets, it is looked
            for; where it does not stand in the text at all, the beginning is shown unmarked.
    """
    if not 0 <= start < end <= len(text) or (evidence and text[start:end] != evidence):
        start = text.find(evidence) if evidence else -1
        end = start + len(evidence)
    if start < 0:
        return _parts((_cut(text, _LONGEST), False))
    marked = _cut(text[start:end], _LONGEST)
    before = _tail(text[:start], _BEFORE)
    room = max(_BEFORE, _LONGEST - len(marked) - len(before))
    after = "" if marked.endswith("…") else _cut(text[end:], room)
    return _parts((before, False), (marked, True), (after, False))


def web_address(url: str | None) -> str | None:
    """Returns a link that a reader may follow, or `None`: only http and https, and no tricks."""
    if not url or len(url) > 2000 or _UNSAFE.search(url):
        return None
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname)
    except ValueError:
        return None
    is_plain = parts.scheme in ("http", "https") and parts.username is None
    return url if is_plain and has_host else None


def _cut(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    stop = max(text.rfind(mark, longest * 2 // 3, longest) for mark in _BREAKS)
    return f"{text[: stop if stop > 0 else longest].rstrip(_TRAILING)}…"


def _tail(text: str, longest: int) -> str:
    if len(text) <= longest:
        return text
    tail = text[-longest:]
    breaks = [place for place, mark in enumerate(tail[: longest // 2]) if mark in _BREAKS]
    return f"…{tail[breaks[-1] + 1 if breaks else 0 :].lstrip(_TRAILING)}"


def _parts(*stretches: tuple[str, bool]) -> tuple[TextPart, ...]:
    read = ((_SPACE.sub(" ", text), marked) for text, marked in stretches)
    return tuple(TextPart(text, marked) for text, marked in read if text)
