"""A folder of events: each a JSON file, moved to `done/` when it is taken in.

Files whose names begin with a dot are being written; write one under such a name and rename it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from voc.config.inboxes import FileInboxSettings
from voc.workorders.inboxes.base import InboxError, Letter
from voc.workorders.inboxes.told import MOST_BYTES

DONE: Final = "done"


class FileInbox:
    """Reads a folder by the names of its files.

    Args:
        name: The name that the settings give it.
        settings: Its options.
        base_dir: The folder that a relative path starts from.
    """

    def __init__(self, name: str, settings: FileInboxSettings, *, base_dir: Path) -> None:
        self._name = name
        self._folder = base_dir / settings.dir.expanduser()

    @property
    def name(self) -> str:
        return self._name

    def take(self, limit: int) -> Sequence[Letter]:
        """Returns the first files; one more byte than is read at most tells a long one."""
        found = []
        for path in self._waiting()[:limit]:
            try:
                with path.open("rb") as file:
                    found.append(Letter(path.name, file.read(MOST_BYTES + 1), path))
            except FileNotFoundError:
                continue  # another worker was quicker
            except OSError as error:
                raise self._error(error) from error
        return found

    def settle(self, letters: Sequence[Letter]) -> None:
        """Moves files to `done/`."""
        try:
            (self._folder / DONE).mkdir(exist_ok=True)
            for letter in letters:
                path: Path = letter.receipt
                if path.exists():
                    path.replace(self._folder / DONE / path.name)
        except FileNotFoundError:
            return  # another worker was quicker
        except OSError as error:
            raise self._error(error) from error

    def check(self) -> str:
        """Looks whether the folder is there."""
        return f"{self._folder}: {len(self._waiting())} events wait"

    def close(self) -> None:
        """Holds no connection."""

    def _waiting(self) -> list[Path]:
        try:
            return sorted(
                path
                for path in self._folder.iterdir()
                if path.suffix == ".json" and not path.name.startswith(".")
            )
        except OSError as error:
            raise self._error(error) from error

    def _error(self, error: OSError) -> InboxError:
        return InboxError(
            f"The folder {self._folder} of inbox {self._name!r} cannot be read or written"
            f" ({error.strerror or error}); make it, or set another inboxes.{self._name}.dir."
        )
