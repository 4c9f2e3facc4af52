"""Issues from mentions: one problem, many voices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import isclose
from typing import Final, NamedTuple

from voc.config import Industry
from voc.config.sections import IssueSettings
from voc.issues.chains import is_common, standing_out
from voc.issues.episodes import find_episodes
from voc.issues.grouping import (
    GroupKey,
    Polarities,
    Rules,
    aspect_name,
    commonest_aspect,
    group_rules,
    group_voices,
    is_placeless,
    issue_key,
    joined,
    negativity_by_group,
)
from voc.issues.matching import Homes, absorb, birth_id, by_standing, is_absorbed
from voc.issues.naming import Titles
from voc.issues.novelty import emerging_term
from voc.issues.severity import Negativity, rate_voices
from voc.issues.stakes import Clientele
from voc.issues.trends import Exposure, TrendTest, Volumes, day_of, told_at_once, trend_of
from voc.issues.variation import overdispersion_of
from voc.records import UNHEARD, EmergingTerm, Evidence, Issue, IssueStatus, Mention

Groups = Mapping[GroupKey, Sequence[Mention]]

_CLOSE: Final = 0.05
"""By how much the ends of an interval may move before an issue counts as changed."""


def form_issues(
    mentions: Iterable[Mention],
    existing: Sequence[Issue],
    *,
    industries: Mapping[str, Industry],
    settings: IssueSettings,
    volumes: Volumes | None,
    as_of: datetime | Mapping[str, datetime],
    topics: Mapping[str, str] | None = None,
    polarities: Polarities | None = None,
    clienteles: Mapping[str, Clientele] | None = None,
    twins: Mapping[str, str] | None = None,
    given: Container[str] = frozenset(),
    settled_until: Mapping[str, datetime] | None = None,
) -> list[Issue]:
    """Returns the issues that are new or have changed by more than the last digits of a trend.

    The issues follow from the mentions alone: one run over all gives the same as many runs over
    growing parts, in any order; only ids (kept from birth) and what people decided (closed,
    ignored) come from `existing`. Running again with the same data returns nothing.

    A group has one issue, however often its problem comes back. It is rated by what is said this
    time (see `find_episodes`). A closed issue is reopened by voices of after it was settled that
    would make an issue by themselves: one that is misread, or a straggler, only counts, as late
    rows from before do. One that was closed for want of voices that count is reopened where there
    are such again. An ignored issue stays ignored and goes on counting. One whose voices make no
    issue any more, as their times were mended, is closed. Where two groups have become one, the
    issue that goes on absorbs the other, which is returned closed and without voices; so does the
    one that has most of the voices of an issue whose group is no more. What the stores of a chain
    share is one group (see `voc.issues.chains`), whose issue absorbs the open ones of its stores.

    Args:
        mentions: All mentions known of each group that is to be looked at; a group none of whose
            voices is given is left as it is.
        existing: The issues known so far. Those that come without evidence, as lists of the store
            give them, are compared without it.
        industries: Taxonomies by id.
        settings: The section `issues` of the settings.
        volumes: All feedbacks a day by (industry, product, store), days in the zone of `as_of`;
            `None` in it is all products, or all stores. `None`: trends compare voices a day, and no
            chain shares a problem.
        as_of: The moment trends look back from, or one for each industry; one that it lacks looks
            back from its own newest mention. The time of the newest feedback that is not in the
            future makes repeated runs give equal trends.
        topics: The names of themes by id, which issues that stand for one are called by.
        polarities: Negative and all mentions of each aspect by place, for the severity.
        clienteles: The customers behind voices, by industry, for the value at stake.
        twins: The theme that stands for another, by the other's id: issues of both are of one
            group. The mentions name the first alone.
        given: The ids of themes that somebody named; their issues are called so, whatever voices
            say.
        settled_until: When closed issues were settled, by id; one that it lacks was not. `None`:
            each was when it was seen last.

    Returns:
        New and changed issues, by first voice and id. Their evidence names every voice with the
        first place that speaks for it, in order of time; a voice without one has `[0, 0)`.
    """
    rows = list(mentions)
    moments = _moments(rows, as_of)
    settled = _settled(existing, settled_until)
    shared = standing_out(
        rows,
        existing,
        industries=industries,
        settings=settings,
        volumes=volumes,
        as_of=moments,
        settled={issue.issue_id for issue in existing if issue.status == "ignored"} | {*settled},
    )
    rules = group_rules(industries, shared)
    told = (mention for mention in rows if not is_common(mention, shared, topics or {}))
    groups = group_voices(told, rules=rules, min_score=settings.min_score)
    exposure = Exposure(volumes, data_starts=_data_starts(rows, moments), standing_out=shared)
    scene = _Scene(
        industries=industries,
        settings=settings,
        exposure=exposure,
        overdispersion=overdispersion_of(
            groups, exposure=exposure, window_days=settings.window_days, as_of=moments
        ),
        titles=_titles(groups, industries, topics or {}, given),
        plain=group_rules(industries),
        negativity=negativity_by_group(polarities or {}, rules),
        clienteles=clienteles or {},
        as_of=moments,
        settled_until=settled,
        taken={issue.issue_id for issue in existing if not is_absorbed(issue)},
    )
    heard = scene.heard(groups)
    known: dict[GroupKey, list[Issue]] = {}
    joining: dict[GroupKey, list[Issue]] = {}
    for issue in existing:
        key = issue_key(issue, rules, twins or {})
        if is_absorbed(issue):
            continue
        if key == issue_key(issue, scene.plain, twins or {}):
            known.setdefault(key, []).append(issue)
        elif issue.is_open:
            joining.setdefault(key, []).append(issue)
    before = {issue.issue_id: issue for issue in existing}
    formed = [
        issue
        for key, voices in groups.items()
        for issue in scene.form(
            key, voices, heard.get(key), known=known.get(key, []), joining=joining.get(key, [])
        )
    ]
    homes = Homes(issue for issue in formed if issue.is_open)
    for issue in _without_group((known, joining), groups):
        heir = homes.heir(issue, aspect_id=issue.aspect_id) if issue.is_open else None
        if heir:
            formed.append(absorb(issue, into=heir))
        elif issue.is_open and is_common(joined(issue, twins or {}), shared, topics or {}):
            formed.append(replace(issue, status="closed", emerging_term=None))
    changed = [issue for issue in formed if _differs(issue, before.get(issue.issue_id))]
    return sorted(changed, key=lambda issue: (issue.first_seen, issue.issue_id))


def _differs(issue: Issue, before: Issue | None) -> bool:
    """Says whether more of an issue changed than the last digits of its trend.

    Those change with every other issue, by whose voices it is told how much voices vary.
    """
    if before is None:
        return True
    now = issue if before.evidence else replace(issue, evidence=())
    low, high = before.trend_low, before.trend_high
    if not (_is_close(now.trend_low, low) and _is_close(now.trend_high, high)):
        return True
    return before != replace(now, trend_p=before.trend_p, trend_low=low, trend_high=high)


def _is_close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return isclose(one, other, rel_tol=_CLOSE, abs_tol=_CLOSE)


class _Heard(NamedTuple):
    """The episodes of an issue's voices, one at least, their aspect, its title and its trend.

    And what is new in it.
    """

    episodes: Sequence[Sequence[Mention]]
    aspect_id: str
    title: str
    newly: EmergingTerm | None
    test: TrendTest

    @property
    def voices(self) -> list[Mention]:
        return [voice for episode in self.episodes for voice in episode]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What all groups of one run are judged by."""

    industries: Mapping[str, Industry]
    plain: Rules
    settings: IssueSettings
    exposure: Exposure
    overdispersion: Mapping[GroupKey, float]
    titles: Mapping[str, Titles]
    negativity: Mapping[GroupKey, Negativity]
    clienteles: Mapping[str, Clientele]
    as_of: Mapping[str, datetime]
    settled_until: Mapping[str, datetime]
    taken: Container[str]

    def heard(self, groups: Groups) -> dict[GroupKey, _Heard]:
        """Returns what was heard of the groups that are issues; trends are told among all.

        What no aspect hears is none where nothing of it says what is wrong.
        """
        found: dict[GroupKey, _Heard] = {}
        tests: dict[str, dict[GroupKey, TrendTest]] = defaultdict(dict)
        for key, voices in groups.items():
            if heard := self._heard(key, voices):
                found[key] = heard
                tests[key.industry][key] = heard.test
        return {
            key: found[key]._replace(test=test)
            for tested in tests.values()
            for key, test in told_at_once(tested).items()
        }

    def _heard(self, key: GroupKey, voices: Sequence[Mention]) -> _Heard | None:
        """Returns what was heard of a group, its trend by itself; `None` where it is no issue."""
        episodes = find_episodes(voices, settings=self.settings)
        if not episodes:
            return None
        spoken = [voice for episode in episodes for voice in episode]
        aspect_id = key.aspect_id or commonest_aspect(spoken)
        titles = self.titles[key.industry]
        newly = emerging_term(titles.words, spoken, as_of=self.as_of[key.industry])
        title = titles.title(
            "" if aspect_id == UNHEARD else aspect_name(self.industries, key.industry, aspect_id),
            spoken,
            topic_id=key.topic_id,
            product=key.product,
            store=key.store,
            newly=newly.term if newly else "",
        )
        if not title:
            return None
        return _Heard(episodes, aspect_id, title, newly, self._trend(key, voices, episodes))

    def form(
        self,
        key: GroupKey,
        voices: Sequence[Mention],
        heard: _Heard | None,
        *,
        known: Sequence[Issue],
        joining: Sequence[Issue],
    ) -> Iterator[Issue]:
        """Yields the issue of one group, changed or not, and marks of those it absorbs.

        Args:
            key: The group.
            voices: Its voices.
            heard: What they make; `None` where they are no issue.
            known: Issues of the group, of which one goes on.
            joining: Open ones of groups that have become part of it, of which none does.
        """
        if heard is None:
            opened = (issue for issue in (*known, *joining) if issue.is_open)
            yield from (replace(one, status="closed", emerging_term=None) for one in opened)
            evidence = tuple(map(_evidence, voices))
            ignored = (issue for issue in known if issue.status == "ignored")
            yield from (
                replace(one, evidence=evidence, count=len(evidence), emerging_term=None)
                for one in ignored
            )
            return
        ordered = by_standing(known)
        issue = self._issue(key, heard, ordered[0] if ordered else None)
        yield issue
        yield from (absorb(other, into=issue) for other in (*ordered[1:], *joining))

    def _trend(
        self, key: GroupKey, voices: Sequence[Mention], episodes: Sequence[Sequence[Mention]]
    ) -> TrendTest:
        as_of = self.as_of[key.industry]
        return trend_of(
            [day_of(voice.occurred_at, as_of) for voice in voices],
            key=key,
            opened=day_of(episodes[0][0].occurred_at, as_of),
            last_heard=day_of(episodes[-1][-1].occurred_at, as_of),
            exposure=self.exposure,
            window_days=self.settings.window_days,
            quiet_days=self.settings.quiet_days,
            today=day_of(as_of, as_of),
            overdispersion=self.overdispersion.get(key, 0.0),
        )

    def _issue(self, key: GroupKey, heard: _Heard, known: Issue | None) -> Issue:
        (episodes, aspect_id, title, newly, test), as_of = heard, self.as_of[key.industry]
        voices = heard.voices
        first, last = voices[0], voices[-1]
        silent_days = day_of(as_of, as_of) - day_of(last.occurred_at, as_of)
        clientele = self.clienteles.get(key.industry)
        stake = clientele.stake(voice.feedback_id for voice in voices) if clientele else None
        severity, reasons = rate_voices(
            episodes[-1],
            trend=test.trend,
            trend_p=test.p,
            window_days=self.settings.window_days,
            negativity=self.negativity.get(key._replace(aspect_id=aspect_id, topic_id=None)),
            weight=clientele.weight(stake) if clientele else None,
            silent_days=silent_days if test.is_silent else None,
        )
        if len(episodes) > 1 and not test.is_silent:
            reasons = (*reasons, _return_of(episodes))
        change = test.change
        # It is of its aspect, whatever theme most of it is of.
        is_shared = is_placeless(self.plain.of(key), key.product, key.store)
        return Issue(
            issue_id=known.issue_id if known else self._birth_id(key, first.feedback_id),
            title=title,
            industry=key.industry,
            aspect_id=aspect_id,
            status=self._status(known, voices),
            severity=severity,
            first_seen=first.occurred_at,
            last_seen=last.occurred_at,
            count=len(voices),
            trend=test.trend,
            trend_p=test.p,
            trend_ratio=change.ratio if change else None,
            trend_low=change.low if change else None,
            trend_high=change.high if change else None,
            trend_window_days=self.settings.window_days if change else None,
            severity_reasons=reasons,
            stake=stake,
            emerging_term=newly,
            topic_id=key.topic_id or (None if is_shared else _shared_topic(voices)),
            product=key.product,
            store=key.store,
            evidence=tuple(_evidence(voice) for voice in voices),
        )

    def _birth_id(self, key: GroupKey, first: str) -> str:
        """Returns an id that no living issue has; that of an absorbed one comes to life again."""
        found = birth_id(key, first)
        while found in self.taken:
            found = birth_id(key, found)
        return found

    def _status(self, known: Issue | None, voices: Sequence[Mention]) -> IssueStatus:
        if known is None:
            return "open"
        if known.status != "closed":
            return known.status
        until = self.settled_until.get(known.issue_id)
        if until is None:
            return "reopened"
        since = [voice for voice in voices if voice.occurred_at > until]
        return "reopened" if find_episodes(since, settings=self.settings) else "closed"


