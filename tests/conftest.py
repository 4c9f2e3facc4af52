"""What every test stands on: a clean environment, and what may be missing on a machine."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import settings

# Workers share the cores: several threads of one would only wait for each other. Before numpy.
for _library in ("OMP", "OPENBLAS"):
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

# How long an example takes says how busy the machine is.
settings.register_profile("voc", deadline=None)
settings.load_profile("voc")

Need = Literal["services", "data", "browser", "torch"]
_REQUIRED = {
    need
    for need in ("services", "data", "browser", "torch")
    if os.environ.get(f"VOC_REQUIRE_{need.upper()}", "") not in ("", "0")
}
_DATA = os.environ.get("VOC_TEST_DATA")


def require(need: Need, available: object, reason: str) -> None:
    """Skips the test where what it needs is missing; fails it where that must be there.

    Args:
        need: `services` (PostgreSQL, RabbitMQ, Redis), `data` (the labelled data sets),
            `browser` (Chromium) or `torch` (what training needs); VOC_REQUIRE_SERVICES=1 and so
            on say that it must be there.
        available: Whether it is there.
        reason: What was looked for, and where.
    """
    if available:
        return
    if need in _REQUIRED:
        pytest.fail(f"VOC_REQUIRE_{need.upper()} is set, but {reason}", pytrace=False)
    pytest.skip(reason)


def has_torch() -> bool:
    """Whether what training needs is installed; scoring needs none of it."""
    return all(find_spec(name) for name in ("torch", "transformers", "onnx"))


@pytest.fixture(scope="session", autouse=True)
def _own_environment() -> Iterator[None]:
    """Keeps settings in the shell of whoever runs the tests out of them.

    Constants at the top of test modules were read before; VOC_* variables that steer the tests
    would be unknown settings to the programs that tests start.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("VOC_")]:
            patch.delenv(name)
        yield


@pytest.fixture(scope="session", autouse=True)
def _schema_once() -> Iterator[None]:
    """Makes the tables of new SQLite stores by migrations once, and then from their SQL.

    Migrating takes a fifth of a second, and most tests begin with a new store.
    """
    from voc.store import migrate

    upgrade, made = migrate._upgrade, list[str]()

    @functools.wraps(upgrade)
    def upgrade_once(connection: Any) -> None:
        if connection.dialect.name != "sqlite" or migrate.current_revision(connection) is not None:
            upgrade(connection)
        elif made:
            for statement in made:
                connection.exec_driver_sql(statement)
        else:
            upgrade(connection)
            dump = connection.connection.driver_connection.iterdump()
            made.extend(line for line in dump if line not in ("BEGIN TRANSACTION;", "COMMIT;"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrate, "_upgrade", upgrade_once)
        yield


_MODELS: dict[tuple[object, ...], Any] = {}


@pytest.fixture(scope="module")
def models_once() -> Iterator[None]:
    """Lets a model whose files are the same be loaded once for all tests of a process.

    What a model keeps of the industries it was asked about is kept with it.
    """
    from voc.tagging import loading

    load = loading._load

    def load_once(folder: Path, name: str, found: Any, *, threads: int) -> Any:
        files = sorted(each for each in folder.rglob("*") if each.is_file())
        stamps = [(str(each), each.stat().st_mtime_ns, each.stat().st_size) for each in files]
        key = (str(folder), name, repr(found), threads, tuple(stamps))
        if key not in _MODELS:
            _MODELS[key] = load(folder, name, found, threads=threads)
        return _MODELS[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "_load", load_once)
        yield


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of the labelled data sets: VOC_TEST_DATA, else ../shared/data."""
    repository = Path(__file__).resolve().parents[1]
    folder = Path(_DATA) if _DATA else repository.parent / "shared" / "data"
    require("data", folder.is_dir(), f"no data sets lie in {folder}; VOC_TEST_DATA names another")
    return folder
