"""The report comes as a page or as JSON, and what customers wrote stays words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.data.conftest import MODEL, NOW, Service
from voc.records import AspectMention, Feedback, Sentiment, Span, Tags

XSS = "<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture
def heard(service: Service) -> Service:
    said = Sentiment("negative", 0.9, {"negative": 0.9, "neutral": 0.05, "positive": 0.05})
    items = [
        Feedback("s", str(number), "review", f"顿挫{XSS}", created_at=NOW, product=XSS)
        for number in range(3)
    ]
    with service.store.transaction() as transaction:
        transaction.add_feedback(items, industry="automotive", now=NOW)
    stored = service.store.untagged(MODEL, limit=10)
    rows = []
    for item in stored:
        text = item.feedback.text
        mention = AspectMention("power", "动力", "negative", 0.9, (Span(0, len(text), text),))
        rows.append((item, Tags(item.feedback_id, text, "zh", said, (mention,), model=MODEL)))
    with service.store.transaction() as transaction:
        transaction.save_tags(rows, NOW)
    return service


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "text/html"),
        ("*/*", "text/html"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "text/html"),
        ("application/json", "application/json"),
        ("application/json;q=0.9, text/html;q=0.5", "application/json"),
        ("application/*", "application/json"),
        ("text/html;q=0, */*", "application/json"),
    ],
)
def test_it_comes_as_the_caller_likes(heard: Service, accept: str | None, kind: str) -> None:
    headers = heard.headers("read") | ({"Accept": accept} if accept else {})
    answer = heard.client.get("/v1/reports/topics", headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(kind)
    assert answer.headers["vary"] == "Accept"


def test_another_kind_is_refused(heard: Service) -> None:
    headers = {**heard.headers("read"), "Accept": "image/png"}
    assert heard.client.get("/v1/reports/topics", headers=headers).status_code == 406


def test_what_customers_wrote_runs_nowhere(heard: Service) -> None:
    answer = heard.client.get("/v1/reports/topics", headers=heard.headers("read"))
    assert "顿挫" in answer.text
    assert "<script" not in answer.text
    assert "<img src=x" not in answer.text
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    listed = heard.client.get("/v1/feedback", headers=heard.headers("read"))
    assert listed.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "query", [{"industry": "snack"}, {"product": "没有"}, {"industry": "../x"}, {"since": "昨天"}]
)
def test_what_is_not_there_is_told(heard: Service, query: dict[str, Any]) -> None:
    answer = heard.client.get("/v1/reports/topics", headers=heard.headers("read"), params=query)
    assert answer.status_code == 422
