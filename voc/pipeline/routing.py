"""Tries the routing rules and opens nothing: on issues of the store, or on rows of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from voc.config import Industry, Settings
from voc.errors import RowError, UsageError
from voc.insights import Proportion, proportion
from voc.issues import UNPLACED, severity_of
from voc.pipeline.opening import what_opens
from voc.pipeline.routed import Routed, VoiceTrial
from voc.pipeline.scoring import columns_of
from voc.pipeline.taxonomies import industries_of
from voc.pipeline.telling import told_now
from voc.records import AspectMention, Feedback, Issue, Mention, Tags
from voc.sources.base import Reject
from voc.sources.columns import ColumnMap
from voc.sources.feedback import to_feedback
from voc.sources.rows import Row
from voc.sources.tables import Table, read_rows
from voc.store import Store
from voc.tagging.engine import Engine
from voc.workorders import (
    Circumstances,
    Frontline,
    Router,
    RoutingRules,
    calendar_for,
    load_routing,
)
from voc.workorders.circumstances import summary
from voc.workorders.frontline import voice_facts
from voc.workorders.parts import tasks_of

DEPARTMENT: Final = "department"
"""The column of a labelled file that says who should get a row, by department or by aspect."""


@dataclass(frozen=True, slots=True)
class RoutingFigures:
    """How often rows went where their label says.

    Attributes:
        right: The share with its 95 % interval.
        confusions: (labelled, routed) with how often, most first.
    """

    right: Proportion
    confusions: tuple[tuple[tuple[str, str], int], ...]


class Desk:
    """The rules of the settings and what they need to be asked.

    Args:
        settings: Which name the rules.
        explained: Whether to say why each rule that does not hold does not, and what rules for
            single voices would do.
    """

    def __init__(self, settings: Settings, *, explained: bool = False) -> None:
        file = settings.resolve(settings.routing.file)
        self.rules: RoutingRules = load_routing(file)
        hours = calendar_for(self.rules, file).hours_per_day
        self._router = Router(self.rules, hours_per_day=hours)
        self._frontline = Frontline(self.rules, sinks=settings.sink_names)
        self._explained = explained

    def decide(
        self,
        issue: Issue,
        industry: Industry | None,
        told: Circumstances,
        *,
        confidence: float | None = None,
    ) -> Routed:
        """Routes an issue, or a row that stands for one."""
        decided = self._router.every(issue, industry=industry, circumstances=told)
        failed = (
            tuple(self._router.failed(issue, industry=industry, circumstances=told))
            if self._explained
            else ()
        )
        orders = tasks_of(issue, told, router=self._router, industry=industry)
        return Routed(
            issue.issue_id,
            issue.title,
            decided[0],
            confidence,
            failed,
            also=tuple(decided[1:]),
            orders=tuple(orders),
        )

    def try_voice(self, feedback: Feedback, tags: Tags, industry: Industry) -> VoiceTrial | None:
        """Returns what rules for single voices would do, where that was asked for."""
        if not self._explained or not self.rules.voices.rules:
            return None
        held = self._frontline.rules_for(feedback, tags, industry, None)
        return VoiceTrial(
            tuple((rule, self._frontline.sinks_for(rule, feedback.store)) for rule in held),
            tuple(self._frontline.failed(feedback, tags, industry, None)),
        )


def route_issues(
    store: Store, desk: Desk, *, settings: Settings, model: str, wanted: Sequence[str] = ()
) -> Iterator[Routed]:
    """Routes issues of the store as `voc run` would, and writes nothing.

    Args:
        store: Where they are.
        desk: What decides.
        settings: For the taxonomies and the window.
        model: Whose tags tell of their voices.
        wanted: Their ids; none: all that are open.

    Raises:
        UsageError: There is no such issue.
    """
    names = wanted or [one.issue_id for one in store.issues(status=("open", "reopened"))]
    issues = []
    for name in names:
        issue = store.issue(name)
        if issue is None:
            raise UsageError(f"There is no issue {name!r}; voc issues lists all there are.")
        issues.append(issue)
    industries, _ = industries_of(store, settings, {issue.industry for issue in issues})
    told = told_now(store, issues, model=model, rules=desk.rules, settings=settings)
    for issue in issues:
        yield desk.decide(issue, industries.get(issue.industry), told[issue.issue_id])


@dataclass
class RowRouter:
    """Routes each row of a file as if it were a problem of its own.

    Attributes:
        engine: What tags, bound to an industry.
        desk: What decides.
        settings: For the zone, limits and batches.
        mapping: Field: column, where columns are told.
        rejects: Rows that could not be read or tagged, as they are met.
    """

    engine: Engine
    desk: Desk
    settings: Settings
    mapping: Mapping[str, str] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)

    def rows(self, source: str) -> Iterator[Routed]:
        """Yields the decisions in the order of the rows.

        Raises:
            UsageError: No industry is named, or the text's column cannot be told.
            SourceError: The file cannot be read at all.
        """
        industry = self.engine.bound().industry
        if industry is None:
            raise UsageError("Routing needs a taxonomy; name it with --industry.")
        with read_rows(source, text=self.mapping.get("text")) as table:
            readable = self._read(table)
            while batch := list(islice(readable, self.settings.score.batch_rows)):
                texts = [feedback.text for _, feedback in batch]
                tagged = self.engine.bound().tag(texts, ids=[""] * len(texts))
                for (row, feedback), tags in zip(batch, tagged, strict=True):
                    yield self._decide(row, feedback, tags, industry)

    def _read(self, table: Table) -> Iterator[tuple[Row, Feedback]]:
        columns: ColumnMap | None = None
        for item in table:
            if isinstance(item, Reject):
                self.rejects.append(item)
                continue
            columns = columns or columns_of(table, item, self.mapping)
            try:
                yield item, to_feedback(item, columns, source=table.name, zone=self.settings.zone)
            except RowError as error:
                self.rejects.append(Reject(table.name, item.place, error.reason, ""))

    def _decide(self, row: Row, feedback: Feedback, tags: Tags, industry: Industry) -> Routed:
        best = max(tags.aspects, key=lambda one: (one.score, one.aspect_id), default=None)
        issue = _alone(row, feedback, tags, best, industry)
        urgency = tags.urgency
        confidence = best.score if best else 0.0
        mention = Mention(
            feedback_id=issue.issue_id,
            industry=industry.id,
            aspect_id=issue.aspect_id,
            sentiment=best.sentiment if best else "neutral",
            score=confidence,
            occurred_at=issue.last_seen,
            product=feedback.product,
            store=feedback.store,
            region=feedback.region,
            channel=feedback.channel,
            urgency=urgency.label if urgency else "normal",
            urgency_reasons=urgency.reasons if urgency else (),
        )
        told = summary([(mention, voice_facts(feedback, tags, None))])
        found = replace(
            self.desk.decide(issue, industry, told, confidence=confidence),
            opens=what_opens(tags, self.settings, self.desk.rules),
            voice=self.desk.try_voice(feedback, tags, industry),
        )
        label = row.values.get(DEPARTMENT)
        if not label:
            return found
        by_aspect = str(label) in {aspect.name for aspect in industry.all_aspects()}
        reached = found.title if by_aspect else found.routing.department
        return replace(found, expected=str(label), reached=reached)


def _alone(
    row: Row, feedback: Feedback, tags: Tags, best: AspectMention | None, industry: Industry
) -> Issue:
    """Returns the issue that a row would be if nobody else spoke of it."""
    urgency = tags.urgency.label if tags.urgency else "normal"
    severity, _ = severity_of(
        voices=1,
        critical=urgency == "critical",
        urgent=urgency in ("high", "critical"),
        trend="new",
        trend_p=1.0,
    )
    moment = feedback.created_at or datetime.now(UTC)
    return Issue(
        issue_id=feedback.native_id or str(row.number),
        title=best.aspect if best else "",
        industry=industry.id,
        aspect_id=best.aspect_id if best else UNPLACED,
        status="open",
        severity=severity,
        first_seen=moment,
        last_seen=moment,
        count=1,
        trend="new",
        trend_p=1.0,
        product=feedback.product,
        store=feedback.store,
    )


def figures_of(routed: Iterable[Routed]) -> RoutingFigures | None:
    """Compares labelled rows with where they went; `None` where no row is labelled."""
    pairs = [(one.expected, one.reached or "") for one in routed if one.expected]
    if not pairs:
        return None
    wrong = Counter(pair for pair in pairs if pair[0] != pair[1])
    ranked = sorted(wrong.items(), key=lambda item: (-item[1], item[0]))
    return RoutingFigures(proportion(len(pairs) - sum(wrong.values()), len(pairs)), tuple(ranked))
