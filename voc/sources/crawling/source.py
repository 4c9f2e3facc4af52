"""A site as a source: it is crawled by a process of its own, and its pages end at marks."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from typing import IO, Any, Final
from zoneinfo import ZoneInfo

import orjson

from voc.config import Crawled, CrawlSettings
from voc.errors import RowError, SourceError
from voc.records import Channel, Feedback
from voc.sources.base import PAGE_ROWS, Page, ReadProgress, Reject
from voc.sources.columns import ColumnMap
from voc.sources.crawling.job import Job
from voc.sources.crawling.markup import missing_extra
from voc.sources.crawling.site import HiddenError
from voc.sources.feedback import to_feedback
from voc.sources.rows import Row

NEEDED: Final = ("scrapy", "parsel", "protego", "feedparser")
_FIELDS: Final = (
    "id", "text", "title", "created_at", "author", "url", "product", "store", "region", "rating",
    "rating_max", "customer_id",
)  # fmt: skip
_COLUMNS: Final = ColumnMap({name: name for name in _FIELDS})
_CHANNELS: Final[Mapping[str, Channel]] = {
    "discuz": "forum", "discourse": "forum", "feed": "social", "app_store": "review",
    "pages": "review",
}  # fmt: skip
_GRACE_S: Final = 10
_SAID_CHARS: Final = 500
_SHOWN: Final = 3


class CrawlSource:
    """A site of the config.

    Args:
        name: Name of the source.
        known: Its settings.
        crawl: How politely it is read.
        channel: Where the feedback comes from; by the kind of site if not told.
        zone: The zone of times that name none.
        max_chars: Longest text kept, in code points.
        limit: Rows after which a run ends, with what belongs together; `None`: none.
    """

    def __init__(
        self,
        name: str,
        known: Crawled,
        *,
        crawl: CrawlSettings,
        channel: Channel | None = None,
        zone: ZoneInfo,
        max_chars: int,
        limit: int | None = None,
    ) -> None:
        self.name = name
        self._channel = channel or known.channel or _CHANNELS[known.kind]
        self._product = known.product
        self._zone = zone
        self._max_chars = max_chars
        self._job = Job(name, known, crawl, str(zone), limit=limit)
        self._progress = ReadProgress(0, None)
        self._max_requests = known.max_requests
        self.notes: tuple[str, ...] = ()
        """What is to be told of the last run: that it was not whole."""

    @property
    def progress(self) -> ReadProgress:
        """How many threads or pages were read of those that are listed."""
        return self._progress

    def read(self, cursor: Mapping[str, Any] | None) -> Iterator[Page]:
        """Gives the pages behind `cursor`; the last one may be empty.

        Raises:
            ConfigError: What crawls is not installed, or the config names no contact.
            SourceError: The site cannot be read (any more); what was given before stands.
        """
        self.notes = ()
        kept = (cursor or {}).get("crawl", {})
        draft = _Draft(kept)
        with _crawling(replace(self._job, cursor=kept)) as lines:
            for line in lines:
                if "mark" in line:
                    mark = line["mark"]
                    self._progress = ReadProgress(mark["done"], mark["total"])
                    self.notes = (
                        *_told_of(mark["missed"]), *self._doubts(mark["doubt"]), *mark["said"]
                    )  # fmt: skip
                    yield draft.marked(mark["cursor"], line["forbidden"])
                elif "lost" in line:
                    draft.withdrawn += line["lost"]
                elif "end" in line:
                    self.notes += _refused(line["forbidden"], line["refusals"])
                    if line["end"] == "spent":
                        self.notes += (
                            f"all {self._max_requests} requests of one run are made"
                            " (max_requests); the next run goes on.",
                        )
                    yield draft.page(line["forbidden"], done=True)
                else:
                    draft.add(self._item(line))
                    if draft.is_full:
                        yield draft.page(None)

    def look(self, url: str) -> list[Feedback | Reject]:
        """Returns what would be taken from one page; raises as `read`."""
        with _crawling(replace(self._job, look=url)) as lines:
            return [self._item(line) for line in lines if "end" not in line]

    def _doubts(self, doubt: str) -> tuple[str, ...]:
        if not doubt:
            return ()
        return (
            f"{doubt}; if they are gone indeed, set sources.{self.name}.snapshot_share: 0 for one"
            " run.",
        )

    def _item(self, line: Mapping[str, Any]) -> Feedback | Reject:
        if "unreadable" in line:
            told = line["unreadable"]
            return Reject(self.name, told["place"], told["reason"], told["sample"])
        place, values = line["voice"]["place"], line["voice"]["values"]
        try:
            return to_feedback(
                Row(0, place, {name: value for name, value in values.items() if value is not None}),
                _COLUMNS,
                source=self.name,
                channel=self._channel,
                product=self._product,
                zone=self._zone,
                max_chars=self._max_chars,
            )
        except RowError as error:
            return Reject(self.name, place, error.reason, str(values.get("text", "")))


def _told_of(missed: Sequence[str]) -> tuple[str, ...]:
    if not missed:
        return ()
    more = f" and {len(missed) - _SHOWN} more" if len(missed) > _SHOWN else ""
    return (
        f"{_counted(len(missed), 'page')} not reached or showed nothing"
        f" ({', '.join(missed[:_SHOWN])}{more}); the next run tries again.",
    )


def _refused(count: int, refusals: Sequence[str]) -> tuple[str, ...]:
    if not count:
        return ()
    more = f"; and {count - len(refusals)} more" if count > len(refusals) else ""
    return (f"{_counted(count, 'address')} not read ({'; '.join(refusals)}{more}).",)


def _counted(count: int, noun: str) -> str:
    """Returns a count with its noun and verb, as in `1 page was`."""
    plural = f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{count} {noun} was" if count == 1 else f"{count} {plural} were"


@dataclass(slots=True)
class _Draft:
    """A page under way; until the next mark it ends at the last one.

    A thread that lacks posts which it had is read twice, and some stand on two lists: what a run
    gave already, as it gave it, is not given again.
    """

    cursor: Mapping[str, Any]
    feedback: list[Feedback] = field(default_factory=list)
    rejects: list[Reject] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    refused: int = 0
    _given: dict[str, bytes] = field(default_factory=dict)

    @property
    def is_full(self) -> bool:
        return len(self.feedback) + len(self.rejects) >= PAGE_ROWS

    def add(self, item: Feedback | Reject) -> None:
        name = item.place if isinstance(item, Reject) else item.native_id
        digest = hashlib.blake2b(repr(item).encode("utf-8", "replace"), digest_size=8).digest()
        if self._given.get(name) == digest:
            return
        self._given[name] = digest
        if isinstance(item, Reject):
            self.rejects.append(item)
        else:
            self.feedback.append(item)

    def marked(self, cursor: Mapping[str, Any], refused: int) -> Page:
        self.cursor = cursor
        return self.page(refused)

    def page(self, refused: int | None, *, done: bool = False) -> Page:
        """Returns the page and begins the next one; `refused` counts from the run's beginning."""
        forbidden = 0 if refused is None else refused - self.refused
        self.refused += forbidden
        page = Page(
            tuple(self.feedback),
            tuple(self.rejects),
            {"crawl": dict(self.cursor)},
            done,
            forbidden,
            withdrawn=tuple(self.withdrawn),
            is_snapshot=True,
        )
        self.feedback, self.rejects, self.withdrawn = [], [], []
        return page


