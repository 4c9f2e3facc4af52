"""Learns who handles what, from labelled rows or from the store's own orders."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from voc.config import Industry, Settings
from voc.errors import UsageError
from voc.pipeline.departments import Handled, departments_of
from voc.pipeline.routing import Desk
from voc.pipeline.row_routing import RowRouter
from voc.pipeline.telling import told_now
from voc.records import UrgencyLabel
from voc.sources.base import Reject
from voc.store import Store
from voc.text.privacy import mask
from voc.workorders import Routing, RoutingRules
from voc.workorders.checking import known_teams
from voc.workorders.learning import (
    Example,
    Judged,
    LearnedManifest,
    cross_validated,
    judged,
    places_of,
    write_learned,
)

Progress = Callable[[str, float, float | None], None]

FEWEST_ROWS: Final = 50
FEWEST_OF_ONE: Final = 5
"""Rows of a department that are enough to learn it from; of fewer, the rules decide."""
MOST_ROWS: Final = 5_000
THRESHOLDS: Final = (0.0, 0.3, 0.5, 0.7, 0.9)
_MOST_TEXTS: Final = 5


@dataclass(frozen=True, slots=True)
class Learning:
    """What came of it.

    Attributes:
        judged: The figures at the threshold that was asked for, on rows not fitted on.
        at: Threshold: the figures, for the usual thresholds.
        departments: What can be told apart.
        few: Departments with too few rows, by how many.
        strangers: Departments that neither aspects nor the routing file know of.
        rejects: Rows that could not be used, each with its reason.
        unused: Rows left out because there were more than `MOST_ROWS`.
        folder: What was written; `None` where nothing was.
    """

    judged: Judged
    at: dict[float, Judged]
    departments: tuple[str, ...]
    few: dict[str, int]
    strangers: tuple[str, ...]
    rejects: tuple[Reject, ...]
    unused: int
    folder: Path | None


@dataclass(frozen=True, slots=True)
class Past:
    """What is learned from: rows with who handled them, and rows that cannot be used."""

    examples: list[Example]
    rejects: list[Reject]


def past_of_file(source: str, router: RowRouter, handled: Handled) -> Past:
    """Reads labelled rows of a file.

    Args:
        source: The file.
        router: Tags and routes its rows by the rules alone.
        handled: Tells who handled a row.

    Raises:
        UsageError: No industry is named, or the text's column cannot be told.
        SourceError: The file cannot be read at all.
    """
    industry = router.engine.bound().industry
    examples, rejects, seen = [], [], set[str]()
    by_aspect = departments_of(industry) if industry else {}
    for one in router.decided(source):
        value = handled.value(one.row)
        try:
            if value is None:
                raise UsageError("names no department")
            department = handled.department(value, by_aspect)
            if one.tags.text in seen:
                raise UsageError("repeats the text of another row")
        except UsageError as error:
            sample = mask(one.tags.text[:200]).text
            rejects.append(Reject(source, one.row.place, str(error), sample))
            continue
        seen.add(one.tags.text)
        routing = one.routed.routing
        examples.append(
            Example(
                one.tags.text,
                one.scores,
                department,
                routing.department,
                _is_fixed(routing, one.tags.urgency.label if one.tags.urgency else "normal"),
            )
        )
    return Past(examples, [*router.rejects, *rejects])


def _is_fixed(routing: Routing, urgency: UrgencyLabel) -> bool:
    """Whether the department stands before what is learned: by a rule, or by danger."""
    return routing.named_by == "rule" or (routing.named_by == "aspect" and urgency == "critical")


def past_of_store(
    store: Store, desk: Desk, *, industry: Industry, settings: Settings, model: str
) -> Past:
    """Reads orders that were resolved, with the department that did it after returns and transfers.

    Args:
        store: Where they are.
        desk: Tells where they would go by the rules alone.
        industry: The taxonomy.
        settings: For the window of issues.
        model: Whose tags tell of their voices.
    """
    orders = [
        one for one in store.work_orders(status=("resolved", "closed")) if one.merged_into is None
    ]
    found = (store.issue(name) for name in dict.fromkeys(one.issue_id for one in orders))
    asked = [issue for issue in found if issue is not None and issue.industry == industry.id]
    issues = {issue.issue_id: issue for issue in asked}
    told = told_now(store, asked, model=model, rules=desk.rules, settings=settings)
    wanted = {item.feedback_id for issue in asked for item in issue.evidence}
    said = {
        row.feedback_id: row.text
        for row in store.tagged(model=model, industry=industry.id)
        if row.feedback_id in wanted
    }
    examples: dict[str, Example] = {}  # of several orders with the same voices, the last counts
    for order in sorted(orders, key=lambda one: one.created_at):
        issue = issues.get(order.issue_id)
        voices = [item.feedback_id for item in issue.evidence] if issue else []
        texts = [said[name] for name in dict.fromkeys(voices) if name in said][:_MOST_TEXTS]
        if issue is None or not texts:
            continue
        circumstances = told[issue.issue_id]
        routing = desk.decide(issue, industry, circumstances).routing
        scores = {issue.aspect_id: circumstances.confidence or 0.5}
        is_fixed = _is_fixed(routing, circumstances.urgency)
        text = "\n".join(texts)
        known = Example(text, scores, order.department, routing.department, is_fixed)
        examples[text] = known
    return Past(list(examples.values()), [])


def learn(
    past: Past,
    *,
    industry: Industry,
    rules: RoutingRules,
    settings: Settings,
    threshold: float,
    out: Path,
    anyway: bool = False,
    on_progress: Progress = lambda *_: None,
) -> Learning:
    """Fits, judges on rows not fitted on, and writes what is better than the rules.

    Args:
        past: Who handled what.
        industry: The taxonomy.
        rules: The routing file, for the departments that it knows of.
        settings: For the zone of times.
        threshold: Probability from which what was learned decides.
        out: The model's folder.
        anyway: Whether to write it in any case.
        on_progress: Told of (stage, done, total).

    Raises:
        UsageError: There are too few rows, or of too few departments.
        OutputError: The result cannot be written.
    """
    examples = past.examples[-MOST_ROWS:]
    departments, few = _departments(examples, past)
    places = places_of(industry)
    said, model = cross_validated(
        examples, places, departments, lambda *done: on_progress("拟合", *done)
    )

    def at(level: float) -> Judged:
        return judged(examples, said, departments, threshold=level)

    figures = at(threshold)
    if figures.is_better or anyway:
        manifest = LearnedManifest(
            industry=industry.id,
            departments=departments,
            places=places,
            files={"departments.safetensors": "0" * 64},
            rows=len(examples),
            threshold=threshold,
            figures={
                "rules": round(figures.by_rules / figures.total, 4),
                "learned": round(figures.learned / figures.total, 4),
            },
            created=datetime.now(settings.zone),
        )
        write_learned(out, manifest, model)
    return Learning(
        judged=figures,
        at={level: at(level) for level in THRESHOLDS},
        departments=departments,
        few=few,
        strangers=tuple(sorted({*departments, *few} - known_teams(rules, [industry]))),
        rejects=tuple(past.rejects),
        unused=len(past.examples) - len(examples),
        folder=out if figures.is_better or anyway else None,
    )


def _departments(examples: Sequence[Example], past: Past) -> tuple[tuple[str, ...], dict[str, int]]:
    counts = Counter(one.department for one in examples)
    known = tuple(sorted(name for name, count in counts.items() if count >= FEWEST_OF_ONE))
    usable = sum(counts[name] for name in known)
    first = next(iter(past.rejects), None)
    why = f"; the first row left out is {first.place}: it {first.reason}" if first else ""
    if usable < FEWEST_ROWS:
        raise UsageError(
            f"{usable} rows can be learned from, of departments with at least {FEWEST_OF_ONE} each,"
            f" and {FEWEST_ROWS} are the fewest; give more history, or keep to the rules{why}."
        )
    if len(known) < 2:
        raise UsageError(
            f"All rows that can be learned from were handled by {known[0]}, so there is nothing to"
            f" tell apart{why}."
        )
    return known, {name: count for name, count in sorted(counts.items()) if name not in known}