def _settled(
    existing: Iterable[Issue], settled_until: Mapping[str, datetime] | None
) -> Mapping[str, datetime]:
    """Returns when closed issues were settled; where nobody says, when they were seen last."""
    if settled_until is not None:
        return settled_until
    return {issue.issue_id: issue.last_seen for issue in existing if issue.status == "closed"}


def _without_group(
    issues: Iterable[Mapping[GroupKey, Sequence[Issue]]], groups: Groups
) -> Iterator[Issue]:
    for by_key in issues:
        for key, found in by_key.items():
            if key not in groups:
                yield from found


def _return_of(episodes: Sequence[Sequence[Mention]]) -> str:
    """Says that a problem came back, after how long, and how many had spoken of it before."""
    pause = episodes[-1][0].occurred_at - episodes[-2][-1].occurred_at
    before = sum(map(len, episodes[:-1]))
    return f"沉寂 {pause.days} 天后再次出现，此前 {before} 条声音"


def _evidence(voice: Mention) -> Evidence:
    if not voice.evidence:
        return Evidence(voice.feedback_id, 0, 0, "")
    span = voice.evidence[0]
    return Evidence(voice.feedback_id, span.start, span.end, span.text)


def _shared_topic(episode: Sequence[Mention]) -> str | None:
    """Returns the theme that more than half of the voices belong to."""
    counts: dict[str, int] = {}
    for voice in episode:
        if voice.topic_id is not None:
            counts[voice.topic_id] = counts.get(voice.topic_id, 0) + 1
    return next((topic for topic, count in counts.items() if 2 * count > len(episode)), None)


