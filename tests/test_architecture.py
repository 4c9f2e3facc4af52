"""The house stands as drawn: who imports whom, what loading costs, what happens at import."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import voc.errors
from tests.conftest import has_torch
from voc.errors import VocError

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = ("api", "voc", "training", "corpora")
HEAVY = (
    "bertopic", "numpy", "pandas", "pyarrow", "ray", "rich.progress", "scipy", "scrapy", "sklearn",
    "spacy", "sqlalchemy", "torch", "transformers",
)  # fmt: skip
NEED_TORCH = ("training.base.loading", "training.encoder")


def python(code: str, *, folder: Path = REPOSITORY) -> subprocess.CompletedProcess[str]:
    """Runs code in a fresh process whose current folder comes first on its path."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, timeout=120
    )


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    call = (
        "from importlinter.cli import lint_imports_command as run; run(['--no-cache', '--no-logo'])"
    )
    return python(call, folder=folder)


def module_names() -> Iterator[str]:
    """Every module of the project that is made to be imported, with what is installed here."""
    for name in PACKAGES:
        package = importlib.import_module(name)
        yield name
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            trains = found.name.startswith(NEED_TORCH)
            if not found.name.endswith(".__main__") and (has_torch() or not trains):
                yield found.name


def contract_layers() -> list[str]:
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    layers: list[str] = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    return [room for layer in layers for room in re.split(r"\s*[|:]\s*", layer)]


def test_imports_go_down_the_house() -> None:
    result = lint_imports(REPOSITORY)
    assert result.returncode == 0, result.stdout + result.stderr


def test_every_room_has_its_place() -> None:
    package = REPOSITORY / "voc"
    rooms = {
        f"voc.{path.stem}"
        for path in package.iterdir()
        if path.suffix == ".py" or (path / "__init__.py").is_file()
    }
    tops = {path.parent.name for path in REPOSITORY.glob("*/__init__.py")} - {"voc"}
    assert set(contract_layers()) == (rooms - {"voc.__init__"}) | tops
    assert tops | {"voc"} == set(PACKAGES)


@pytest.fixture
def small_house(tmp_path: Path) -> Path:
    """The rooms of the house, all empty, under the very contracts of the project."""
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    for name in ["voc", *contract_layers()]:
        room = tmp_path / name.replace(".", "/")
        room.mkdir(parents=True, exist_ok=True)
        (room / "__init__.py").touch()
    return tmp_path


@pytest.mark.parametrize(
    ("room", "line", "kept"),
    [
        pytest.param("voc/pipeline", "from voc import store, tagging", True, id="down"),
        pytest.param("voc/text", "from voc import store", False, id="up"),
        pytest.param("voc/tagging", "import voc.sources", False, id="sideways"),
        pytest.param("voc/store", "def f():\n    import voc.cli", False, id="inside a function"),
        pytest.param("voc/cli", "import training", False, id="to training"),
        pytest.param("voc/results", "import voc.tagging", False, id="results to tagging"),
    ],
)
def test_the_import_rules_can_fail(small_house: Path, room: str, line: str, kept: bool) -> None:
    (small_house / room / "__init__.py").write_text(line, encoding="utf-8")
    result = lint_imports(small_house)
    assert ("BROKEN" not in result.stdout) is kept, result.stdout + result.stderr
    assert (result.returncode == 0) is kept


@pytest.mark.parametrize("module", ["voc", "voc.cli", "voc.config", "api.main"])
def test_loading_is_light(module: str) -> None:
    result = python(f"import {module}, sys, json; print(json.dumps(list(sys.modules)))")
    assert result.returncode == 0, result.stderr
    assert sorted(set(HEAVY) & set(json.loads(result.stdout))) == []


def test_nothing_happens_at_import() -> None:
    names = list(module_names())
    result = python(
        "import importlib, json, logging, signal\n"
        "before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)\n"
        f"for name in {names!r}:\n"
        "    importlib.import_module(name)\n"
        "assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before\n"
        "assert not logging.root.handlers, logging.root.handlers\n"
        "assert logging.root.level == logging.WARNING\n"
        "ours = [logger for name, logger in logging.root.manager.loggerDict.items()\n"
        f"        if name.split('.')[0] in {PACKAGES!r} and isinstance(logger, logging.Logger)]\n"
        "assert not [logger for logger in ours if logger.handlers or logger.level]\n"
    )
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert len(names) > 100


def test_every_error_is_drawn_in_the_tree() -> None:
    for name in module_names():
        importlib.import_module(name)
    assert _drawn(voc.errors.__doc__ or "") == set(_parents(VocError))


def _parents(error: type[VocError]) -> Iterator[tuple[str, str]]:
    """Every error below `error` with the one right above it."""
    for below in error.__subclasses__():
        if below.__module__.split(".")[0] in PACKAGES:
            yield below.__name__, error.__name__
            yield from _parents(below)


def _drawn(drawing: str) -> set[tuple[str, str]]:
    """Every error of the drawing with the one it hangs from."""
    pairs = set()
    above: list[tuple[int, str]] = []
    for line in drawing.splitlines():
        found = re.match(r"[ │├└─]+(\w+Error)\b", line)
        if not found:
            continue
        column, name = found.start(1), found.group(1)
        above = [(left, parent) for left, parent in above if left < column]
        if above:
            pairs.add((name, above[-1][1]))
        above.append((column, name))
    return pairs


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("work left open", r"\b(TO[D]O|FIX[M]E)\b"),
        ("a path of somebody's machine", r"(^|[^.\w])/(w[o]rk|r[o]ot|h[o]me|U[s]ers|t[m]p)/\w"),
        ("the host of a package index", r"(py[p]i\.org|pythonh[o]sted|npm[j]s\.org|deb\.d[e]bian)"),
    ],
)
def test_tracked_files_are_free_of(what: str, pattern: str) -> None:
    if not (REPOSITORY / ".git").exists() or not shutil.which("git"):
        pytest.skip("not a git checkout")
    found = subprocess.run(
        ["git", "grep", "-nIE", pattern], cwd=REPOSITORY, capture_output=True, text=True, timeout=60
    )
    assert found.returncode in (0, 1), found.stderr
    assert found.stdout == "", f"{what}:\n{found.stdout}"
