"""Another industry named for a source is given to what it brought before."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from voc.config import Settings, load_settings
from voc.pipeline.hooking import take
from voc.pipeline.ingesting import Ingested, ingest
from voc.pipeline.origins import Told, open_source
from voc.store import Store, open_store

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ROWS = [{"native_id": str(number), "text": f"第{number}条"} for number in range(620)]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as made:
        yield made


def settings_with(folder: Path, **source: Any) -> Settings:
    config = folder / "voc.yaml"
    config.write_text(json.dumps({"sources": {"site": source}}), "utf-8")
    return load_settings(config, environ={})


def ingested(store: Store, settings: Settings, industry: str | None) -> Ingested:
    source, chosen = open_source("site", settings=settings, told=Told(industry))
    return ingest(store, source, settings=settings, industry=chosen)


def test_what_is_never_read_again_is_given_it_too(store: Store, tmp_path: Path) -> None:
    (tmp_path / "drop").mkdir()
    lines = "".join(
        json.dumps({"id": row["native_id"], "text": row["text"]}) + "\n" for row in ROWS
    )
    (tmp_path / "drop" / "a.jsonl").write_text(lines, "utf-8")
    settings = settings_with(tmp_path, kind="folder", path="drop/*", settle_s=0)
    assert ingested(store, settings, None).accepted == 620
    for name, given in (("snack", 620), ("snack", 0), ("bank", 620)):
        assert ingested(store, settings, name) == Ingested("site", reassigned=given)
        assert store.industries() == [name]
    assert ingested(store, settings, None) == Ingested("site")
    assert store.industries() == ["bank"]


def test_a_run_that_was_cut_off_is_taken_up(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voc.store import Transaction

    (tmp_path / "a.jsonl").write_text(
        "".join(json.dumps({"id": row["native_id"], "text": row["text"]}) + "\n" for row in ROWS),
        "utf-8",
    )
    settings = settings_with(tmp_path, kind="folder", path="*.jsonl", settle_s=0)
    ingested(store, settings, None)
    whole = Transaction.reassign

    def cut(self: Transaction, *told: Any, after: int = 0) -> Any:
        if after:
            raise KeyboardInterrupt
        return whole(self, *told, after=after)

    with monkeypatch.context() as patch:
        patch.setattr(Transaction, "reassign", cut)
        with pytest.raises(KeyboardInterrupt):
            ingested(store, settings, "snack")
    assert store.count_without_industry() == 120
    assert ingested(store, settings, "snack").reassigned == 120


def test_what_was_posted_is_given_it_by_the_next_post(store: Store, tmp_path: Path) -> None:
    told = {"kind": "webhook", "secret": SECRET}
    for number, industry in enumerate(({}, {"industry": "snack"})):
        settings = settings_with(tmp_path, **told, **industry)
        body = json.dumps({**ROWS[number], "channel": "chat"}).encode()
        take(store, "site", body, settings=settings, webhook_id=None, actor="desk")
    assert (store.industries(), store.count_without_industry()) == (["snack"], 0)
