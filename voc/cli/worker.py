"""`voc worker`: tags what comes in, forms issues, delivers, until it is stopped."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated, Final

import typer

from voc.cli.terminal import ConfigOption, say, settings_from

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.errors import StoreError
    from voc.pipeline.feeding import Feeding
    from voc.pipeline.working import Turn
    from voc.store import Store


# What it does can wait; who calls the API on the same machine cannot, whose engine is as nice.
_NICER: Final = 10


def worker(
    workspace: Annotated[
        list[str] | None,
        typer.Option("--workspace", metavar="NAME", help="Only this one; may be repeated."),
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="Model to tag with.")] = None,
    config: ConfigOption = None,
) -> None:
    """Read queues, tag new feedback, run the chain, deliver work orders, until stopped.

    What other systems tell of work orders is taken in from the inboxes of the settings.
    It consumes the sources of kind rabbitmq and kafka, and looks at those with every_s, for the
    workspace default. Any number may run on PostgreSQL: one reads and tags, all deliver. SIGTERM
    and SIGINT end what is being done first.

    Example: voc worker --config voc.yaml
    """
    import os
    import signal
    import threading

    from voc.config.settings import DEFAULT_WORKSPACE
    from voc.pipeline.working import Worker, work
    from voc.store import open_store
    from voc.tagging.engine import load

    settings = settings_from(config)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if hasattr(os, "nice"):
        os.nice(_NICER)
    names = workspace or [DEFAULT_WORKSPACE, *settings.workspaces]
    chosen = [settings.of_workspace(name) for name in dict.fromkeys(names)]
    with ExitStack() as stack:
        stores = [
            stack.enter_context(
                open_store(each.store_url, busy_timeout_s=each.store.busy_timeout_s)
            )
            for each in chosen
        ]
        engine = load(settings=settings, model=model)
        workers = [
            Worker(store, engine, each, feeding=_feeding(store, each) if each is settings else None)
            for store, each in zip(stores, chosen, strict=True)
        ]
        for each in workers:
            each.start()
        say(f"working for {', '.join(dict.fromkeys(names))} with {engine.model}; Ctrl-C stops.")
        work(workers, stop, poll_s=settings.worker.poll_s, told=_tell, troubled=_warn)
    say("stopped")


def _feeding(store: Store, settings: Settings) -> Feeding:
    from voc.pipeline.feeding import Feeding, open_feeds

    feeds = open_feeds(settings)
    if feeds:
        say(f"reads {', '.join(feed.source.name for feed in feeds)}")
    return Feeding(
        store, feeds, settings, troubled=lambda what: say(f"voc: {what} It is tried again.")
    )


def _tell(turn: Turn) -> None:
    for trouble in turn.troubles:
        say(f"voc: {trouble}")
    for note in turn.notes:
        say(note)
    if turn.has_worked:
        told = f", {turn.returned} events taken in" if turn.returned else ""
        ran = ", chain run" if turn.ran else ""
        say(f"{turn.tagged} tagged, {turn.delivered} delivered{told}{ran}")


def _warn(error: StoreError) -> None:
    say(f"voc: {error} It is tried again.")
