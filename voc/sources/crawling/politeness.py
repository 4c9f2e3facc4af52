"""Scrapy with its safe side out: robots.txt, delays, bounds, and no private address.

Only the process that crawls imports this module, as it needs Scrapy.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Response
from scrapy.utils.httpobj import urlparse_cached
from twisted.internet.error import ConnectError, ConnectionDone, ConnectionLost
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer, provider

from voc.sources.crawling.guard import Guard
from voc.sources.crawling.site import Fetched, RefusedError, SpentError, UnreachableError

AGENT: Final = "voc"
"""The name that robots.txt addresses us by."""

_LONGEST_WAIT_S: Final = 60.0
_ROBOTS_BYTES: Final = 512_000  # RFC 9309 asks for 500 KiB at least
_GZIP: Final = 31  # as zlib numbers its formats
_CHUNK_BYTES: Final = 1 << 20
_TOLD_REFUSALS: Final = 3
_LOOP: Final = "max redirections reached"  # as Scrapy says it
_MODULE: Final = __name__
_HANDLER: Final = "scrapy.core.downloader.handlers.http11.HTTP11DownloadHandler"
_GUARD: Final = Guard()
_NO_ANSWER: Final = (
    CannotResolveHostError, DownloadConnectionRefusedError, DownloadFailedError,
    DownloadTimeoutError, ResponseDataLossError, ConnectError, ConnectionDone, ConnectionLost,
    OSError,
)  # fmt: skip


def scrapy_settings(
    *,
    agent: str,
    delay_s: float,
    timeout_s: float,
    retries: int,
    max_page_bytes: int,
    hosts: Sequence[str],
    allow_private: Sequence[str],
) -> dict[str, Any]:
    """Returns settings of Scrapy that are safe for sites and for us."""
    return {
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": AGENT,
        "USER_AGENT": agent,
        "DOWNLOAD_DELAY": delay_s,
        "RANDOMIZE_DOWNLOAD_DELAY": False,  # it would go below the delay that was asked for
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": delay_s,
        "AUTOTHROTTLE_MAX_DELAY": max(_LONGEST_WAIT_S, delay_s),
        "CONCURRENT_REQUESTS": 4,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,
        "DOWNLOAD_TIMEOUT": timeout_s,
        "DOWNLOAD_MAXSIZE": max_page_bytes,
        "DOWNLOAD_WARNSIZE": 0,
        "RETRY_TIMES": retries,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "COOKIES_ENABLED": False,
        "REFERER_ENABLED": False,
        "HTTPPROXY_ENABLED": False,  # behind a proxy no address could be checked
        "TELNETCONSOLE_ENABLED": False,
        "DNSCACHE_ENABLED": False,
        "LOG_LEVEL": "CRITICAL",
        "DEFAULT_REQUEST_HEADERS": {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5"},
        "TWISTED_DNS_RESOLVER": f"{_MODULE}.GuardedResolver",
        "DOWNLOAD_HANDLERS": {
            **dict.fromkeys(("data", "file", "ftp", "s3")),
            **dict.fromkeys(("http", "https"), _HANDLER),
        },
        "DOWNLOADER_MIDDLEWARES": {
            f"{_MODULE}.Gate": 10,
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            f"{_MODULE}.Robots": 100,
            "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
            "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
            f"{_MODULE}.WholePages": 590,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            f"{_MODULE}.PatientRetry": 550,
        },
        "VOC_HOSTS": list(hosts),
        "VOC_ALLOW_PRIVATE": list(allow_private),
    }  # fmt: skip


class Gate:
    """Lets through only web addresses of the source's own hosts; redirects pass it again."""

    def __init__(self, hosts: Sequence[str]) -> None:
        self._hosts = frozenset(_ascii(host) for host in hosts)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Gate:
        return cls(crawler.settings.getlist("VOC_HOSTS"))

    def process_request(self, request: Request) -> None:
        address = urlparse_cached(request)
        if address.scheme not in ("http", "https"):
            raise IgnoreRequest(f"{address.scheme}: is no scheme of the web")
        if address.username is not None or address.password is not None:
            raise IgnoreRequest("an address with a user in it is never read")
        if _ascii(address.hostname or "") not in self._hosts:
            raise IgnoreRequest(
                f"it leads to {address.hostname}, which is no host of the source (hosts:)"
            )


