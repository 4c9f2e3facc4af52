"""What the README shows is what happens."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_session_prints_what_it_says() -> None:
    [code] = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    shown = re.search(r"```python\n.*?```\n+```\n(.*?)```", README, re.DOTALL)
    assert shown is not None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README.md", "exec"), {})
    assert printed.getvalue() == shown[1]


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\(([^)#]+)\)", README))))
def test_links_lead_somewhere(link: str) -> None:
    assert link.startswith("https://") or (ROOT / link).exists()


def test_every_command_it_names_exists() -> None:
    import typer

    from voc.cli.app import app

    group = typer.main.get_command(app)
    known = set(getattr(group, "commands", {}))
    named = set(re.findall(r"(?:^|`)voc ([a-z-]+)", README, re.MULTILINE))
    assert named
    assert named <= known


def test_every_bundled_industry_is_named() -> None:
    for path in (ROOT / "configs" / "industries").glob("*.yaml"):
        assert f"`{path.stem}`" in README
