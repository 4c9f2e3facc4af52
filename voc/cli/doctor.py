"""`voc doctor`: what is wrong, and how to mend it."""

from __future__ import annotations

from typing import Annotated

import typer

from voc.cli.terminal import ConfigOption


def doctor(
    config: ConfigOption = None,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE]…", help="Industry files to check too.")
    ] = None,
) -> None:
    """Check settings, industries, routing, store, model and queue.

    Exits 1 when something is wrong, and says what, where, and how to mend it.

    Example: voc doctor configs/industries/my.yaml
    """
    from voc.pipeline.checkup import checkup

    findings = 0
    for part in checkup(config, files or []):
        mark = "✗" if part.problems else "✓"
        typer.echo(f"{mark} {part.name}: {part.state}")
        for problem in part.problems:
            findings += 1
            typer.echo(f"    {problem}")
    if findings:
        raise typer.Exit(1)