@contextmanager
def _crawling(job: Job) -> Iterator[Iterator[Mapping[str, Any]]]:
    """Starts the process that crawls, gives what it says, and ends it however this is left."""
    missing = next((name for name in NEEDED if find_spec(name) is None), None)
    if missing:
        raise missing_extra(missing)
    assert job.agent  # who reads a site is checked before a process is started
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(
            [sys.executable, "-m", "voc.sources.crawling.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        try:
            assert child.stdin is not None
            child.stdin.write(orjson.dumps(job.as_dict()) + b"\n")
            child.stdin.flush()
            yield _lines(job, child, errors)
        finally:
            _end(child)


def _lines(
    job: Job, child: subprocess.Popen[bytes], errors: IO[bytes]
) -> Iterator[Mapping[str, Any]]:
    """Gives what the process says.

    Raises:
        HiddenError: It says that the site shows nothing of what should be there.
        SourceError: It says that it cannot go on, or it is gone without a last word.
    """
    assert child.stdout is not None
    for line in child.stdout:
        if not line.endswith(b"\n"):
            break  # it died in the middle of a line
        said = orjson.loads(line)
        if "hidden" in said:
            look = f"Look with: voc crawl --try '{said['hidden']}' --with {job.name}"
            raise HiddenError(f"{said['error']} {look}", url=said["hidden"])
        if "error" in said:
            raise SourceError(said["error"])
        yield said
        if "end" in said:
            return
    code = child.wait()
    errors.seek(0)
    told = errors.read()[-_SAID_CHARS:].decode("utf-8", "replace").strip()
    raise SourceError(
        f"{job.name}: the process that crawls ended with {code} before its work was done"
        f"{': ' + told.splitlines()[-1] if told else ''}. What came before is kept; run again."
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except BrokenPipeError:
                continue
    try:
        child.wait(_GRACE_S)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
