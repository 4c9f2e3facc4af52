"""Tries the routing rules and opens nothing: on issues of the store, or on rows of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from voc.config import Industry, Settings
from voc.errors import RowError, UsageError
from voc.insights import Proportion, proportion
from voc.issues import UNPLACED, heeded, severity_of, urgent_once
from voc.pipeline.calls import predicted_of
from voc.pipeline.opening import what_opens
from voc.pipeline.scoring import columns_of
from voc.pipeline.taxonomies import industries_of
from voc.records import AspectMention, Feedback, Issue, Tags
from voc.sources.base import Reject
from voc.sources.columns import ColumnMap
from voc.sources.feedback import to_feedback
from voc.sources.rows import Row
from voc.sources.tables import Table, read_rows
from voc.store import Store
from voc.tagging.engine import Engine
from voc.workorders import (
    Circumstances,
    Failed,
    Router,
    Routing,
    RoutingRules,
    calendar_for,
    circumstances_of,
    load_routing,
)

DEPARTMENT: Final = "department"
"""The column of a labelled file that says who should get a row, by department or by aspect."""


@dataclass(frozen=True, slots=True)
class Routed:
    """Where an issue or a row would go.

    Attributes:
        id: Of the issue or the row.
        title: What it is about, where that is known.
        routing: The decision.
        confidence: Probability of the aspect that decides; `None` for issues.
        failed: Why each rule that does not hold does not, where that was asked for.
        expected: Where a labelled row should go, as its label calls it.
        reached: Where it goes, as the label calls places: by department, or by aspect.
        opens: Whether `voc run` would open an order for the row alone; `None` for issues.
    """

    id: str
    title: str
    routing: Routing
    confidence: float | None = None
    failed: tuple[Failed, ...] = ()
    expected: str | None = None
    reached: str | None = None
    opens: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Returns it for JSON."""
        decided = self.routing
        values: dict[str, Any] = {
            "id": self.id,
            "title": self.title,
            "department": decided.department,
            "assignee": decided.assignee,
            "priority": decided.priority,
            "type": decided.type,
            "sla_hours": decided.sla_hours,
            "clock": decided.clock,
            "rule": decided.rule,
            "explanation": decided.explanation,
        }
        if self.opens is not None:
            values["opens"] = self.opens
        if self.confidence is not None:
            values["confidence"] = round(self.confidence, 4)
        if self.failed:
            values["failed"] = [one.as_dict() for one in self.failed]
        if self.expected is not None:
            values["expected"] = self.expected
        return values


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
        explained: Whether to say why each rule that does not hold does not.
    """

    def __init__(self, settings: Settings, *, explained: bool = False) -> None:
        file = settings.resolve(settings.routing.file)
        self.rules: RoutingRules = load_routing(file)
        hours = calendar_for(self.rules, file).hours_per_day
        self._router = Router(self.rules, hours_per_day=hours)
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
        decided = self._router.route(issue, industry=industry, circumstances=told)
        failed = (
            tuple(self._router.failed(issue, industry=industry, circumstances=told))
            if self._explained
            else ()
        )
        return Routed(issue.issue_id, issue.title, decided, confidence, failed)


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
    mentions = urgent_once(list(store.mentions(model=model, sentiment="negative")))
    heard = list(heeded(issues, mentions, window_days=settings.issues.window_days))
    told = circumstances_of(issues, heard, predicted_of(store, heard, model=model))
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
        told = Circumstances(
            urgency=urgency.label if urgency else "normal",
            reasons=urgency.reasons if urgency else (),
            regions=((feedback.region, 1),) if feedback.region else (),
            channels=((feedback.channel, 1),),
        )
        found = replace(
            self.desk.decide(issue, industry, told, confidence=best.score if best else 0.0),
            opens=what_opens(tags, self.settings, self.desk.rules),
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
