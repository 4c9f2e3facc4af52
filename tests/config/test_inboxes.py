"""Inboxes of the settings: what is wrong with one is told, and the page names every option."""

from __future__ import annotations

from pathlib import Path

import pytest

from voc.config import load_settings
from voc.config.inboxes import BUILT_IN
from voc.errors import ConfigError
from voc.workorders import inboxes

PAGE = Path(inboxes.__file__).with_name("README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{a: {kind: rabitmq, url: x, queue: q}}", "rabitmq"),
        ("{a: {kind: rabbitmq, url: 'http://h', queue: q}}", "amqp"),
        ("{a: {kind: redis, url: 'redis://h'}}", "stream"),
        ("{a: {kind: kafka, servers: h, topic: t, properties: {group.id: g}}}", "group.id"),
        ("{a: {kind: jira, url: 'https://h', token: t, project: P, states: {Done: over}}}", "over"),
        ("{a: {kind: file, dir: d, colour: red}}", "colour"),
        ("{'a b': {kind: file, dir: d}}", "a b"),
    ],
)
def test_what_is_wrong_is_told(text: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "voc.yaml"
    file.write_text(f"inboxes: {text}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings(file, environ={})
    assert said in str(caught.value)


def test_secrets_come_from_variables(tmp_path: Path) -> None:
    file = tmp_path / "voc.yaml"
    file.write_text("inboxes: {jira-1: {kind: jira, url: 'https://h', project: P}}\n", "utf-8")
    settings = load_settings(file, environ={"VOC_INBOXES_JIRA_1_TOKEN": "hush"})
    assert settings.inboxes["jira-1"].model_dump()["token"] == "hush"
    with pytest.raises(ConfigError, match="is no setting"):
        load_settings(file, environ={"VOC_INBOXES_OTHER_TOKEN": "hush"})


def test_other_tenants_read_none_of_them() -> None:
    told = {"inboxes": {"a": {"kind": "file", "dir": "d"}}, "workspaces": {"north": "sqlite:///n"}}
    settings = load_settings(overrides=told, environ={})
    assert (list(settings.inboxes), settings.of_workspace("north").inboxes) == (["a"], {})


@pytest.mark.parametrize("kind", sorted(BUILT_IN))
def test_the_page_names_every_option(kind: str) -> None:
    assert f"- **{kind}**" in PAGE
    for option in BUILT_IN[kind].model_fields:
        assert option == "kind" or f"`{option}`" in PAGE, f"{kind}: {option} is not told"
