"""Alerts: what emerges, told once, followed while it lasts, and taken up again when it returns.

Everything follows from the voices: the days of a quarter are gone through anew with what was known
on each, so that the same data give the same alerts, however often and when they are looked at. From
what was kept come how often an alert was reopened, which stream of several that hold the same
voices was told of, and what people closed.

An alert that a person closed stays closed while all that stands out is of days up to then. It is
reopened when voices of later days stand out by themselves, by the same test: whether the matter had
calmed in between or went on.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from voc.config.sections import AlertSettings
from voc.issues.dispersion import of_windows
from voc.issues.emergence import CALM_DAYS, LONGEST_WINDOW, Flags, Scan, scan
from voc.issues.streams import REPLAYED_DAYS, Codes, StreamKey, Streams
from voc.issues.trends import day_of, rate_change
from voc.records import UNPLACED, Alert, Issue, Mention, is_mixed

_SAME: Final = 0.5
_AKIN: Final = 1 / 3
_TELLING: Final = 0.1
_SETTLED, _TOLD, _UNTOLD = range(1, 4)


@dataclass(frozen=True, slots=True)
class Episode:
    """One time that a stream stood out, in columns.

    `end` is the day it had calmed, or the last that a person settled; `None` while it lasts.
    """

    stream: int
    begin: int
    last_hot: int
    end: int | None


def episodes(found: Scan) -> list[Episode]:
    """Returns when each stream stood out, in order of time.

    It begins on the first day that stands out and ends when, for a week on end, no day has stood
    out and no last seven days have held more than expected at the level of 0.05. It also ends on
    the last day that a person settled.
    """
    told = _episodes(found.hot, found.warm, found.settled)
    return sorted(told, key=lambda one: (one.begin, one.stream))


def _episodes(hot: Flags, warm: Flags, settled: Codes) -> Iterator[Episode]:
    streams, days = hot.shape
    begin = np.full(streams, -1)
    last_hot, calm = np.zeros(streams, dtype=int), np.zeros(streams, dtype=int)
    for day in range(days):
        begin = np.where((begin < 0) & hot[:, day], day, begin)
        last_hot = np.where(hot[:, day], day, last_hot)
        calm = np.where((begin >= 0) & ~warm[:, day], calm + 1, 0)
        over = (calm >= CALM_DAYS) | ((begin >= 0) & (settled == day))
        for stream in np.flatnonzero(over):
            yield Episode(int(stream), int(begin[stream]), int(last_hot[stream]), day)
        begin = np.where(over, -1, begin)
    for stream in np.flatnonzero(begin >= 0):
        yield Episode(int(stream), int(begin[stream]), int(last_hot[stream]), None)


def form_alerts(
    streams: Streams,
    existing: Sequence[Alert],
    *,
    as_of: datetime,
    titles: Mapping[str, str],
    settings: AlertSettings,
    issues: Sequence[Issue] = (),
    paid: Sequence[Mention] = (),
    twins: Mapping[str, str] | None = None,
    aspects: Mapping[str, Collection[str]] | None = None,
    said: Callable[[str, Collection[str]], str] = lambda *_: "",
) -> list[Alert]:
    """Returns the alerts of one industry that are new or have changed, by their ids.

    Args:
        streams: The voices, up to the day of `as_of`.
        existing: The alerts of the industry known so far.
        as_of: The moment that is looked back from; its zone is that of the alerts' days.
        titles: The names of themes and aspects, by id.
        settings: The section `alerts` of the settings.
        issues: Issues with their evidence, which alerts are laid to.
        paid: Complaints of paid posts, which the streams do not hold.
        twins: The theme that stands for another in issues, by the other's id.
        aspects: The aspects that many voices of a theme speak of, by the theme's id: the issue of
            such a theme's voices may be one of these.
        said: Tells by the id of a theme and some of its voices what these say is wrong, if they
            say one thing: it is told where the theme's name is of a subject alone.
    """
    known = {alert.alert_id: alert for alert in existing}
    found = scan(streams.series, settings, _settled(streams, known, as_of))
    begins = streams.series.counts.shape[1] - REPLAYED_DAYS
    stood_out = [one for one in episodes(found) if one.end is None or one.end >= begins]
    scene = _Scene(streams, found, as_of, titles, issues, paid, twins or {}, aspects or {}, said)
    after = dict(known)
    for told in _chosen(scene, stood_out, known):
        name = streams.keys[told.stream].alert_id
        after[name] = scene.continued(after.get(name), told)
    lasting = {
        streams.keys[one.stream].alert_id for one in stood_out if one.end is None
    } & after.keys()
    for name, alert in known.items():
        if alert.status == "open" and name not in lasting and after[name] == alert:
            after[name] = replace(alert, status="closed", closed_at=scene.moment(scene.last_day))
    changed = [alert for name, alert in after.items() if known.get(name) != alert]
    return sorted(changed, key=lambda alert: alert.alert_id)


def _settled(streams: Streams, known: Mapping[str, Alert], as_of: datetime) -> Codes:
    """Returns the column of the last day that a person settled of each stream, -1 for none."""
    last_day = int(streams.series.counts.shape[1]) - 1

    def column(key: StreamKey) -> int:
        alert = known.get(key.alert_id)
        if alert is None or alert.settled_until is None:
            return -1
        return min(max(-1, day_of(alert.settled_until, as_of) - streams.first_day), last_day)

    return np.array([column(key) for key in streams.keys], dtype=np.int64)


def _chosen(
    scene: _Scene, stood_out: Sequence[Episode], known: Mapping[str, Alert]
) -> list[Episode]:
    """Returns the episodes that are told: of those that hold the same voices, one.

    That of an alert that is open goes before one that a person closed, this before one that was, or
    was told of earlier, and that before others; else the stream in which chance explains least, a
    narrower one before one that is little clearer.
    """
    voices = {one: scene.heard(one) for one in stood_out}
    told: list[Episode] = []
    standing = {name: _standing(alert) for name, alert in known.items()}
    for together in _components(stood_out, voices):

        def rank(one: Episode) -> tuple[int, float, str]:
            name = scene.streams.keys[one.stream].alert_id
            return standing.get(name, _UNTOLD), -scene.clearness(one), name

        for one in sorted(together, key=rank):
            if not any(_is_same(one, other, voices) for other in told):
                told.append(one)
                standing.setdefault(scene.streams.keys[one.stream].alert_id, _TOLD)
    return sorted(told, key=lambda one: (one.begin, one.stream))


def _standing(alert: Alert) -> int:
    if alert.status == "open":
        return 0
    return _SETTLED if alert.is_settled else _TOLD


def _components(
    stood_out: Sequence[Episode], voices: Mapping[Episode, frozenset[str]]
) -> list[list[Episode]]:
    """Returns episodes that hang together by the same voices, those that began first before."""
    parts: list[list[Episode]] = []
    for one in stood_out:
        joined = [part for part in parts if any(_is_same(one, other, voices) for other in part)]
        parts = [part for part in parts if part not in joined]
        parts.append([*(other for part in joined for other in part), one])
    return sorted(parts, key=lambda part: min((one.begin, one.stream) for one in part))


def _is_same(one: Episode, other: Episode, voices: Mapping[Episode, frozenset[str]]) -> bool:
    return _overlap(one, other) and _same(voices[one], voices[other])


def _overlap(one: Episode, other: Episode) -> bool:
    first, second = sorted((one, other), key=lambda episode: episode.begin)
    return first.end is None or second.begin - LONGEST_WINDOW < first.end


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= _SAME * max(1, min(len(one), len(other)))


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all alerts of one industry are made by."""

    streams: Streams
    found: Scan
    as_of: datetime
    titles: Mapping[str, str]
    issues: Sequence[Issue]
    paid: Sequence[Mention]
    twins: Mapping[str, str]
    aspects: Mapping[str, Collection[str]]
    said: Callable[[str, Collection[str]], str]

    @property
    def last_day(self) -> int:
        return int(self.streams.series.counts.shape[1]) - 1

    def moment(self, day: int) -> datetime:
        """Returns the beginning of a day in the zone of `as_of`."""
        midnight = self.as_of.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight + timedelta(days=day - self.last_day)

    def heard(self, one: Episode) -> frozenset[str]:
        """Returns all voices from what first stood out to what last did."""
        first = one.begin + 1 - int(self.found.window_days[one.stream, one.begin])
        voices = self.streams.between(one.stream, first, one.last_hot)
        return frozenset(self.streams.names[voice] for voice in voices)

    def clearness(self, one: Episode) -> float:
        """Returns the log likelihood ratio of the window, more for each place that is named."""
        count, expected, _ = self._window(one)
        gained = count * math.log(count / expected) - (count - expected)
        key = self.streams.keys[one.stream]
        return gained * (1 + _TELLING * (key.places + (key.kind == "topic")))

    def _window(self, one: Episode) -> tuple[int, float, float]:
        """Returns the voices of the last window that stood out, those expected, its exposure."""
        day, days = one.last_hot, self._days(one)
        series = self.streams.series
        part = slice(max(0, day + 1 - days), day + 1)
        exposure = float(series.exposure[one.stream, part].sum())
        count = int(series.counts[one.stream, part].sum())
        return count, exposure * float(self.found.rate[one.stream, day]), exposure

    def _days(self, one: Episode) -> int:
        return int(self.found.window_days[one.stream, one.last_hot])

    def continued(self, before: Alert | None, one: Episode) -> Alert:
        """Returns the alert of an episode's stream as the episode leaves it."""
        opened = self.moment(one.begin)
        if before is None:
            return self._alert(one)
        settled = before.settled_until
        closed_at = settled if before.is_settled else before.closed_at
        if closed_at is not None and opened >= closed_at:
            return replace(self._alert(one), reopened=before.reopened + 1, settled_until=settled)
        end = None if one.end is None else self.moment(one.end)
        if before.closed_at is not None and end is not None:
            return before
        if end is not None and end <= before.opened_at:
            return before
        return replace(
            self._alert(one),
            since=before.since,
            opened_at=before.opened_at,
            reopened=before.reopened,
            settled_until=settled,
        )

    def _alert(self, one: Episode) -> Alert:
        key, found = self.streams.keys[one.stream], self.found
        day, days = one.last_hot, self._days(one)
        count, expected, exposure = self._window(one)
        place = (one.stream, day)
        alpha = of_windows(found.daily_alpha[place], found.weekly_alpha[place], days)
        past = (round(float(found.baseline[place])), float(found.baseline_exposure[place]))
        change = rate_change((count, past[0]), (exposure, past[1]), float(alpha))
        voices = self.streams.between(one.stream, day + 1 - days, day)
        names = tuple(self.streams.names[voice] for voice in voices)
        begins = one.begin + 1 - int(found.window_days[one.stream, one.begin])
        last_seen = float(self.streams.moments[voices[-1]])
        return Alert(
            alert_id=key.alert_id,
            industry=key.industry,
            title=self._title(key, names),
            status="open" if one.end is None else "closed",
            trend="rising" if past[0] else "new",
            since=self.moment(begins),
            opened_at=self.moment(one.begin),
            closed_at=None if one.end is None else self.moment(one.end),
            last_seen=datetime.fromtimestamp(last_seen, self.as_of.tzinfo),
            window_days=days,
            count=count,
            expected=expected,
            ratio=change.ratio if change else None,
            low=change.low if change else 0.0,
            high=change.high if change else None,
            p=float(found.p[place]),
            aspect_id=key.name if key.kind == "aspect" else None,
            topic_id=key.name if key.kind == "topic" else None,
            product=key.product,
            store=key.store,
            region=key.region,
            set_aside=self._set_aside(key, day + 1 - days, day),
            issue_id=self._issue(key, names),
            feedback_ids=names,
        )

    def _title(self, key: StreamKey, names: Sequence[str]) -> str:
        """Returns what emerges: of a theme with a subject and no problem, what is said of late."""
        title = self.titles.get(key.name, key.name)
        said = self.said(key.name, set(names)) if key.kind == "topic" and is_mixed(title) else ""
        return said or title

    def _set_aside(self, key: StreamKey, first: int, last: int) -> int:
        start = self.streams.first_day
        return len(
            {
                mention.feedback_id
                for mention in self.paid
                if key.holds(mention)
                and first <= day_of(mention.occurred_at, self.as_of) - start <= last
            }
        )

    def _issue(self, key: StreamKey, names: Sequence[str]) -> str | None:
        """Returns the issue that holds most of the voices, if it holds enough of them.

        One of the very theme or aspect must hold half of them, one of an aspect that a theme speaks
        of a third, as voices of one theme may be heard to speak of several; so must one of
        emergencies, which are told apart from the rest.
        """
        wanted = set(names)
        shared: Counter[str] = Counter()
        name = self.twins.get(key.name, key.name)
        akin = {UNPLACED, *self.aspects.get(key.name, ())}
        for issue in self.issues:
            is_own = name in (issue.aspect_id, issue.topic_id)
            if issue.industry == key.industry and (is_own or issue.aspect_id in akin):
                voices = sum(place.feedback_id in wanted for place in issue.evidence)
                if voices >= (_SAME if is_own else _AKIN) * len(names):
                    shared[issue.issue_id] = voices
        return min(shared, key=lambda name: (-shared[name], name), default=None)
