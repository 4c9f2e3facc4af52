"""Named sources: kinds told apart, examples whole, and what a wrong key is told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from voc.config import bundled, load_settings, read_yaml, source_keys
from voc.config.sources import KINDS, SourceSettings
from voc.errors import ConfigError

OTHERS = [kind for kind in KINDS if kind != "file"]


def test_a_source_without_a_kind_is_a_file(tmp_path: Path) -> None:
    file = tmp_path / "voc.yaml"
    file.write_text("sources: {a: {path: a.csv}, b: {type: file, kind: file, path: b.csv}}")
    sources = load_settings(file, environ={}).sources
    assert [type(each) for each in sources.values()] == [SourceSettings, SourceSettings]


@pytest.mark.parametrize("kind", OTHERS)
def test_every_key_of_a_kind_stands_in_its_example_with_its_meaning(kind: str) -> None:
    path = bundled(f"configs/sources/{kind}.yaml")
    _, lines = read_yaml(path)
    (name,) = {place[1] for place in lines if len(place) == 2}
    text = path.read_text(encoding="utf-8").splitlines()
    for key, description in source_keys(kind).items():
        place = ("sources", name, *key.split("."))
        assert description
        assert place in lines, f"{key} does not stand in {path.name}"
        assert re.search(r"\s#\s*\S.{7,}", text[lines[place] - 1]), f"no comment says what {key} is"
    environ = {"VOC_SOURCES_DESK_SECRET": f"whsec_{'A' * 32}"} if kind == "webhook" else {}
    assert load_settings(path, environ=environ).sources[str(name)].kind == kind


def test_the_example_of_a_webhook_has_no_secret_and_says_how_to_make_one() -> None:
    with pytest.raises(ConfigError, match=r"desk.secret: is empty; .*openssl rand"):
        load_settings(bundled("configs/sources/webhook.yaml"), environ={})


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{kind: disqus, path: a}", "sources.a: there is no such kind; there are file, survey,"),
        ("{kind: feed}", "sources.a.urls: missing key"),
        ("{kind: webhook}", "VOC_SOURCES_A_SECRET sets it too"),
        ("{kind: feed, urls: [https://a.cn], url: x}", "unknown key. Did you mean 'urls'?"),
        ("{kind: discuz, url: 'ftp://a', boards: [1]}", "sources.a.url: String should match"),
        ("{kind: discuz, url: 'http://u:p@a', boards: [1]}", "sources.a.url: String should match"),
        (
            "{kind: pages, urls: [https://a.cn], list: {item: tr, nxt: a}}",
            "sources.a.list.nxt: unknown key. Did you mean 'next'?",
        ),
        ("{kind: rabbitmq, url: 'http://a', queue: q}", "sources.a.url: String should match"),
        ("{kind: webhook, secret: whsec_AAAA}", "sources.a.secret: holds 3 bytes"),
        (
            "{kind: kafka, servers: a, topics: t, properties: {enable.auto.commit: true}}",
            "properties sets enable.auto.commit, which voc itself sets",
        ),
        (
            "{kind: sql, url: 'sqlite:///a', query: 'DELETE FROM a', watermark: w, key: k}",
            "is no single SELECT",
        ),
        (
            "{kind: sql, url: 'sqlite:///a', query: 'SELECT 1; DROP x', watermark: w, key: k}",
            "is no single SELECT",
        ),
        ("{kind: sql, url: 'oracle://a', query: SELECT 1, watermark: w, key: k}", "sources.a.url"),
        ("{path: a.csv, chanel: review}", "sources.a.chanel: unknown key. Did you mean 'channel'?"),
    ],
)
def test_what_is_wrong_in_a_source_is_said_with_its_place(
    source: str, said: str, tmp_path: Path
) -> None:
    file = tmp_path / "voc.yaml"
    file.write_text(f"sources: {{a: {source}}}")
    with pytest.raises(ConfigError) as caught:
        load_settings(file, environ={})
    assert said in str(caught.value)
    assert "kind=" not in str(caught.value)


def test_a_secret_may_come_from_a_variable(tmp_path: Path) -> None:
    file = tmp_path / "voc.yaml"
    file.write_text("sources: {post-box: {kind: imap, host: a.cn, user: u, password: none}}")
    known = load_settings(file, environ={"VOC_SOURCES_POST_BOX_PASSWORD": "hush"}).sources
    assert getattr(known["post-box"], "password", None) == "hush"
    with pytest.raises(ConfigError, match="Did you mean 'VOC_SOURCES_POST_BOX_PASSWORD'"):
        load_settings(file, environ={"VOC_SOURCES_POST_BOX_PASWORD": "hush"})


def test_a_missing_secret_is_told_with_the_variable_that_is_read(tmp_path: Path) -> None:
    file = tmp_path / "voc.yaml"
    file.write_text("sources: {help-desk: {kind: webhook}}")
    with pytest.raises(ConfigError, match="VOC_SOURCES_HELP_DESK_SECRET sets it too"):
        load_settings(file, environ={})
