"""Rules for single voices: each acts once, on new voices, within a day's limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from voc.config import Settings, load_settings
from voc.errors import ConfigError
from voc.pipeline.chain import Chain
from voc.pipeline.tiers import tiers_of
from voc.records import Customer, Feedback, Message, Sentiment, Tags, Urgency
from voc.store import Store, open_store

NOW = datetime.now(UTC)

RULES = """
voices:
  match: all
  within_days: 3
  a_day_a_store: 2
  frontline: {"城东*": [east]}
  rules:
    - name: 回访
      when: {sentiment: negative, nps: detractor}
      then: {notify: frontline, say: 请在当天联系客户。, tag: 待回访}
    - name: 致谢
      when: {sentiment: positive, rating: {at_least: 0.8}}
      then: {notify: frontline, say: 请致谢并送券。}
    - name: 要客
      when: {tier: gold}
      then: {sinks: [crm]}
    - name: 只标签
      when: {intent: suggestion}
      then: {tag: 建议}
"""


class Reader:
    """Tags as the tests say, under any model's name."""

    masks = True

    def __init__(self, model: str, said: Mapping[str, str]) -> None:
        self.model, self._said = model, said

    def bound(self, **_: object) -> Reader:
        return self

    def tag(self, texts: Sequence[str], *, ids: Sequence[str]) -> list[Tags]:
        return [self._tags(text, name) for text, name in zip(texts, ids, strict=True)]

    def _tags(self, text: str, name: str) -> Tags:
        label = self._said.get(text, "neutral")
        return Tags(
            id=name, text=text, language="zh", sentiment=Sentiment(cast(Any, label), 0.9, {}),
            urgency=Urgency("critical" if "受伤" in text else "normal"),
            model=self.model, industry="snack",
        )  # fmt: skip


@dataclass
class Shop:
    """A store with the rules above, and what customers say there."""

    store: Store
    settings: Settings
    said: dict[str, str] = field(default_factory=dict)

    def hear(self, name: str, text: str, mood: str, *, age_days: float = 0, **values: Any) -> str:
        self.said[text] = mood
        at = NOW - timedelta(days=age_days)
        voice = Feedback("s", name, "review", text, created_at=at, **values)
        with self.store.transaction() as transaction:
            transaction.add_feedback([voice], industry="snack", now=NOW)
        return voice.feedback_id

    def tag(self, model: str = "m@1", *, tiers: Any = None) -> Chain:
        chain = Chain(self.store, cast(Any, Reader(model, self.said)), self.settings, tiers=tiers)
        chain.tag()
        return chain

    def messages(self) -> list[Message]:
        return [item.message for item in self.store.outbox()]

    def told(self) -> list[tuple[str, str]]:
        return [(item.payload["data"]["action"]["rule"], item.sink) for item in self.messages()]


def shop_voice(name: str, text: str) -> Feedback:
    return Feedback("s", name, "review", text, created_at=NOW, nps=0, store="城东店")


Open = Callable[..., Shop]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    file = tmp_path / "routing.yaml"
    file.write_text(RULES, encoding="utf-8")
    sink = {"kind": "file", "dir": str(tmp_path / "orders")}
    settings = load_settings(
        overrides={
            "routing.file": str(file),
            "sinks": dict.fromkeys(("east", "crm", "all"), sink),
        },
        environ={},
    )
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as store:
        yield Shop(store, settings)


def test_an_unhappy_customer_is_followed_up(shop: Shop) -> None:
    name = shop.hear(
        "a", "面包发霉，打13812345678", "negative", nps=3, store="城东一店", customer_id="c1",
        url="https://shop.example/1",
    )  # fmt: skip
    chain = shop.tag()
    [message] = shop.messages()
    assert (message.sink, message.payload["type"]) == ("east", "voice.action")
    data = message.payload["data"]
    assert data["action"]["say"] == "请在当天联系客户。"
    assert data["voice"]["feedback_id"] == name
    assert "13812345678" not in str(message.payload)
    assert shop.store.customer_tags("c1") == ["待回访"]
    assert chain.voice_notes == []
    [kept] = shop.store.voice_actions(name)
    assert (kept["rule"], kept["outcome"], kept["tag"]) == ("回访", "told", "待回访")


@pytest.mark.parametrize("change", ["withdrawn", "forgotten"])
def test_what_goes_while_it_is_tagged_is_left_out(shop: Shop, change: str) -> None:
    person = "c_0123456789abcdef0123"
    gone = shop.hear("a", "面包发霉", "negative", nps=3, customer_id=person)
    kept = shop.hear("b", "蛋糕太硬", "negative", nps=3)

    class Slow(Reader):
        def tag(self, texts: Sequence[str], *, ids: Sequence[str]) -> list[Tags]:
            with shop.store.transaction() as transaction:
                if change == "withdrawn":
                    transaction.withdraw("s", ["a"], NOW)
                else:
                    transaction.forget(person, NOW)
            return super().tag(texts, ids=ids)

    chain = Chain(shop.store, cast(Any, Slow("m@1", shop.said)), shop.settings)
    assert chain.tag() == (1, 0)
    assert (shop.store.tags(gone), shop.store.voice_actions(gone)) == (None, [])
    assert shop.store.tags(kept) is not None
    told = {item.payload["data"]["voice"]["feedback_id"] for item in shop.messages()}
    assert told == {kept}


