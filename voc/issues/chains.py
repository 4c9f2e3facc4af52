"""Problems that the stores of a chain share, and the stores that stand out.

Twenty stores in each of which some wait too long have one problem, not twenty: nobody in them can
mend what the chain does. A store in which far more of them wait has one of its own, as has one in
which somebody came to harm. That is the common and the special cause of W. A. Shewhart (Economic
Control of Quality of Manufactured Product, 1931).

A store stands out from the first days on in which its share of complaints does so, and for good:
what was a problem of its own stays one when others catch up. So what is shared follows from the
complaints alone, and hardly ever changes back.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from voc.config import Industry
from voc.config.sections import IssueSettings
from voc.issues.grouping import StandingOut, group_rules
from voc.issues.trends import Volumes, day_of
from voc.records import UNHEARD, Issue, Mention

SPEAKING: Final = 3
"""Stores that do not stand out in which a problem must be heard to be that of a chain."""

WINDOW_DAYS: Final = 28
"""Days whose complaints are compared."""

TIMES: Final = 1.5
"""How many times the share of complaints of all other stores one must have to stand out."""

ALPHA: Final = 0.001
"""Chance that of stores which are alike any seems to stand out on a day."""

_Counts = npt.NDArray[np.float64]


def standing_out(
    complaints: Iterable[Mention],
    *,
    industries: Mapping[str, Industry],
    settings: IssueSettings,
    volumes: Volumes | None,
    as_of: Mapping[str, datetime],
) -> StandingOut:
    """Returns the stores that stand out of each aspect whose problem a chain shares.

    Shared can be what the taxonomy tells apart by store alone, in an industry whose stores are a
    chain, if most of its voices name a store and they name `SPEAKING` that do not stand out; and
    likewise a theme of what no aspect hears.

    Args:
        complaints: The voices that count, their urgency once.
        industries: Taxonomies by id.
        settings: The section `issues` of the settings.
        volumes: All feedback a day; `None` where it is not known, so that nothing is compared.
        as_of: A moment of each industry, in the zone whose days are counted.
    """
    if volumes is None:
        return {}
    chains = {name: one for name, one in industries.items() if one.chain}
    rules = group_rules(chains)
    said: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in complaints:
        matter = _matter_of(mention)
        is_unheard = mention.aspect_id == UNHEARD and mention.industry in chains
        if rules.group_by.get(matter) == ("store",) or is_unheard:
            said[matter].append(mention)
    found = {}
    for (industry, aspect_id), voices in said.items():
        chain = _Chain(industry, voices, volumes, as_of[industry])
        if 2 * len(chain.placed) <= chain.voices:
            continue
        apart = chain.endangered(settings.critical_voices) | chain.exceeding(settings.min_voices)
        if len(set(chain.stores) - apart) >= SPEAKING:
            found[industry, aspect_id] = frozenset(apart)
    return found


def is_common(item: Mention | Issue, shared: StandingOut) -> bool:
    """Says whether nothing can be said of a complaint, or an issue, but that all stores have it.

    What no aspect hears is a problem of a place where its theme only names a subject, as 速度.
    Where a chain shares that, it is one of the stores that stand out.
    """
    apart = shared.get(_matter_of(item)) if item.aspect_id == UNHEARD else None
    return apart is not None and item.store is not None and item.store not in apart


def _matter_of(item: Mention | Issue) -> tuple[str, str]:
    """Returns what is complained of: an aspect, or the theme of what no aspect hears."""
    is_unheard = item.aspect_id == UNHEARD
    return item.industry, (item.topic_id or "") if is_unheard else item.aspect_id


class _Chain:
    """The stores of an industry, and what each heard of one aspect."""

    def __init__(
        self, industry: str, voices: Iterable[Mention], volumes: Volumes, as_of: datetime
    ) -> None:
        said = {(voice.feedback_id, voice.store): voice for voice in voices}.values()
        self.voices = len(said)
        self.placed = [(voice.store, voice) for voice in said if voice.store is not None]
        self.stores = sorted({store for store, _ in self.placed})
        self._days: dict[str, list[int]] = defaultdict(list)
        for store, voice in self.placed:
            self._days[store].append(day_of(voice.occurred_at, as_of))
        self._fed = {
            store: volume
            for (name, product, store), volume in volumes.items()
            if name == industry and product is None and store is not None
        }

    def endangered(self, least: int) -> set[str]:
        """Returns the stores in which so many critical voices spoke as make an issue."""
        critical = Counter(store for store, voice in self.placed if voice.urgency == "critical")
        return {store for store, count in critical.items() if count >= least}

    def exceeding(self, least: int) -> set[str]:
        """Returns the stores whose share of complaints once stood out of that of all others.

        Others are those that do not stand out themselves: they would hide each other.
        """
        names = sorted({*self._fed, *self.stores})
        heard, fed = self._windows(names)
        apart = np.zeros(len(names), dtype=bool)
        while True:
            alike = ~apart[:, None]
            complaints = (heard * alike).sum(axis=0) - heard
            feedback = (fed * alike).sum(axis=0) - fed
            is_more = (heard >= least) & (heard * feedback >= TIMES * complaints * fed)
            at = np.nonzero(is_more & alike & (fed > 0) & (feedback > 0))
            shares = fed[at] / (fed[at] + feedback[at])
            chances = _at_least(heard[at], heard[at] + complaints[at], shares)
            found = at[0][chances * len(names) <= ALPHA]
            if not found.size:
                return {name for name, is_apart in zip(names, apart, strict=True) if is_apart}
            apart[found] = True

    def _windows(self, names: Sequence[str]) -> tuple[_Counts, _Counts]:
        """Returns complaints and feedback of the `WINDOW_DAYS` to each day, `(stores, days)`."""
        days = sorted(day for own in self._days.values() for day in own)
        first, last = days[0] - WINDOW_DAYS, days[-1]
        heard, fed = np.zeros((2, len(names), last - first + 1))
        for row, name in enumerate(names):
            np.add.at(heard[row], np.array(self._days[name], dtype=np.int64) - first, 1)
            for date, count in self._fed.get(name, {}).items():
                if first <= date.toordinal() <= last:
                    fed[row, date.toordinal() - first] += count
        return _summed(heard), _summed(fed)


def _summed(daily: _Counts) -> _Counts:
    sums = daily.cumsum(axis=1)
    sums[:, WINDOW_DAYS:] -= sums[:, :-WINDOW_DAYS].copy()
    return sums


def _at_least(counts: _Counts, totals: _Counts, shares: _Counts) -> _Counts:
    """Returns the chance that so many of all complaints, or more, are of a store by its share."""
    from scipy.special import betainc

    found: _Counts = betainc(counts, totals - counts + 1, shares)
    return found
