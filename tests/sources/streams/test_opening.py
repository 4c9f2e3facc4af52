"""Sources are made of settings, plug-ins among them, and what is missing is told with its mend."""

from __future__ import annotations

import importlib
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sources.streams.places import settings_for
from voc.config import load_settings
from voc.errors import ConfigError, MissingExtraError, UsageError
from voc.pipeline.feeding import open_feeds
from voc.pipeline.ingesting import ingest
from voc.pipeline.origins import Told, open_source
from voc.store import open_store

README = Path(importlib.import_module("voc.sources").__path__[0]) / "README.md"
QUEUE = {"kind": "rabbitmq", "url": "amqp://h.example/", "queue": "q"}
KAFKA = {"kind": "kafka", "servers": "h.example:9092", "topics": "t"}
SQL = {"query": "SELECT 1", "watermark": "w", "key": "k", "kind": "sql"}
FOLDER = {"kind": "folder", "path": "drop/*"}


@pytest.mark.parametrize(
    ("source", "module", "package", "extra"),
    [
        (QUEUE, "rabbitmq", "aio_pika", "brokers"),
        (KAFKA, "kafka", "confluent_kafka", "kafka"),
    ],
)
def test_a_missing_package_is_told_with_what_to_type(
    source: dict[str, object],
    module: str,
    package: str,
    extra: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = settings_for(tmp_path, source)
    monkeypatch.delitem(sys.modules, f"voc.sources.streams.{module}", raising=False)
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError) as caught:
        open_source("site", settings=settings, told=Told())
    assert f'pip install "voc-zh[{extra}]"' in str(caught.value)


@pytest.mark.parametrize(
    ("source", "where", "extra"),
    [
        (SQL | {"url": "postgresql://h/x"}, "voc.sources.databases", "postgres"),
        (SQL | {"url": "mariadb://h/x"}, "voc.sources.databases", "mysql"),
        (FOLDER, "voc.sources.streams.folder", "folders"),
    ],
)
def test_a_missing_driver_is_told_with_what_to_type(
    source: dict[str, object],
    where: str,
    extra: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(f"{where}.find_spec", lambda _: None)
    with pytest.raises(MissingExtraError) as caught:
        open_source("site", settings=settings_for(tmp_path, source), told=Told())
    assert f'pip install "voc-zh[{extra}]"' in str(caught.value)


def test_a_file_system_that_is_not_installed_is_told(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, {"kind": "folder", "path": "nosuch://bucket/*"})
    with pytest.raises(ConfigError, match=r"sources\.site\.path") as caught:
        open_source("site", settings=settings, told=Told())
    assert "nosuch" in str(caught.value)


def test_a_webhook_is_not_read_but_posted_to(tmp_path: Path) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    settings = settings_for(tmp_path, {"kind": "webhook", "secret": secret})
    with pytest.raises(UsageError, match="/v1/sources/site/webhook"):
        open_source("site", settings=settings, told=Told())


def test_columns_are_told_by_the_config_alone(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="the config says how it is read"):
        open_source("site", settings=settings_for(tmp_path, QUEUE), told=Told(text="a"))


def test_a_worker_reads_queues_and_what_names_every_s(tmp_path: Path) -> None:
    (tmp_path / "voc.yaml").write_text(
        """
        sources:
          queue: {kind: rabbitmq, url: "amqp://h/", queue: q}
          often: {kind: folder, path: "a/*", every_s: 5}
          never: {kind: folder, path: "b/*"}
          file: {path: a.csv}
        """
    )
    feeds = open_feeds(load_settings(tmp_path / "voc.yaml", environ={}))
    assert [(feed.source.name, feed.every_s) for feed in feeds] == [("queue", None), ("often", 5)]


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example of the documentation, installed as a package is."""
    text = README.read_text(encoding="utf-8")
    code, suite = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    [points] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    [(kind, home)] = re.findall(r'^(\w+) = "(.+)"$', points, re.MULTILINE)
    site = tmp_path / "site"
    (site / "line_source-1.0.dist-info").mkdir(parents=True)
    (site / "line_source.py").write_text(code, encoding="utf-8")
    (site / "test_lines.py").write_text(suite, encoding="utf-8")
    folder = site / "line_source-1.0.dist-info"
    (folder / "METADATA").write_text("Name: line-source\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text(f"[voc.sources]\n{kind} = {home}\n")
    monkeypatch.syspath_prepend(str(site))
    assert len(code.splitlines()) <= 40
    return tmp_path


def test_the_source_of_the_documentation_works(installed: Path) -> None:
    log, config = installed / "log.txt", installed / "voc.yaml"
    log.write_text("1 起步顿挫\n2\n3 空间大\n", encoding="utf-8")
    config.write_text(f"sources: {{log: {{kind: lines, options: {{path: {log}}}, every_s: 60}}}}")
    settings = load_settings(config, environ={})
    [feed] = open_feeds(settings)
    assert feed.every_s == 60
    with open_store(settings.store_url) as store:
        for _ in range(2):
            source, _ = open_source("log", settings=settings, told=Told())
            found = ingest(store, source, settings=settings, industry=None)
        assert (found.accepted, found.duplicates) == (0, 0)
        log.write_text("1 起步顿挫\n2\n3 空间大\n4 好\n", encoding="utf-8")
        found = ingest(store, source, settings=settings, industry=None)
        assert (found.accepted, found.rejected) == (1, 0)
        assert store.counts().feedback == 3
        [reject] = store.rejects("log")
        assert (reject.place, reject.reason) == ("log.txt:2", "the line has no words")


def test_the_suite_runs_on_the_source_of_the_documentation(installed: Path) -> None:
    paths = os.pathsep.join([str(README.parents[2]), str(installed / "site")])
    found = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_lines.py"],
        cwd=installed / "site",
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert found.returncode == 0, found.stdout
    assert "5 passed" in found.stdout


def test_a_plug_in_that_does_not_take_its_options_is_told(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = installed / "voc.yaml"
    config.write_text("sources: {log: {kind: lines, options: {pth: x}}}")
    with pytest.raises(ConfigError, match=r"argument: 'path'\); mend sources\.log\.options"):
        open_source("log", settings=load_settings(config, environ={}), told=Told())
    log = installed / "log.txt"
    config.write_text(f"sources: {{log: {{kind: lines, options: {{path: {log}}}}}}}")

    def refuse(*_: object, **__: object) -> None:
        raise ValueError("hush")

    import line_source  # type: ignore[import-not-found]

    monkeypatch.setattr(line_source, "Path", refuse)
    with pytest.raises(ConfigError, match=r"cannot be made \(ValueError in test_opening") as caught:
        open_source("log", settings=load_settings(config, environ={}), told=Told())
    assert "hush" not in str(caught.value)
    config.write_text("sources: {log: {kind: lins}}")
    with pytest.raises(ConfigError, match="there is no such kind"):
        load_settings(config, environ={})
