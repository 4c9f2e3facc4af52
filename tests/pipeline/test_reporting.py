"""The report over the store: whose tags it shows, and what it says of those that are missing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from voc.config import load_settings
from voc.config.settings import Settings
from voc.errors import UsageError
from voc.pipeline import reporting
from voc.records import (
    Feedback,
    HistoryEntry,
    Issue,
    OrderPart,
    Sentiment,
    Tags,
    Topic,
    WorkOrder,
)
from voc.report import Figures, Scope, render_html
from voc.store import Store, TopicEvent, open_store

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SHIPPED = "voc-zh@2.0.0"


@pytest.fixture
def settings() -> Settings:
    return load_settings(environ={})


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Three voices that `old@1` tagged, then `old@2`; the settings want another model."""
    monkeypatch.setattr(reporting, "current_model", lambda _: SHIPPED)
    voices = [
        Feedback("shop", str(n), "review", f"发货慢{n}", product=f"麻薯{n}") for n in range(3)
    ]
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as opened:
        with opened.transaction() as tx:
            tx.add_feedback(voices, industry="snack", now=NOW)
        for day, model in enumerate(("old@1", "old@2")):
            tag(opened, model, NOW + timedelta(days=day))
        yield opened


def tag(store: Store, model: str, now: datetime = NOW, *, limit: int = 9) -> None:
    verdict = Sentiment("negative", 0.9, {"negative": 0.9, "neutral": 0.1, "positive": 0.0})
    rows = store.untagged(model, limit=limit)
    tags = Tags(id="", text="", language="zh", sentiment=verdict, model=model)
    with store.transaction() as tx:
        tx.save_tags([(row, replace(tags, id=row.feedback_id)) for row in rows], now)


def made(store: Store, settings: Settings, **values: str | Scope) -> tuple[Figures, str]:
    figures, notes = reporting.topic_figures(store, settings=settings, **values)  # type: ignore[arg-type]
    return figures, " ".join(notes)


def test_without_tags_of_the_model_the_newest_others_are_shown_and_it_is_said(
    store: Store, settings: Settings
) -> None:
    figures, notes = made(store, settings)
    assert (figures.model, figures.overview.rows) == ("old@2", 3)
    assert "3 feedbacks are not tagged by voc-zh@2.0.0 yet" in notes
    assert "shows the tags of old@2" in notes
    page = render_html(figures)
    assert "尚未用" in page
    assert "本页的数字来自此前" in page
    assert "还没有反馈" not in page


def test_a_run_that_did_not_end_is_said(store: Store, settings: Settings) -> None:
    tag(store, SHIPPED, limit=2)
    figures, notes = made(store, settings)
    assert (figures.model, figures.overview.rows) == (SHIPPED, 2)
    assert "1 feedbacks are not tagged" in notes
    assert "不在本页的数字之内" in render_html(figures)
    tag(store, SHIPPED)
    assert made(store, settings)[0].untagged is None


def test_feedback_that_nobody_tagged_is_no_lack_of_feedback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(reporting, "current_model", lambda _: SHIPPED)
    with open_store(f"sqlite:///{tmp_path / 'new.db'}") as store:
        assert "这段时间还没有反馈" in render_html(made(store, settings)[0])
        with store.transaction() as tx:
            tx.add_feedback([Feedback("shop", "1", "review", "慢")], industry="snack", now=NOW)
        page = render_html(made(store, settings)[0])
    assert "已有 1 条反馈，尚未用" in page
    assert "还没有反馈" not in page


def test_a_model_that_tagged_nothing_is_refused_with_those_that_have(
    store: Store, settings: Settings
) -> None:
    with pytest.raises(UsageError, match=r"'zz'.*old@2 \(3 feedbacks\), old@1 \(3 feedbacks\)"):
        made(store, settings, model="zz")
    assert made(store, settings, model="old@1")[0].model == "old@1"


def test_an_unknown_product_is_refused_with_all_there_are(store: Store, settings: Settings) -> None:
    with pytest.raises(UsageError, match="it has 麻薯0, 麻薯1, 麻薯2"):
        made(store, settings, scope=Scope(products=("可乐",)))


@pytest.mark.parametrize(("place", "recurred"), [("一店", 1), ("二店", 0)])
def test_only_orders_of_the_same_store_recur(
    store: Store, settings: Settings, place: str, recurred: int
) -> None:
    issue = Issue("is_1", "发货慢", "snack", "delivery", "open", "high", NOW, NOW, 9, "steady", 1.0)
    done = (HistoryEntry(NOW + timedelta(hours=1), "李工", "resolved"),)
    first = WorkOrder(
        "wo_1", "is_1", "", "", "投诉", "high", "物流部", "resolved", NOW, NOW + timedelta(days=2),
        history=done,
    )  # fmt: skip
    later = replace(
        first, work_order_id="wo_2", status="open", created_at=NOW + timedelta(days=3), history=()
    )
    parts = [OrderPart("wo_1", "store=一店", ""), OrderPart("wo_2", f"store={place}", "")]
    with store.transaction() as tx:
        tx.save_issues([issue])
        for order in (first, later):
            tx.save_work_order(order)
        tx.save_order_parts(parts)
    figures, _ = made(store, settings)
    rates = {line.name: line.figure.count for line in figures.handling[0].rates}
    assert rates["复发率"] == recurred


def test_the_last_run_tells_what_became_of_themes(store: Store) -> None:
    assert reporting.last_run(store, None) is None
    topics = [Topic(f"t{n}", f"题{n}", "snack", (), 5, 1.0, NOW, NOW) for n in range(3)]
    last = NOW + timedelta(days=1)
    told = [
        ("t0", NOW, "voc", "born"), ("t9", NOW, "voc", "born"),
        ("t0", NOW + timedelta(hours=1), "王", "renamed"),
        ("t1", last, "voc", "born"), ("t9", last, "voc", "died"),
    ]  # fmt: skip
    with store.transaction() as tx:
        tx.save_topics("snack", topics, [])
        tx.add_topic_events(
            [TopicEvent(name, name, "snack", at, who, kind) for name, at, who, kind in told]  # type: ignore[arg-type]
        )
    run = reporting.last_run(store, ["snack"])
    assert run is not None
    assert (run.at, run.kept, run.born, run.ended) == (last, 2, 1, 1)
