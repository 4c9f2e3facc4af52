"""`voc` as users type it, in this process, in a folder and environment of its own."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from voc.cli import main

MadeOnce = Callable[[str, Callable[[], object]], None]


class Result(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture(scope="module", autouse=True)
def _models_once(models_once: None) -> None:
    """The commands load the models that others loaded before."""


@pytest.fixture
def voc(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    for name in ("VOC_STORE_URL", "VOC_QUEUE_DIR", "VOC_CONFIG"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str) -> Result:
        monkeypatch.setattr(sys, "argv", ["voc", *arguments])
        capfd.readouterr()
        try:
            main()
            code = 0
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        return Result(code, *capfd.readouterr())

    return call


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture
def made_once(tmp_path: Path, _kept: Path) -> MadeOnce:
    """Fills a test's folder: by calling what makes it, or with what that made for another test.

    Args of what is returned: a name within the module, and what makes the files.
    """

    def fill(name: str, make: Callable[[], object]) -> None:
        if (_kept / name).exists():
            shutil.copytree(_kept / name, tmp_path, dirs_exist_ok=True)
        else:
            make()
            shutil.copytree(tmp_path, _kept / name)

    return fill
