"""`voc ingest`, `voc run`, `voc report`: the chain over the store."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voc.cli.terminal import (
    ConfigOption,
    IndustryOption,
    MapOption,
    Progress,
    field_map,
    opened_store,
    say,
    settings_from,
)

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.pipeline.ingesting import Ingested
    from voc.pipeline.origins import Chosen
    from voc.sources.base import Source
    from voc.store import Store


def ingest(
    sources: Annotated[
        list[str], typer.Argument(metavar="SOURCE…", help="Files, or names from the config.")
    ],
    industry: IndustryOption = None,
    channel: Annotated[
        str | None,
        typer.Option("--channel", help="forum, hotline, review, survey, social, chat or email."),
    ] = None,
    mapping: MapOption = None,
    text: Annotated[str | None, typer.Option("--text", help="Column with the text.")] = None,
    id: Annotated[str | None, typer.Option("--id", help="Column with the id.")] = None,  # noqa: A002
    name: Annotated[
        str | None, typer.Option("--name", help="Name of the source, instead of the file's.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Bring feedback into the store, once each.

    Example: voc ingest reviews.csv --industry snack --channel review
    """
    from voc.pipeline.origins import Told, open_source

    settings = settings_from(config)
    told = Told(industry, channel, field_map(mapping), text, id, name)
    opened = [open_source(origin, settings=settings, told=told) for origin in sources]
    with opened_store(settings, makes_it=True) as store:
        for source, its_industry in opened:
            ingest_named(store, source, its_industry, settings)


def ingest_named(store: Store, source: Source, industry: Chosen | None, settings: Settings) -> None:
    """Brings one source into the store, with a progress bar, and says what became of it."""
    from voc.pipeline.ingesting import ingest as ingest_source
    from voc.sources.crawling.source import CrawlSource

    with Progress(f"读取 {source.name}") as progress:
        result = ingest_source(
            store, source, settings=settings, industry=industry,
            on_page=lambda _: progress.update(
                source.progress.bytes_read, source.progress.bytes_total
            ),
        )  # fmt: skip
    say(_ingested(result, industry))
    if isinstance(source, CrawlSource) and source.note:
        say(source.note)
    if industry is None:
        say(f"{source.name}: no industry named, so no aspects or issues; use --industry.")


def _ingested(result: Ingested, chosen: Chosen | None) -> str:
    given = (
        f", {result.reassigned} given the industry {chosen.industry.id}"
        if result.reassigned and chosen
        else ""
    )
    forbidden = f", {result.forbidden} forbidden" if result.forbidden else ""
    withdrawn = f", {result.withdrawn} withdrawn" if result.withdrawn else ""
    return (
        f"{result.source}: {result.accepted} new, {result.duplicates} known,"
        f" {result.edited} edited, {result.rejected} rejected{withdrawn}{forbidden}{given}"
    )


def _read_all(
    store: Store, opened: Sequence[tuple[Source, Chosen | None]], settings: Settings
) -> list[str]:
    """Reads sources one after another; returns those that could not be read to their end."""
    from voc.errors import SourceError
    from voc.pipeline.ingesting import ingest as ingest_source
    from voc.sources.files import FileSource

    unread = []
    for source, industry in opened:
        try:
            result = ingest_source(store, source, settings=settings, industry=industry)
            say(_ingested(result, industry))
        except SourceError as error:
            if isinstance(source, FileSource):
                raise
            unread.append(source.name)
            say(f"{source.name}: {error}")
    return unread


