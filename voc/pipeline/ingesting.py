"""Brings feedback from sources into the store, once each."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import astuple, dataclass
from datetime import UTC, datetime
from threading import Event
from typing import Any

from voc.config import Settings
from voc.errors import SourceError, StoreError, VocError, fault
from voc.pipeline.health import HEALTH_MARK, Health, keep_health
from voc.pipeline.origins import Chosen
from voc.pipeline.places import with_places
from voc.pipeline.snapshots import Snapshot
from voc.pipeline.taxonomies import industries_of, keep_industry
from voc.pipeline.voices import protect, protected_id, protected_reject
from voc.sources.base import Exporting, Following, Page, Source, notes_of
from voc.sources.files import FileSource
from voc.sources.handed import check_page
from voc.store import Store, Transaction

KEY_NAME = "privacy.key"
INDUSTRY_MARK = "industry"
"""Key of a cursor: the industry that was named for all that lies before it."""


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one source's rows.

    Attributes:
        source: Name of the source.
        accepted: Voices that were new.
        duplicates: Voices that were known as they are.
        edited: Voices that were known with other content.
        rejected: Rows that cannot be read.
        reassigned: Known voices that were given another industry than they had, or a first one.
        forbidden: Addresses that were not read, as robots.txt or the guard forbids it.
        withdrawn: Known voices that the source says are gone.
        kept: Known voices that keep fields which the source says nothing of now.
        undated: New and edited voices that tell no time.
        placed: Those of them for which their source told another one: of a file, or of a change.
    """

    source: str
    accepted: int = 0
    duplicates: int = 0
    edited: int = 0
    rejected: int = 0
    reassigned: int = 0
    forbidden: int = 0
    withdrawn: int = 0
    kept: int = 0
    undated: int = 0
    placed: int = 0

    def __add__(self, other: Ingested) -> Ingested:
        mine, theirs = astuple(self)[1:], astuple(other)[1:]
        return Ingested(self.source, *(a + b for a, b in zip(mine, theirs, strict=True)))


class Intake:
    """What one source brings, kept a page at a time: masked, once, with its cursor and its health.

    Args:
        store: Where feedback goes.
        name: Name of the source.
        settings: For privacy.
        industry: Industry of its feedback.
        snapshot: What its complete export holds; `None` where it is none.
        catches_up: Whether its first run gives what was said before, as that of a file does and
            that of a queue does not.
    """

    def __init__(
        self,
        store: Store,
        name: str,
        *,
        settings: Settings,
        industry: Chosen | None,
        snapshot: Snapshot | None = None,
        catches_up: bool = False,
    ) -> None:
        self._snapshot = snapshot
        self._catches_up = catches_up
        self._store = store
        self._name = name
        self._key = customer_key(store, settings)
        self._masked = settings.privacy.mask
        self._fills_places = settings.customers.fill_places
        self._industry = industry
        if industry is not None:
            keep_industry(store, industry.industry, settings)

    @property
    def mark(self) -> str | None:
        """Id of the industry that was named for this source, and for no other."""
        chosen = self._industry
        return chosen.industry.id if chosen and not chosen.is_default else None

    def adopt(self) -> int:
        """Gives stored voices the industry that was named for their source since they came.

        Each transaction gives it to some hundred; a run that is cut off is taken up by the next.

        Returns:
            How many were given it.
        """
        cursor = self._store.cursor(self._name)
        if self.mark is None or cursor is None or cursor.get(INDUSTRY_MARK) == self.mark:
            return 0
        total, after = 0, 0
        while True:
            with self._store.transaction() as transaction:
                given, last = transaction.reassign(self._name, self.mark, after=after)
                if last is None:
                    cursor = transaction.cursor(self._name) or {}
                    transaction.save_cursor(self._name, {**cursor, INDUSTRY_MARK: self.mark})
                    return total
            total, after = total + given, last

    def keep(self, page: Page, transaction: Transaction, now: datetime) -> Ingested:
        """Keeps a page, the cursor behind it and how the source is; belongs in one transaction."""
        kept = [protect(item, key=self._key, masked=self._masked) for item in page.feedback]
        if self._fills_places:
            kept = with_places(self._store, kept, now=now)
        moments = {
            voice.native_id: page.moments[item.native_id]
            for item, voice in zip(page.feedback, kept, strict=True)
            if item.native_id in page.moments
        }
        gone = [protected_id(name, self._key) for name in page.withdrawn]
        rejects = [protected_reject(each, self._key) for each in page.rejects]
        if self._snapshot is not None:
            self._snapshot.begin(transaction)
        counts = transaction.add_feedback(
            kept,
            industry=self._industry.industry.id if self._industry else None,
            keeps_industry=self.mark is None,
            now=now,
            restores=page.is_snapshot,
            silent=page.silent,
            moments=moments,
        )
        exported: Mapping[str, Any] = {}
        if self._snapshot is not None:
            self._snapshot.note(kept, len(rejects))
            gone += self._snapshot.missing(transaction) if page.done else []
            exported = self._snapshot.cursor()
        withdrawn = transaction.withdraw(self._name, gone, now)
        rejected = transaction.add_rejects(
            self._name, [(each.place, each.reason, each.sample) for each in rejects], now
        )
        # Read here, where other writers wait: several processes may take in for one source.
        health = Health.of(transaction.cursor(self._name)).after(
            kept,
            rows=counts.accepted + counts.edited,
            rejects=rejected,
            withdrawn=withdrawn,
            forbidden=page.forbidden,
            now=now,
            catches_up=self._catches_up,
        )
        transaction.save_cursor(
            self._name,
            {**page.cursor, **exported, INDUSTRY_MARK: self.mark, HEALTH_MARK: health.as_dict()},
        )
        return Ingested(
            self._name,
            counts.accepted,
            counts.duplicates,
            counts.edited,
            len(rejects),
            counts.reassigned,
            page.forbidden,
            withdrawn,
            counts.kept,
            counts.undated,
            counts.placed,
        )


