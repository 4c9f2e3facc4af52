"""Sinks are made of settings, plug-ins among them, and what is missing is told with its mend."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from voc.config import load_settings
from voc.config.sinks import BUILT_IN
from voc.errors import ConfigError, MissingExtraError, TerminalDeliveryError
from voc.pipeline.delivering import open_sinks
from voc.records import Message
from voc.workorders.sinks import BatchSink, CheckedSink, ClosingSink, FileQueueSink

README = Path(importlib.import_module("voc.workorders.sinks").__path__[0]) / "README.md"
EXAMPLES = """
sinks:
  files: {kind: file, dir: orders}
  hook: {kind: webhook, url: "https://h.example/", secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}
  rabbit: {kind: rabbitmq, url: "amqp://h.example/", routing_key: q}
  stream: {kind: redis, url: "redis://h.example/0", stream: s}
  log: {kind: kafka, servers: "h.example:9092", topic: t}
  wechat: {kind: wecom, url: "https://h.example/send?key=k"}
  ding: {kind: dingtalk, url: "https://h.example/send?access_token=t", secret: SEC}
  lark: {kind: feishu, url: "https://h.example/hook/x"}
  jira: {kind: jira, url: "https://h.example", token: t, project: VOC}
  mail: {kind: email, host: h.example, sender: a@h.example, to: b@h.example}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "voc.yaml"
    path.write_text(EXAMPLES, encoding="utf-8")
    return path


def test_every_kind_is_made_and_connects_to_nothing(config: Path, tmp_path: Path) -> None:
    sinks = open_sinks(load_settings(config, environ={}))
    assert {told.kind for told in load_settings(config, environ={}).sinks.values()} == set(BUILT_IN)
    assert all(sink.name == name for name, sink in sinks.items())
    assert isinstance(sinks["files"], FileQueueSink)
    assert sinks["files"].folder == tmp_path / "orders"
    assert isinstance(sinks["file"], FileQueueSink), "what was addressed to it still arrives"
    assert sinks["file"].folder == tmp_path / "work-orders"
    for name in set(sinks) - {"file", "files"}:
        sink = sinks[name]
        assert isinstance(sink, BatchSink)
        assert isinstance(sink, CheckedSink)
        assert isinstance(sink, ClosingSink)
        sink.close()


@pytest.mark.parametrize(
    ("module", "package", "extra"),
    [
        ("webhook", "standardwebhooks", "sinks"),
        ("email", "aiosmtplib", "sinks"),
        ("rabbitmq", "aio_pika", "brokers"),
        ("redis", "redis", "brokers"),
        ("kafka", "confluent_kafka", "kafka"),
    ],
)
def test_a_missing_package_is_told_with_what_to_type(
    module: str, package: str, extra: str, config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, f"voc.workorders.sinks.{module}", raising=False)
    for name in [name for name in sys.modules if name.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingExtraError) as caught:
        open_sinks(load_settings(config, environ={}))
    assert f'pip install "voc-zh[{extra}]"' in str(caught.value)
    monkeypatch.undo()


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example of the documentation, installed as a package is."""
    text = README.read_text(encoding="utf-8")
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    [points] = re.findall(r"```toml\n(.*?)```", text, re.DOTALL)
    [kind, home] = re.findall(r'^(\w+) = "(.+)"$', points, re.MULTILINE)[0]
    site = tmp_path / "site"
    (site / "line_sink-1.0.dist-info").mkdir(parents=True)
    (site / "line_sink.py").write_text(code, encoding="utf-8")
    (site / "line_sink-1.0.dist-info" / "METADATA").write_text("Name: line-sink\nVersion: 1.0\n")
    (site / "line_sink-1.0.dist-info" / "entry_points.txt").write_text(
        f"[voc.sinks]\n{kind} = {home}\n"
    )
    monkeypatch.syspath_prepend(str(site))
    assert len(code.splitlines()) <= 30
    return tmp_path


def test_the_sink_of_the_documentation_works(
    installed: Path, make_message: Callable[..., Message]
) -> None:
    board, config = installed / "board.txt", installed / "voc.yaml"
    config.write_text(f"sinks:\n  board: {{kind: lines, options: {{path: {board}}}}}\n")
    sink = open_sinks(load_settings(config, environ={}))["board"]
    for _ in range(2):
        assert sink.send(make_message("m1", title="变速箱顿挫")) is None
    assert board.read_text(encoding="utf-8") == "m1 变速箱顿挫\n"
    with pytest.raises(TerminalDeliveryError):
        sink.send(make_message("m2", title=""))


def test_a_plug_in_that_does_not_take_its_options_is_told(installed: Path) -> None:
    config = installed / "voc.yaml"
    config.write_text("sinks:\n  board: {kind: lines, options: {pth: x}}\n")
    with pytest.raises(ConfigError, match=r"sinks\.board\.options") as refused:
        open_sinks(load_settings(config, environ={}))
    assert "(TypeError in " in str(refused.value)
    assert "pth" not in str(refused.value), "its words may hold what the options hold"
    config.write_text("sinks:\n  board: {kind: lins}\n")
    with pytest.raises(ConfigError, match=r"lines.*Did you mean 'lines'") as caught:
        load_settings(config, environ={})
    assert "voc.yaml:2" in str(caught.value)


def test_every_option_of_every_kind_is_documented() -> None:
    text = README.read_text(encoding="utf-8")
    parts = re.split(r"^- ", text, flags=re.MULTILINE)
    shared = {"url", "allow_hosts", "timeout_s", "link", "secret", "per_minute"}
    for kind, options in BUILT_IN.items():
        [part] = [part for part in parts if f"**{kind}**" in part]
        for option, field in options.model_fields.items():
            if option != "kind":
                assert f"`{option}`" in (text if option in shared else part), (kind, option)
                assert field.description, (kind, option)
