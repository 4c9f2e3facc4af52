"""Checks what a run rests on: settings, industries, routing, model, store, queue."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from voc.config import (
    FILE_SINK,
    CrawlSourceSettings,
    FileSettings,
    Industry,
    Settings,
    SourceBase,
    SurveySettings,
    bundled,
    industry_files,
    load_industry,
    load_settings,
)
from voc.errors import ConfigError, VocError
from voc.pipeline.health import kept_health
from voc.pipeline.origins import Told, configured_file, open_source, webhook_source
from voc.pipeline.taxonomies import industries_of, named_industry
from voc.sources.crawling.markup import missing_extra
from voc.sources.crawling.source import NEEDED
from voc.store import check_place, open_store, store_place
from voc.tagging.loading import is_of, load_tagger, other_aspects
from voc.tagging.sharpening.files import read_manifests
from voc.workorders import check_routing
from voc.workorders.inboxes import CheckedInbox, open_inbox
from voc.workorders.sinks import CheckedSink, ClosingSink, FileQueueSink, open_sink


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was checked: what it is, how it is, and what is wrong with it."""

    name: str
    state: str
    problems: tuple[str, ...] = ()


def checkup(config: Path | None, files: Sequence[str]) -> Iterator[Part]:
    """Yields each part as it is checked; without settings nothing else can be.

    Args:
        config: The user's settings file.
        files: Industry files to check beside those of the settings.
    """
    try:
        settings = load_settings(config)
    except ConfigError as error:
        yield Part("settings", "cannot be used", tuple(str(error).splitlines()))
        return
    yield Part("settings", f"read{f' from {config}' if config else ''}, base {settings.base_dir}")
    industries: dict[str, Industry] = {}
    for name in [*_industry_files(settings), *files]:
        part, industry = _check_industry(name, settings)
        if industry is not None:
            industries[industry.id] = industry
        if part.problems or name in files:
            yield part
    yield Part("industries", f"{len(industries)} can be used: {', '.join(industries)}")
    routing = settings.resolve(settings.routing.file) or bundled("configs/routing.yaml")
    yield _checked("routing", lambda: _routing_state(routing, industries, settings))
    yield _checked("model", lambda: _model_state(settings))
    yield _checked("sharpened taxonomies", lambda: _sharpened_state(settings, industries))
    yield _checked("store", lambda: _store_state(settings))
    yield _checked("queue", lambda: _queue_state(settings.queue_dir))
    for name in settings.sinks:
        yield _checked(f"sink {name}", lambda name=name: _sink_state(name, settings))  # type: ignore[misc]
    for name in settings.inboxes:
        yield _checked(f"inbox {name}", lambda name=name: _inbox_state(name, settings))  # type: ignore[misc]
    failed = _failed_runs(settings)
    for name, source in settings.sources.items():
        state, problems = _source_state(name, source, settings)
        yield Part(f"source {name}", state, problems + failed.get(name, ()))


def _failed_runs(settings: Settings) -> dict[str, tuple[str, ...]]:
    """Returns why the last run of sources could not end; none where there is no store yet."""
    place = store_place(settings.store_url, busy_timeout_s=settings.store.busy_timeout_s)
    try:
        if not place.is_there:
            return {}
        with open_store(settings.store_url, busy_timeout_s=settings.store.busy_timeout_s) as store:
            known = kept_health(store, settings)
    except VocError:  # told of the store
        return {}
    return {
        name: (f"its last run could not end: {health.error}",)
        for name, health in known.items()
        if health.error
    }


def _checked(name: str, look: Callable[[], tuple[str, Sequence[str]]]) -> Part:
    try:
        state, problems = look()
    except VocError as error:
        return Part(name, "cannot be used", tuple(str(error).splitlines()))
    return Part(name, state, tuple(problems))


def _industry_files(settings: Settings) -> list[str]:
    return list(industry_files(settings.resolve(settings.industries_dir)))


def _check_industry(name: str, settings: Settings) -> tuple[Part, Industry | None]:
    folder = settings.resolve(settings.industries_dir)
    try:
        industry = load_industry(name, folder=folder)
    except VocError as error:
        return Part(f"industry {name}", "cannot be used", tuple(str(error).splitlines())), None
    count = len(industry.all_aspects())
    return Part(f"industry {name}", f"{industry.name}, {count} aspects"), industry


def _model_state(settings: Settings) -> tuple[str, Sequence[str]]:
    tagger, notice = load_tagger(settings)
    return tagger.identifier, (notice,) if notice else ()


def _sharpened_state(
    settings: Settings, industries: Mapping[str, Industry]
) -> tuple[str, Sequence[str]]:
    """Looks whether what was sharpened fits industries as they are now."""
    found = read_manifests(settings.sharpened_dir)
    problems = [
        other_aspects(place, each)
        for place, each in found
        if each.industry in industries and not is_of(each, industries[each.industry])
    ]
    names = ", ".join(f"{each.mark} of {each.rows} rows for {each.model}" for _, each in found)
    return f"{settings.sharpened_dir}: {names or 'none'}", problems


def _source_state(name: str, source: SourceBase, settings: Settings) -> tuple[str, tuple[str, ...]]:
    state, problems = _place_state(name, source, settings)
    industry = source.industry or settings.industry
    if industry is not None:
        try:
            named_industry(industry, settings=settings, base=settings.base_dir)
        except VocError as error:
            problems += str(error).splitlines()
    return state, tuple(problems)


