"""Reading several sources: one that cannot be read is told, and holds up none of the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from voc.cli.terminal import say

if TYPE_CHECKING:
    from voc.config import Settings
    from voc.pipeline.origins import Chosen, Told
    from voc.sources.base import Source


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
        """Returns the sources that can be opened, with their industries."""
        from voc.pipeline.origins import open_source

        opened = []
        for origin in origins:
            with self.told(origin):
                opened.append(open_source(origin, settings=settings, told=told))
        return opened

    def leave(self) -> None:
        """Ends the command with 1 where a source was not read.

        Raises:
            typer.Exit: One was not.
        """
        if self._names:
            raise typer.Exit(1)
