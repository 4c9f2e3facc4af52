"""The `voc` program: its commands, and how errors leave it."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from voc.cli import (
    calls,
    chain,
    corrections,
    customers,
    doctor,
    effects,
    figures,
    handling,
    inbox,
    keys,
    learning,
    outbox,
    quality,
    records,
    route,
    score,
    serve,
    sources,
    topics,
    training,
    worker,
)

app = typer.Typer(
    name="voc",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Listens to customers in Chinese and gets what they say fixed.\n\n"
    "听懂客户的中文反馈：打标签、归并问题、派发工单、跟踪结果。",
)


def _version(wanted: bool) -> None:
    if wanted:
        from voc import __version__

        typer.echo(f"voc {__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    pass


app.command("score")(score.score)
app.command("eval")(score.evaluate)
app.command("train-aspects")(training.train_aspects)
app.command("train-routing")(learning.train_routing)
app.command("ingest")(chain.ingest)
app.command("crawl")(sources.crawl)
app.command("sources")(sources.sources)
app.command("run")(chain.run)
app.command("report")(chain.report)
app.add_typer(topics.topics, name="topics")
app.add_typer(records.issues, name="issues")
records.work_orders.command("figures")(figures.figures)
records.work_orders.command("show")(handling.show)
records.work_orders.command("act")(handling.act)
records.work_orders.command("rejections")(handling.rejections)
app.add_typer(records.work_orders, name="work-orders")
app.command("effects")(effects.effects)
app.add_typer(keys.keys, name="keys")
app.add_typer(corrections.corrections, name="corrections")
app.add_typer(customers.customers, name="customers")
app.command("forget")(customers.forget)
app.command("worker")(worker.worker)
app.command("serve")(serve.serve)
app.command("calls")(calls.calls)
app.command("quality")(quality.quality)
app.command("route")(route.route)
app.add_typer(outbox.outbox, name="outbox")
app.add_typer(inbox.inbox, name="inbox")
app.command("doctor")(doctor.doctor)


def main() -> None:
    """Runs the command line; errors the user can act on become one sentence on stderr.

    Of any other error its lines of code are told, and not its words.
    """
    from voc.errors import VocError, fault

    try:
        app()
    except VocError as error:
        typer.echo(f"voc: {error}", err=True)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader of stdout went away (`voc … | head`); there is nobody left to write to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001 - its place is told, and not its words
        import traceback

        # An error's own words may quote what a customer wrote; the lines of code do not.
        lines = "".join(traceback.format_tb(error.__traceback__))
        typer.echo(
            f"{lines}voc: a fault of its own, {fault(error)}; please report it with these lines.",
            err=True,
        )
        sys.exit(1)
