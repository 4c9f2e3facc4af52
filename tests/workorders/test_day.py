"""The day in the docs happens as it is told there, with a real RabbitMQ."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aio_pika
import pytest

from voc.cli import main

ROOT = Path(__file__).resolve().parents[2]
PAGE_PATH = ROOT / "voc" / "workorders" / "DAY.md"
PAGE = PAGE_PATH.read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", PAGE, re.DOTALL)
URL = "amqp://guest:guest@127.0.0.1:5672/"


@pytest.fixture
def queues(amqp_url: str, own_name: str) -> Iterator[str]:
    """What the names of the queues begin with instead of `voc`."""
    yield own_name

    async def remove() -> None:
        async with await aio_pika.connect(amqp_url) as connection:
            for part in ("orders", "events"):
                await (await connection.channel()).queue_delete(f"{own_name}-{part}")

    asyncio.run(remove())


def here(text: str, url: str, queues: str) -> str:
    """Returns a block with this server and these queues."""
    return re.sub(r"\bvoc-(orders|events)\b", rf"{queues}-\1", text.replace(URL, url))


def prepare(folder: Path, url: str, queues: str) -> list[str]:
    """Writes the files of the page into a folder; returns its commands."""
    for kind, text in BLOCKS:
        if kind in ("yaml", "python"):
            name = re.match(r"# (\S+)\n", text)
            assert name is not None, f"a block names no file: {text[:40]}"
            (folder / name[1]).write_text(here(text, url, queues), encoding="utf-8")
    commands = (here(text, url, queues) for kind, text in BLOCKS if kind == "sh")
    return [line for text in commands for line in text.splitlines()]


class Shell:
    """Runs the commands of the page: those of `voc` in this process, which is loaded once."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._patch = monkeypatch
        self._named: dict[str, str] = {}
        monkeypatch.chdir(folder)
        for name, text in (("voc", "-c 'from voc.cli import main; main()'"), ("python", "")):
            program = folder / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(f'#!/bin/sh\nexec {sys.executable} {text} "$@"\n', "utf-8")
            program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{folder / 'bin'}:{os.environ['PATH']}")
        monkeypatch.setenv("PYTHONPATH", str(ROOT))

    def run(self, line: str) -> None:
        if named := re.fullmatch(r"(\w+)=\$\((.*)\)", line):
            self._named[named[1]] = self._said(named[2]).strip()
            assert self._named[named[1]], line
        elif line.startswith("voc "):
            words = shlex.split(line)
            self._patch.setattr(sys, "argv", [self._value(word) for word in words])
            with pytest.raises(SystemExit) as leaving:
                main()
            assert not leaving.value.code, line
        else:
            self._said(line)

    def _value(self, word: str) -> str:
        return self._named[word[1:]] if word.startswith("$") else word

    def _said(self, line: str) -> str:
        done = subprocess.run(
            ["sh", "-euc", line], cwd=self._folder, env={**os.environ, **self._named},
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}: {done.stderr}"
        return done.stdout


def test_the_day_happens_as_told(
    tmp_path: Path,
    amqp_url: str,
    queues: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    lines = prepare(tmp_path, amqp_url, queues)
    shell = Shell(tmp_path, monkeypatch)
    for line in lines:
        shell.run(line)
    assert "已见效" in capfd.readouterr().out
    shell.run('voc work-orders show "$ORDER" --json --config voc.yaml')
    order: Any = json.loads(capfd.readouterr().out)
    shell.run("voc effects --json --config voc.yaml")
    [listed] = capfd.readouterr().out.splitlines()
    told = [(entry["event"], entry["actor"]) for entry in order["history"]]
    assert told == [
        ("opened", "voc"), ("accepted", "王店长"), ("extend", "王店长"), ("grant", "值班长"),
        ("resolved", "王店长"), ("call_back", "回访员"), ("closed", "回访员"),
    ]  # fmt: skip
    assert (order["status"], order["satisfaction"]) == ("closed", 5)
    days = [entry["at"][:10] for entry in order["history"]]
    assert days == sorted(days)
    assert (days[0], days[-1]) == ("2024-09-02", "2024-09-04")
    effect = order["effect"]
    assert effect["verdict"] == "effective"
    assert effect["after"]["voices"] <= 2, "a question may be taken for a complaint"
    assert effect["before"]["voices"] >= 30
    assert effect["control_after"]["voices"] >= 10
    assert 0.6 < effect["control_ratio"] < 1.6
    assert json.loads(listed) == effect
    shell.run("voc work-orders --json --config voc.yaml")
    orders = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [one["status"] for one in orders if one["issue_id"] == order["issue_id"]] == ["closed"]


def test_the_consumer_is_short_and_knows_nothing_of_voc() -> None:
    [code] = [text for kind, text in BLOCKS if text.startswith("# consumer.py")]
    assert len(code.splitlines()) <= 60
    imported = set(re.findall(r"^(?:import|from) (\w+)", code, re.MULTILINE))
    assert imported == {"asyncio", "json", "sys", "datetime", "aio_pika"}


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    assert (PAGE_PATH.parent / link).exists()