def _ascii(host: str) -> str:
    """A host as names are looked up: 论坛.中国 is xn--….xn--fiqs8s."""
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return host.lower()


class NoRobotsError(IgnoreRequest):
    """An address may not be read as long as its site's robots.txt cannot be had."""


class _NothingAllowed:
    """A robots.txt that could not be had; it forbids all (RFC 9309, 2.3.1.4).

    Args:
        reason: Why it could not be had.
    """

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def allowed(self, url: str, user_agent: str | bytes) -> bool:  # noqa: ARG002
        raise NoRobotsError(
            f"robots.txt cannot be had ({self._reason}), so that nothing may be read"
        )


class Robots(RobotsTxtMiddleware):
    """Obeys robots.txt as RFC 9309 has it.

    Scrapy reads what a failing server sends, and allows all when none answers. Here 4xx allows
    all, and 5xx, 429, a redirect that may not be followed or no answer forbid all for the run.
    """

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            self._settle(netloc, _NothingAllowed(f"the site answers {response.status}"))
        elif response.status >= 300:
            self._settle(netloc, None)
        else:
            cut = response.replace(body=response.body[:_ROBOTS_BYTES])
            await super()._parse_robots(cut, netloc, request)

    def _robots_error(self, exc: Exception, netloc: str) -> None:
        reason = str(exc) if isinstance(exc, IgnoreRequest) else f"no answer: {type(exc).__name__}"
        self._settle(netloc, _NothingAllowed(reason))

    def _settle(self, netloc: str, parser: Any) -> None:
        waiting: Any = self._parsers[netloc]
        self._parsers[netloc] = parser
        waiting.callback(parser)


class PatientRetry(RetryMiddleware):
    """Tries again after a wait that doubles, or as long as the site asks for (a minute at most)."""

    async def process_response(  # type: ignore[override]
        self,
        request: Request,
        response: Response,
        spider: Any = None,  # noqa: ARG002
    ) -> Request | Response:
        again = super().process_response(request, response)
        if isinstance(again, Request):
            await asyncio.sleep(self._wait_s(request, response))
        return again

    def process_exception(
        self,
        request: Request,
        exception: Exception,
        spider: Any = None,  # noqa: ARG002
    ) -> Request | Response | None:
        host = (urlparse_cached(request).hostname or "").lower()
        if host in _GUARD.refused:
            raise IgnoreRequest(
                f"{host} lies in a private network; crawl.allow_private can allow it"
            )
        return super().process_exception(request, exception)

    def _wait_s(self, request: Request, response: Response) -> float:
        asked = (response.headers.get("Retry-After") or b"").decode("latin-1")
        delay_s: float = self.crawler.settings.getfloat("DOWNLOAD_DELAY")
        doubled = delay_s * 2 ** request.meta.get("retry_times", 0)
        wait_s: float = max(doubled, float(asked) if asked.isdigit() else 0.0)
        return min(_LONGEST_WAIT_S, wait_s)


class WholePages(HttpCompressionMiddleware):
    """Unpacks pages, and takes none whose packed bytes end early or make no sense.

    Scrapy gives what could be unpacked: half a thread, whose other half would seem deleted.
    """

    def process_response(
        self,
        request: Request,
        response: Response,
        spider: Any = None,  # noqa: ARG002
    ) -> Request | Response:
        packed, encodings = response.body, b",".join(response.headers.getlist("Content-Encoding"))
        try:
            unpacked = super().process_response(request, response)
            if packed and b"gzip" in encodings.lower() and not _ends(packed):
                raise ResponseDataLossError("the packed page ends early")
        except (zlib.error, EOFError) as error:
            raise ResponseDataLossError(f"the packed page makes no sense ({error})") from error
        return unpacked


