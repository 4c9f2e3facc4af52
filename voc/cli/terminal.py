"""What all commands share: settings, errors, progress, output."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from voc.config import Settings
    from voc.sources.base import Reject
    from voc.store import Store

_SHOWN_REJECTS = 10

QUIET_S = 1.0  # work that ends sooner shows no progress bar

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="YAML file laid over the default settings."),
]
IndustryOption = Annotated[
    str | None,
    typer.Option(
        "--industry",
        metavar="ID|FILE",
        help="Industry id (automotive, snack, …) or a path to a YAML file.",
    ),
]
IndustryFilter = Annotated[
    str | None,
    typer.Option("--industry", metavar="ID", help="Only of this industry, by its id."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one record a line as JSON.")]
MapOption = Annotated[
    list[str] | None,
    typer.Option(
        "--map",
        metavar="FIELD=COLUMN",
        help="As text=评价 or 时间=日期; may be given several times. FIELD= alone: it has none.",
    ),
]


def settings_from(config: Path | None, **overrides: Any) -> Settings:
    """Reads the settings; an override that is `None` was not given.

    An industry that the config names by its file is taken from the config's folder.
    """
    from voc.config import load_settings

    given = {
        name.replace("__", "."): value for name, value in overrides.items() if value is not None
    }
    settings = load_settings(config, overrides=given)
    if settings.industry and settings.industry.endswith((".yaml", ".yml")):
        file = settings.resolve(Path(settings.industry))
        return settings.model_copy(update={"industry": str(file)})
    return settings


@contextmanager
def opened_store(settings: Settings, *, makes_it: bool = False) -> Iterator[Store]:
    """Opens the store that the settings name, and closes it.

    Raises:
        StoreError: There is none, and the command is not one that makes it.
    """
    from voc.errors import StoreError
    from voc.store import open_store, store_place

    url, timeout_s = settings.store_url, settings.store.busy_timeout_s
    if not makes_it:
        place = store_place(url, busy_timeout_s=timeout_s)
        if not place.is_there:
            raise StoreError(f"There is no store at {place.where}; voc ingest makes one.")
    with open_store(url, busy_timeout_s=timeout_s) as store:
        yield store


def field_map(pairs: Iterable[str] | None) -> dict[str, str]:
    """Reads `field=column` pairs.

    Raises:
        UsageError: A pair has no `=`.
    """
    from voc.errors import UsageError

    result = {}
    for pair in pairs or ():
        field, mark, column = pair.partition("=")
        if not mark or not field:
            raise UsageError(f"--map {pair!r}: write field=column, as text=评价.")
        result[field.strip()] = column.strip()
    return result


def split_names(names: str | None) -> list[str] | None:
    """Splits `a,b、c` into names; `None` where nothing was given."""
    if names is None:
        return None
    return [part.strip() for part in names.replace("，", ",").replace("、", ",").split(",")]


def day_from(text: str | None, settings: Settings, *, after: bool = False) -> datetime | None:
    """Reads a day or a time as options give it; with `after`, a bare day is its end.

    Raises:
        UsageError: It is neither.
    """
    from datetime import datetime, timedelta

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


def passed(text: str | None, settings: Settings, *, after: bool = False) -> datetime:
    """Reads a day or a time that has passed; the present moment where none is told.

    With `after`, a bare day is its end, today's the present moment.

    Raises:
        UsageError: It is neither, or is still to come.
    """
    from datetime import datetime

    from voc.errors import UsageError

    now = datetime.now(settings.zone)
    begin = day_from(text, settings) or now
    if begin > now:
        raise UsageError(f"--at {text} is still to come; name a time that has passed.")
    return min(day_from(text, settings, after=after) or now, now)


def check_one_of(option: str, value: str | None, allowed: Iterable[str]) -> None:
    """Checks the value of a filter.

    Raises:
        UsageError: It is none of `allowed`; the message lists them.
    """
    from voc.errors import UsageError, nearest

    names = list(allowed)
    if value is not None and value not in names:
        raise UsageError(
            f"{option} {value!r}: there is none such; there are {', '.join(names)}."
            f"{nearest(value, names)}"
        )


def code_of(option: str, value: str | None, allowed: Iterable[str], *, kind: str) -> str | None:
    """Returns the coded value of a filter, that is told by its code or by its printed label.

    Args:
        option: What it is told by.
        value: As it is told.
        allowed: The codes.
        kind: Kind of their labels.

    Raises:
        UsageError: It is none of them; the message lists them.
    """
    from voc.report.wording import label

    codes = list(allowed)
    by_label = {label(code, kind): code for code in codes}
    check_one_of(option, value, [*codes, *by_label])
    return by_label.get(value, value) if value is not None else None


def check_industry(industry: str | None, store: Store, settings: Settings) -> None:
    """Checks an industry to list: one that the store holds, or one that can be used.

    Raises:
        UsageError: It is neither; the message lists all.
    """
    from voc.config import industry_files

    known = industry_files(settings.resolve(settings.industries_dir))
    check_one_of("--industry", industry, dict.fromkeys([*store.industries(), *known]))


def days(first: datetime, last: datetime, zone: tzinfo) -> str:
    """Writes the days of a time as 2026-09-21–10-30; what is the same is written once."""
    begin, end = (f"{at.astimezone(zone):%Y-%m-%d}" for at in (first, last))
    if begin == end:
        return begin
    return f"{begin}–{end[5:] if begin[:4] == end[:4] else end}"


def say(message: str) -> None:
    """Tells the person at the terminal something that is no result."""
    typer.echo(message, err=True)


def tell_rejects(rejects: Sequence[Reject]) -> None:
    """Tells which labelled rows could not be used, and why: the first ten, and how many in all."""
    for reject in rejects[:_SHOWN_REJECTS]:
        say(f"{reject.place}: {reject.reason}")
    if len(rejects) > _SHOWN_REJECTS:
        say(f"… and {len(rejects) - _SHOWN_REJECTS} more")
    if rejects:
        say(f"{len(rejects)} rows could not be used.")


def print_records(records: Iterable[Mapping[str, Any]]) -> None:
    """Prints records as JSON, one a line."""
    import orjson

    for record in records:
        sys.stdout.write(orjson.dumps(record).decode() + "\n")


def print_table(title: str, columns: Mapping[str, str], rows: Iterable[tuple[str, ...]]) -> None:
    """Prints a table, its title alone where it has no rows.

    Args:
        title: What it lists, and how many.
        columns: Headings, each with `left` or `right`.
        rows: Its cells.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    rows = list(rows)
    if not rows:
        typer.echo(title)
        return
    table = Table(title=title, title_justify="left", header_style="bold")
    for heading, side in columns.items():
        table.add_column(heading, justify="right" if side == "right" else "left", overflow="fold")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    console = Console()
    console.width = console.width if console.is_terminal else 140
    console.print(table)


def print_part(title: str, columns: Mapping[str, str], rows: Iterable[tuple[str, ...]]) -> None:
    """Prints a table that is a part of more; nothing where it has no rows."""
    rows = list(rows)
    if rows:
        print_table(title, columns, rows)


class Progress:
    """A progress bar on a terminal's stderr for work that lasts over a second."""

    def __init__(self, label: str) -> None:
        self._label = label
        self._began = time.monotonic()
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: float, total: float | None, *, label: str | None = None) -> None:
        """Shows how much is done of `total`; `None` where the total is not known."""
        if not sys.stderr.isatty() or time.monotonic() - self._began < QUIET_S:
            return
        if self._bar is None:
            self._start()
        self._bar.update(self._task, completed=done, total=total, description=label or self._label)

    def _start(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._bar.start()
        self._task = self._bar.add_task(self._label, total=None)
