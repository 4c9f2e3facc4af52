"""What was heard of problems, by place and day: the voices, and the feedback they are measured by.

Days are proleptic ordinals in the reader's zone, and every list of them is in order, so that a
period is counted by two searches.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from voc.issues.grouping import GroupKey, Rules, key_of
from voc.issues.trends import day_of
from voc.records import UNHEARD, UNPLACED, Heard, Mention

Days = list[int]
Place = tuple[str, bool, bool, str | None, str | None]
"""Industry, whether products and stores are told apart, and the product and the store."""

Aspect = tuple[str, str | None]
"""An aspect of an industry, by their ids; `None` for those of themes, which are of any."""


class Said(Protocol):
    """One feedback as it is counted; the store's `TaggedRow` is one."""

    @property
    def occurred_at(self) -> datetime: ...
    @property
    def industry(self) -> str | None: ...
    @property
    def product(self) -> str | None: ...
    @property
    def store(self) -> str | None: ...


def _days() -> dict[object, Days]:
    return defaultdict(list)


@dataclass(slots=True)
class Places:
    """Days of voices, of all that speak of a problem, and of all feedback.

    Attributes:
        rules: What aspects are grouped by.
        voices: Days of the complaints of each problem, and of each aspect in all its places.
        mentions: Days of the feedbacks that speak of it, in whatever way.
        feedback: Days of all feedback of each place, and of each industry.
    """

    rules: Rules
    voices: dict[object, Days] = field(default_factory=_days)
    mentions: dict[object, Days] = field(default_factory=_days)
    feedback: dict[object, Days] = field(default_factory=_days)

    def heard(self, key: GroupKey, first: int, last: int) -> Heard:
        """Returns what was heard of a problem in its place, in the days `first` to `last`.

        That of one which all places share is what was heard of its aspect in all of them.
        """
        place = self.place_of(key)
        is_shared = place is None and self.rules.may_be_shared(key) and key[:2] in self.voices
        return self._between(key[:2] if is_shared else key, place or key.industry, first, last)

    def elsewhere(
        self, key: GroupKey, first: int, last: int, *, without: Iterable[GroupKey] = ()
    ) -> Heard | None:
        """Returns what was heard of the same aspect in all other places but those of `without`.

        Returns:
            `None` where the problem lies in no place.
        """
        if self.place_of(key) is None:
            return None
        whole = self._between((key.industry, key.aspect_id), key.industry, first, last)
        # What all places share is no other place.
        others = {each for each in without if self.place_of(each) is not None}
        left_out = [self.heard(each, first, last) for each in {key, *others}]
        return Heard(
            whole.voices - sum(part.voices for part in left_out),
            whole.mentions - sum(part.mentions for part in left_out),
            whole.feedback - sum(part.feedback for part in left_out),
        )

    def largest(self, industry: str, most: int) -> list[GroupKey]:
        """Returns the problems of an industry with the most complaints."""
        keys = [key for key in self.voices if isinstance(key, GroupKey) and key[0] == industry]
        return sorted(keys, key=lambda key: (-len(self.voices[key]), str(key)))[:most]

    def all_feedback(self, industry: str, first: int, last: int) -> int:
        """Returns all feedback of an industry in the days `first` to `last`."""
        return _count(self.feedback[industry], first, last)

    def place_of(self, key: GroupKey) -> Place | None:
        """Returns the place of a problem, if places tell it apart."""
        is_everywhere = key.product is None and key.store is None
        if is_everywhere or key.aspect_id in (None, UNHEARD, UNPLACED):
            return None
        rule = self.rules.of(key)
        return (key.industry, "product" in rule, "store" in rule, key.product, key.store)

    def _between(self, name: object, place: object, first: int, last: int) -> Heard:
        parts = (self.voices[name], self.mentions[name], self.feedback[place])
        return Heard(*(_count(days, first, last) for days in parts))


def count_places(
    feedback: Iterable[Said],
    mentions: Iterable[Mention],
    groups: Mapping[GroupKey, Sequence[Mention]],
    *,
    aspects: Iterable[Aspect],
    rules: Rules,
    as_of: Mapping[str, datetime],
) -> Places:
    """Counts what was heard of some aspects, and the complaints of all problems.

    Args:
        feedback: All feedback that counts, in order of time.
        mentions: What it says, of any polarity, in order of time.
        groups: The complaints by the problem that they speak of, in order of time.
        aspects: The aspects.
        rules: What aspects are grouped by.
        as_of: A moment of each industry, in the zone whose days are counted.
    """
    wanted = set(aspects)
    places = Places(rules)
    for row in feedback:
        if row.industry is not None and row.industry in as_of:
            _add_feedback(places, row, day_of(row.occurred_at, as_of[row.industry]))
    for key, voices in groups.items():
        days = [day_of(voice.occurred_at, as_of[key.industry]) for voice in voices]
        places.voices[key] = days
        for voice, day in zip(voices, days, strict=True):
            if _aspect_of(voice) in wanted:
                places.voices[_aspect_of(voice)].append(day)
    for aspect in wanted:
        places.voices[aspect].sort()
    topical = {key.industry for key in groups if key.topic_id is not None}
    _add_mentions(places, mentions, wanted, topical, as_of)
    return places


def _aspect_of(mention: Mention) -> Aspect:
    return mention.industry, mention.aspect_id


def _add_feedback(places: Places, row: Said, day: int) -> None:
    places.feedback[row.industry].append(day)
    for by_product in (True, False):
        for by_store in (True, False):
            product, store = row.product if by_product else None, row.store if by_store else None
            places.feedback[row.industry, by_product, by_store, product, store].append(day)


def _add_mentions(
    places: Places,
    mentions: Iterable[Mention],
    wanted: set[Aspect],
    topical: set[str],
    as_of: Mapping[str, datetime],
) -> None:
    """Counts each feedback once for each problem and aspect that it speaks of and is wanted."""
    counted: set[tuple[object, str]] = set()
    for mention in mentions:
        aspect = _aspect_of(mention)
        key = key_of(mention, places.rules, has_topics=mention.industry in topical)
        names = [aspect] if aspect in wanted else []
        for name in (*names, key) if key is not None and key[:2] in wanted else names:
            if (name, mention.feedback_id) not in counted:
                counted.add((name, mention.feedback_id))
                day = day_of(mention.occurred_at, as_of[mention.industry])
                places.mentions[name].append(day)


def _count(days: Days, first: int, last: int) -> int:
    return bisect_right(days, last) - bisect_left(days, first)
