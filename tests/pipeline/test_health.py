"""What `voc sources` tells of a run that failed, and what no message repeats."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from voc.config import Settings
from voc.errors import ConfigError, SourceError, StoreBusyError, UsageError, VocError
from voc.pipeline.feeding import Feed, Feeding
from voc.pipeline.health import backlog, kept_health, source_health
from voc.pipeline.ingesting import Intake, ingest
from voc.pipeline.quality import noticed
from voc.records import Feedback, stable_id
from voc.sources.base import Draft, Page, ReadProgress, Reject
from voc.store import Store, open_store

SECRET = "13812345678 hush"


class Failing:
    """Gives one page, then fails."""

    name = "site"
    progress = ReadProgress(0, None)

    def __init__(self, error: Exception | None, *items: Feedback | Reject) -> None:
        self._error = error
        self._items = items or (Feedback("site", "1", "review", "好"),)

    def read(self, _: Mapping[str, Any] | None) -> Iterator[Page]:
        draft = Draft()
        for item in self._items:
            draft.add(item)
        yield draft.page({}, done=True)
        if self._error is not None:
            raise self._error


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as made:
        yield made


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (SourceError("site: is away."), "site: is away."),
        (ConfigError("sources.site: no model."), "sources.site: no model."),
        (UsageError("There is no column."), "There is no column."),
        (
            KeyError(SECRET),
            "site: cannot be read, as its program tests.pipeline.test_health.Failing fails"
            " (KeyError in test_health",
        ),
        (ValueError(SECRET), "(ValueError in test_health.py:"),
    ],
)
def test_every_failure_is_kept_until_a_run_ends_well(
    error: Exception, told: str, store: Store
) -> None:
    settings = Settings()
    with pytest.raises(VocError) as caught:
        ingest(store, Failing(error), settings=settings, industry=None)
    [each] = source_health(store, settings)
    assert told in (each.health.error or "")
    assert SECRET not in f"{each.health.error}{caught.value}"
    assert each.voices == 1
    ingest(store, Failing(None), settings=settings, industry=None)
    assert source_health(store, settings)[0].health.error is None


class Misled(Failing):
    """Fails in a library that it calls."""

    def read(self, _: Mapping[str, Any] | None) -> Iterator[Page]:
        yield from json.loads("{")


def test_a_fault_behind_a_plug_in_names_its_own_line(store: Store) -> None:
    with pytest.raises(SourceError, match=r"decoder\.py:\d+, by test_health\.py:\d+\)"):
        ingest(store, Misled(None), settings=Settings(), industry=None)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"native_id": 17}, "native_id is of the type int; it must be text"),
        ({"created_at": "2026-11-01"}, "created_at is another text; it must be a datetime"),
        ({"created_at": datetime(2026, 11, 1)}, "a datetime without a time zone"),  # noqa: DTZ001
        ({"channel": "telegram"}, "channel is another text; it must be one of forum, hotline"),
        ({"source": "other"}, "source is another text; it must be 'site'"),
        ({"nps": "9"}, "nps is another text; it must be a number or None"),
        (None, "hands over of the type dict instead of a Page"),
    ],
)
def test_a_plug_in_that_hands_over_what_it_may_not_is_told(
    values: dict[str, Any] | None, said: str, store: Store
) -> None:
    right: dict[str, Any] = {"source": "site", "native_id": "1", "channel": "forum", "text": "好"}

    class Loose(Failing):
        def read(self, _: Mapping[str, Any] | None) -> Iterator[Page]:
            if values is None:
                yield {}  # type: ignore[misc]
                return
            yield Page((Feedback(**right | values),), (), {}, done=True)

    with pytest.raises(SourceError) as caught:
        ingest(store, Loose(None), settings=Settings(), industry=None)
    assert said in str(caught.value)
    assert store.counts().feedback == 0


def test_what_a_run_has_to_tell_is_kept_with_its_health(store: Store) -> None:
    source = Failing(None)
    source.notes = ("3 rows lie ahead.",)  # type: ignore[attr-defined]
    ingest(store, source, settings=Settings(), industry=None)
    assert source_health(store, Settings())[0].as_dict()["notes"] == ["3 rows lie ahead."]
    ingest(store, Failing(None), settings=Settings(), industry=None)
    assert source_health(store, Settings())[0].health.notes == ()


def test_what_tells_no_time_may_be_old_where_a_source_begins(store: Store) -> None:
    settings = Settings()
    with pytest.raises(SourceError):
        ingest(store, Failing(SourceError("away.")), settings=settings, industry=None)
    assert backlog(store) == {stable_id("fb", "site", "1")}  # its first run has not ended
    dated = Feedback("site", "2", "review", "慢", created_at=datetime.now(UTC))
    late = Feedback("site", "3", "review", "贵")
    ingest(store, Failing(None, dated), settings=settings, industry=None)
    ingest(store, Failing(None, late), settings=settings, industry=None)
    assert backlog(store) == {stable_id("fb", "site", "1")}
    [each] = source_health(store, settings)
    assert (each.voices, each.undated) == (3, 2)


def test_what_comes_after_a_first_run_without_any_is_no_backlog(store: Store) -> None:
    ingest(store, Failing(None, Reject("site", "1", "odd")), settings=Settings(), industry=None)
    ingest(store, Failing(None), settings=Settings(), industry=None)
    assert backlog(store) == set()


def test_a_webhook_brings_no_backlog(store: Store) -> None:
    intake = Intake(store, "hook", settings=Settings(), industry=None)
    page = Page((Feedback("hook", "1", "review", "好"),), (), {}, done=True)
    with store.transaction() as transaction:
        intake.keep(page, transaction, datetime.now(UTC))
    assert backlog(store) == set()


def test_a_moment_that_a_source_tells_is_no_part_of_a_voice(store: Store) -> None:
    item = Feedback("site", "1", "review", "好")
    now = datetime.now(UTC)
    ahead = Feedback("site", "2", "review", "坏")
    for days, told in ((30, (0, 2, 1)), (10, (0, 0, 0))):  # a moment to come is told for none
        moments = {"1": now - timedelta(days=days), "2": now + timedelta(days=days)}
        page = Page((item, ahead), (), {}, done=True, moments=moments)
        intake = Intake(store, "site", settings=Settings(), industry=None)
        with store.transaction() as transaction:
            kept = intake.keep(page, transaction, now)
        assert (kept.edited, kept.undated, kept.placed) == told
    first, second = store.untagged("m", limit=9, after=0)
    assert first.occurred_at == now - timedelta(days=30)
    assert first.feedback.created_at is None
    assert second.occurred_at == now


def test_a_busy_store_is_no_failure_of_the_source(store: Store) -> None:
    with pytest.raises(StoreBusyError):
        ingest(store, Failing(StoreBusyError("busy")), settings=Settings(), industry=None)
    assert kept_health(store, Settings()) == {}
    assert source_health(store, Settings())[0].health.error is None


def test_a_worker_tells_the_kind_and_place_of_a_fault_and_none_of_its_words(store: Store) -> None:
    said: list[str] = []
    heard = threading.Event()

    def troubled(what: str) -> None:
        said.append(what)
        heard.set()

    feeds = [Feed(Failing(RuntimeError(SECRET)), None, 1.0)]
    feeding = Feeding(store, feeds, Settings(), troubled=troubled)
    feeding.start()
    assert heard.wait(10)
    feeding.stop()
    assert "RuntimeError in test_health.py:" in said[0]
    assert SECRET not in said[0]


def test_nothing_personal_of_a_reject_is_kept_or_shown(store: Store) -> None:
    places = [f"orders:1381234567{digit}" for digit in (7, 8)]
    rejects = [
        Reject("site", place, f"the id {place} is none", "电话13812345678") for place in places
    ]
    for _ in range(2):
        ingest(store, Failing(None, *rejects), settings=Settings(), industry=None)
    kept = store.rejects("site")
    assert [reject.place.partition("#")[0] for reject in kept] == ["orders:***********"] * 2
    assert len({reject.place for reject in kept}) == 2
    shown = [*kept, *noticed(store, model="none", now=datetime.now(UTC))]
    assert "138123" not in repr(shown)
