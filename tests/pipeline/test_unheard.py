"""What no aspect of a taxonomy hears becomes a theme, an issue and an order of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from tests.pipeline.workshop import Workshop
from voc.config import load_industry, load_settings
from voc.pipeline import themes
from voc.pipeline.chain import Chain
from voc.records import UNHEARD, Feedback, Turn
from voc.store import Store
from voc.tagging.engine import load
from voc.topics import nearest
from voc.topics.namer import ChatNamer

NOW = datetime.now(UTC).replace(microsecond=0)
WITHOUT_CUTLERY = (
    "没给餐具怎么吃啊",
    "餐具没给，只能用手",
    "餐具又没给",
    "备注要餐具结果没给",
    "点了两份没给餐具",
    "餐具都没给我",
    "商家没给餐具，气死了",
    "又没给餐具",
    "一份餐具都没给",
    "没有给餐具",
)
OF_TASTE = (
    "味道太咸了",
    "菜太咸了，难吃",
    "咸得没法吃",
    "味道偏咸",
    "菜太咸",
    "太咸了不好吃",
    "汤太咸",
    "味道太咸，失望",
)
PRAISE = ("味道很好", "很好吃", "送得很快", "服务态度很好", "分量很足", "好吃不贵") * 3


def ingest(store: Store, texts: Sequence[str], prefix: str) -> None:
    rows = [
        Feedback(
            "reviews",
            f"{prefix}{at}",
            "review",
            text,
            created_at=NOW - timedelta(days=at + 1),
            store=f"{at % 3 + 1}号店",
        )
        for at, text in enumerate(texts)
    ]
    with store.transaction() as transaction:
        transaction.add_feedback(rows, industry="restaurant", now=NOW)


def chain_of(workshop: Workshop) -> Chain:
    orders = str(workshop.folder / "orders")
    settings = load_settings(overrides={"queue.dir": orders}, environ={})
    return Chain(workshop.store, load("restaurant"), settings)


def test_a_run_over_what_is_known_finds_no_themes_again(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Of what a voice says of one aspect, its theme's clause comes first once there are themes.
    first = ("口味有些怪", "吃着发苦", "味道像药", "口感发粘", "味道发涩", "口味不对")
    texts = [f"{one}，{another}" for one, another in zip(first, OF_TASTE, strict=False)]
    for said, prefix in ((texts, "b"), (OF_TASTE, "t"), (WITHOUT_CUTLERY, "c")):
        ingest(workshop.store, said, prefix)
    chain = chain_of(workshop)
    chain.run()
    assert len(workshop.store.topics()) > 1
    monkeypatch.setattr(themes, "discover", lambda *_, **__: pytest.fail("themes were sought"))
    assert chain.run().issues_changed == 0


def test_what_a_namer_did_not_name_is_named_by_the_next_run(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for said, prefix in ((OF_TASTE, "t"), (WITHOUT_CUTLERY, "c")):
        ingest(workshop.store, said, prefix)
    asked = {"queue.dir": str(workshop.folder / "orders"), "topics.namer_url": "http://127.0.0.1:9"}
    chain = Chain(workshop.store, load("restaurant"), load_settings(overrides=asked, environ={}))
    chain.run()
    before = {topic.topic_id: topic.topic for topic in workshop.store.topics()}
    assert before
    names = iter(f"第{at}个名字" for at in range(len(before)))
    monkeypatch.setattr(ChatNamer, "name", lambda *_: next(names))
    chain.run()
    after = {topic.topic_id: topic.topic for topic in workshop.store.topics()}
    assert after.keys() == before.keys()
    assert all(name.endswith("个名字") for name in after.values())


def test_a_problem_that_no_aspect_is_of_is_found_and_handed_on(workshop: Workshop) -> None:
    store = workshop.store
    for texts, prefix in ((WITHOUT_CUTLERY, "c"), (OF_TASTE, "t"), (PRAISE, "p")):
        ingest(store, texts, prefix)
    chain = chain_of(workshop)
    chain.run()
    names = {topic.topic_id: topic.topic for topic in store.topics()}
    [issue] = [one for one in store.issues(with_evidence=True) if one.aspect_id == UNHEARD]
    assert "餐具" in issue.title
    assert "：" not in issue.title
    assert issue.topic_id is not None
    assert "餐具" in names[issue.topic_id]
    assert (issue.product, issue.store) == (None, None)
    wrote = {row.feedback_id: row.text for row in store.tagged(model=next(iter(store.models())))}
    said = [wrote[one.feedback_id] for one in issue.evidence]
    assert len(said) >= 7
    assert all("餐具" in text for text in said)
    [order] = [one for one in store.work_orders() if one.issue_id == issue.issue_id]
    assert order.department
    assert chain.run().issues_changed == 0
    [same] = [one for one in store.issues() if one.aspect_id == UNHEARD]
    assert same.issue_id == issue.issue_id


def test_it_goes_to_the_team_of_the_aspect_that_it_comes_nearest_to(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearest, "_LEAST_HEARD", 10)
    monkeypatch.setattr(nearest, "_PROBABLE", 0.0)
    dear = ("价格太贵了", "太贵", "价格偏贵", "卖得太贵了", "贵得离谱", "价格贵")
    for texts, prefix in ((WITHOUT_CUTLERY, "c"), (OF_TASTE, "t"), (dear, "d")):
        ingest(workshop.store, texts, prefix)
    chain_of(workshop).run()
    store = workshop.store
    [issue] = [one for one in store.issues() if one.aspect_id == UNHEARD]
    [near] = [one.near_aspect for one in store.topics() if one.topic_id == issue.topic_id]
    assert near is not None
    team = {one.id: one for one in load_industry("restaurant").all_aspects()}[near.aspect_id]
    [order] = [one for one in store.work_orders() if one.issue_id == issue.issue_id]
    assert order.department == team.department
    assert f"没有方面听出它，说法最近“{team.name}”" in order.description


def test_what_an_agent_says_is_no_complaint(workshop: Workshop) -> None:
    turns = (
        Turn("customer", "餐具没给。"),
        Turn("agent", "您的餐具没给是吗？非常抱歉，餐具没给您。"),
        Turn("customer", "筷子也没给。"),
    )
    text = "\n".join(turn.text for turn in turns)
    call = Feedback("calls", "1", "hotline", text, created_at=NOW, turns=turns)
    with workshop.store.transaction() as transaction:
        transaction.add_feedback([call], industry="restaurant", now=NOW)
    chain_of(workshop).tag()
    [model] = workshop.store.models()
    spans = [
        span
        for one in workshop.store.mentions(model=model, with_unheard=True)
        if one.aspect_id == UNHEARD
        for span in one.evidence
    ]
    assert [span.text for span in spans] == ["餐具没给。", "筷子也没给。"]
    assert all(text[span.start : span.end] == span.text for span in spans)


def test_feedback_of_no_industry_has_no_taxonomy_that_could_miss_it(workshop: Workshop) -> None:
    row = Feedback("reviews", "1", "review", "餐具没给", created_at=NOW)
    with workshop.store.transaction() as transaction:
        transaction.add_feedback([row], industry=None, now=NOW)
    chain_of(workshop).tag()
    [model] = workshop.store.models()
    assert list(workshop.store.mentions(model=model, with_unheard=True)) == []


def test_an_emergency_that_no_aspect_hears_stays_one(workshop: Workshop) -> None:
    ingest(workshop.store, ("吃完上吐下泻，发票也没给开",), "e")
    chain = chain_of(workshop)
    chain.run()
    [issue] = workshop.store.issues()
    assert "上吐下泻" in issue.title
    assert [order.priority for order in workshop.store.work_orders()] == ["urgent"]