def run(
    config: ConfigOption = None,
    model: Annotated[str | None, typer.Option("--model", help="Model to tag with.")] = None,
) -> None:
    """Do one pass of the whole chain: ingest, tag, topics, issues, work orders, delivery.

    Running it again on the same data changes nothing. A site, queue or database that cannot be
    read is told and holds up nothing else; the exit status is then 1.

    Example: voc run --config voc.yaml
    """
    from voc.cli.customers import told_of
    from voc.pipeline.chain import Chain
    from voc.pipeline.customers import ingest_customers
    from voc.pipeline.origins import Told, open_source, webhook_source
    from voc.tagging.engine import load

    settings = settings_from(config)
    opened = [
        open_source(name, settings=settings, told=Told())
        for name in settings.sources
        if webhook_source(name, settings=settings) is None
    ]
    is_fed = bool(opened or settings.customers.sources)
    with opened_store(settings, makes_it=is_fed) as store:
        for name in settings.customers.sources:
            say(told_of(ingest_customers(store, name, settings=settings, mapping={})))
        unread = _read_all(store, opened, settings)
        engine = load(settings=settings, model=model)
        if engine.notice:
            say(engine.notice)
        with (
            Progress("运行") as progress,
            closing(
                Chain(
                    store, engine, settings,
                    progress=lambda stage, part, total: progress.update(part, total, label=stage),
                )
            ) as chain,
        ):  # fmt: skip
            done = chain.run()
        for note in done.notes:
            say(note)
        failed = f", {done.failed} set aside (voc doctor names them)" if done.failed else ""
        typer.echo(
            f"{done.tagged} tagged{failed}; {done.topics} topics; {done.bursts} paid-post bursts"
            f" set aside; {done.issues_changed} issues and {done.alerts_changed} alerts new or"
            " changed;"
            f" {done.work_orders} work orders opened or updated,"
            f" {done.escalated} escalations, {done.archived} archived;"
            + (f" stores told of {done.voices_told} voices;" if done.voices_told else "")
            + f" {done.delivery.delivered} messages delivered to {_where(settings)}"
        )
        if done.delivery.postponed or done.delivery.buried:
            say(
                f"{done.delivery.postponed} messages will be tried again,"
                f" {done.delivery.buried} were refused; voc outbox list says why."
            )
        if unread:
            raise typer.Exit(1)


def _where(settings: Settings) -> str:
    """Returns where work orders go: the queue's folder, or the names of the sinks."""
    return ", ".join(settings.sinks) or str(settings.queue_dir)


def report(
    out: Annotated[
        Path,
        typer.Option(
            "-o", "--out", metavar="FILE", help="The file to write, .html, .xlsx or .json."
        ),
    ],
    since: Annotated[
        str | None, typer.Option("--since", metavar="DAY", help="From this day, as 2026-10-01.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DAY", help="To this day, included.")
    ] = None,
    industry: IndustryOption = None,
    product: Annotated[
        list[str] | None,
        typer.Option("--product", metavar="NAME", help="Only this product; may be repeated."),
    ] = None,
    place: Annotated[
        list[str] | None,
        typer.Option("--store", metavar="NAME", help="Only this store; may be repeated."),
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option("--region", metavar="NAME", help="Only this region; may be repeated."),
    ] = None,
    as_format: Annotated[
        str | None,
        typer.Option("--format", help="html, xlsx or json; by default as FILE ends."),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Whose tags to report.")] = None,
    config: ConfigOption = None,
) -> None:
    """Write the topic report for quality teams: one self-contained HTML file, a workbook or JSON.

    Example: voc report -o report.html --industry automotive --since 2026-10-01

    Example: voc report -o x5.xlsx --product 云驰X5 --region 广东
    """
    from voc.errors import UsageError
    from voc.pipeline.reporting import write_topic_report
    from voc.report import Scope, format_of

    chosen = format_of(out, as_format)
    settings = settings_from(config)
    first, end = _day(since, settings), _day(until, settings, after=True)
    if first and end and first >= end:
        raise UsageError(f"--since {since} is after --until {until}; no day lies between them.")
    with opened_store(settings) as store:
        written = write_topic_report(
            store,
            out,
            settings=settings,
            industry=industry,
            model=model,
            since=first,
            until=end,
            scope=Scope(tuple(product or ()), tuple(place or ()), tuple(region or ())),
            as_format=chosen,
        )
    for note in written.notes:
        say(note)
    say(f"report written to {out}")


def _day(text: str | None, settings: Settings, *, after: bool = False) -> datetime | None:
    """Reads a day or a time; with `after`, a bare day is its end."""
    from datetime import timedelta

    from voc.errors import UsageError

    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no day; write it as 2026-10-01.") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=settings.zone)
    return moment + timedelta(days=1) if after and len(text) <= 10 else moment
