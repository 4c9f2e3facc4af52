"""How sources are: when they were read last, what came, what was set aside, how late it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from voc.config import Settings
from voc.records import Feedback
from voc.store import Store

HEALTH_MARK = "health"
"""Key of a cursor: how the source was when it was read last."""


@dataclass(frozen=True, slots=True)
class Health:
    """How a source is.

    Attributes:
        last_run: When it was read last.
        rows: Voices that were new or edited, of all runs.
        rejects: Rows that could not be read, of all runs.
        withdrawn: Voices that were withdrawn, of all runs.
        forbidden: Addresses that were not read, of all runs.
        newest: When the newest voice was spoken.
        error: Why the last run could not end; `None` where it did.
        notes: What is to be told of the last run, though it ended.
        begun: Whether the source was never read to its end, but for its first pages.
        first_end: When it first was; `None` where that is not known. What came until then and tells
            no time may be of long ago, and what came later is no older than the run before.
    """

    last_run: datetime | None = None
    rows: int = 0
    rejects: int = 0
    forbidden: int = 0
    newest: datetime | None = None
    error: str | None = None
    withdrawn: int = 0
    notes: tuple[str, ...] = ()
    begun: bool = False
    first_end: datetime | None = None

    @classmethod
    def of(cls, cursor: Mapping[str, Any] | None) -> Health:
        """Reads what a cursor keeps of it."""
        kept = (cursor or {}).get(HEALTH_MARK) or {}
        return cls(
            _moment(kept.get("last_run")),
            int(kept.get("rows", 0)),
            int(kept.get("rejects", 0)),
            int(kept.get("forbidden", 0)),
            _moment(kept.get("newest")),
            kept.get("error"),
            int(kept.get("withdrawn", 0)),
            tuple(kept.get("notes", ())),
            bool(kept.get("begun")),
            _moment(kept.get("first_end")),
        )

    @property
    def lateness_s(self) -> float | None:
        """Seconds that the newest voice was old when the source was read last."""
        if self.last_run is None or self.newest is None:
            return None
        return max(0.0, (self.last_run - self.newest).total_seconds())

    def after(
        self,
        voices: Iterable[Feedback],
        *,
        rows: int,
        rejects: int,
        withdrawn: int,
        forbidden: int,
        now: datetime,
        catches_up: bool = False,
    ) -> Health:
        """Returns how the source is behind a page; times that lie ahead are no news.

        Its first pages begin what it held before, where it is one that `catches_up` at first.
        """
        moments = [item.created_at for item in voices if item.created_at and item.created_at <= now]
        known = [self.newest] if self.newest else []
        return replace(
            self,
            last_run=now,
            rows=self.rows + rows,
            rejects=self.rejects + rejects,
            withdrawn=self.withdrawn + withdrawn,
            forbidden=self.forbidden + forbidden,
            newest=max([*moments, *known], default=None),
            error=None,
            begun=self.begun or (catches_up and not self.rows and self.first_end is None),
        )

    def ended(self, now: datetime, *, error: str | None, notes: Sequence[str]) -> Health:
        """Returns how the source is behind a run."""
        is_first = error is None and (self.begun or (not self.rows and self.first_end is None))
        return replace(
            self,
            last_run=now,
            error=error,
            notes=tuple(notes),
            begun=self.begun and not is_first,
            first_end=now if is_first else self.first_end,
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "last_run": self.last_run.astimezone(UTC).isoformat() if self.last_run else None,
            "rows": self.rows,
            "rejects": self.rejects,
            "withdrawn": self.withdrawn,
            "forbidden": self.forbidden,
            "newest": self.newest.astimezone(UTC).isoformat() if self.newest else None,
            "error": self.error,
            "notes": list(self.notes),
            "begun": self.begun,
            "first_end": self.first_end.astimezone(UTC).isoformat() if self.first_end else None,
        }


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """A source of the config or the store.

    Attributes:
        source: Its name.
        kind: Its kind; `None` where the config does not name it.
        voices: Voices of it that are stored and not withdrawn.
        health: How it is.
        undated: Those of the voices that tell no time.
    """

    source: str
    kind: str | None
    voices: int
    health: Health
    undated: int = 0

    def as_dict(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "kind": self.kind,
            "voices": self.voices,
            "undated": self.undated,
            **self.health.as_dict(),
            "lateness_s": self.health.lateness_s,
        }


def source_health(store: Store | None, settings: Settings) -> list[SourceHealth]:
    """Returns every source of the config and the store, by name.

    Args:
        store: Where feedback went; `None` where none was made yet.
        settings: For the sources of the config.
    """
    counts = {each.source: each.voices for each in store.sources()} if store else {}
    undated = store.undated() if store else {}
    kinds = {name: each.kind for name, each in settings.sources.items()}
    return [
        SourceHealth(
            name,
            kinds.get(name),
            counts.get(name, 0),
            Health.of(store.cursor(name) if store else None),
            undated.get(name, 0),
        )
        for name in sorted({*counts, *kinds})
    ]


def backlog_end(store: Store, source: str) -> datetime | None:
    """Returns until when what came from a source and tells no time may be of long ago.

    `None` where nothing may: what queues and webhooks bring was said just now.
    """
    health = Health.of(store.cursor(source))
    return datetime.now(UTC) if health.begun else health.first_end


def backlog(store: Store) -> set[str]:
    """Returns the voices that may be of long ago."""
    ends = {source: backlog_end(store, source) for source in store.undated()}
    return store.undated_until({source: end for source, end in ends.items() if end is not None})


def kept_health(store: Store, settings: Settings) -> dict[str, Health]:
    """Returns how each source of the config is that was ever read."""
    cursors = {name: store.cursor(name) for name in sorted(settings.sources)}
    return {name: Health.of(cursor) for name, cursor in cursors.items() if cursor is not None}


def keep_health(store: Store, source: str, *, error: str | None, notes: Sequence[str] = ()) -> None:
    """Keeps that a source was read just now, and why that could not end; its cursor stays."""
    with store.transaction() as transaction:
        cursor = transaction.cursor(source) or {}
        health = Health.of(cursor).ended(datetime.now(UTC), error=error, notes=notes)
        transaction.save_cursor(source, {**cursor, HEALTH_MARK: health.as_dict()})