@pytest.mark.parametrize(
    ("mood", "values", "rules"),
    [
        pytest.param("positive", {"rating": 5, "rating_max": 5}, {"致谢"}, id="delighted"),
        pytest.param("positive", {"rating": 3, "rating_max": 5}, set(), id="so so"),
        pytest.param("positive", {}, set(), id="no rating holds no condition on it"),
        pytest.param("negative", {}, set(), id="no NPS answer"),
        pytest.param("negative", {"nps": 6}, {"回访"}, id="detractors end at six"),
        pytest.param("negative", {"nps": 7}, set(), id="a passive one"),
        pytest.param("neutral", {"customer_id": "gold"}, {"要客"}, id="by tier"),
        pytest.param("negative", {"nps": 1, "customer_id": "gold"}, {"回访", "要客"}, id="all"),
    ],
)
def test_which_rules_act(mood: str, values: Any, rules: set[str], shop: Shop) -> None:
    shop.hear("a", "说了一句", mood, **values)
    shop.tag(tiers=lambda names: {name: "gold" for name in names if name == "gold"})
    assert {rule for rule, _ in shop.told()} == rules


def test_stores_of_their_own_sinks_and_all_others(shop: Shop) -> None:
    for name, store in (("a", "城东一店"), ("b", "城西店"), ("c", None)):
        shop.hear(name, "太差了", "negative", nps=0, store=store)
    shop.tag()
    assert sorted(shop.told()) == sorted(
        [("回访", "east")] + 2 * [("回访", sink) for sink in ("east", "crm", "all")]
    )


def test_nothing_is_sent_twice(shop: Shop) -> None:
    shop.hear("a", "很差", "negative", nps=0, store="城东店")
    shop.tag()
    shop.tag()
    shop.tag("another@2")
    assert shop.told() == [("回访", "east")]
    shop.hear("a", "很差，改了一个字", "negative", nps=0, store="城东店")
    shop.tag("another@2")
    assert shop.told() == [("回访", "east")]
    shop.hear("a", "处理好了，很满意", "positive", rating=5, rating_max=5, store="城东店")
    shop.tag("another@2")
    assert shop.told() == [("回访", "east"), ("致谢", "east")]


def test_a_new_model_that_sees_it_otherwise_sends_nothing(shop: Shop) -> None:
    shop.hear("a", "还行", "negative", nps=0, rating=5, rating_max=5, store="城东店")
    shop.tag()
    shop.said["还行"] = "positive"
    shop.tag("another@2")
    assert shop.told() == [("回访", "east")]


@pytest.mark.parametrize(("age_days", "sent"), [(2.9, 1), (3.1, 0), (3_650, 0)])
def test_old_voices_bring_about_nothing(age_days: float, sent: int, shop: Shop) -> None:
    shop.hear("a", "很差", "negative", nps=0, age_days=age_days, store="城东店")
    shop.tag()
    assert len(shop.messages()) == sent


@pytest.mark.parametrize(("later", "sent"), [(False, 0), (True, 1)])
def test_a_backlog_that_tells_no_time_brings_about_nothing(
    later: bool, sent: int, shop: Shop
) -> None:
    shop.hear("a", "很差", "negative", nps=0, store="城东店")
    voice = replace(shop_voice("b", "更差"), source="t", created_at=None)
    shop.said["更差"] = "negative"
    with shop.store.transaction() as transaction:
        transaction.add_feedback([voice], industry="snack", now=NOW)
        end = NOW - timedelta(minutes=1) if later else NOW
        transaction.save_cursor("t", {"health": {"first_end": end.isoformat(), "rows": 1}})
    shop.tag()
    assert len(shop.messages()) == 1 + sent


def test_staff_are_no_customers(shop: Shop) -> None:
    shop.hear("a", "很差", "negative", nps=0, extra={"is_staff": True})
    shop.tag()
    assert shop.messages() == []


def test_a_days_limit_is_told_aloud(shop: Shop) -> None:
    for number in range(5):
        shop.hear(f"a{number}", f"很差{number}", "negative", nps=0, store="城东店")
    shop.hear("b", "很差", "negative", nps=0, store="城西店")
    chain = shop.tag()
    stores = [item.payload["data"]["voice"]["store"] for item in shop.messages()]
    assert stores.count("城东店") == 2
    assert stores.count("城西店") == 3
    [note] = chain.voice_notes
    assert "城东店: 3 more than the 2 voices of a day" in note
    shop.hear("c", "还是很差", "negative", nps=0, store="城东店")
    assert "城东店: 1 more" in shop.tag().voice_notes[0]


