"""What `voc sources` tells of a run that failed, and what no message repeats."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from voc.config import Settings
from voc.errors import ConfigError, SourceError, StoreBusyError, UsageError, VocError
from voc.pipeline.feeding import Feed, Feeding
from voc.pipeline.health import kept_health, source_health
from voc.pipeline.ingesting import ingest
from voc.pipeline.quality import noticed
from voc.records import Feedback
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
        (KeyError(SECRET), "site: cannot be read, as its program fails (KeyError in test_health"),
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


def test_what_a_run_has_to_tell_is_kept_with_its_health(store: Store) -> None:
    source = Failing(None)
    source.notes = ("3 rows lie ahead.",)  # type: ignore[attr-defined]
    ingest(store, source, settings=Settings(), industry=None)
    assert source_health(store, Settings())[0].as_dict()["notes"] == ["3 rows lie ahead."]
    ingest(store, Failing(None), settings=Settings(), industry=None)
    assert source_health(store, Settings())[0].health.notes == ()


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
    shown = [*kept, *noticed(store, model="none")]
    assert "138123" not in repr(shown)
