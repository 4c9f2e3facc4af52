"""A store with a chain over it whose tags the tests write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from voc.config import load_settings
from voc.pipeline.chain import Chain
from voc.records import (
    AspectMention,
    Feedback,
    Opinion,
    Sentiment,
    Span,
    Tags,
    Urgency,
    WorkOrder,
)
from voc.store import Store

MODEL = "scripted@1.0.0"
NOW = datetime.now(UTC)
OLD = NOW - timedelta(days=900)


@dataclass
class Workshop:
    """A store, and a chain over it whose tags the tests write."""

    store: Store
    folder: Path
    now: datetime | None = None

    def chain(self, **overrides: Any) -> Chain:
        settings = load_settings(
            overrides={"queue.dir": str(self.folder / "orders")} | overrides, environ={}
        )
        scripted = SimpleNamespace(model=MODEL, vectors=lambda texts: np.ones((len(texts), 2)))
        engine = cast(Any, scripted)
        return Chain(self.store, engine, settings, now=lambda: self.now or datetime.now(UTC))

    def hear(
        self, industry: str, items: Sequence[tuple[Feedback, Tags]], *, at: datetime = NOW
    ) -> None:
        tags = {item.feedback_id: said for item, said in items}
        with self.store.transaction() as transaction:
            transaction.add_feedback([item for item, _ in items], industry=industry, now=at)
        stored = self.store.untagged(MODEL, limit=1000)
        with self.store.transaction() as transaction:
            transaction.save_tags([(item, tags[item.feedback_id]) for item in stored], at)

    def orders(self, industry: str) -> list[WorkOrder]:
        named = {issue.issue_id for issue in self.store.issues(industry=industry)}
        return [order for order in self.store.work_orders() if order.issue_id in named]


def voice(
    industry: str,
    name: str,
    when: datetime | None,
    text: str = "起步顿挫得厉害",
    *,
    aspect: str | None = "power",
    score: float = 0.9,
    sentiment: str = "negative",
    urgency: Urgency | None = None,
    opinions: Sequence[str] = (),
    **values: Any,
) -> tuple[Feedback, Tags]:
    feedback = Feedback(f"{industry}-s", name, "review", text, created_at=when, **values)
    spans = [Span(text.index(said), text.index(said) + len(said), said) for said in opinions]
    aspects = (
        ()
        if aspect is None
        else (AspectMention(aspect, aspect, "negative", score, (Span(0, len(text), text),)),)
    )
    tags = Tags(
        id=feedback.feedback_id,
        text=text,
        language="zh",
        sentiment=Sentiment(cast(Any, sentiment), 0.9, {}),
        aspects=aspects,
        opinions=tuple(Opinion(None, span, "negative") for span in spans),
        urgency=urgency or Urgency("normal"),
        model=MODEL,
        industry=industry,
    )
    return feedback, tags


def heard_on(industry: str, *days: float, until: datetime, **values: Any) -> list[Any]:
    return [
        voice(industry, f"{industry}{day}", until - timedelta(days=day), **values) for day in days
    ]