def _ends(packed: bytes) -> bool:
    """Whether gzip comes to its end; asked once its size is known to be bearable."""
    unpacker = zlib.decompressobj(wbits=_GZIP)
    while packed and not unpacker.eof:
        unpacker.decompress(packed, _CHUNK_BYTES)
        packed = unpacker.unconsumed_tail
    return unpacker.eof


@implementer(IHostnameResolver)
class GuardedResolver:
    """Gives only addresses that may be connected to, and watches every socket that is opened."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._original = reactor.nameResolver

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> GuardedResolver:
        _GUARD.allow(crawler.settings.getlist("VOC_ALLOW_PRIVATE"))
        return cls(reactor)

    def install_on_reactor(self) -> None:
        connect = self._reactor.connectTCP

        def connect_guarded(host: str, port: int, *arguments: Any, **options: Any) -> Any:
            if not _GUARD.may_connect(host):
                raise OSError(f"{host} may not be connected to")
            return connect(host, port, *arguments, **options)

        self._reactor.connectTCP = connect_guarded
        self._reactor.installNameResolver(self)

    def resolveHostName(  # noqa: N802 - as Twisted calls it
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        *arguments: Any,
        **options: Any,
    ) -> Any:
        @provider(IResolutionReceiver)
        class Sieve:
            resolutionBegan = resolutionReceiver.resolutionBegan  # noqa: N815
            resolutionComplete = resolutionReceiver.resolutionComplete  # noqa: N815

            @staticmethod
            def addressResolved(address: Any) -> None:  # noqa: N802
                if _GUARD.admits(hostName, address.host):
                    resolutionReceiver.addressResolved(address)

        return self._original.resolveHostName(Sieve, hostName, *arguments, **options)


class ScrapySite:
    """Reads pages through a running Scrapy engine, one after another.

    Attributes:
        refused: How many addresses were not read because something forbids it.
        refusals: The first of them, each with its reason.
    """

    def __init__(self, crawler: Crawler, max_requests: int) -> None:
        self._crawler = crawler
        self._left = max_requests
        self.refused = 0
        self.refusals: list[str] = []

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Fetched | None:
        """Returns a page; see `Site.get`."""
        if self._left <= 0:
            raise SpentError("all requests of the run are made")
        self._left -= 1
        try:
            request = Request(url, headers=dict(headers or {}), dont_filter=True)
            assert self._crawler.engine is not None
            response = await self._crawler.engine.download_async(request)
        except NoRobotsError as error:
            raise UnreachableError(f"{url}: {error}.") from error
        except (IgnoreRequest, DownloadCancelledError, UnsupportedURLSchemeError) as error:
            reason = str(error) or "larger than crawl.max_page_mb"
            raise self._refusal(url, reason, is_by_site=reason == _LOOP) from error
        except ValueError as error:
            raise self._refusal(url, f"no address ({error})") from error
        except _NO_ANSWER as error:
            raise UnreachableError(f"{url}: no answer ({type(error).__name__}).") from error
        return self._judged(url, response)

    def _judged(self, url: str, response: Response) -> Fetched | None:
        if response.status in (404, 410):
            return None
        if response.status in (408, 429) or response.status >= 500:
            raise UnreachableError(f"{url}: the site answers {response.status}.")
        if response.status >= 400 or 300 <= response.status < 304:
            raise self._refusal(url, f"the site answers {response.status}", is_by_site=True)
        headers = {
            str(name, "latin-1").lower(): str(values[-1], "latin-1")
            for name, values in response.headers.items()
            if values
        }
        return Fetched(response.url, response.status, response.body, headers)

    def _refusal(self, url: str, reason: str, *, is_by_site: bool = False) -> RefusedError:
        self.refused += 1
        if len(self.refusals) < _TOLD_REFUSALS:
            self.refusals.append(f"{url}: {reason}")
        return RefusedError(f"{url}: is not read ({reason}).", is_by_site=is_by_site)