def _titles(
    groups: Groups,
    industries: Mapping[str, Industry],
    topics: Mapping[str, str],
    given: Container[str],
) -> dict[str, Titles]:
    voices: dict[str, list[Mention]] = {}
    for key, group in groups.items():
        voices.setdefault(key.industry, []).extend(group)
    return {
        industry: Titles(industries.get(industry), spoken, topics, given=given)
        for industry, spoken in voices.items()
    }


def _moments(
    mentions: Sequence[Mention], as_of: datetime | Mapping[str, datetime]
) -> dict[str, datetime]:
    newest: dict[str, datetime] = {}
    for mention in mentions:
        known = newest.get(mention.industry)
        if known is None or mention.occurred_at > known:
            newest[mention.industry] = mention.occurred_at
    if isinstance(as_of, datetime):
        return dict.fromkeys(newest, as_of)
    return {name: as_of.get(name, moment) for name, moment in newest.items()}


def _data_starts(mentions: Sequence[Mention], as_of: Mapping[str, datetime]) -> dict[str, int]:
    starts: dict[str, datetime] = {}
    for mention in mentions:
        known = starts.get(mention.industry)
        if known is None or mention.occurred_at < known:
            starts[mention.industry] = mention.occurred_at
    return {industry: day_of(start, as_of[industry]) for industry, start in starts.items()}