def _place_state(name: str, source: SourceBase, settings: Settings) -> tuple[str, list[str]]:
    if isinstance(source, CrawlSourceSettings):
        missing = [package for package in NEEDED if find_spec(package) is None]
        problems = [str(missing_extra(package)) for package in missing[:1]]
        if not settings.crawl.contact:
            problems.append("nobody is named to the site; set crawl.contact in the config.")
        return f"crawled as {getattr(source, 'kind', 'a site')}", problems
    if not isinstance(source, FileSettings):
        return _stream_state(name, source, settings)
    return _file_state(name, source, settings)


def _file_state(name: str, source: FileSettings, settings: Settings) -> tuple[str, list[str]]:
    """Looks at the head of a file: whether its columns are there, as the config names them."""
    path = settings.base_dir / source.path.expanduser()
    if not path.is_file():
        return str(path), [f"{path}: no such file; mend sources.{name}.path."]
    if isinstance(source, SurveySettings):
        return str(path), []
    try:
        configured_file(name, source, settings=settings, told=Told()).check()
    except VocError as error:
        return str(path), [f"{error} Mend sources.{name} in the config.".replace("\n", " ")]
    return str(path), []


def _stream_state(name: str, source: SourceBase, settings: Settings) -> tuple[str, list[str]]:
    """Looks whether a stream can be made of its settings; nothing is connected to."""
    if webhook_source(name, settings=settings) is not None:
        return f"taken in at /v1/sources/{name}/webhook by voc serve", []
    try:
        open_source(name, settings=settings, told=Told())
    except VocError as error:
        return "cannot be used", str(error).splitlines()
    return f"read as {getattr(source, 'kind', 'a stream')}", []


def _store_state(settings: Settings) -> tuple[str, Sequence[str]]:
    place = store_place(settings.store_url, busy_timeout_s=settings.store.busy_timeout_s)
    if not place.is_there:
        check_place(settings.store_url)
        return f"{place.where}: not made yet, voc ingest makes it", ()
    with open_store(settings.store_url, busy_timeout_s=settings.store.busy_timeout_s) as store:
        counts = store.counts()
        problems = [*store.check()]
        _, missing = industries_of(store, settings, store.industries())
        problems += [
            f"{reason} Feedback of it is not tagged until it is ingested with its file once more."
            for reason in missing.values()
        ]
        dead = store.outbox_counts().get("dead", 0)
        if dead:
            last = store.outbox("dead", limit=1)[0]
            problems.append(
                f"{dead} messages were refused; the first because: {last.last_error} (voc outbox"
                " list names them)"
            )
        refused = store.letters(state="refused", limit=1)
        if refused:
            count = store.letter_counts().get("refused", 0)
            problems.append(
                f"{count} events of other systems were refused; the first because:"
                f" {refused[0].reason} (voc inbox list names them)"
            )
        problems += [
            f"{count} messages wait for the sink {name!r}, which the settings do not name; name it,"
            f" or type: voc outbox drop --sink {name}"
            for name, count in store.waiting_by_sink().items()
            if name not in {*settings.sinks, FILE_SINK}
        ]
        problems += [
            f"{reject.place} ({reject.source}): {reject.reason}"
            for reject in store.rejects("tagging")[:5]
        ]
        state = (
            f"{store.where}: {counts.feedback} feedback, {counts.rejects} rejects,"
            f" {counts.issues} issues, {counts.work_orders} work orders"
        )
        alone = store.count_without_industry()
        if alone:
            state += (
                f"; {alone} feedback without an industry, so no aspects or issues of it"
                " (voc ingest the same file with --industry gives it one)"
            )
        return state, problems


def _routing_state(
    path: Path, industries: Mapping[str, Industry], settings: Settings
) -> tuple[str, Sequence[str]]:
    return str(path), check_routing(path, industries, sinks={*settings.sinks, FILE_SINK})


def _sink_state(name: str, settings: Settings) -> tuple[str, Sequence[str]]:
    """Looks at a sink, and sends nothing."""
    options = settings.sinks[name]
    sink = open_sink(name, options, queue_dir=settings.queue_dir, base_dir=settings.base_dir)
    if isinstance(sink, FileQueueSink):
        return _queue_state(sink.folder)
    if not isinstance(sink, CheckedSink):
        return f"{options.kind}: cannot be looked at without sending", ()
    try:
        return f"{options.kind}: {sink.check()}", ()
    finally:
        if isinstance(sink, ClosingSink):
            sink.close()


def _inbox_state(name: str, settings: Settings) -> tuple[str, Sequence[str]]:
    """Looks at an inbox, and takes nothing."""
    options = settings.inboxes[name]
    with closing(open_inbox(name, options, base_dir=settings.base_dir)) as inbox:
        if isinstance(inbox, CheckedInbox):
            return f"{options.kind}: {inbox.check()}", ()
        return f"{options.kind}: cannot be looked at without taking", ()


def _queue_state(folder: Path) -> tuple[str, Sequence[str]]:
    if not folder.exists():
        return _queue_to_come(folder)
    try:
        with tempfile.NamedTemporaryFile(dir=folder):
            pass
    except OSError as error:
        return str(folder), (_not_writable(folder, os.strerror(error.errno or 0)),)
    waiting = sum(1 for path in folder.glob("*.json"))
    return f"{folder}: {waiting} messages wait to be taken", ()


def _queue_to_come(folder: Path) -> tuple[str, Sequence[str]]:
    """Looks whether the folder can be made, and does not make it."""
    above = next(path for path in folder.absolute().parents if path.exists())
    if above.is_dir() and os.access(above, os.W_OK | os.X_OK):
        return f"{folder}: not made yet", ()
    reason = "may not be written" if above.is_dir() else "is no folder"
    return str(folder), (_not_writable(folder, f"{above} {reason}"),)


def _not_writable(folder: Path, reason: str) -> str:
    return f"{folder}: cannot be written ({reason}); set queue.dir to a folder that can."
