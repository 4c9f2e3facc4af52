"""Tries the routing rules on rows of a file, each as if it were a problem of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Final

from voc.config import Industry, Settings
from voc.errors import UsageError
from voc.issues import Home, emergency_home, severity_of
from voc.pipeline.departments import FIELD, Handled, departments_of
from voc.pipeline.file_rows import FileRows
from voc.pipeline.opening import what_opens
from voc.pipeline.routed import Routed
from voc.pipeline.routing import Desk
from voc.pipeline.tagging import Failure, tag_feedback
from voc.records import UNPLACED, AspectMention, Feedback, Issue, Mention, Tags, reason_of
from voc.sources.base import Reject
from voc.sources.rows import Row
from voc.sources.tables import read_rows
from voc.tagging.engine import Engine
from voc.workorders.circumstances import summary
from voc.workorders.frontline import voice_facts
from voc.workorders.learning.model import Scores

_REMEDY: Final = (
    "--map text=COLUMN reads one of them alone; kind: survey in the config names others."
)


@dataclass(frozen=True, slots=True)
class DecidedRow:
    """A row with what was found in it and where it would go."""

    row: Row
    tags: Tags
    routed: Routed

    @property
    def scores(self) -> Scores:
        """The aspects found in it, with their probabilities."""
        return scores_of(self.tags)


@dataclass
class RowRouter:
    """Routes each row of a file as if it were a problem of its own.

    Attributes:
        engine: What tags, bound to an industry.
        desk: What decides.
        settings: For the zone, limits and batches.
        mapping: Field: column, where columns are told; `department` says who should get a row.
        rejects: Rows that could not be read or tagged, as they are met.
        notes: How the last file was read, once it was read to its end.
    """

    engine: Engine
    desk: Desk
    settings: Settings
    mapping: Mapping[str, str] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    notes: tuple[str, ...] = ()

    def rows(self, source: str) -> Iterator[Routed]:
        """Yields the decisions in the order of the rows; errors as those of `decided`."""
        return (one.routed for one in self.decided(source))

    def decided(self, source: str) -> Iterator[DecidedRow]:
        """Yields the rows with their tags and decisions, in order.

        Raises:
            UsageError: No industry is named, or the text's column cannot be told.
            SourceError: The file cannot be read at all.
        """
        industry = self.engine.bound().industry
        if industry is None:
            raise UsageError("Routing needs a taxonomy; name it with --industry.")
        with read_rows(source, text=self.mapping.get("text")) as table:
            read = FileRows(table, self._columns_told, self.settings, remedy=_REMEDY)
            rows = self._voices(read)
            while batch := list(islice(rows, self.settings.score.batch_rows)):
                yield from self._tagged(batch, table.name, industry)
            self.notes = read.notes

    @property
    def _columns_told(self) -> dict[str, str]:
        return {name: column for name, column in self.mapping.items() if name != FIELD}

    def _voices(self, rows: FileRows) -> Iterator[tuple[Row, Feedback]]:
        for each in rows:
            if isinstance(each.voice, Reject):
                self.rejects.append(each.voice)
            elif each.row is not None:
                yield each.row, each.voice

    def _tagged(
        self, batch: Sequence[tuple[Row, Feedback]], name: str, industry: Industry
    ) -> Iterator[DecidedRow]:
        tagged = tag_feedback(
            self.engine.bound(),
            [feedback for _, feedback in batch],
            ids=[""] * len(batch),
            timeout_s=self.settings.score.row_timeout_s,
        )
        for (row, feedback), tags in zip(batch, tagged, strict=True):
            if isinstance(tags, Failure):
                self.rejects.append(Reject(name, row.place, tags.reason))
            else:
                yield DecidedRow(row, tags, self._decide(row, feedback, tags, industry))

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
        [guess] = self.desk.learned.guess(industry.id, [tags.text], [scores_of(tags)])
        facts = replace(voice_facts(feedback, tags, None), departments=guess)
        told = summary([(mention, facts)])
        found = replace(
            self.desk.decide(issue, industry, told, confidence=confidence, texts=[tags.text]),
            opens=what_opens(tags, self.settings, self.desk.rules),
            voice=self.desk.try_voice(feedback, tags, industry),
        )
        label = Handled.told(self.mapping).value(row)
        if label is None:
            return found
        return replace(found, expected=label, reached=_reached(found, label, industry))


def scores_of(tags: Tags) -> Scores:
    """Returns the aspects that tags name, with their probabilities."""
    return {one.aspect_id: one.score for one in tags.aspects}


def _reached(found: Routed, label: str, industry: Industry) -> str:
    """Returns where a row goes, as its label calls places: by department, or by aspect."""
    owners = departments_of(industry)
    if label not in {aspect.name for aspect in industry.all_aspects()}:
        return found.routing.department
    if found.routing.named_by != "learned":
        return found.title
    names = [aspect.name for aspect in industry.all_aspects()]
    own = [name for name in names if owners.get(name) == found.routing.department]
    return label if label in own else next(iter(own), found.routing.department)


def _alone(
    row: Row, feedback: Feedback, tags: Tags, best: AspectMention | None, industry: Industry
) -> Issue:
    """Returns the issue that a row would be if nobody else spoke of it."""
    urgency = tags.urgency.label if tags.urgency else "normal"
    reasons = tags.urgency.reasons if tags.urgency and urgency == "critical" else ()
    home = emergency_home(reasons, industry)
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
        title=_title(home, best, industry),
        industry=industry.id,
        aspect_id=home.aspect_id if home else best.aspect_id if best else UNPLACED,
        topic_id=home.topic_id if home else None,
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


def _title(home: Home | None, best: AspectMention | None, industry: Industry) -> str:
    if home is None:
        return best.aspect if best else ""
    return reason_of(home.topic_id) or industry.aspect(home.aspect_id).name
