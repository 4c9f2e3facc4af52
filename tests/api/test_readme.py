"""The operators' page: its commands run, and it leaves nothing out."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from api.metrics import Metrics, SourceMetrics
from tests.api.serving import RunningServer
from tests.conftest import require
from voc.config import setting_names

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "api" / "README.md").read_text(encoding="utf-8")
CODE = re.findall(r"```(\w*)\n(.*?)```", PAGE, re.DOTALL)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with RunningServer(tmp_path_factory.mktemp("server")) as running:
        yield running


def as_on(server: RunningServer, code: str, folder: Path) -> str:
    (folder / "key.txt").write_text(server.key + "\n", encoding="utf-8")
    return code.replace("http://127.0.0.1:8000", server.url)


def test_the_curl_lines_run(server: RunningServer, tmp_path: Path) -> None:
    require("services", shutil.which("curl"), "curl is not installed")
    [code] = [text for _, text in CODE if text.startswith("curl")]
    done = subprocess.run(
        ["sh", "-ec", as_on(server, code, tmp_path)],
        cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert '"aspect":"空间"' in done.stdout
    assert '"accepted":1' in done.stdout
    assert "voc_requests_total" in done.stdout


def test_the_client_runs(server: RunningServer, tmp_path: Path) -> None:
    [code] = [text for kind, text in CODE if kind == "python"]
    done = subprocess.run(
        [sys.executable, "-c", as_on(server, code, tmp_path)],
        cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == "negative\npositive\n"


def test_the_first_commands_are_there() -> None:
    import typer

    from voc.cli.app import app

    known = set(getattr(typer.main.get_command(app), "commands", {}))
    assert set(re.findall(r"(?:^|`)voc ([a-z-]+)", PAGE, re.MULTILINE)) <= known


def test_every_metric_is_told() -> None:
    told = {name.removesuffix("_total") for name in re.findall(r"`(voc_\w+)`", PAGE)}
    text = (Metrics().render() + SourceMetrics({}).render()).decode()
    assert told == set(re.findall(r"# HELP (voc_\w+?)(?:_total|_created)? ", text))


def test_settings_it_names_exist() -> None:
    named = set(re.findall(r"`((?:serve|access|models)\.\w+)`", PAGE))
    assert named
    assert named <= set(setting_names())


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)#]+)\)", PAGE))
def test_links_lead_somewhere(link: str) -> None:
    assert (ROOT / "api" / link).exists()


def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return content


def test_compose_runs_commands_that_exist_with_settings_that_exist() -> None:
    variables = {"VOC_" + name.replace(".", "_").upper() for name in setting_names()}
    services = compose()["services"]
    assert set(services) == {"api", "worker", "postgres", "rabbitmq"}
    for name in ("api", "worker"):
        assert services[name]["command"][0] == "voc"
        assert set(services[name]["environment"]) <= variables
    assert services["worker"]["command"] == ["voc", "worker"]
    assert "PASSWORD:-" not in (ROOT / "compose.yaml").read_text(encoding="utf-8")


def test_the_image_copies_what_the_package_is_made_of() -> None:
    import tomllib

    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = {word for line in lines if line.startswith("COPY") for word in line.split()[1:-1]}
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]
    made_of = wheel["build"]["targets"]["wheel"]
    assert {*made_of["packages"], *made_of["force-include"]} <= copied
    assert all((ROOT / name).exists() for name in copied if not name.startswith(("-", "/")))
    assert "USER voc" in lines
    last = next(line for line in reversed(lines) if line.startswith("CMD"))
    assert orjson.loads(last.removeprefix("CMD "))[:2] == ["voc", "serve"]
