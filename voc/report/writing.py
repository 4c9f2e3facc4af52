"""Writes the report to a file, in the format that its name or the reader asks for."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal, get_args

from voc.errors import OutputError, UsageError
from voc.report.exchange import to_json
from voc.report.figures import Figures
from voc.report.rendering import render_html
from voc.report.workbook import to_xlsx

Format = Literal["html", "xlsx", "json"]
FORMATS: Final[tuple[Format, ...]] = get_args(Format)
_ENDINGS: Final[dict[str, Format]] = {
    ".html": "html",
    ".htm": "html",
    ".xlsx": "xlsx",
    ".json": "json",
}


def format_of(path: Path, told: str | None = None) -> Format:
    """Returns the format to write: the one that was told, else that of the file's ending.

    Raises:
        UsageError: There is no such format, or the ending names none.
    """
    if told is not None:
        found = next((one for one in FORMATS if one == told.lower()), None)
        if found is None:
            raise UsageError(f"There is no format {told!r}; write --format {', '.join(FORMATS)}.")
        return found
    ending = path.suffix.lower()
    if ending not in _ENDINGS:
        raise UsageError(
            f"{path}: the ending {ending!r} names no format of a report; end it in"
            f" {', '.join(_ENDINGS)}, or say --format {', '.join(FORMATS)}."
        )
    return _ENDINGS[ending]


def write_report(figures: Figures, path: Path, *, as_format: Format = "html") -> None:
    """Writes the report to `path`: whole or not at all, an older file stays until then.

    Raises:
        OutputError: The file cannot be written.
    """
    content = _content(figures, as_format)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        raise OutputError(
            f"The report cannot be written to {path} ({error.strerror or error}); "
            "name another file with -o, or free the place."
        ) from error
    finally:
        with suppress(OSError):
            draft.unlink()


def _content(figures: Figures, as_format: Format) -> bytes:
    if as_format == "xlsx":
        return to_xlsx(figures)
    text = to_json(figures) if as_format == "json" else render_html(figures)
    return text.encode("utf-8")