def ingest(
    store: Store,
    source: Source,
    *,
    settings: Settings,
    industry: Chosen | None,
    on_page: Callable[[Page], None] = lambda _: None,
    until: Event | None = None,
) -> Ingested:
    """Reads a source to its end; each page and the cursor behind it are one transaction.

    A kill at any moment loses and repeats nothing: what was committed is behind the cursor, and
    what was not is read again.

    Args:
        store: Where feedback goes.
        source: Where it comes from.
        settings: For privacy.
        industry: Industry of its feedback. One named for this source is given to its known
            voices too, which are then tagged anew. Those of a file are the ones it holds, so one
            that has not changed is read again; those of any other source are all that are stored.
        on_page: Told of each page once it is committed.
        until: Ends the reading behind a page when it is set; a source that can wait for what
            comes does so until then.

    Raises:
        VocError: The source cannot be read; why is kept with its health.
    """
    share = source.snapshot_share if isinstance(source, Exporting) else None
    snapshot = Snapshot(source.name, share) if share is not None else None
    intake = Intake(
        store,
        source.name,
        settings=settings,
        industry=industry,
        snapshot=snapshot,
        catches_up=not isinstance(source, Following),
    )
    total = Ingested(source.name)
    if not isinstance(source, FileSource):
        total += Ingested(source.name, reassigned=intake.adopt())
    cursor = _start(store.cursor(source.name), intake.mark)
    try:
        with closing(_pages(source, cursor, until)) as pages:
            for page in pages:
                with store.transaction() as transaction:
                    kept = intake.keep(page, transaction, datetime.now(UTC))
                total += kept
                on_page(page)
                if until is not None and until.is_set() and not isinstance(source, Following):
                    break
        if snapshot is not None and snapshot.doubt is not None:
            raise SourceError(snapshot.doubt)
    except StoreError:
        raise
    except VocError as error:
        keep_health(store, source.name, error=str(error), notes=notes_of(source))
        raise
    keep_health(store, source.name, error=None, notes=notes_of(source))
    return total


def _pages(
    source: Source, cursor: Mapping[str, Any] | None, until: Event | None
) -> Generator[Page, None, None]:
    kind = type(source)
    is_ours = kind.__module__.partition(".")[0] == "voc"
    try:
        if until is not None and isinstance(source, Following):
            pages = source.follow(cursor, until)
        else:
            pages = source.read(cursor)
        for page in pages:
            if not is_ours:
                check_page(page, source=source.name)
            yield page
    except VocError:
        raise
    except Exception as error:
        file = getattr(sys.modules.get(kind.__module__), "__file__", None)
        raise SourceError(
            f"{source.name}: cannot be read, as its program {kind.__module__}.{kind.__qualname__}"
            f" fails ({fault(error, of=file)}). What came before is kept; tell its author."
        ) from error


def _start(cursor: Mapping[str, Any] | None, mark: str | None) -> Mapping[str, Any] | None:
    """Returns where reading goes on: a file's start again where another industry is named now."""
    if cursor is None or mark is None or cursor.get(INDUSTRY_MARK) == mark:
        return cursor
    return {**cursor, "rows": 0, "done": False}


def recalled_industry(
    store: Store, source: Source, told: Chosen | None, *, settings: Settings
) -> Chosen | None:
    """Returns the industry that was named for a file before, where none is named for it now.

    Args:
        store: Where the file was left.
        source: What is read; of a source that the config describes nothing is recalled.
        told: The industry there is without it.
        settings: For the folder of the user's own industries.

    Returns:
        It; `None` where one is named now, none was, or it cannot be used any more.
    """
    if not (isinstance(source, FileSource) and source.remembers):
        return None
    if told is not None and not told.is_default:
        return None
    mark = (store.cursor(source.name) or {}).get(INDUSTRY_MARK)
    found, _ = industries_of(store, settings, [mark] if mark else [])
    return Chosen(found[mark]) if mark in found else None


def customer_key(store: Store, settings: Settings) -> bytes:
    """Returns the secret of the customers' HMAC: the settings', else one made with the store."""
    if settings.privacy.key:
        return settings.privacy.key.encode()
    kept = store.meta(KEY_NAME)
    if kept is None:
        with store.transaction() as transaction:
            kept = transaction.keep_meta(KEY_NAME, secrets.token_hex(32))
    return bytes.fromhex(kept)
