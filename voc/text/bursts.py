"""Finds bursts of paid posts: near copies of one text, from many new accounts, within an hour.

Copies are told by the Jaccard similarity of their character pairs; candidates come from MinHash
with banding (Broder 1997; Leskovec et al., Mining of Massive Datasets, chapter 3). Everything is
a function of the voices given: nothing is kept between calls.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import add
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from voc.records import Channel, stable_id
from voc.text.normalise import normalise

# Where anyone may post under a name made for the day. A hotline call or a survey answer comes from
# a customer whom somebody invited or who phoned in person.
PUBLIC_CHANNELS: Final[frozenset[Channel]] = frozenset(("forum", "review", "social"))

# Ordinary short praise (味道不错，送餐很快) is alike by nature; under so many different character
# pairs a likeness proves nothing.
_MIN_PAIRS: Final = 18
# Of the accounts behind the copies, how many must be new, and of all copies in the input, how many
# must fall into bursts: a phrase that turns up on any day is a habit or a platform's template.
_NEW_SHARE: Final = 0.8
# Where a source names no accounts the copies must tell it alone: so many times as many, each at a
# time of its own, and longer, for one customer may send his words again and an export hold them
# twice.
_NAMELESS_TIMES: Final = 1.6
_NAMELESS_PAIRS: Final = 24
_BURST_SHARE: Final = 0.5
# What crowds for longer than so many windows on end is no burst but the ordinary state of things.
_MOST_WINDOWS: Final = 12

_BANDS: Final = 24
_ROWS: Final = 3
_NEIGHBOURS: Final = 3
_BATCH: Final = 4_096

_SILENT: Final = re.compile(r"[\W_]+")
_ANONYMOUS: Final = re.compile(r"^\s*$|匿名|\*")

_Pairs = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Voice:
    """What is needed of one feedback to tell a paid post."""

    feedback_id: str
    text: str
    author: str | None
    occurred_at: datetime | None
    channel: Channel
    product: str | None = None
    store: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Burst:
    """Near copies that new accounts posted within a short time.

    Attributes:
        group: An id, the same as long as the first copy is the same.
        feedback_ids: The copies, in order of time.
        first: Time of the first copy.
        last: Time of the last one.
        authors: The accounts behind them, sorted; anonymous ones are left out.
        product: The product they speak of, if it is the same for all.
    """

    group: str
    feedback_ids: tuple[str, ...]
    first: datetime
    last: datetime
    authors: tuple[str, ...]
    product: str | None


def find_bursts(
    voices: Sequence[Voice],
    *,
    window_minutes: float = 60,
    min_voices: int = 5,
    similarity: float = 0.6,
) -> list[Burst]:
    """Finds the bursts of paid posts among `voices`, in order of time.

    A burst is a set of near copies from public channels, `min_voices` or more of them within
    `window_minutes`, nearly all from accounts that wrote nothing else in the input; where nobody
    names the accounts it takes 1.6 times as many, longer and at different times. Words that are
    alike on any day, such as short praise or a platform's template, are none; nor are voices
    without a time.

    It cannot tell paid accounts from neighbours who paste one petition from accounts made for it;
    what a burst says should therefore be shown to a reader and not dropped.

    Args:
        voices: All voices of the period, with the unsuspected ones: they tell who is new.
        window_minutes: Within how long the copies must come.
        min_voices: How many copies make a burst, at least 2.
        similarity: Jaccard similarity of character pairs from which two texts are near copies,
            in (0, 1].

    Raises:
        ValueError: An argument is out of its range.
    """
    if not 0 < similarity <= 1 or min_voices < 2 or window_minutes <= 0:
        raise ValueError(
            f"similarity={similarity} must lie in (0, 1], min_voices={min_voices} be at least 2"
            f" and window_minutes={window_minutes} be above 0"
        )
    window_s = window_minutes * 60
    families = _families(_public(voices), similarity, min_voices)
    crowds = [
        crowd
        for family in families
        if (crowd := _crowded(family, window_s, min_voices))
        and sum(map(len, crowd)) >= _BURST_SHARE * len(family)
    ]
    suspects = {voice.feedback_id for crowd in crowds for part in crowd for voice in part}
    regulars = {
        voice.author
        for voice in voices
        if voice.feedback_id not in suspects and names_account(voice.author)
    }
    bursts = [
        burst
        for crowd in crowds
        for part in crowd
        for burst in _bursts(part, regulars, window_s, min_voices)
    ]
    return sorted(bursts, key=lambda burst: (burst.first.timestamp(), burst.group))


def _public(voices: Sequence[Voice]) -> list[tuple[Voice, str]]:
    """Returns the voices that may be paid posts with what is compared of them, in order of time."""
    chosen = []
    for voice in voices:
        if voice.occurred_at is None or voice.channel not in PUBLIC_CHANNELS:
            continue
        said = _SILENT.sub("", normalise(voice.text).text)
        if len(_pairs(said)) >= _MIN_PAIRS:
            chosen.append((voice, said))
    chosen.sort(key=lambda item: (_time(item[0]), item[0].feedback_id))
    return chosen


def _pairs(said: str) -> frozenset[str]:
    """Returns the character pairs of a text: dozens of times its memory, so they are not kept."""
    return frozenset(map(add, said, said[1:]))


def _families(
    voices: Sequence[tuple[Voice, str]], similarity: float, min_voices: int
) -> list[list[Voice]]:
    """Joins near copies, whenever they were written, to families of `min_voices` or more."""
    if len(voices) < min_voices:
        return []
    parents = list(range(len(voices)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    for left, right in _candidates([said for _, said in voices]):
        first, second = root(left), root(right)
        if first != second and _jaccard(voices[left][1], voices[right][1]) >= similarity:
            parents[max(first, second)] = min(first, second)
    members: dict[int, list[Voice]] = defaultdict(list)
    for index, (voice, _) in enumerate(voices):
        members[root(index)].append(voice)
    return [family for family in members.values() if len(family) >= min_voices]


def _candidates(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yields index pairs that share a band of their MinHash and stand near each other in time.

    Each text is paired with the next few of its bucket only, so that a text posted a hundred
    thousand times costs as much as any other.
    """
    sketches = np.concatenate(
        [_sketches(texts[start : start + _BATCH]) for start in range(0, len(texts), _BATCH)]
    )
    mixed = sketches.reshape(len(texts), _BANDS, _ROWS) * np.array(
        [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64
    )
    keys = np.bitwise_xor.reduce(mixed ^ (mixed >> np.uint64(29)), axis=2)
    found = [_in_buckets(keys[:, band]) for band in range(_BANDS)]
    pairs = np.unique(np.concatenate(found), axis=0)
    for start in range(0, len(pairs), _BATCH):
        yield from pairs[start : start + _BATCH].tolist()


def _sketches(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    """Returns the `(n, _BANDS * _ROWS)` MinHash of texts."""
    from rensa import RMinHash

    digests = RMinHash.digests_from_token_sets(
        [_pairs(said) for said in texts], num_perm=_BANDS * _ROWS, seed=42
    )
    return np.array(digests, dtype=np.uint64)


def _in_buckets(keys: npt.NDArray[Any]) -> _Pairs:
    """Returns `(n, 2)` indices of equal keys that are at most a few places apart."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    pairs = []
    for distance in range(1, _NEIGHBOURS + 1):
        same = np.flatnonzero(ordered[distance:] == ordered[:-distance])
        pairs.append(np.stack([order[same], order[same + distance]], axis=1))
    return np.concatenate(pairs)


def _jaccard(left: str, right: str) -> float:
    one, other = _pairs(left), _pairs(right)
    common = len(one & other)
    return common / (len(one) + len(other) - common)


def _crowded(family: Sequence[Voice], window_s: float, min_voices: int) -> list[list[Voice]]:
    """Returns the stretches of time, each as its voices, where the family's copies crowd.

    Every voice of a stretch lies in some window that holds `min_voices` of them; windows that
    overlap make one stretch. A stretch without a believable end is left out.
    """
    times = [_time(voice) for voice in family]
    stretches: list[tuple[int, int]] = []
    start = 0
    for end, time in enumerate(times):
        while time - times[start] > window_s:
            start += 1
        if end - start + 1 < min_voices:
            continue
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((start, end))
    return [
        list(family[start : end + 1])
        for start, end in stretches
        if times[end] - times[start] <= _MOST_WINDOWS * window_s
    ]


def _bursts(
    crowd: Sequence[Voice], regulars: set[str | None], window_s: float, min_voices: int
) -> Iterator[Burst]:
    new = [voice for voice in crowd if voice.author not in regulars]
    if len(new) < _NEW_SHARE * len(crowd):
        return
    for part in _crowded(new, window_s, min_voices):
        authors = {voice.author for voice in part if voice.author and names_account(voice.author)}
        # A handful of accounts may post many copies; one customer who sends his again may not.
        if len(authors) >= max(2, math.ceil(min_voices / 2)) or _tell_it_alone(part, min_voices):
            yield _burst(part, tuple(sorted(authors)))


def _tell_it_alone(part: Sequence[Voice], min_voices: int) -> bool:
    """Whether there are so many long copies of nobody known that they need no accounts."""
    moments = {
        voice.occurred_at
        for voice in part
        if not names_account(voice.author)
        and len(_pairs(_SILENT.sub("", normalise(voice.text).text))) >= _NAMELESS_PAIRS
    }
    return len(moments) >= math.ceil(_NAMELESS_TIMES * min_voices)


def _burst(part: Sequence[Voice], authors: tuple[str, ...]) -> Burst:
    products = {voice.product for voice in part}
    first, last = part[0].occurred_at, part[-1].occurred_at
    assert first is not None
    assert last is not None
    return Burst(
        group=stable_id("burst", part[0].feedback_id),
        feedback_ids=tuple(voice.feedback_id for voice in part),
        first=first,
        last=last,
        authors=authors,
        product=products.pop() if len(products) == 1 else None,
    )


def names_account(author: str | None) -> bool:
    """Says whether a name tells one account from others; 匿名用户 and m***7 are many people's."""
    return author is not None and not _ANONYMOUS.search(author)


def _time(voice: Voice) -> float:
    assert voice.occurred_at is not None
    return voice.occurred_at.timestamp()
