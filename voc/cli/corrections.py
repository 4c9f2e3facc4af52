"""`voc corrections`: what people said is right, as labelled rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from voc.cli.terminal import ConfigOption, IndustryFilter, opened_store, say, settings_from

corrections = typer.Typer(no_args_is_help=True, help="Give people's corrections to training.")


@corrections.command("export")
def export(
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help="The .jsonl file to write.")
    ],
    industry: IndustryFilter = None,
    config: ConfigOption = None,
) -> None:
    """Write corrected feedback as labelled rows, for voc train-aspects, voc eval and training.

    Example: voc corrections export -o labelled.jsonl --industry snack
    """
    import orjson

    from voc.errors import OutputError
    from voc.pipeline.correcting import corrected_rows

    with opened_store(settings_from(config)) as store:
        rows = [
            row for row in corrected_rows(store) if industry is None or row["industry"] == industry
        ]
    draft = out.with_name(f".{out.name}.part")
    try:
        draft.write_bytes(b"".join(orjson.dumps(row) + b"\n" for row in rows))
        draft.replace(out)
    except OSError as error:
        raise OutputError(
            f"{out} cannot be written ({error.strerror or error}); name another file with -o."
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    say(f"{len(rows)} corrected rows written to {out}")
