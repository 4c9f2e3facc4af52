"""Every error the project raises on purpose, as one tree.

    VocError                     something the user can act on; `voc` prints it and exits 1
    ├── UsageError               the call itself is wrong (unknown value, missing column); exits 2
    ├── ConfigError              a setting, an industry or a routing file is wrong; with places
    │   └── MissingExtraError    a part needs an extra that is not installed
    ├── InterruptedRunError      a person stopped the run; exits 130
    ├── SourceError              a source cannot be read at all
    │   ├── RowError             one row cannot be read; it becomes a counted reject
    │   ├── DamagedError         a file's bytes end early or make no sense (voc.sources)
    │   ├── RefusedError         an address may not be read (voc.sources)
    │   ├── HiddenError          a site shows nothing of what should be there (voc.sources)
    │   ├── UnreachableError     a site does not answer (voc.sources)
    │   ├── GoneError            what stood at an address is there no more (voc.sources)
    │   ├── SpentError           a run has made all the requests it may (voc.sources)
    │   ├── AwayError            a broker or server cannot be reached now (voc.sources)
    │   └── FetchError           a file of a folder or bucket cannot be fetched (voc.sources)
    ├── ModelError               a model cannot be trusted or loaded
    │   └── ModelUnavailableError    a model is sound, but is not there or cannot run here
    ├── StoreError               the store cannot do what was asked
    │   └── StoreBusyError       another writer holds the store; try again later
    ├── StateError               a record's state does not allow the action
    ├── OutputError              a result cannot be written
    ├── ApiError                 the server of the API refused, or did not answer (voc.client)
    ├── NamerError               an endpoint that names topics did not answer (voc.topics)
    ├── InboxError               what teams answer cannot be taken in (voc.workorders)
    └── DeliveryError            a sink did not take a message
        ├── TransientDeliveryError   worth another try
        └── TerminalDeliveryError    no try will help

Messages say what is wrong, where, what was allowed, and what to do next.
"""

from __future__ import annotations

import difflib
import traceback
from collections.abc import Iterable, Sequence
from pathlib import PurePath


class VocError(Exception):
    """Something went wrong that the user can act on."""

    exit_code = 1


class UsageError(VocError):
    """The call itself is wrong."""

    exit_code = 2


class ConfigError(VocError):
    """A setting, an industry or a routing file is wrong.

    Args:
        message: One sentence on what is wrong and what to do.
        places: Each single finding as `file:line: what`, in file order.
    """

    def __init__(self, message: str, places: Sequence[str] = ()) -> None:
        super().__init__("\n".join([message, *(f"  {place}" for place in places)]))
        self.places = tuple(places)


class MissingExtraError(ConfigError, ImportError):
    """A part needs an extra that is not installed; the message says what to type."""


class InterruptedRunError(VocError):
    """A person stopped the run; what was done is kept."""

    exit_code = 130  # 128 + SIGINT, as shells report it


class SourceError(VocError):
    """A source cannot be read at all."""


class RowError(SourceError):
    """One row of a source cannot be read.

    Args:
        reason: A short sentence for the reject file.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ModelError(VocError):
    """A model cannot be trusted or loaded."""


class ModelUnavailableError(ModelError):
    """A model is not there, or this machine cannot run it; another may stand in for it."""


class StoreError(VocError):
    """The store cannot do what was asked."""


class StoreBusyError(StoreError):
    """Another writer holds the store; nothing was written."""


class StateError(VocError):
    """A record's state does not allow the action."""


class OutputError(VocError):
    """A result cannot be written."""


class DeliveryError(VocError):
    """A sink did not take a message."""


class TransientDeliveryError(DeliveryError):
    """A sink did not take a message, and another try may help.

    Args:
        message: What the receiver said.
        retry_after_s: Seconds the receiver asked to wait, if it did.
    """

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class TerminalDeliveryError(DeliveryError):
    """A sink refused a message for good."""


def fault(error: BaseException, *, of: str | None = None) -> str:
    """Returns the kind of an error and where it was raised, as `KeyError in rows.py:17`.

    Its words are left out: they may hold what a customer wrote, or a secret.

    Args:
        error: The error.
        of: A file whose line is told too where the error was raised behind it, as in a library.
    """
    frames = traceback.extract_tb(error.__traceback__)
    places = [f"{PurePath(frame.filename).name}:{frame.lineno}" for frame in frames]
    inside = [place for place, frame in zip(places, frames, strict=True) if frame.filename == of]
    behind = f", by {inside[-1]}" if inside and inside[-1] != places[-1] else ""
    return f"{type(error).__name__}{f' in {places[-1]}' if places else ''}{behind}"


def nearest(name: str, known: Iterable[str]) -> str:
    """Returns ` Did you mean 'x'?` for the known name closest to `name`, or an empty string."""
    close = closest(name, known)
    return f" Did you mean {close!r}?" if close else ""


def closest(name: str, known: Iterable[str]) -> str | None:
    """Returns the known name closest to `name`, or `None` where none is close."""
    return next(iter(difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)), None)
