"""Each tenant has a store and a queue of its own."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from voc.config import load_settings
from voc.errors import ConfigError
from voc.pipeline.workspaces import Workspaces
from voc.records import Feedback
from voc.store import open_store


def test_what_one_hears_no_other_one_does(tmp_path: Path) -> None:
    north = f"sqlite:///{tmp_path / 'north.db'}"
    settings = load_settings(overrides={"workspaces": {"north": north}}, environ={})
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as main:
        workspaces = Workspaces(settings, main)
        assert workspaces.store("default") is workspaces.main is main
        other = workspaces.store("north")
        assert workspaces.store("north") is other
        with other.transaction() as tx:
            tx.add_feedback(
                [Feedback("s", "1", "review", "坏")], industry=None, now=datetime.now(UTC)
            )
        assert (main.counts().feedback, other.counts().feedback) == (0, 1)
        dirs = {workspaces.settings(name).queue_dir for name in ("default", "north")}
        assert len(dirs) == 2
        assert workspaces.settings("north").base_dir == settings.base_dir
        with pytest.raises(ConfigError, match="no workspace 'nord'; there are default, north"):
            workspaces.store("nord")
        workspaces.close()
        assert main.counts().feedback == 0


@pytest.mark.parametrize("name", ["default", "", "North", "a b", "-a", "北"])
def test_a_name_that_cannot_be_is_told(name: str) -> None:
    with pytest.raises(ConfigError, match="cannot name a workspace"):
        load_settings(overrides={"workspaces": {name: "sqlite:///x.db"}}, environ={})
