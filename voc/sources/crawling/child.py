"""The process that crawls: a job on standard input, steps on standard output.

`python -m voc.sources.crawling.child`. Twisted's reactor runs once in a process, so each run has
one of its own. It ends as soon as standard input does, so that it never outlives who started it.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import orjson

from voc.errors import VocError, fault
from voc.sources.crawling.job import Job, crawler_of
from voc.sources.crawling.site import (
    HiddenError,
    Lost,
    Mark,
    SpentError,
    UnreachableError,
    Unreadable,
    Voice,
)

if TYPE_CHECKING:
    from voc.sources.crawling.politeness import ScrapySite

ORPHANED: Final = 3
_MB: Final = 1_000_000

Say = Callable[[Mapping[str, Any]], None]


def main() -> None:
    """Runs the job that the first line of standard input tells."""
    say = _speaker()
    job = Job.of(orjson.loads(sys.stdin.buffer.readline()))
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _run(job, say)


def _speaker() -> Say:
    """Returns what writes a line; nothing else can reach standard output from now on."""
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)

    def say(values: Mapping[str, Any]) -> None:
        out.write(orjson.dumps(values, default=str) + b"\n")
        out.flush()

    return say


def _end_with_parent() -> None:
    while os.read(0, 4096):
        pass
    os._exit(ORPHANED)


def _run(job: Job, say: Say) -> None:
    from scrapy import Spider
    from scrapy.crawler import CrawlerProcess

    from voc.sources.crawling.politeness import ScrapySite, scrapy_settings

    class Run(Spider):
        name = "voc"

        async def start(self) -> Any:
            await _tell(job, ScrapySite(self.crawler, job.source.max_requests), say)
            return
            yield

    settings = scrapy_settings(
        agent=job.agent,
        delay_s=job.delay_s,
        timeout_s=job.crawl.timeout_s,
        retries=job.crawl.retries,
        max_page_bytes=int(job.crawl.max_page_mb * _MB),
        hosts=job.hosts,
        allow_private=job.crawl.allow_private,
    )
    process = CrawlerProcess(settings, install_root_handler=False)
    process.crawl(Run)
    process.start(install_signal_handlers=False)


async def _tell(job: Job, site: ScrapySite, say: Say) -> None:
    """Says every step; what goes wrong is said as well, as the last line."""
    try:
        if job.look is not None:
            for voice in await crawler_of(job).look(site, job.look):
                _say_row(voice, say)
        else:
            await _crawl(job, site, say)
    except SpentError:
        say({"end": "spent", "forbidden": site.refused, "refusals": site.refusals})
    except UnreachableError as error:
        say({"error": f"{error} Run again when it does; what came before is kept."})
    except HiddenError as error:
        say({"error": str(error), "hidden": error.url})
    except VocError as error:
        say({"error": str(error)})
    except Exception as error:  # noqa: BLE001 - the parent raises it, whatever it is
        say({"error": f"{job.name}: cannot be read ({fault(error)})."})
    else:
        say({"end": "done", "forbidden": site.refused, "refusals": site.refusals})


async def _crawl(job: Job, site: ScrapySite, say: Say) -> None:
    rows = 0
    steps = crawler_of(job).crawl(site, job.cursor, datetime.now(UTC))
    async for step in steps:
        if isinstance(step, Mark):
            say({"mark": asdict(step), "forbidden": site.refused})
            if job.limit is not None and rows >= job.limit:
                return
        elif isinstance(step, Lost):
            say({"lost": list(step.ids)})
        else:
            rows += 1
            _say_row(step, say)


def _say_row(step: Voice | Unreadable, say: Say) -> None:
    say({"voice" if isinstance(step, Voice) else "unreadable": asdict(step)})


if __name__ == "__main__":
    main()
