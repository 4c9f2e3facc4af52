"""`voc ingest`, `voc run`, `voc report`: the chain over the store."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from voc.cli.reading import Unread, warn
from voc.cli.remarks import Remarks
from voc.cli.terminal import (
    ConfigOption,
    IndustryOption,
    MapOption,
    Progress,
    day_from,
    field_map,
    opened_store,
    say,
    settings_from,
)

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.pipeline.ingesting import Ingested
    from voc.pipeline.origins import Chosen
    from voc.pipeline.returning import Returned
    from voc.sources.base import Source
    from voc.store import Store
    from voc.workorders import DeliveryCounts


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

    A source that cannot be read is told and holds up none of the others; the exit status is then 1.

    Example: voc ingest reviews.csv --industry snack --channel review
    """
    from voc.pipeline.origins import Told

    settings = settings_from(config)
    told = Told(industry, channel, field_map(mapping), text, id, name)
    unread, remarks = Unread(raises=len(sources) == 1), Remarks()
    opened = unread.open(sources, settings=settings, told=told)
    if opened:
        with opened_store(settings, makes_it=True) as store:
            for source, its_industry in opened:
                with unread.told(source.name):
                    ingest_named(store, source, its_industry, settings, remarks)
    remarks.end()
    unread.leave()


def ingest_named(
    store: Store,
    source: Source,
    industry: Chosen | None,
    settings: Settings,
    remarks: Remarks,
) -> None:
    """Brings one source into the store, with a progress bar, and says what became of it."""
    from voc.pipeline.ingesting import ingest as ingest_source
    from voc.pipeline.ingesting import recalled_industry

    recalled = recalled_industry(store, source, industry, settings=settings)
    industry = recalled or industry
    before = store.newest_seq()
    with Progress(f"读取 {source.name}") as progress:
        result = ingest_source(
            store, source, settings=settings, industry=industry,
            on_page=lambda _: progress.update(
                source.progress.bytes_read, source.progress.bytes_total
            ),
        )  # fmt: skip
    say(_ingested(result, industry))
    warn(store, source, result, after=before, recalled=recalled, remarks=remarks)
    if industry is None:
        remarks.add(source.name, "no industry named, so no aspects or issues; use --industry.")


def _ingested(result: Ingested, chosen: Chosen | None) -> str:
    given = (
        f", {result.reassigned} given the industry {chosen.industry.id}"
        if result.reassigned and chosen
        else ""
    )
    forbidden = f", {result.forbidden} forbidden" if result.forbidden else ""
    withdrawn = f", {result.withdrawn} withdrawn" if result.withdrawn else ""
    read = result.accepted + result.duplicates + result.edited + result.rejected
    given += "" if read else " (no rows that were not read before)"
    return (
        f"{result.source}: {result.accepted} new, {result.duplicates} known,"
        f" {result.edited} edited, {result.rejected} rejected{withdrawn}{forbidden}{given}"
    )


def _read_all(
    store: Store,
    opened: Sequence[tuple[Source, Chosen | None]],
    settings: Settings,
    unread: Unread,
) -> None:
    """Reads sources one after another."""
    from voc.pipeline.ingesting import ingest as ingest_source

    remarks = Remarks()
    for source, industry in opened:
        with unread.told(source.name):
            before = store.newest_seq()
            result = ingest_source(store, source, settings=settings, industry=industry)
            say(_ingested(result, industry))
            warn(store, source, result, after=before, remarks=remarks)
    remarks.end()


def run(
    config: ConfigOption = None,
    model: Annotated[str | None, typer.Option("--model", help="Model to tag with.")] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="TIME", help="As if it were then, to replay a history."),
    ] = None,
) -> None:
    """Do one pass of the whole chain: ingest, tag, topics, issues, work orders, delivery.

    Running it again on the same data changes nothing. A source that cannot be read is told and
    holds up nothing else; the exit status is then 1.

    Example: voc run --config voc.yaml

    Example: voc run --at 2026-09-02T09:00
    """
    from voc.cli.customers import told_of
    from voc.pipeline.chain import Chain
    from voc.pipeline.customers import ingest_customers
    from voc.pipeline.origins import Told, webhook_source
    from voc.pipeline.rulecheck import rule_notes
    from voc.pipeline.taxonomies import industries_of
    from voc.tagging.engine import load

    settings = settings_from(config)
    moment = day_from(at, settings)
    unread = Unread()
    pulled = [name for name in settings.sources if webhook_source(name, settings=settings) is None]
    opened = unread.open(pulled, settings=settings, told=Told())
    is_fed = bool(opened or settings.customers.sources)
    with opened_store(settings, makes_it=is_fed) as store:
        for name in settings.customers.sources:
            with unread.told(name):
                say(told_of(ingest_customers(store, name, settings=settings, mapping={})))
        _read_all(store, opened, settings, unread)
        engine = load(settings=settings, model=model)
        if engine.notice:
            say(engine.notice)
        with (
            Progress("运行") as progress,
            closing(
                Chain(
                    store, engine, settings,
                    progress=lambda stage, part, total: progress.update(part, total, label=stage),
                    now=(lambda: moment) if moment else None,
                )
            ) as chain,
        ):  # fmt: skip
            done = chain.run()
        industries, _ = industries_of(store, settings, store.industries())
        for note in (*rule_notes(settings, industries, store), *done.notes):
            say(note)
        failed = f", {done.failed} set aside (voc doctor names them)" if done.failed else ""
        typer.echo(
            f"{done.tagged} tagged{failed}; {done.topics} topics; {done.bursts} paid-post bursts"
            f" set aside; {done.issues_changed} issues and {done.alerts_changed} alerts new or"
            " changed;"
            f" {done.work_orders} work orders opened or updated,"
            f" {done.escalated} escalations, {done.archived} archived,"
            f" {done.effects_changed} effects measured;"
            + (f" stores told of {done.voices_told} voices;" if done.voices_told else "")
            + f"{_returned(done.returned)}"
            f" {done.delivery.delivered} messages delivered{_where(done.delivery, settings)}"
        )
        if done.delivery.postponed or done.delivery.buried:
            say(
                f"{done.delivery.postponed} messages will be tried again,"
                f" {done.delivery.buried} were refused; voc outbox list says why."
            )
        _tell_waiting(store, moment)
        unread.leave()


def _tell_waiting(store: Store, moment: datetime | None) -> None:
    """Says what messages wait where a run stood at a time to come: they go out by the clock."""
    now = datetime.now(UTC)
    if moment is None or moment <= now:
        return
    waiting = [one.next_at for one in store.outbox("pending") if one.next_at > now]
    if waiting:
        first = min(waiting).astimezone(moment.tzinfo)
        say(
            f"{len(waiting)} messages wait, the first until {first:%Y-%m-%d %H:%M}: --at is still"
            " to come, and messages are delivered by the clock."
        )


def _returned(told: Returned) -> str:
    """Returns what became of events of other systems; nothing where there were none."""
    if not (told.applied or told.waiting or told.refused):
        return ""
    aside = told.waiting + told.refused
    kept = f", {aside} set aside (voc inbox list)" if aside else ""
    return f" {told.applied} events of other systems taken in{kept};"


def _where(delivery: DeliveryCounts, settings: Settings) -> str:
    """Returns which sinks got messages; the file queue that no setting names is its folder."""
    names = [name if name in settings.sinks else str(settings.queue_dir) for name in delivery.sinks]
    return f" to {', '.join(sorted(names))}" if names else ""


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
    first, end = day_from(since, settings), day_from(until, settings, after=True)
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
