"""Problems that the stores of a chain share, and the stores that stand out.

Twenty stores in each of which some wait too long have one problem, not twenty: nobody in them can
mend what the chain does. A store in which far more of them wait has one of its own, as has one in
which somebody came to harm. That is the common and the special cause of W. A. Shewhart (Economic
Control of Quality of Manufactured Product, 1931).

A store stands out from the first days on in which its share of complaints does so; and what is
shared once stays so, as does what was a problem of its own beside it or was settled as one. So
nothing goes back and forth while stores come near to each other. How often stores that are alike
seem to stand out, and how soon others do, `tests.benchmarks.chains` shows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from voc.config import Industry
from voc.config.sections import IssueSettings
from voc.issues.emergencies import tells_of_danger
from voc.issues.grouping import Matter, StandingOut, group_rules, matter_of, that_count
from voc.issues.hearing import names_trouble
from voc.issues.matching import is_absorbed
from voc.issues.trends import Volumes, day_of
from voc.records import UNHEARD, Issue, Mention

SPEAKING: Final = 3
"""Stores that do not stand out in which a problem must be heard to be that of a chain."""

WINDOWS: Final = (14, 28)
"""Days whose complaints are compared."""

LONGEST: Final = 730
"""Days before the last that are looked at."""

TIMES: Final = 1.5
"""How many times the share of complaints of all other stores one must have to stand out."""

ALPHA: Final = 0.005
"""By chance, stores that are alike have one that stands out this often in a window."""

OVERDISPERSION: Final = 0.03
"""Complaints of stores that are alike vary so much beyond chance: `alpha` of `rate_change`."""

_Counts = npt.NDArray[np.float64]


def standing_out(
    mentions: Iterable[Mention],
    existing: Iterable[Issue],
    *,
    industries: Mapping[str, Industry],
    settings: IssueSettings,
    volumes: Volumes | None,
    as_of: Mapping[str, datetime],
    settled: Container[str] = frozenset(),
) -> StandingOut:
    """Returns the stores that stand out of each aspect whose problem a chain shares.

    Shared can be what the taxonomy tells apart by store alone (`Rules.is_by_store`), in an industry
    whose stores are a chain: if most of its voices name a store, and they name `SPEAKING` that do
    not stand out. So is what has been before, if they name as many at all. Likewise a theme of what
    no aspect hears.

    Args:
        mentions: All mentions, of which the complaints that count are looked at.
        existing: The issues known so far.
        industries: Taxonomies by id.
        settings: The section `issues` of the settings.
        volumes: All feedback a day; `None` where it is not known, so that nothing is compared.
        as_of: A moment of each industry, in the zone whose days are counted.
        settled: The ids of the issues that people settled.
    """
    rules = group_rules(industries)
    if volumes is None or not rules.chains:
        return {}
    said: dict[Matter, list[Mention]] = defaultdict(list)
    for mention in that_count(mentions, min_score=settings.min_score):
        matter = _matter_of(mention)
        is_told_apart = mention.aspect_id == UNHEARD or rules.is_by_store(mention)
        if mention.industry in rules.chains and is_told_apart:
            said[matter].append(mention)
    issues: dict[Matter, list[Issue]] = defaultdict(list)
    for issue in existing:
        if not is_absorbed(issue) and (issue.aspect_id == UNHEARD or rules.is_by_store(issue)):
            issues[_matter_of(issue)].append(issue)
    fed = {name: _Fed(name, volumes, as_of[name]) for name in {industry for industry, _ in said}}
    found = {}
    for matter, voices in said.items():
        chain = _Chain(voices, fed[matter[0]], industries.get(matter[0]))
        known = issues[matter]
        was_shared = any(map(chain.is_heard_in, known))
        kept = (one.store for one in known if was_shared or one.issue_id in settled)
        own = set(filter(None, kept))
        apart = chain.endangered(settings) | chain.exceeding(settings.min_voices) | own
        speaking = chain.stores if was_shared else chain.stores - apart
        is_told = was_shared or 2 * chain.placed > chain.voices
        if is_told and len(speaking) >= SPEAKING:
            found[matter] = frozenset(apart)
    return found


def is_common(item: Mention | Issue, shared: StandingOut, themes: Mapping[str, str]) -> bool:
    """Says whether nothing can be said of a complaint, or an issue, but that all stores have it.

    So it is where no aspect hears it and its theme only names a subject, as 速度: that is a problem
    of a store only where it stands out of a chain that shares it.

    Args:
        item: The complaint or the issue.
        shared: What chains share.
        themes: The names of themes of complaints by id.
    """
    apart = shared.get(_matter_of(item)) if item.aspect_id == UNHEARD else None
    if apart is None or item.store is None or item.store in apart:
        return False
    return not names_trouble(themes.get(item.topic_id or "", ""))


def _matter_of(item: Mention | Issue) -> Matter:
    return matter_of(item.industry, item.aspect_id, item.topic_id)


class _Fed:
    """The feedback of the stores of an industry, in the last days.

    Attributes:
        names: The stores.
        daily: Their feedback a day, `(stores, days)`.
        as_of: The moment that is looked back from.
        first: The first of the days.
        last: The last of them.
    """

    def __init__(self, industry: str, volumes: Volumes, as_of: datetime) -> None:
        stores = {
            store: {date.toordinal(): count for date, count in volume.items()}
            for (name, product, store), volume in volumes.items()
            if name == industry and product is None and store is not None
        }
        self.as_of, self.last = as_of, day_of(as_of, as_of)
        since = self.last - LONGEST
        days = [day for volume in stores.values() for day in volume if since <= day <= self.last]
        self.first = min(days, default=self.last)
        self.names = sorted(stores)
        self.daily = np.zeros((len(stores), self.last - self.first + 1))
        for row, name in enumerate(self.names):
            for day, count in stores[name].items():
                if self.first <= day <= self.last:
                    self.daily[row, day - self.first] += count


class _Chain:
    """What each store of an industry heard of one matter.

    Attributes:
        voices: How many speak of it.
        placed: How many of them name a store.
        stores: Those that they name.
    """

    def __init__(self, voices: Iterable[Mention], fed: _Fed, industry: Industry | None) -> None:
        said = {(voice.feedback_id, voice.store): voice for voice in voices}.values()
        self._placed = {voice.feedback_id for voice in said if voice.store}
        self._heard: dict[str, list[tuple[int, bool]]] = defaultdict(list)
        for voice in said:
            if voice.store:
                day = day_of(voice.occurred_at, fed.as_of)
                is_critical = voice.urgency == "critical" and tells_of_danger(voice, industry)
                self._heard[voice.store].append((day, is_critical))
        self._fed = fed
        self.voices = len(said)
        self.placed = len(self._placed)
        self.stores = set(self._heard)

    def is_heard_in(self, issue: Issue) -> bool:
        """Says whether an issue is of all stores: it names none, and its voices do."""
        is_placeless = issue.product is None and issue.store is None
        is_of_matter = issue.topic_id is None or issue.aspect_id == UNHEARD
        return (
            is_placeless
            and is_of_matter
            and any(one.feedback_id in self._placed for one in issue.evidence)
        )

    def endangered(self, settings: IssueSettings) -> set[str]:
        """Returns the stores in which so many told of a danger lately as make an issue."""
        since = self._fed.last - max(settings.quiet_days, settings.emergency_days)
        critical = Counter(
            store
            for store, heard in self._heard.items()
            for day, is_critical in heard
            if is_critical and day >= since
        )
        return {store for store, count in critical.items() if count >= settings.critical_voices}

    def exceeding(self, least: int) -> set[str]:
        """Returns the stores whose share of complaints once stood out of that of all others.

        Others are those that do not stand out themselves: they would hide each other.
        """
        if max(map(len, self._heard.values()), default=0) < least:
            return set()
        fed = self._fed
        heard = np.zeros_like(fed.daily)
        for row, name in enumerate(fed.names):
            for day, _ in self._heard.get(name, ()):
                if fed.first <= day <= fed.last:
                    heard[row, day - fed.first] += 1
        apart = [_apart(heard, fed.daily, days, least) for days in WINDOWS]
        return {fed.names[row] for row in np.flatnonzero(np.any(apart, axis=0))}


def _apart(heard: _Counts, fed: _Counts, days: int, least: int) -> npt.NDArray[np.bool_]:
    """Returns `(stores,)` which stood out in some window of so many days."""
    heard, fed = _summed(heard, days), _summed(fed, days)
    apart = np.zeros(len(heard), dtype=bool)
    while True:
        alike = ~apart[:, None]
        complaints = (heard * alike).sum(axis=0) - heard
        feedback = (fed * alike).sum(axis=0) - fed
        is_more = (heard >= least) & (heard * feedback >= TIMES * complaints * fed)
        at = np.nonzero(is_more & alike & (fed > 0) & (feedback > 0))
        shares = fed[at] / (fed[at] + feedback[at])
        chances = _at_least(heard[at], heard[at] + complaints[at], shares)
        found = at[0][chances * len(heard) <= ALPHA]
        if not found.size:
            return apart
        apart[found] = True


def _summed(daily: _Counts, days: int) -> _Counts:
    sums = daily.cumsum(axis=1)
    sums[:, days:] -= sums[:, :-days].copy()
    return sums


def _at_least(counts: _Counts, totals: _Counts, shares: _Counts) -> _Counts:
    """Returns the chance that so many of all complaints, or more, are of a store by its share.

    Counts that vary beyond chance say as much as fewer that do not (see `rate_change`).
    """
    from scipy.special import betainc

    inflation = 1 + OVERDISPERSION * shares * totals
    found: _Counts = betainc(counts / inflation, (totals - counts) / inflation + 1, shares)
    return found