def test_the_most_urgent_come_within_a_days_limit(shop: Shop) -> None:
    for number, text in enumerate(("很差", "不好", "太差", "孩子受伤了")):
        shop.hear(f"a{number}", text, "negative", nps=0, store="城东店")
    shop.tag()
    told = {
        item.payload["data"]["voice"]["text"]
        for item in shop.messages()
        if item.payload["data"]["voice"]["store"] == "城东店"
    }
    assert len(told) == 2
    assert "孩子受伤了" in told


def test_an_undone_transaction_sends_nothing_and_is_done_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    from voc.store import Transaction

    shop.hear("a", "很差", "negative", nps=0, store="城东店")

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(Transaction, "save_tags", broken)
        with pytest.raises(RuntimeError):
            shop.tag()
    assert shop.messages() == []
    shop.tag()
    assert shop.told() == [("回访", "east")]


def test_a_sink_that_is_not_there_is_said(shop: Shop, tmp_path: Path) -> None:
    text = RULES.replace("[crm]", "[crn]")
    (tmp_path / "routing.yaml").write_text(text, encoding="utf-8")
    shop.hear("a", "很差", "negative", nps=0)
    with pytest.raises(ConfigError, match="crn") as caught:
        shop.tag()
    assert "Did you mean 'crm'" in str(caught.value)
    assert list(shop.store.tagged(model="m@1")) == []
    (tmp_path / "routing.yaml").write_text(RULES, encoding="utf-8")
    shop.tag()
    assert shop.told() != [], "rules for voices missed none"


def test_an_advertisement_is_not_thanked(shop: Shop) -> None:
    best: dict[str, Any] = {"rating": 5, "rating_max": 5, "store": "城东一店"}
    shop.hear("a", "限时优惠，厂家直销，加微信abc12345领券", "positive", **best)
    shop.hear("b", "很好吃", "positive", **best)
    shop.tag()
    assert [item.payload["data"]["voice"]["text"] for item in shop.messages()] == ["很好吃"]


COPY = "这家店的面包真的太好吃了，强烈推荐给每一位朋友，下次一定还来"


def test_paid_posts_are_not_thanked(shop: Shop) -> None:
    best: dict[str, Any] = {"rating": 5, "rating_max": 5, "store": "城东一店"}
    for number in range(6):
        shop.hear(f"a{number}", f"{COPY}{number}", "positive", author=f"新{number}", **best)
    shop.hear("b", "店员帮我把蛋糕送到了家", "positive", author="老客", **best)
    chain = shop.tag()
    told = [item.payload["data"]["voice"]["text"] for item in shop.messages()]
    assert told == ["店员帮我把蛋糕送到了家"]
    assert chain.voice_notes == []


def test_words_that_were_stored_before_are_thanked_once(shop: Shop) -> None:
    best: dict[str, Any] = {"rating": 5, "rating_max": 5, "store": "城东一店", "author": "老客"}
    shop.hear("a", COPY, "positive", age_days=0.1, **best)
    shop.tag()
    shop.hear("b", f"{COPY}！", "positive", **best)
    shop.tag()
    assert [item.payload["data"]["voice"]["text"] for item in shop.messages()] == [COPY]


def test_old_copies_are_found_too(shop: Shop) -> None:
    best: dict[str, Any] = {"rating": 5, "rating_max": 5, "store": "城东一店", "author": "老客"}
    shop.hear("a", COPY, "positive", age_days=2.9, **best)
    shop.hear("b", "店员帮我把蛋糕送到了家", "positive", **(best | {"store": "城东二店"}))
    shop.tag()
    shop.hear("c", f"{COPY}！", "positive", age_days=2.8, **best)
    shop.tag()
    told = [item.payload["data"]["voice"]["text"] for item in shop.messages()]
    assert sorted(told) == sorted([COPY, "店员帮我把蛋糕送到了家"])


def test_a_store_without_rules_is_asked_nothing(shop: Shop, tmp_path: Path) -> None:
    (tmp_path / "routing.yaml").write_text("{}", encoding="utf-8")
    shop.hear("a", "很差", "negative", nps=0)
    shop.tag(tiers=SimpleNamespace)
    assert shop.messages() == []


def test_tiers_are_of_the_directory(shop: Shop) -> None:
    known = (("c1", "gold"), ("c2", None), ("c4", "gold"))
    with shop.store.transaction() as transaction:
        transaction.save_customers([Customer(name, NOW, tier) for name, tier in known])
    assert tiers_of(shop.store)({"c1", "c2", "c3"}) == {"c1": "gold"}
