"""Writes the topic report from the store."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from pathlib import Path
from typing import Final, TypeVar

from voc.config import Aspect, Industry, Settings, bundled
from voc.errors import UsageError
from voc.pipeline.calls import CallReader, as_heard, calls_of, predictor_of
from voc.pipeline.complaints import complaints_of, counting
from voc.pipeline.forming import formed_issues
from voc.pipeline.moments import cutoff_of, moments_of
from voc.pipeline.standing import standing_for
from voc.pipeline.taxonomies import industries_of, industry_of, is_file_name, named_industry
from voc.pipeline.themes import BY_RUN
from voc.records import Alert, Issue, Mention
from voc.report import (
    WHOLE,
    Figures,
    Format,
    ReportInput,
    Scope,
    ThemeRun,
    Untagged,
    build_figures,
    write_report,
)
from voc.report.measured import Measured, read_measured
from voc.store import Store, TopicEvent
from voc.tagging.loading import load_tagger
from voc.workorders import WorkingCalendar, calendar_for, load_routing

_MOST_NAMES: Final = 12
_INSTANT: Final = timedelta(microseconds=1)
Spoken = TypeVar("Spoken", Mention, Issue, Alert)


@dataclass(frozen=True, slots=True)
class Written:
    """What is to be told of a report that was written."""

    notes: tuple[str, ...] = ()


def write_topic_report(
    store: Store,
    out: Path,
    *,
    settings: Settings,
    industry: str | None = None,
    model: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    scope: Scope = WHOLE,
    as_format: Format = "html",
) -> Written:
    """Writes the report as one file.

    A store that holds several industries gives one report over all of them where none is named;
    its aspects then carry their industry's name.

    Raises:
        UsageError: The store holds no such industry; or no feedback of a product, a store or a
            region that `scope` names; or no tags of `model`.
        OutputError: The file cannot be written.
    """
    figures, notes = topic_figures(
        store,
        settings=settings,
        industry=industry,
        model=model,
        since=since,
        until=until,
        scope=scope,
    )
    write_report(figures, out, as_format=as_format)
    return Written(notes)


def topic_figures(
    store: Store,
    *,
    settings: Settings,
    industry: str | None = None,
    model: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    scope: Scope = WHOLE,
) -> tuple[Figures, tuple[str, ...]]:
    """Returns what the report shows, and what is to be told of it.

    Without `model` it shows the tags of the model of the settings; where that has tagged nothing
    yet, those of the model that tagged last.

    Raises:
        UsageError: As `write_topic_report`.
    """
    loaded, notes = _industries(store, settings, industry)
    wanted = [item.id for item in loaded] or None
    name, wanted_model = _models(store, settings, model)
    merged = len(loaded) > 1
    now = datetime.now(settings.zone)
    cutoff = cutoff_of(store, now)
    end = min(until or cutoff, cutoff)
    issues, is_past = _issues(store, loaded, settings, model=name, until=until, cutoff=cutoff)
    of_these = {item.issue_id for item in issues}
    alerts = store.alerts(industry=wanted)
    mentions: Iterator[Mention] = store.mentions(
        model=name, industry=wanted, since=since, until=end
    )
    predictor, notice = predictor_of(settings)
    notes += [notice] if notice else []
    calls = calls_of(
        store,
        CallReader(None, predictor),
        model=name,
        industry=wanted,
        since=since,
        until=end,
    )
    missing = store.count_untagged(model=wanted_model, industry=wanted, since=since, until=end)
    untagged = Untagged(wanted_model, missing) if missing else None
    ahead = store.tagged(
        model=name,
        industry=wanted,
        since=max(since or cutoff, cutoff),
        until=until,
        with_words=False,
    )
    figures = build_figures(
        ReportInput(
            title=settings.report.title,
            industry=merge(loaded) if merged else next(iter(loaded), None),
            since=since,
            until=until,
            is_past=is_past,
            generated_at=now,
            zone=settings.zone,
            model=name,
            rows=map(as_heard, store.tagged(model=name, industry=wanted, since=since, until=end)),
            mentions=(qualified(item) for item in mentions) if merged else mentions,
            scope=scope,
            topic_voices=store.topic_voices(wanted, model=name),
            topics=store.topics(wanted),
            issues=[qualified(item) for item in issues] if merged else issues,
            alerts=[qualified(item) for item in alerts] if merged else alerts,
            work_orders=[order for order in store.work_orders() if order.issue_id in of_these],
            order_parts=store.order_parts(),
            effects=store.effects(),
            calendar=_calendar(settings),
            calls=(call.for_report(merged=merged) for call in calls),
            rejects=len(store.rejects()),
            window_days=settings.issues.window_days,
            is_masked=settings.privacy.mask,
            measured=measured_of(name, settings),
            untagged=untagged,
            theme_run=last_run(store, wanted),
            future=sum(map(scope.holds, ahead)),
        )
    )
    _check(scope, figures, store, name)
    if untagged:
        notes.append(
            f"{untagged.count} feedbacks are not tagged by {untagged.model} yet; voc run does it."
            + (f" This report shows the tags of {name}." if name != untagged.model else "")
        )
    left_out = store.count_without_industry(since=since, until=end) if wanted else 0
    if left_out:
        notes.append(f"{left_out} feedbacks without an industry are not in this report.")
    return figures, tuple(notes)


def _issues(
    store: Store,
    industries: Sequence[Industry],
    settings: Settings,
    *,
    model: str,
    until: datetime | None,
    cutoff: datetime,
) -> tuple[list[Issue], bool]:
    """Returns the issues, and whether they are those of a time before the newest voice.

    What was said later is no part of a past period: severity and trend are those of its end.
    """
    known = {item.id: item for item in industries}
    if until is not None and known:
        now = moments_of(store, model=model, zone=settings.zone, now=cutoff)
        if any(until <= now.as_of[name] for name in known if name in now.as_of):
            then = moments_of(store, model=model, zone=settings.zone, now=until - _INSTANT)
            twins = standing_for(store, known)
            complaints = complaints_of(
                store,
                model=model,
                industries=known,
                min_score=settings.issues.min_score,
                twins=twins,
            )
            formed = formed_issues(
                store,
                [item for item in counting(store, complaints, cutoff) if item.occurred_at < until],
                model=model,
                industries=known,
                settings=settings,
                moments=then,
                twins=twins,
            )
            return [issue for issue in formed.issues if issue.industry in known], True
    return store.issues(industry=sorted(known) or None, with_evidence=True), False


def _models(store: Store, settings: Settings, told: str | None) -> tuple[str, str]:
    """Returns the model whose tags are shown, and the one that should have tagged.

    Raises:
        UsageError: `told` has tagged nothing; with the models that have.
    """
    there = store.models()
    if told is not None:
        if told not in there:
            found = ", ".join(f"{name} ({count} feedbacks)" for name, count in there.items())
            raise UsageError(
                f"--model {told!r}: it has tagged nothing in this store; "
                + (f"there are tags of {found}." if there else "no model has, voc run tags it.")
            )
        return told, told
    wanted = current_model(settings)
    return (wanted if wanted in there else next(iter(there), wanted)), wanted


def last_run(store: Store, industry: Sequence[str] | None) -> ThemeRun | None:
    """Returns what became of themes in the last run that changed any, of each industry."""
    last: dict[str, list[TopicEvent]] = {}
    for event in store.topic_events(industry=industry):
        if event.actor != BY_RUN:
            continue
        run = last.setdefault(event.industry, [])
        if run and run[0].at != event.at:
            run.clear()
        run.append(event)
    events = [event for run in last.values() for event in run]
    if not events:
        return None
    kinds = Counter(event.kind for event in events)
    return ThemeRun(
        max(event.at for event in events),
        kept=len(store.topics(industry, with_muted=True)) - kinds["born"] - kinds["split"],
        born=kinds["born"] + kinds["split"],
        ended=kinds["merged"] + kinds["died"],
    )


def _calendar(settings: Settings) -> WorkingCalendar:
    file = settings.resolve(settings.routing.file)
    return calendar_for(load_routing(file), file)


def _check(scope: Scope, figures: Figures, store: Store, model: str) -> None:
    """Refuses a product, a store or a region that the store has never heard of.

    Raises:
        UsageError: With the names there are, the nearest first.
    """
    if not scope or figures.overview.rows:
        return
    rows = list(store.tagged(model=model))
    for part in fields(scope):
        unit = part.name.removesuffix("s")
        known = {value for row in rows if (value := getattr(row, unit))}
        for name in getattr(scope, part.name):
            if name not in known:
                near = get_close_matches(name, known, n=3, cutoff=0.3)
                shown = [*near, *sorted(known.difference(near))][:_MOST_NAMES]
                more = f" and {len(known) - len(shown)} more" if len(known) > len(shown) else ""
                raise UsageError(
                    f"The store holds no feedback of the {unit} {name!r}; "
                    + (
                        f"it has {', '.join(shown)}{more}."
                        if known
                        else f"none of it names a {unit}."
                    )
                )


def measured_of(model: str, settings: Settings) -> tuple[Measured, ...]:
    """Returns what the folder of a model, named as `name@version`, says was measured of it."""
    name, _, version = model.partition("@")
    folder = settings.resolve(settings.models.dir) or bundled("models")
    return read_measured(folder / name / version.partition("+")[0], name)


def _industries(
    store: Store, settings: Settings, told: str | None
) -> tuple[list[Industry], list[str]]:
    """Returns the named industry, or else all of the store that can be loaded, with notes."""
    there = store.industries()
    name = told or settings.industry
    if name is None:
        found, missing = industries_of(store, settings, there)
        if missing and not found:
            raise UsageError(next(iter(missing.values())))
        return [*found.values()], [f"{it} It is not in this report." for it in missing.values()]
    if is_file_name(name):
        chosen = named_industry(name, settings=settings, base=None if told else settings.base_dir)
    else:
        chosen = industry_of(store, settings, name)
    if there and chosen.id not in there:
        raise UsageError(
            f"The store holds no feedback of {chosen.id!r}; it has {', '.join(there)}."
        )
    bare = 0 if there or told is None else store.count_without_industry()
    if bare:
        raise UsageError(
            f"The store holds no feedback of {chosen.id!r}; none of its {bare} names an industry."
            f" voc ingest FILE --industry {chosen.id} gives it to a file's; then voc run tags them."
        )
    return [chosen], []


def current_model(settings: Settings) -> str:
    """Returns name and version of the model that tags by the settings, be it their fallback."""
    return load_tagger(settings)[0].identifier


def merge(industries: list[Industry]) -> Industry:
    """Returns one taxonomy with the aspects of several, each carrying its industry's name."""
    aspects = [
        _renamed(aspect, industry) for industry in industries for aspect in industry.all_aspects()
    ]
    names = "、".join(industry.name for industry in industries)
    return Industry(id="all", name=names, aspects=tuple(aspects))


def _renamed(aspect: Aspect, industry: Industry) -> Aspect:
    # Keywords and children are of no use to a report, and may repeat between industries.
    changes: Mapping[str, object] = {
        "id": f"{industry.id}.{aspect.id}",
        "name": f"{aspect.name}（{industry.name}）",
        "keywords": (),
        "children": (),
    }
    return aspect.model_copy(update=dict(changes))


def qualified(item: Spoken) -> Spoken:
    """Returns what has an aspect with its industry before its aspect's id, as in `merge`.

    An alert of a theme has none.
    """
    if item.aspect_id is None:
        return item
    return replace(item, aspect_id=f"{item.industry}.{item.aspect_id}")
