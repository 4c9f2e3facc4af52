"""`voc customers` and `voc forget`: the directory of customers, and leaving it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from voc.cli.reading import Unread
from voc.cli.terminal import (
    ConfigOption,
    JsonOption,
    MapOption,
    field_map,
    opened_store,
    print_records,
    print_table,
    say,
    settings_from,
)

if TYPE_CHECKING:
    from voc.pipeline.customers import DirectoryCounts
    from voc.store import UpsertCounts

customers = typer.Typer(
    no_args_is_help=True, help="Keep a directory of customers, under pseudonyms."
)


@customers.command("ingest")
def ingest(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="SOURCE…", help="Files, or names under customers.sources."),
    ],
    mapping: MapOption = None,
    config: ConfigOption = None,
) -> None:
    """Bring customers and orders into the directory; the newest of each wins.

    A row that has a sum and a time is an order. No raw id is stored, nor any name or number. A
    source that cannot be read is told and holds up none of the others; the exit status is then 1.

    Example: voc customers ingest members.xlsx orders.csv --map tier=会员等级
    """
    from voc.pipeline.customers import ingest_customers

    settings = settings_from(config)
    told = field_map(mapping)
    unread = Unread(raises=len(sources) == 1)
    with opened_store(settings, makes_it=True) as store:
        for origin in sources:
            with unread.told(origin):
                counts = ingest_customers(store, origin, settings=settings, mapping=told)
                say(told_of(counts))
                for note in counts.notes:
                    say(f"{counts.source}: {note}")
    unread.leave()


def told_of(counts: DirectoryCounts) -> str:
    """Returns in a line what became of a source."""
    return (
        f"{counts.source}: customers {_counted(counts.customers)};"
        f" orders {_counted(counts.orders)}; {counts.rejected} rejected"
    )


def _counted(counts: UpsertCounts) -> str:
    stale = f", {counts.stale} out of date" if counts.stale else ""
    return f"{counts.new} new, {counts.updated} changed, {counts.known} known{stale}"


@customers.command("list")
def list_customers(
    tier: Annotated[str | None, typer.Option("--tier", help="Only of this level.")] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", min=1, help="At most so many.")
    ] = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
) -> None:
    """List customers by their pseudonyms.

    Example: voc customers list --tier 钻石会员 --limit 20
    """
    with opened_store(settings_from(config)) as store:
        found = store.customers(tier=tier, limit=limit)
        total = sum(store.tiers().values())
    if as_json:
        print_records(item.as_dict() for item in found)
        return
    print_table(
        f"客户 {len(found)} 位，名录共 {total} 位",
        {
            "编号": "left", "等级": "left", "门店": "left", "地区": "left", "自": "left",
            "标签": "left",
        },
        (
            (
                item.customer_id, item.tier or "", item.store or "", item.region or "",
                f"{item.since:%Y-%m-%d}" if item.since else "", "、".join(item.tags),
            )
            for item in found
        ),
    )  # fmt: skip


@customers.command("show")
def show_customer(
    customer_id: Annotated[
        str, typer.Argument(metavar="ID", help="A pseudonym (c_…), or the id other systems use.")
    ],
    config: ConfigOption = None,
) -> None:
    """Show one customer as JSON: level, tags, orders, spending of 12 months, feedback ids.

    Example: voc customers show c_0123456789abcdef0123
    """
    from voc.errors import UsageError
    from voc.pipeline.forgetting import key_of

    settings = settings_from(config)
    now = datetime.now(settings.zone)
    with opened_store(settings) as store:
        known = store.customer(
            key_of(store, settings, customer_id), since=now - timedelta(days=365), until=now
        )
    if known is None:
        raise UsageError(
            f"There is no customer {customer_id!r}; voc customers list shows all there are."
        )
    print_records([known.as_dict()])


def forget(
    customer_id: Annotated[
        str,
        typer.Argument(
            metavar="ID", help="A pseudonym (c_…), a customer's id or telephone, or an author."
        ),
    ],
    yes: Annotated[
        bool, typer.Option("--yes", help="Do it; without, only say what would go.")
    ] = False,
    actor: Annotated[str, typer.Option("--by", help="Who does it, for the audit.")] = "cli",
    config: ConfigOption = None,
) -> None:
    """Remove a person: feedback, tags, quotes in issues, work orders and messages, orders.

    The audit keeps ids alone. What was delivered lies with who received it, and a source that
    still holds the person brings the voices back: remove them there as well.

    Example: voc forget 13800138000 --yes
    """
    from voc.pipeline.forgetting import forget as remove
    from voc.pipeline.forgetting import forgettable

    settings = settings_from(config)
    with opened_store(settings) as store:
        if yes:
            told = remove(store, settings, customer_id, actor=actor)
        else:
            told = forgettable(store, settings, customer_id)
    gone = "removed" if yes else "would go"
    say(
        f"{gone}: {told.feedback} feedbacks, {told.orders} orders, {told.customers} customers;"
        f" quotes in {told.issues} issues and {told.quotes} other records"
    )
    if told.delivered:
        say(f"{told.delivered} messages that quote them were delivered already.")
    if not (told.feedback or told.orders or told.customers):
        say("Nobody is known by that id; mail addresses are kept in small letters.")
    if not yes:
        say("Nothing was removed; add --yes to do it. It cannot be undone.")
