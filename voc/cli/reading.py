"""Reading several sources: one that cannot be read is told, and holds up none of the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import typer

from voc.cli.terminal import opened_store, say

if TYPE_CHECKING:
    from voc.cli.remarks import Remarks
    from voc.config import Settings
    from voc.pipeline.ingesting import Ingested
    from voc.pipeline.origins import Chosen, Told
    from voc.sources.base import Source
    from voc.sources.files import FileSource
    from voc.store import Store

LOOKED_AT: Final = 500
"""New voices of a source that are looked for in other sources."""
_BESIDE: Final = 8


class Unread:
    """The sources of one command that could not be read to their end.

    Args:
        raises: Whether the error itself ends the command, as where one source alone was named.
    """

    def __init__(self, *, raises: bool = False) -> None:
        self._raises = raises
        self._names: list[str] = []

    @contextmanager
    def told(self, name: str) -> Iterator[None]:
        """Says why the source `name` cannot be read, and goes on behind the block.

        What is wrong with the store or the model is no source's, and goes through.
        """
        from voc.errors import ConfigError, SourceError, UsageError

        try:
            yield
        except (ConfigError, SourceError, UsageError) as error:
            if self._raises:
                raise
            self._names.append(name)
            said = str(error)
            say(said if said.startswith(f"{name}: ") else f"{name}: {said}")

    def open(
        self, origins: Sequence[str], *, settings: Settings, told: Told
    ) -> list[tuple[Source, Chosen | None]]:
        """Returns the sources that can be opened, with their industries.

        Why one of the config cannot be is kept with its health.
        """
        from voc.errors import ConfigError, SourceError
        from voc.pipeline.origins import open_source

        opened = []
        for origin in origins:
            with self.told(origin):
                try:
                    opened.append(open_source(origin, settings=settings, told=told))
                except (ConfigError, SourceError) as error:
                    _keep_failure(origin, str(error), settings)
                    raise
        return opened

    def leave(self) -> None:
        """Ends the command with 1 where a source was not read.

        Raises:
            typer.Exit: One was not.
        """
        if self._names:
            raise typer.Exit(1)


def _keep_failure(name: str, error: str, settings: Settings) -> None:
    """Keeps why a source of the config failed, where there is a store already."""
    from voc.pipeline.health import keep_health
    from voc.store import store_place

    place = store_place(settings.store_url, busy_timeout_s=settings.store.busy_timeout_s)
    if name in settings.sources and place.is_there:
        with opened_store(settings) as store:
            keep_health(store, name, error=error)


def warn(
    store: Store,
    source: Source,
    result: Ingested,
    *,
    after: int,
    remarks: Remarks,
    recalled: Chosen | None = None,
) -> None:
    """Says how a source was read, what is doubtful in it, and which others have the same voices.

    Args:
        store: Where its feedback went.
        source: What was read.
        result: What became of its rows.
        after: The greatest `seq` there was before.
        remarks: What is told of all sources of the command.
        recalled: The industry, where it was not told but remembered.
    """
    from voc.pipeline.ingesting import Ingested
    from voc.sources.base import Following, notes_of
    from voc.sources.files import FileSource

    for note in notes_of(source):
        remarks.add(source.name, note)
    if result.undated:
        remarks.add(source.name, _undated(result, catches_up=not isinstance(source, Following)))
    if not isinstance(source, FileSource):
        return
    if source.is_new and (sentence := _columns_read(source)):
        remarks.add(source.name, sentence)
    options = source.recalled
    if recalled is not None and result != Ingested(source.name):
        options += (f"--industry {recalled.industry.id}",)
    if options:
        remarks.add(
            source.name,
            f"read as last time, with {' '.join(options)}. Tell another one"
            " to change it; --map FIELD= leaves a field empty.",
        )
    if result.kept:
        remarks.add(
            source.name,
            f"{result.kept} known voices keep fields that it has no column for."
            " --map FIELD=COLUMN names one; --map FIELD= says that they are empty.",
        )
    if result.accepted and not source.has_ids and _lacks_known(store, source.name, result):
        remarks.add(
            source.name,
            "no column is known to name the rows, so that one which was edited is"
            f" among the {result.accepted} new ones. If one does, name it: --map id=COLUMN",
        )
    for sentence in source.doubts.sentences():
        remarks.add(source.name, sentence)
    looked_at, shared = store.overlaps(source.name, after=after, limit=LOOKED_AT)
    for other, count in shared.most_common(3):
        remarks.add(
            source.name,
            f"{count} of {looked_at} new voices have the same words and time, or id,"
            f" as voices of {other}. Where both hold the same voices, ingest both with one name"
            f" (--name {other}) to keep each once.",
        )


def _columns_read(source: FileSource) -> str | None:
    """Says which columns were taken for what; `None` where all are called by their fields."""
    from voc.sources.columns import shown_column
    from voc.sources.names import FIELDS

    taken = [
        f"{field} from {shown_column(source.fields[field])}"
        for field in FIELDS
        if source.fields.get(field, field) != field
    ]
    if not taken:
        return None
    named = [shown_column(name) for name in source.beside[:_BESIDE]]
    named += [f"{len(source.beside) - _BESIDE} more"] * (len(source.beside) > _BESIDE)
    beside = f" Kept beside: {', '.join(named)}." if named else ""
    return f"read {', '.join(taken)}; --map FIELD=COLUMN changes it.{beside}"


def _lacks_known(store: Store, name: str, result: Ingested) -> bool:
    """Says whether a source holds some of its known voices and lacks others."""
    kept = sum(each.voices for each in store.sources() if each.source == name)
    return 0 < result.duplicates < kept - result.accepted


def _undated(result: Ingested, *, catches_up: bool) -> str:
    """Says how many rows tell no time, and what they count for.

    Args:
        result: What became of the rows.
        catches_up: Whether the source's first run gives what was said before.
    """
    now = result.undated - result.placed
    told = "the time in the name of their file, else of its or their row's last change"
    counted = [f"{result.placed} count for {told}"] * bool(result.placed)
    counted += [f"{now} count for the moment they came in"] * bool(now)
    backlog = (
        " Those that a source holds when it is read for the first time are no emergencies: their"
        " work orders run on working time."
    )
    return (
        f"{result.undated} rows tell no time: {', '.join(counted)}.{backlog if catches_up else ''}"
        " Map created_at to the column of the time, if there is one."
    )
