"""Killed at random moments, a crawl loses nothing, takes nothing twice, and leaves no process.

VOC_TEST_CRAWL_KILLS and VOC_TEST_CRAWL_THREADS make it longer: 40 kills over 300 threads.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.sources.crawling.crawls import Stored, config_of
from tests.sources.crawling.forums import FakeDiscuz
from tests.sources.crawling.loopback import Loopback
from voc.config import load_settings
from voc.errors import SourceError
from voc.pipeline.ingesting import ingest
from voc.pipeline.origins import Told, open_source
from voc.store import open_store

KILLS = int(os.environ.get("VOC_TEST_CRAWL_KILLS", "3"))
THREADS = int(os.environ.get("VOC_TEST_CRAWL_THREADS", "20"))
VOC = "from voc.cli import main; main()"


def _crawl(config: Path, url: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", VOC, "crawl", "site", "--config", str(config)],
        env={**os.environ, "VOC_STORE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("encoding", ["gbk"])
def test_a_crawl_survives_kills(
    encoding: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(20261128)
    forum = FakeDiscuz(THREADS, encoding)
    url = f"sqlite:///{tmp_path / 'voc.db'}"
    with Loopback(forum) as server:
        source: dict[str, Any] = {"kind": "discuz", "url": server.url, "boards": [2]}
        config = config_of(tmp_path, server, source)
        kills = 0
        while kills < KILLS:
            asked = len(server.log)
            process = _crawl(config, url)
            patience = time.monotonic() + 60
            while process.poll() is None and len(server.log) < asked + 4:
                assert time.monotonic() < patience
                time.sleep(0.01)
            time.sleep(chance.uniform(0.0, 1.2))
            process.send_signal(signal.SIGKILL)
            _, errors = process.communicate()
            if process.returncode == 0:
                break
            assert process.returncode == -signal.SIGKILL, errors.decode()
            kills += 1
        record_property("kills", kills)
        assert kills >= 2
        _assert_silence(server)
        process = _crawl(config, url)
        _, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors.decode()
    settings = load_settings(config, environ={"VOC_STORE_URL": url})
    assert set(Stored(settings).ids) == forum.all_pids()
    with open_store(url) as store:
        counts = store.counts()
        assert counts.feedback == counts.versions == len(forum.all_pids())
        assert store.check() == []


def _assert_silence(server: Loopback) -> None:
    """The process that crawled is gone with the one that started it."""
    time.sleep(1.0)
    asked = len(server.log)
    time.sleep(1.0)
    assert len(server.log) == asked


def test_a_crawler_that_dies_is_an_error_and_the_last_mark_stands(tmp_path: Path) -> None:
    forum = FakeDiscuz(THREADS)
    with Loopback(forum) as server:
        source: dict[str, Any] = {"kind": "discuz", "url": server.url, "boards": [2]}
        settings = load_settings(config_of(tmp_path, server, source), environ={})
        pages = 0

        def kill_children(_page: object) -> None:
            nonlocal pages
            pages += 1
            if pages == 5:
                for child in _children(os.getpid()):
                    os.kill(child, signal.SIGKILL)

        site, _ = open_source("site", settings=settings, told=Told())
        with open_store(settings.store_url) as store:
            with pytest.raises(SourceError, match="the process that crawls ended with -9"):
                ingest(store, site, settings=settings, industry=None, on_page=kill_children)
            before = store.counts().feedback
            assert 0 < before < len(forum.all_pids())
            cursor = store.cursor("site")
            assert cursor is not None
            assert cursor["crawl"]["sections"]["2"]["done"]
            result = ingest(store, site, settings=settings, industry=None)
            assert result.accepted == len(forum.all_pids()) - before


def _children(parent: int) -> list[int]:
    """The processes that crawl for `parent`."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
            command = (folder / "cmdline").read_bytes()
        except OSError:  # it ended meanwhile
            continue
        if int(fields[1]) == parent and b"voc.sources.crawling.child" in command:
            found.append(int(folder.name))
    return found
