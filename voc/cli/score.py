"""`voc score` and `voc eval`: files in, Tags or figures out, no store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from voc.cli.terminal import (
    ConfigOption,
    IndustryOption,
    MapOption,
    Progress,
    field_map,
    say,
    settings_from,
    split_names,
)

ModelOption = Annotated[
    str | None, typer.Option("--model", help="Model to tag with, as name or name@version.")
]


def score(
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="csv, tsv, jsonl, json, xlsx or parquet, also .gz or .zst; - is stdin as jsonl.",
        ),
    ],
    out: Annotated[
        str, typer.Option("-o", "--out", help="jsonl, csv or parquet by its ending; - is stdout.")
    ] = "-",
    text: Annotated[str | None, typer.Option("--text", help="Column with the text.")] = None,
    id: Annotated[str | None, typer.Option("--id", help="Column with the id.")] = None,  # noqa: A002
    mapping: MapOption = None,
    industry: IndustryOption = None,
    aspects: Annotated[
        str | None, typer.Option("--aspects", help="Aspects to look for, as 续航,屏幕.")
    ] = None,
    tasks: Annotated[
        str | None, typer.Option("--tasks", help="sentiment,aspects,opinions,intent,urgency.")
    ] = None,
    keep: Annotated[
        str | None,
        typer.Option("--keep", help="Columns to copy into the results, as 门店,时间."),
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an interrupted run stopped.")
    ] = False,
    model: ModelOption = None,
    speed: Annotated[
        str | None,
        typer.Option("--speed", help="full, or fast: the encoder reads but what is hard to tell."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Tag every row of a file.

    One row in, one row out, in order. Rows that cannot be read go to OUT.rejects.jsonl. Columns
    that --keep names stand under `extra`, of csv in columns of their own.

    Example: voc score reviews.csv -o tags.jsonl --industry snack

    Example: voc score reviews.csv -o tags.csv --industry snack --keep 门店,时间
    """
    from voc.errors import SourceError
    from voc.pipeline.scoring import ScoreOptions, score_file
    from voc.tagging.engine import load

    settings = settings_from(config, models__speed=speed)
    engine = load(industry, settings=settings, model=model)
    if engine.notice:
        say(engine.notice)
    options = ScoreOptions(
        text=text,
        id=id,
        mapping=field_map(mapping),
        aspects=split_names(aspects),
        tasks=split_names(tasks),
        keep=split_names(keep) or (),
        resume=resume,
    )
    with Progress("标注") as progress, kept_when_interrupted(out):
        summary = score_file(
            source, out, engine=engine, settings=settings, options=options,
            on_progress=progress.update,
            on_open=lambda done: _tell_begin(out, done) if resume else None,
            on_note=lambda note: say(f"{source}: {note}"),
        )  # fmt: skip
    if not (summary.rows or summary.rejects):
        say(f"{source} has no rows, so there is nothing to tag.")
    if out != "-":
        rejected = f"; {summary.rejects} rejected, see {summary.rejects_path}"
        say(
            f"{summary.rows} rows tagged into {out} by {engine.model}"
            f"{rejected if summary.rejects else ''}"
        )
    if summary.rejects and not summary.rows:
        hint = " Standard input is read as jsonl." if source == "-" else ""
        raise SourceError(f"{source}: not one of its {summary.rejects} rows could be tagged.{hint}")


def _tell_begin(out: str, rows_done: int) -> None:
    """Says whether an interrupted run is gone on with."""
    if rows_done:
        say(f"{out}: goes on behind row {rows_done}.")
    else:
        say(f"{out}: no interrupted run was found beside it, so it is begun anew.")


@contextmanager
def kept_when_interrupted(out: str) -> Iterator[None]:
    """Turns Ctrl-C into a sentence that says what is kept, and how to go on."""
    from voc.errors import InterruptedRunError

    try:
        yield
    except KeyboardInterrupt:
        kept = "" if out == "-" else " What is tagged is kept: the same with --resume goes on."
        raise InterruptedRunError(f"interrupted.{kept}") from None


def evaluate(
    labelled: Annotated[
        Path, typer.Argument(metavar="LABELLED", help="Labelled rows as jsonl, also .gz or .zst.")
    ],
    industry: IndustryOption = None,
    model: ModelOption = None,
    config: ConfigOption = None,
) -> None:
    """Score labelled rows and print accuracy, F1 and calibration with intervals as JSON.

    Rows with turns may say how satisfied their customer was judged to be, from -2 to 2, in
    `satisfaction`; the correlation of what is predicted with it is printed too.

    Example: voc eval dev.jsonl --industry automotive
    """
    import orjson

    from voc.pipeline.scoring import evaluate_file
    from voc.tagging.engine import load

    settings = settings_from(config)
    engine = load(industry, settings=settings, model=model)
    if engine.notice:
        say(engine.notice)
    with Progress("评测") as progress:
        figures = evaluate_file(
            labelled, engine=engine, settings=settings, on_progress=progress.update
        )
    typer.echo(orjson.dumps(figures, option=orjson.OPT_INDENT_2).decode())
