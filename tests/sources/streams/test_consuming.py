"""Queues by a consumer of the tests: what is acknowledged, what is refused, and when neither."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.sources.streams.places import RabbitPlace
from voc.errors import SourceError
from voc.pipeline.origins import Told, open_source
from voc.sources.base import Page
from voc.sources.documents import Documents
from voc.sources.streams.consuming import Delivered, StreamSource


class Queue:
    """A queue in memory; `settled` holds what was acknowledged (+) and refused (-)."""

    def __init__(self, *bodies: Any) -> None:
        self.settled: list[str] = []
        self._waiting = [
            Delivered(json.dumps(body).encode(), str(number), None)
            for number, body in enumerate(bodies)
        ]

    def take(self, most: int, within_s: float) -> Sequence[Delivered]:
        taken, self._waiting = self._waiting[:most], self._waiting[most:]
        return taken

    def cursor(self, last: Delivered) -> Mapping[str, Any]:
        return {"last": last.place}

    def acknowledge(self, stored: Sequence[Delivered], refused: Collection[str]) -> None:
        self.settled += [f"{'-' if each.place in refused else '+'}{each.place}" for each in stored]

    def close(self) -> None:
        """Nothing is to be closed."""


def said(number: int, **more: Any) -> dict[str, Any]:
    return {"native_id": str(number), "text": f"第{number}条", **more}


def source_of(queue: Queue) -> StreamSource:
    documents = Documents("q", zone=ZoneInfo("Asia/Shanghai"), max_chars=100)
    return StreamSource("q", lambda _: queue, documents, batch_rows=500, batch_s=0.01, idle_s=0.01)


def read(queue: Queue, cursor: Mapping[str, Any] | None = None) -> list[Page]:
    return list(source_of(queue).read(cursor))


def test_what_cannot_be_read_is_refused_and_the_rest_acknowledged() -> None:
    queue = Queue(said(1), {}, said(2), [said(3), {}], [{}, 5], [])
    pages = read(queue)
    assert [voice.native_id for page in pages for voice in page.feedback] == ["1", "2", "3"]
    assert queue.settled == ["+0", "-1", "+2", "+3", "-4", "+5"]


def test_a_message_is_acknowledged_when_all_that_it_says_is_stored() -> None:
    queue = Queue(said(0), [said(number) for number in range(1, 701)], said(701))
    seen = [
        (len(page.feedback), page.cursor.get("last"), list(queue.settled))
        for page in source_of(queue).read(None)
    ]
    assert seen == [
        (500, "0", []), (202, "2", ["+0"]), (0, "2", ["+0", "+1", "+2"])
    ]  # fmt: skip


@pytest.mark.parametrize("count", [9, 10])
def test_a_map_that_fits_no_message_uses_up_no_queue(count: int) -> None:
    queue = Queue(*[{"words": f"第{number}条"} for number in range(count)])
    if count < 10:
        assert sum(len(page.rejects) for page in read(queue)) == count
        return
    told = (
        "q: none of the first 10 messages can be read (it has no words: nothing stands at 'text')"
    )
    with pytest.raises(SourceError) as caught:
        read(queue)
    assert str(caught.value).startswith(told)
    assert queue.settled == []


def test_poison_behind_what_could_be_read_holds_up_nothing() -> None:
    cursor = read(Queue(said(1)))[-1].cursor
    queue = Queue(*[{}] * 20, said(2))
    assert [voice.native_id for page in read(queue, cursor) for voice in page.feedback] == ["2"]
    assert len(queue.settled) == 21
    queue = Queue(*[{}] * 20)
    read(queue, cursor)
    assert len(queue.settled) == 20


def test_the_broker_sends_what_is_refused_to_the_dead_letters(tmp_path: Path) -> None:
    with closing(RabbitPlace(tmp_path, 0)) as dead:
        told = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": dead.queue}
        with closing(RabbitPlace(tmp_path, 0, arguments=told)) as place:
            place.publish([said(1), b"no json", said(2), b"{}", b"{}", said(3), b"none"])
            source, _ = open_source("site", settings=place.settings, told=Told())
            pages = list(source.read(None))
            assert [voice.native_id for page in pages for voice in page.feedback] == ["1", "2", "3"]
            assert (place.waiting(), dead.waiting()) == (0, 4)
