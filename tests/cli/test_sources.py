"""`voc crawl` and `voc sources`: what they print, and how they end."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Result
from tests.sources.crawling.crawls import config_of
from tests.sources.crawling.forums import FakeDiscuz
from tests.sources.crawling.loopback import Answer, Loopback

Voc = Callable[..., Result]


@pytest.fixture
def forum() -> Iterator[Loopback]:
    with Loopback(FakeDiscuz(5), robots=Answer(b"User-agent: *\nDisallow: /login")) as server:
        yield server


def _config(folder: Path, server: Loopback, **crawl: Any) -> str:
    source = {"kind": "discuz", "url": server.url, "boards": [2], "industry": "automotive"}
    return str(config_of(folder, server, source, **crawl))


def test_crawl_counts_and_sources_tells_how_it_is(
    voc: Voc, forum: Loopback, tmp_path: Path
) -> None:
    config = _config(tmp_path, forum)
    before = voc("sources", "--config", config)
    assert (before.code, "未读过" in before.out) == (0, True)
    first = voc("crawl", "site", "--config", config)
    assert (first.code, first.out) == (0, "")
    assert "site: 17 new, 0 known, 0 edited, 0 rejected, 2 forbidden" in first.err
    again = voc("ingest", "site", "--config", config)
    assert again.code == 0
    assert "site: 0 new" in again.err
    assert "0 edited" in again.err
    (told,) = map(json.loads, voc("sources", "--json", "--config", config).out.splitlines())
    assert (told["source"], told["kind"], told["voices"]) == ("site", "discuz", 17)
    assert (told["rows"], told["rejects"], told["error"]) == (17, 0, None)
    assert told["newest"].startswith("2026-10-01T05:00:00")
    assert told["lateness_s"] > 0
    assert "正常" in voc("sources", "--config", config).out


def test_trying_prints_what_a_page_gives_and_stores_nothing(
    voc: Voc, forum: Loopback, tmp_path: Path
) -> None:
    config = _config(tmp_path, forum)
    url = f"{forum.url}/thread-3-1-1.html"
    result = voc("crawl", "--try", url, "--with", "site", "--config", config)
    assert result.code == 0, result.err
    rows = [json.loads(line) for line in result.out.splitlines()]
    assert len(rows) == 10
    assert rows[0]["text"] == "3-0 变速箱顿挫，很失望"
    assert rows[0]["author"].startswith("p_") or "车友" not in rows[0]["author"]
    assert "10 would be taken, 0 rejected; nothing was stored" in result.err
    assert not (tmp_path / "voc.db").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Name one site of the config"),
        (("--with", "site"), "goes with --try URL"),
        (("sit",), "names no site to crawl so (it has site). Did you mean 'site'?"),
        (("rows",), "names no site to crawl so"),
    ],
)
def test_a_wrong_call_exits_2(
    arguments: tuple[str, ...], said: str, voc: Voc, forum: Loopback, tmp_path: Path
) -> None:
    result = voc("crawl", *arguments, "--config", _config(tmp_path, forum))
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_a_site_that_does_not_answer_exits_1(voc: Voc, tmp_path: Path) -> None:
    with Loopback(FakeDiscuz(1)) as server:
        config = _config(tmp_path, server, retries=0)
    result = voc("crawl", "site", "--config", config)
    assert result.code == 1
    assert len(result.err.strip().splitlines()) == 1
    (told,) = map(json.loads, voc("sources", "--json", "--config", config).out.splitlines())
    assert told["error"]
    assert told["last_run"]


def test_nobody_is_crawled_without_a_contact(voc: Voc, forum: Loopback, tmp_path: Path) -> None:
    config = _config(tmp_path, forum, contact=None)
    result = voc("crawl", "site", "--config", config)
    assert (result.code, forum.log) == (1, [])
    assert "set crawl.contact" in result.err
    assert "set crawl.contact" in voc("doctor", "--config", config).out


def test_a_missing_package_is_told_with_what_to_type(
    voc: Voc, forum: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "voc.sources.crawling.source.find_spec",
        lambda name: None if name == "scrapy" else find(name),
    )
    result = voc("crawl", "site", "--config", _config(tmp_path, forum))
    assert result.code == 1
    assert 'pip install "voc-zh[crawl]"' in result.err
    assert forum.log == []


def test_a_site_that_is_down_does_not_hold_up_a_run(voc: Voc, tmp_path: Path) -> None:
    with Loopback(FakeDiscuz(1)) as server:
        config = Path(_config(tmp_path, server, retries=0))
    (tmp_path / "rows.csv").write_text("id,text\n1,薯片太咸了\n", "utf-8")
    text = config.read_text("utf-8") + "  zrows: {path: rows.csv, industry: snack}\n"
    config.write_text(text, "utf-8")
    result = voc("run", "--config", str(config))
    assert result.code == 1
    assert "zrows: 1 new" in result.err
    assert "1 tagged" in result.out
    assert "site: " in result.err


@pytest.mark.parametrize("command", [("ingest", "site"), ("run",)])
def test_a_source_that_cannot_be_opened_any_more_is_told_as_failed(
    command: tuple[str, ...], voc: Voc, tmp_path: Path
) -> None:
    config = tmp_path / "voc.yaml"

    def error_with(path: str, *called: str) -> str | None:
        source = f"{{kind: folder, path: '{path}', settle_s: 0}}"
        config.write_text(f"sources: {{site: {source}}}", "utf-8")
        result = voc(*called, "--config", str(config))
        assert result.code == (path != "*.csv")
        (told,) = map(
            json.loads, voc("sources", "--json", "--config", str(config)).out.splitlines()
        )
        error: str | None = told["error"]
        return error

    (tmp_path / "rows.csv").write_text("id,text\n1,薯片太咸了\n", "utf-8")
    assert error_with("*.csv", "ingest", "site") is None
    assert "sources.site.path" in (error_with("nosuch://a/*.csv", *command) or "")
    assert error_with("*.csv", *command) is None
