"""`voc route`: tries the routing rules, and opens nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from voc.cli.score import ModelOption
from voc.cli.terminal import (
    ConfigOption,
    IndustryOption,
    MapOption,
    field_map,
    opened_store,
    print_records,
    say,
    settings_from,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from voc.config import Industry, Settings
    from voc.pipeline.routed import Routed
    from voc.pipeline.routing import RoutingFigures
    from voc.store import Store

_SHOWN = 10


def route(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="[INPUT]",
            help="A file, each row of which is routed alone; without one, the store's open issues.",
        ),
    ] = None,
    issue: Annotated[
        list[str] | None,
        typer.Option("--issue", metavar="ID", help="This issue; may be given several times."),
    ] = None,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain",
            help="Say of each other rule which condition failed, and what is done about a voice.",
        ),
    ] = False,
    industry: IndustryOption = None,
    mapping: MapOption = None,
    model: ModelOption = None,
    config: ConfigOption = None,
) -> None:
    """Try the routing rules: who would get what, by when, and why. Nothing is opened or sent.

    Prints one decision a line as JSON. Where rows name the department they should have gone to (in
    a column `department`), tells how many did.

    Example: voc route messages.jsonl --industry citizen --explain
    """
    from voc.errors import UsageError
    from voc.pipeline.routing import Desk, figures_of, route_issues
    from voc.pipeline.row_routing import RowRouter
    from voc.pipeline.taxonomies import industries_of
    from voc.tagging.loading import load_tagger

    settings = settings_from(config)
    if source is None:
        with opened_store(settings) as store:
            desk = Desk(settings, store, explained=explain)
            name = load_tagger(settings, model)[0].identifier
            found = list(
                route_issues(store, desk, settings=settings, model=name, wanted=issue or ())
            )
            industries, _ = industries_of(store, settings, store.industries())
            _warn(settings, industries, store)
        print_records(one.as_dict() for one in found)
        return
    if issue:
        raise UsageError("--issue names issues of the store; leave out the file, or the option.")
    from voc.tagging.engine import load

    desk = Desk(settings, explained=explain)
    engine = load(industry, settings=settings, model=model)
    told = engine.bound().industry
    _warn(settings, {told.id: told} if told else {})
    router = RowRouter(engine, desk, settings, field_map(mapping))
    routed = list(_printed(router.rows(source)))
    for note in router.notes:
        say(f"{source}: {note}")
    if router.rejects:
        first = router.rejects[0]
        say(f"{len(router.rejects)} rows left out; {first.place}: {first.reason}")
    figures = figures_of(routed)
    if figures:
        _tell(figures)


def _warn(
    settings: Settings, industries: Mapping[str, Industry], store: Store | None = None
) -> None:
    from voc.pipeline.rulecheck import rule_notes

    for note in rule_notes(settings, industries, store):
        say(f"voc: {note}")


def _printed(routed: Iterable[Routed]) -> Iterable[Routed]:
    for one in routed:
        print_records([one.as_dict()])
        yield one


def _tell(figures: RoutingFigures) -> None:
    right = figures.right
    say(
        f"{right.count} of {right.total} rows went where they should:"
        f" {right.share:.3f} (95 % interval {right.low:.3f}–{right.high:.3f})"
    )
    for (wanted, got), count in figures.confusions[:_SHOWN]:
        say(f"  {count} × {wanted} → {got}")
