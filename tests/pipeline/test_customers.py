"""Customers from files and databases lie in the directory as the customers of feedback."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from voc.config import Settings, load_settings
from voc.errors import UsageError
from voc.pipeline.customers import ingest_customers
from voc.pipeline.forgetting import forget, forgettable, key_of
from voc.pipeline.ingesting import ingest
from voc.records import FILLED
from voc.sources.files import FileSource
from voc.store import Store, UpsertCounts, open_store
from voc.text.privacy import pseudonym

MEMBERS = "会员号,会员等级,归属门店,所在城市\nU1,钻石会员,一店,杭州\nU2,普卡,,\n,金卡,,\n"
ORDERS = (
    "会员号,订单号,下单时间,实付金额,商品名称,门店\n"
    "U1,A1,2026-09-01 10:00,100,云驰X5,二店\nU1,A2,2026-10-20 10:00,900,云驰X7,三店\n"
    "U3,,2026-10-01,50,云驰X5,\n"
)
WORDS = "编号,评论,时间,会员号,门店\n1,顿挫,2026-10-02 08:00,U1,\n2,异响,2026-10-02 08:00,U1,九店\n"


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with open_store(f"sqlite:///{tmp_path / 'voc.db'}") as opened:
        yield opened


def settings_of(**overrides: Any) -> Settings:
    return load_settings(environ={}, overrides=overrides)


def written(folder: Path, name: str, text: str) -> str:
    (folder / name).write_text(text, encoding="utf-8")
    return str(folder / name)


def test_members_and_orders_come_from_files(store: Store, tmp_path: Path) -> None:
    settings = settings_of()
    # Long ones: two letters may stand in a hash by chance.
    keys = {"U1": "member-key-one", "A1": "order-key-one"}
    members, orders = (_with_keys(text, keys) for text in (MEMBERS, ORDERS))
    found = ingest_customers(
        store, written(tmp_path, "members.csv", members), settings=settings, mapping={}
    )
    assert (found.customers, found.rejected) == (UpsertCounts(new=2), 1)
    bought = ingest_customers(
        store, written(tmp_path, "orders.csv", orders), settings=settings, mapping={}
    )
    assert (bought.customers.new, bought.orders.new) == (1, 3)
    assert store.rejects("customers:members")[0].sample == ""
    again = ingest_customers(store, str(tmp_path / "orders.csv"), settings=settings, mapping={})
    assert again.orders == UpsertCounts(known=3)
    raw = (tmp_path / "voc.db").read_bytes() + (tmp_path / "voc.db-wal").read_bytes()
    assert [word for word in keys.values() if word.encode() in raw] == []


def _with_keys(text: str, keys: dict[str, str]) -> str:
    for short, key in keys.items():
        text = text.replace(short, key)
    return text


def test_members_come_from_a_database(store: Store, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        connection.execute("CREATE TABLE m (no TEXT, vip TEXT)")
        connection.execute("INSERT INTO m VALUES ('U1', '钻石会员')")
    connection.close()
    source = {
        "url": f"sqlite:///{tmp_path / 'crm.db'}",
        "query": "SELECT no, vip FROM m",
        "map": {"customer_id": "no", "tier": "vip"},
    }
    settings = settings_of(**{"customers.sources": {"crm": source}})
    counts = ingest_customers(store, "crm", settings=settings, mapping={})
    assert counts.customers == UpsertCounts(new=1)
    (kept,) = store.customers()
    assert (kept.customer_id, kept.tier) == (key_of(store, settings, "U1"), "钻石会员")


def test_a_source_that_is_not_there_is_told(store: Store) -> None:
    settings = settings_of(**{"customers.sources": {"members": {"path": "m.csv"}}})
    with pytest.raises(UsageError, match="Did you mean 'members'"):
        ingest_customers(store, "memberz", settings=settings, mapping={})


def test_a_time_ahead_holds_nothing_off(store: Store, tmp_path: Path) -> None:
    for tier, day in (("普卡", "2199-01-01"), ("金卡", "")):
        file = written(tmp_path, "m.csv", f"会员号,会员等级,更新时间\nU1,{tier},{day}\n")
        ingest_customers(store, file, settings=settings_of(), mapping={})
    assert [item.tier for item in store.customers()] == ["金卡"]


def voices(store: Store, folder: Path, settings: Settings) -> list[Any]:
    source = FileSource(written(folder, "reviews.csv", WORDS), zone=settings.zone, max_chars=100)
    ingest(store, source, settings=settings, industry=None)
    page = store.feedback_page(limit=9, is_oldest_first=True)
    return [item.voice.feedback for item in page.items]


def fed(store: Store, folder: Path, settings: Settings) -> None:
    for name, text in (("members.csv", MEMBERS), ("orders.csv", ORDERS)):
        ingest_customers(store, written(folder, name, text), settings=settings, mapping={})


def test_feedback_stays_as_it_is_by_default(store: Store, tmp_path: Path) -> None:
    settings = settings_of()
    fed(store, tmp_path, settings)
    first, _ = voices(store, tmp_path, settings)
    assert (first.product, first.store, first.region) == (None, None, None)


def test_feedback_gets_what_it_lacks_from_the_last_order_before_it(
    store: Store, tmp_path: Path
) -> None:
    settings = settings_of(**{"customers.fill_places": True})
    fed(store, tmp_path, settings)
    first, second = voices(store, tmp_path, settings)
    assert (first.product, first.store, first.region) == ("云驰X5", "二店", "杭州")
    assert first.extra[FILLED] == ["product", "region", "store"]
    assert (second.product, second.store) == ("云驰X5", "九店")


def test_a_later_order_makes_no_edit_of_what_was_said(store: Store, tmp_path: Path) -> None:
    settings = settings_of(**{"customers.fill_places": True})
    voices(store, tmp_path, settings)
    fed(store, tmp_path, settings)
    before = store.counts().versions
    (tmp_path / "reviews.csv").touch()
    assert len(voices(store, tmp_path, settings)) == 2
    assert store.counts().versions == before == 2


def test_a_person_is_forgotten_by_the_id_of_other_systems(store: Store, tmp_path: Path) -> None:
    settings = settings_of()
    fed(store, tmp_path, settings)
    voices(store, tmp_path, settings)
    told = forget(store, settings, "U1", actor="dpo")
    assert (told.feedback, told.customers, told.orders) == (2, 1, 2)
    assert store.counts().feedback == 0
    assert store.audit()[0].actor == "dpo"
    now = datetime.now(UTC)
    assert store.customer(key_of(store, settings, "U1"), since=now, until=now) is None


PHONES = "诉求内容,来电号码\n空调漏水,+86 138-0013-8000\n路灯坏了,13900139000\n"


@pytest.mark.parametrize("mapping", [{}, {"customer_id": "来电号码"}])
def test_telephones_meet_in_voices_and_directory(
    store: Store, tmp_path: Path, mapping: dict[str, str]
) -> None:
    settings = settings_of()
    members = written(tmp_path, "m.csv", "手机号码,会员等级\n138 0013 8000,金卡\n未留,普卡\n")
    counts = ingest_customers(store, members, settings=settings, mapping={})
    assert (counts.customers.new, counts.rejected) == (1, 1)
    assert counts.notes[0].startswith("customers are known by '手机号码'")
    path = written(tmp_path, "calls.csv", PHONES)
    source = FileSource(path, zone=settings.zone, max_chars=100, mapping=mapping)
    ingest(store, source, settings=settings, industry=None)
    raw = (tmp_path / "voc.db").read_bytes() + (tmp_path / "voc.db-wal").read_bytes()
    assert [
        word for word in ("13800138000", "0013-8000", "13900139000") if word.encode() in raw
    ] == []
    assert forgettable(store, settings, "(+86) 13800138000").feedback == 1
    told = forget(store, settings, "13800138000", actor="dpo")
    assert (told.feedback, told.customers) == (1, 1)
    assert store.counts().feedback == 1


FORMS = (
    "13900139000", "１３９００１３９０００", "139 0013 9000", "+86 139-0013-9000",
    "(+86)13900139000", "13900139000.0", "'13900139000", "\u202d13900139000\u202c",
)  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("column", ["会员号", "手机号"])
def test_each_form_of_a_number_is_one_customer(
    store: Store, tmp_path: Path, form: str, column: str
) -> None:
    settings = settings_of()
    members = written(tmp_path, "m.csv", f"{column},会员等级\n{form},金卡\n")
    orders = written(
        tmp_path, "o.csv", f"{column},订单号,下单时间,实付金额\n{form},A1,2026-09-01 10:00,9\n"
    )
    for path in (members, orders):
        ingest_customers(store, path, settings=settings, mapping={})
    path = written(tmp_path, "r.csv", f"评论,{column},作者\n顿挫,{form},\n异响,,{form}\n")
    ingest(
        store, FileSource(path, zone=settings.zone, max_chars=99), settings=settings, industry=None
    )
    plain = key_of(store, settings, "13900139000")
    assert {key_of(store, settings, other) for other in FORMS} == {plain}
    told = forget(store, settings, "13900139000", actor="dpo")
    assert (told.feedback, told.customers, told.orders) == (2, 1, 1)


def test_a_number_is_forgotten_as_an_author_once_wrote_it_too(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("voc.pipeline.voices.customer_pseudonym", pseudonym)
    settings = settings_of()
    path = written(tmp_path, "r.csv", "评论,作者\n顿挫,138 0013 8000\n")
    source = FileSource(path, zone=settings.zone, max_chars=100)
    ingest(store, source, settings=settings, industry=None)
    assert forget(store, settings, "138 0013 8000", actor="dpo").feedback == 1
