"""Actions on voices, turns of rotas, parts of issues and orders that wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

from voc.records import Feedback, Issue, OrderPart, OrderReview, Tags, VoiceAction, WorkOrder
from voc.store import Store, StoredFeedback
from voc.store.actions import place_of

NOW = datetime(2026, 5, 20, 23, 30, tzinfo=timezone(timedelta(hours=8)))
LONG = "很长的店名" * 2_000


def hear(store: Store, *names: str) -> list[StoredFeedback]:
    voices = [Feedback("s", name, "review", f"{name} 说") for name in names]
    with store.transaction() as tx:
        tx.add_feedback(voices, industry="snack", now=NOW)
    return [row for voice in voices if (row := store.feedback(voice.feedback_id))]


def act(kept: Store, row: StoredFeedback, rule: str = "r", **values: object) -> set[str]:
    action = VoiceAction(row.feedback_id, row.version, rule, "told", "东店", NOW)
    with kept.transaction() as tx:
        return tx.add_voice_actions([replace(action, **values)])  # type: ignore[arg-type]


def test_a_rule_acts_on_a_voice_once(store: Store) -> None:
    [row] = hear(store, "a")
    assert len(act(store, row)) == 1
    assert act(store, row, version=1, outcome="noted") == set()
    assert len(act(store, row, rule="other")) == 1
    assert {item["rule"] for item in store.voice_actions(row.feedback_id)} == {"r", "other"}


def test_voices_over_the_days_limit_are_listed_until_they_are_told(store: Store) -> None:
    first, second, third = hear(store, "a", "b", "c")
    act(store, first, outcome="held_back")
    act(store, second, outcome="held_back", at=NOW + timedelta(hours=1))
    act(store, third, outcome="noted")
    assert store.held_back() == [second.feedback_id, first.feedback_id]
    act(store, second, rule="other")
    assert store.held_back() == [first.feedback_id]


def test_a_day_is_the_readers_and_stores_may_have_long_names(store: Store) -> None:
    first, second, third = hear(store, "a", "b", "c")
    act(store, first, store=LONG)
    act(store, first, rule="other", store=LONG)
    act(store, second, store=LONG, outcome="held_back")
    act(store, third, store=None)
    with store.transaction() as tx:
        assert tx.voices_told_on("2026-05-20") == {place_of(LONG): 1, place_of(None): 1}
        assert tx.voices_told_on("2026-05-21") == {}


def test_versions_that_a_model_or_a_rule_has_read(store: Store) -> None:
    tagged, acted, new = hear(store, "a", "b", "c")
    with store.transaction() as tx:
        tags = Tags(tagged.feedback_id, "", "zh", None, model="m")
        tx.save_tags([(tagged, tags)], NOW)
    act(store, acted)
    with store.transaction() as tx:
        assert tx.heard_before([tagged, acted, new]) == {
            (tagged.feedback_id, 1), (acted.feedback_id, 1)
        }  # fmt: skip


def test_tags_of_a_customer_the_newest_first(store: Store) -> None:
    first, second, other = hear(store, "a", "b", "c")
    act(store, first, tag="回访", customer_id="c1")
    act(store, second, tag="推荐者", customer_id="c1", at=NOW + timedelta(days=1))
    act(store, other, tag="别人", customer_id="c2")
    assert store.customer_tags("c1") == ["推荐者", "回访"]
    assert store.customer_tags("c3") == []
    known = store.customer("c1", since=NOW, until=NOW)
    assert known is not None
    assert known.as_dict()["tags"] == ["推荐者", "回访"]
    assert store.customer("c3", since=NOW, until=NOW) is None


def test_turns_are_kept_with_their_transaction(store: Store) -> None:
    with store.transaction() as tx:
        assert tx.rota_turns() == {}
        tx.save_rota_turns({("r", "张三"): 1, ("r", "李四"): 2})
    with store.transaction() as tx:
        tx.save_rota_turns({("r", "张三"): 3})
        assert tx.rota_turns() == {("r", "张三"): 3, ("r", "李四"): 2}


def test_parts_and_what_waits(store: Store) -> None:
    issue = Issue("is_1", "t", "snack", "a", "open", "high", NOW, NOW, 1, "new", 1.0)
    order = WorkOrder("wo_1", "is_1", "t", "d", "投诉", "high", "部", "open", NOW, NOW)
    part = OrderPart("wo_1", f"store={LONG}", "规则", "技能组")
    review = OrderReview(
        "wo_2", "is_1", "", "waiting", "t", "部", "规则", "把握不足", "high", 3, 0.5, NOW
    )
    with store.transaction() as tx:
        tx.save_issues([issue])
        tx.save_work_order(order)
        tx.save_order_parts([part])
        tx.save_order_reviews([review])
    assert store.order_parts() == store.order_parts(issue_id="is_1") == {"wo_1": part}
    assert store.order_parts(issue_id="is_2") == {}
    assert store.order_reviews(state="waiting") == [review]
    done = replace(review, state="dismissed", decided_at=NOW, actor="王", note="无关")
    with store.transaction() as tx:
        assert tx.order_review("wo_2") == review
        assert tx.order_review("wo_9") is None
        tx.save_order_reviews([done])
    assert store.order_reviews() == [done]
    assert store.order_reviews(state="waiting") == []
