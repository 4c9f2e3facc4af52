"""Reading killed with SIGKILL at random moments, over all kinds of sources (hard case 1).

`python -m tests.benchmarks.kills --kills 200`. A kind is read into a new store, killed and started
again until it is read to its end, and that again until it has had its share of the kills. It fails
unless each time the store holds exactly what an uninterrupted reading brings.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.sources.crawling.crawls import config_of
from tests.sources.crawling.forums import FakeDiscuz
from tests.sources.crawling.loopback import Loopback
from tests.sources.streams.places import FolderPlace, RabbitPlace, SqlPlace, message
from voc.config import load_settings
from voc.pipeline.ingesting import ingest
from voc.pipeline.origins import Told, open_source
from voc.store import open_store

KINDS = ("file", "rabbitmq", "sql", "folder", "discuz")
_AT_ONCE = 0.25  # share of the kills that do not wait until something was stored
_PATIENCE_S = 300.0
Voices = set[tuple[str, int, str]]


@dataclass(frozen=True)
class Place:
    """Something to read: its config, what happens before each round, and how long a run may live.

    Attributes:
        config: Names one source, `site`.
        renew: Brings back what reading takes away.
        window_s: Longest time between the beginning of a run and its kill.
        expected: What an uninterrupted reading brings; `None`: it is read once to know.
    """

    config: Path
    renew: Callable[[], object]
    window_s: float
    expected: Voices | None = None


@contextmanager
def place_of(kind: str, folder: Path, rows: int) -> Iterator[Place]:
    """Gives a place of a kind with about so many rows."""
    config = folder / "voc.yaml"
    if kind == "file":
        lines = (json.dumps({"id": n, "text": f"第{n}条"}) for n in range(rows))
        (folder / "rows.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        config.write_text("sources: {site: {path: rows.jsonl}}")
        yield Place(config, lambda: None, 0.4)
    elif kind == "discuz":
        with Loopback(FakeDiscuz(60)) as server:
            source: dict[str, Any] = {"kind": "discuz", "url": server.url, "boards": [2]}
            yield Place(config_of(folder, server, source), lambda: None, 0.5)
    elif kind == "rabbitmq":
        with closing(RabbitPlace(folder, 0)) as queue:
            count = rows // 4
            voices = {(str(n), 1, f"第{n}条") for n in range(count)}

            def publish() -> None:
                queue.publish(message(n) for n in range(count))

            yield Place(config, publish, 0.6, voices)
    elif kind == "sql":
        SqlPlace(folder, rows)
        yield Place(config, lambda: None, 0.4)
    else:
        dropped = FolderPlace(folder)
        for number in range(rows // 700):
            first = 1_000 + 700 * number
            voices_of_file = [
                {"id": n, "text": f"第{n}条", "gone": 0} for n in range(first, first + 700)
            ]
            dropped.write(f"more{number}.jsonl", voices_of_file)
        yield Place(config, lambda: None, 0.4)


def read(config: Path, url: str, begun: Connection | None = None) -> None:
    """Reads the source to its end."""
    settings = load_settings(config, environ={"VOC_STORE_URL": url})
    source, _ = open_source("site", settings=settings, told=Told())

    def tell(_page: object) -> None:
        if begun is not None and not begun.closed:
            begun.send(True)
            begun.close()

    with open_store(url) as store:
        ingest(store, source, settings=settings, industry=None, on_page=tell)


def voices_of(url: str) -> Voices:
    """Returns what a store holds, all versions of it counted.

    Raises:
        AssertionError: The store is not sound, or holds a voice twice.
    """
    with open_store(url) as store:
        assert store.check() == []
        counts = store.counts()
        assert counts.feedback == counts.versions, f"{counts.versions} of {counts.feedback}"
        rows = store.untagged("none", limit=counts.feedback + 1)
        return {(row.feedback.native_id, row.version, row.feedback.text) for row in rows}


def killed(kind: str, kills: int, rows: int, chance: random.Random) -> dict[str, int]:
    """Reads a kind with so many kills; returns how many rounds, runs and voices that took.

    Raises:
        AssertionError: A round did not end with what an uninterrupted reading brings.
    """
    with tempfile.TemporaryDirectory(prefix="voc-kills-") as name:
        folder = Path(name)
        with place_of(kind, folder, rows) as place:
            expected = place.expected
            if expected is None:
                read(place.config, f"sqlite:///{folder / 'whole.db'}")
                expected = voices_of(f"sqlite:///{folder / 'whole.db'}")
            done = rounds = 0
            while done < kills:
                rounds += 1
                url = f"sqlite:///{folder / f'round{rounds}.db'}"
                place.renew()
                done += _round(place, url, kills - done, chance)
                found = voices_of(url)
                assert found == expected, f"{kind}: {len(found ^ expected)} voices differ"
    return {"kills": done, "rounds": rounds, "voices": len(expected)}


def _round(place: Place, url: str, most: int, chance: random.Random) -> int:
    """Reads a place into one store with at most so many kills, then to its end."""
    kills = 0
    while kills < most:
        process, begun = _started(place, url)
        if chance.random() >= _AT_ONCE:
            begun.poll(_PATIENCE_S)  # a page is stored, or it has ended
        process.join(chance.uniform(0.0, place.window_s))
        if process.exitcode is not None:
            break
        process.kill()
        process.join()
        kills += 1
    process, _ = _started(place, url)
    process.join(_PATIENCE_S)
    assert process.exitcode == 0, f"reading ended with {process.exitcode}"
    return kills


def _started(place: Place, url: str) -> tuple[Any, Connection]:
    context = multiprocessing.get_context("fork")  # what is loaded need not be loaded again
    begun, told = context.Pipe(duplex=False)
    process = context.Process(target=read, args=(place.config, url, told), daemon=False)
    process.start()
    told.close()
    return process, begun


def main() -> None:
    """Prints the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m tests.benchmarks.kills")
    parser.add_argument("--kills", type=int, default=200, help="over all kinds of sources")
    parser.add_argument("--rows", type=int, default=8_000, help="rows of each source, about")
    parser.add_argument("--seed", type=int, default=20261128, help="of the moments of the kills")
    told = parser.parse_args()
    chance = random.Random(told.seed)
    began = time.monotonic()
    each = -(-told.kills // len(KINDS))
    figures = {}
    for kind in KINDS:
        figures[kind] = killed(kind, each, told.rows, chance)
        print(kind, figures[kind], file=sys.stderr, flush=True)
    seconds = round(time.monotonic() - began, 1)
    print(json.dumps({"kinds": figures, "seconds": seconds}, indent=2))


if __name__ == "__main__":
    main()
