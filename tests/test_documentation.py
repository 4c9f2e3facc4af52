"""What is written for users is whole: every setting is explained, every command has an example."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.core import TyperGroup
from typer.testing import CliRunner

from training.datasets import ASPECT_SETS, READ_SETS, SENTIMENT_SETS
from voc.cli.app import app
from voc.config import Settings, bundled, read_yaml, setting_names
from voc.config.yamlfile import Place

REPOSITORY = Path(__file__).resolve().parents[1]
DEFAULTS = bundled("configs/default.yaml")


def commands() -> list[tuple[str, ...]]:
    """The words of every command that can be called, groups that do something alone too."""

    def walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
        inner = command.commands if isinstance(command, TyperGroup) else {}
        if words and (not inner or command.invoke_without_command):
            yield words
        for name, below in inner.items():
            yield from walk(below, (*words, name))

    return list(walk(typer.main.get_command(app), ()))


@pytest.mark.parametrize("setting", setting_names())
def test_every_setting_stands_in_the_defaults_with_its_meaning(setting: str) -> None:
    place: Place = tuple(setting.split("."))
    _, lines = read_yaml(DEFAULTS)
    assert place in lines, f"{setting} does not stand in {DEFAULTS.name}"
    line = DEFAULTS.read_text(encoding="utf-8").splitlines()[lines[place] - 1]
    assert re.search(r"\s#\s*\S.{7,}", line), f"no comment says what {setting} is: {line}"


def test_the_defaults_in_the_file_are_those_of_the_program() -> None:
    values, _ = read_yaml(DEFAULTS)
    assert _without_empty(values) == _without_empty(Settings().model_dump(mode="json"))


def _without_empty(values: Any) -> Any:
    if isinstance(values, dict):
        return {key: _without_empty(value) for key, value in values.items() if value is not None}
    return values


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_has_help_with_an_example(words: tuple[str, ...]) -> None:
    result = CliRunner().invoke(app, [*words, "--help"], env={"COLUMNS": "200"})
    assert result.exit_code == 0, result.output
    assert re.search(
        rf"^\s*Examples?:\s+.*\bvoc {' '.join(words)}\b", result.output, re.M | re.S
    ), f"voc {' '.join(words)} --help shows no example:\n{result.output}"


def test_every_make_target_is_told_by_make_help() -> None:
    makefile = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    (targets,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    told = set(re.findall(r"echo 'make (\w+) ", makefile))
    assert told == set(targets.split()) - {"help"}


def test_the_commands_of_the_contract_are_there() -> None:
    names = {words[0] for words in commands()}
    assert {"score", "ingest", "run", "topics", "issues", "work-orders", "report"} <= names
    assert {"eval", "doctor"} <= names


def test_every_data_set_has_a_card() -> None:
    table = (REPOSITORY / "corpora" / "README.md").read_text(encoding="utf-8")
    cards = {path.parent.name for path in (REPOSITORY / "corpora").glob("*/card.md")}
    assert set(re.findall(r"^\| \[`(\w+)`\]\(\1/card\.md\)", table, re.MULTILINE)) == cards
    assert {*SENTIMENT_SETS, *ASPECT_SETS.values(), *READ_SETS.values(), "demo"} <= cards


@pytest.mark.parametrize(
    "card", sorted((REPOSITORY / "corpora").glob("*/card.md")), ids=lambda card: card.parent.name
)
def test_a_card_says_what_a_reader_asks(card: Path) -> None:
    text = card.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 25
    for heading in ("Source", "Licence", "Rows", "Labels", "To obtain", "Used for"):
        assert f"- **{heading}:** " in text, f"no {heading}"
