"""No private address is connected to, however it is spelt (hard case 20)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources.crawling.crawls import crawled, settings_of
from tests.sources.crawling.loopback import Answer, Loopback
from voc.errors import SourceError
from voc.sources.crawling.guard import Guard, is_public

FEED = b"<rss version='2.0'><channel><item><guid>1</guid><title>x</title></item></channel></rss>"


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("2001:4860:4860::8888", True),
        ("::ffff:8.8.8.8", True),
        ("127.0.0.1", False),
        ("127.8.9.10", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("172.32.0.1", True),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("100.127.255.255", False),
        ("100.128.0.1", True),
        ("192.0.2.1", False),
        ("198.18.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:169.254.169.254", False),
        ("::ffff:7f00:1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::808:808", True),
        ("2002:7f00:1::", False),
        ("fe80::1%eth0", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("example.com", False),
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    assert is_public(address) is public


def test_a_name_is_judged_by_the_address_it_has_now() -> None:
    guard = Guard(["forum.intra"])
    assert guard.admits("rebinding.example", "8.8.8.8")
    assert not guard.admits("rebinding.example", "127.0.0.1")
    assert not guard.may_connect("127.0.0.1")
    assert guard.refused == {"rebinding.example"}
    assert guard.admits("Forum.Intra", "10.0.0.5")
    assert guard.may_connect("10.0.0.5")
    assert not guard.admits("other.example", "10.0.0.5")


SPELLINGS = (
    "127.0.0.1", "127.1", "0x7f.1", "0x7f000001", "2130706433", "017700000001", "0.0.0.0", "0",
    "localhost", "LOCALHOST", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.0.0.1.",
    "１２７.0.0.1", "127。0。0。1",
)  # fmt: skip
FETCH = """
import json, sys
from scrapy import Spider
from scrapy.crawler import CrawlerProcess
from urllib.parse import urlsplit
from voc.errors import SourceError
from voc.sources.crawling.politeness import ScrapySite, scrapy_settings
urls, allowed = json.loads(sys.argv[1])
said = {}
class Run(Spider):
    name = "t"
    async def start(self):
        site = ScrapySite(self.crawler, 1000)
        for url in urls:
            try:
                page = await site.get(url)
                said[url] = "read" if page else "none"
            except SourceError as error:
                said[url] = f"{type(error).__name__}: {error}"
        return
        yield
hosts = [urlsplit(url).hostname or "" for url in urls]
settings = scrapy_settings(agent="voc", delay_s=0, timeout_s=5, retries=0, max_page_bytes=100_000,
    hosts=hosts, allow_private=allowed)
process = CrawlerProcess(settings, install_root_handler=False)
process.crawl(Run)
process.start(install_signal_handlers=False)
print(json.dumps(said))
"""


def _fetched(urls: list[str], allowed: list[str]) -> dict[str, str]:
    told = json.dumps([urls, allowed])
    result = subprocess.run(
        [sys.executable, "-c", FETCH, told], capture_output=True, text=True, timeout=120
    )
    assert result.returncode == 0, result.stderr
    said: dict[str, str] = json.loads(result.stdout.splitlines()[-1])
    return said


def test_no_spelling_of_loopback_is_connected_to() -> None:
    with Loopback(lambda _: Answer(b"secret"), address="0.0.0.0") as server:
        urls = [f"http://{host}:{server.port}/" for host in SPELLINGS]
        urls += [
            f"http://user@127.0.0.1:{server.port}/", f"http://example.com@127.1:{server.port}/",
            "http://169.254.169.254/latest/meta-data/", "http://100.64.0.1/", "ftp://127.0.0.1/",
            "file:///etc/passwd",
        ]  # fmt: skip
        said = _fetched(urls, [])
        assert server.log == []
    kept_out = ("RefusedError", "UnreachableError: http://127.0.0.1.:")  # no name that is known
    assert {url: said[url] for url in urls if not said[url].startswith(kept_out)} == {}
    reasons = [said[url] for url in urls[: len(SPELLINGS)]]
    assert sum("lies in a private network" in reason for reason in reasons) >= 14, reasons


def test_what_the_config_allows_is_read() -> None:
    with Loopback(lambda _: Answer(b"fine")) as server:
        url = f"http://127.0.0.1:{server.port}/"
        other = f"http://127.1:{server.port}/"
        said = _fetched([url, other], ["127.0.0.1"])
        assert said[url] == "read"
        assert said[other].startswith("RefusedError")


@pytest.mark.parametrize("hosts", [[], ["127.0.0.2"]])
def test_a_redirect_is_judged_again(hosts: list[str], tmp_path: Path) -> None:
    with Loopback(lambda _: Answer(FEED), address="127.0.0.2") as secret:

        def answer(_path: str) -> Answer:
            return Answer(status=302, headers=(("Location", f"{secret.url}/x"),))

        with Loopback(answer) as server:
            feed = {"kind": "feed", "urls": [f"{server.url}/feed"], "hosts": hosts}
            settings = settings_of(tmp_path, server, feed)
            with pytest.raises(SourceError, match=r"private network|no host of the source"):
                crawled(settings)
        assert secret.log == []


def test_a_page_too_large_is_not_read_packed_or_not(tmp_path: Path) -> None:
    import gzip

    large = b" " * 3_000_000 + FEED

    def answer(path: str) -> Answer:
        if "packed" in path:
            return Answer(gzip.compress(large), headers=(("Content-Encoding", "gzip"),))
        return Answer(large)

    with Loopback(answer) as server:
        for path in ("packed", "plain"):
            feed = {"kind": "feed", "urls": [f"{server.url}/{path}"]}
            settings = settings_of(tmp_path, server, feed, max_page_mb=1, retries=0)
            with pytest.raises(SourceError, match=r"not read"):
                crawled(settings)
