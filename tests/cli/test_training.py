"""`voc train-aspects` as users type it: a taxonomy of their own gets better, or stays."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from voc.config import Settings, load_industry, load_settings
from voc.errors import ModelError
from voc.inference.manifest import file_digest
from voc.pipeline.reporting import current_model
from voc.pipeline.sharpening import read_labelled
from voc.records import Tags
from voc.tagging.engine import load

Voc = Callable[..., Any]

ENCODER = "voc-zh"
TEA = """\
id: tea_house
name: 茶馆
aspects:
- {id: taste, name: 味道, keywords: [味道]}
- {id: queue, name: 排队}
- {id: price, name: 价格, keywords: [价格]}
"""
SAID = {
    "taste": (
        ("茶香很浓", "positive"), ("味道不错", "positive"), ("喝起来甜甜的", "positive"),
        ("口感顺滑", "positive"), ("味道太苦了", "negative"), ("喝着像白开水", "negative"),
        ("奶味很淡", "negative"), ("难喝死了", "negative"),
    ),
    "queue": (
        ("等了一个小时才拿到", "negative"), ("前面站了几十号人", "negative"),
        ("叫号叫了半天", "negative"), ("队伍排到门外", "negative"), ("等得腿都酸了", "negative"),
        ("取餐要等很久", "negative"), ("不用等就拿到了", "positive"),
        ("人少,一会儿就轮到", "positive"),
    ),
    "price": (
        ("价格实惠", "positive"), ("一杯才八块钱", "positive"), ("性价比很高", "positive"),
        ("花得值", "positive"), ("卖得太贵了", "negative"), ("三十多一杯抢钱", "negative"),
        ("又涨了五块", "negative"), ("价格虚高", "negative"),
    ),
}  # fmt: skip
NEITHER = ("昨天和朋友去的", "就在公司楼下", "下次还来", "店员是个小姑娘", "周末去逛街路过")


def rows(count: int, *, seed: int) -> list[dict[str, Any]]:
    """Makes labelled rows of one or two judgements, each text once."""
    chance = random.Random(seed)
    found: dict[str, dict[str, Any]] = {}
    while len(found) < count:
        aspects = chance.sample(sorted(SAID), chance.choice((0, 1, 1, 2)))
        chosen = [(aspect, *chance.choice(SAID[aspect])) for aspect in aspects]
        text = ",".join([chance.choice(NEITHER), *(said for _, said, _ in chosen)])
        labels = [{"aspect_id": aspect, "sentiment": label} for aspect, _, label in chosen]
        found.setdefault(text, {"text": text, "aspects": labels})
    return list(found.values())


def write(path: Path, content: Sequence[object]) -> None:
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in content)
    path.write_text("".join(lines), encoding="utf-8")


@pytest.fixture
def tea(tmp_path: Path) -> Settings:
    """Settings beside which the taxonomy and labelled rows lie."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "tea_house.yaml").write_text(TEA, encoding="utf-8")
    (tmp_path / "voc.yaml").write_text(
        f"models: {{name: {ENCODER}}}\nindustries_dir: own\n", encoding="utf-8"
    )
    write(tmp_path / "labelled.jsonl", rows(60, seed=0))
    return load_settings(tmp_path / "voc.yaml", environ={})


@pytest.fixture(scope="module")
def _kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the sharpened taxonomy is kept, so that it is made once."""
    return tmp_path_factory.mktemp("kept") / "sharpened"


@pytest.fixture
def trained(voc: Voc, tea: Settings, _kept: Path) -> Settings:
    """Settings as `tea`, whose taxonomy is sharpened."""
    if not _kept.exists():
        done = train(voc)
        assert done.code == 0, done.err
        assert "茶馆：60 条标注" in done.out
        assert "Tags now say" in done.err
        shutil.copytree(tea.sharpened_dir, _kept)
    else:
        shutil.copytree(_kept, tea.sharpened_dir)
    return tea


def train(voc: Voc, *more: str) -> Any:
    return voc(
        "train-aspects", "labelled.jsonl", "--industry", "tea_house", "--config", "voc.yaml", *more
    )


def without(settings: Settings) -> Settings:
    """Returns settings that know of no sharpened taxonomy."""
    models = settings.models.model_copy(update={"sharpened_dir": Path("nowhere")})
    changed = settings.model_copy(update={"models": models})
    assert not changed.sharpened_dir.exists()
    return changed


def share_found(tags: Sequence[Tags], wanted: Sequence[dict[str, Any]]) -> float:
    """Returns which share of the aspects in rows is found in the Tags."""
    pairs = [
        any(mention.aspect_id == item["aspect_id"] for mention in each.aspects)
        for each, row in zip(tags, wanted, strict=True)
        for item in row["aspects"]
    ]
    return sum(pairs) / len(pairs)


def test_what_has_no_keywords_is_found_after_training(trained: Settings) -> None:
    known = rows(60, seed=0)
    new = [row for row in rows(200, seed=1) if row not in known][:80]
    texts = [row["text"] for row in new]
    before = load("tea_house", settings=without(trained))
    after = load("tea_house", settings=trained)
    first, second = before.tag(texts), after.tag(texts)
    assert share_found(second, new) > share_found(first, new) + 0.2
    queue = [tags for tags in second if any(each.aspect_id == "queue" for each in tags.aspects)]
    assert queue
    for tags in queue:
        for mention in tags.aspects:
            assert mention.evidence
            assert all(tags.text[each.start : each.end] == each.text for each in mention.evidence)


def test_tags_say_by_what_they_were_made(voc: Voc, trained: Settings) -> None:
    [path] = (trained.sharpened_dir / "tea_house").glob("*.safetensors")
    plain = load("tea_house", settings=without(trained))
    engine = load("tea_house", settings=trained)
    assert engine.model == f"{plain.model}+tea_house.{file_digest(path)[:8]}"
    assert engine.notice is None
    assert [tags.model for tags in engine.tag(["等了一个小时"])] == [engine.model]
    assert current_model(trained) == engine.model
    doctor = voc("doctor", "--config", "voc.yaml")
    assert doctor.code == 0
    assert f"tea_house.{file_digest(path)[:8]} of 60 rows for {plain.model}" in doctor.out


def test_other_taxonomies_are_tagged_as_before(trained: Settings) -> None:
    texts = ["屏幕很亮,电池不行", "等了一个小时才发货"]
    found = load("phone", settings=trained).tag(texts)
    wanted = load("phone", settings=without(trained)).tag(texts)
    assert [tags.aspects for tags in found] == [tags.aspects for tags in wanted]


def test_for_other_aspects_or_another_model_it_is_left_out(voc: Voc, trained: Settings) -> None:
    own = trained.base_dir / "own" / "tea_house.yaml"
    own.write_text(TEA.replace("id: queue", "id: waiting"), encoding="utf-8")
    changed = load("tea_house", settings=trained)
    assert changed.notice is not None
    assert "other aspects than tea_house has now" in changed.notice
    texts = [row["text"] for row in rows(20, seed=2)]
    plain = load("tea_house", settings=without(trained))
    found, wanted = changed.tag(texts), plain.tag(texts)
    assert [tags.aspects for tags in found] == [tags.aspects for tags in wanted]
    assert "other aspects" in voc("doctor", "--config", "voc.yaml").out
    linear = load("tea_house", settings=trained, model="voc-zh-linear")
    assert "+" not in linear.model
    assert linear.notice is not None
    assert f"was fitted for {ENCODER}@" in linear.notice


def test_a_changed_file_is_refused_but_does_not_hinder_training(
    voc: Voc, trained: Settings
) -> None:
    [path] = (trained.sharpened_dir / "tea_house").glob("*.safetensors")
    path.write_bytes(path.read_bytes()[:-1] + b"\x01\x02")
    with pytest.raises(ModelError, match="SHA-256"):
        load("tea_house", settings=trained)
    write(trained.base_dir / "labelled.jsonl", rows(5, seed=0))
    assert "5 of its rows can be used" in train(voc).err


def test_where_the_tagger_is_right_nothing_is_written(voc: Voc, tea: Settings) -> None:
    texts = [row["text"] for row in rows(24, seed=0)]
    right = [
        {
            "text": tags.text,
            "aspects": [
                {"aspect_id": each.aspect_id, "sentiment": each.sentiment} for each in tags.aspects
            ],
        }
        for tags in load("tea_house", settings=tea).tag(texts)
    ]
    write(tea.base_dir / "labelled.jsonl", right)
    done = train(voc, "-o", "elsewhere")
    assert done.code == 0, done.err
    assert "nothing was written" in done.err
    assert not tea.sharpened_dir.exists()
    assert not (tea.base_dir / "elsewhere").exists()


def test_rows_that_cannot_be_used_are_named_and_counted(tea: Settings) -> None:
    good = rows(3, seed=0)
    bad: list[object] = [
        good[2],
        {"text": "好喝", "aspects": [{"aspect": "味到", "sentiment": "positive"}]},
        {"text": "好喝"},
        {"aspects": []},
        {"text": "贵", "aspects": [{"aspect_id": "price", "sentiment": "bad"}]},
    ]
    path = tea.base_dir / "labelled.jsonl"
    write(path, [*good, *bad])
    with path.open("a", encoding="utf-8") as stream:
        stream.write("no json\n")
    industry = load_industry("tea_house", folder=tea.base_dir / "own")
    labelled = read_labelled(path, industry, tea)
    assert [row.place for row in labelled.rows] == [f"labelled.jsonl:{line}" for line in (1, 2, 3)]
    for reject, (line, said) in zip(
        labelled.rejects,
        (
            (4, "repeats the text of labelled.jsonl:3"),
            (5, "the taxonomy has no aspect '味到'"),
            (6, "has no 'aspects'"),
            (7, "has no 'text'"),
            (8, "the sentiment of price"),
            (9, "not valid JSON"),
        ),
        strict=True,
    ):
        assert reject.place == f"labelled.jsonl:{line}"
        assert said in reject.reason


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (rows(12, seed=0), "12 of its rows can be used, and 20 are the fewest"),
        ([{**row, "aspects": []} for row in rows(30, seed=0)], "no row speaks of any aspect"),
    ],
    ids=["too few", "no aspect"],
)
def test_too_little_is_said_plainly(
    voc: Voc, tea: Settings, content: list[dict[str, Any]], said: str
) -> None:
    write(tea.base_dir / "labelled.jsonl", content)
    done = train(voc)
    assert done.code == 2
    assert said in done.err
    assert not tea.sharpened_dir.exists()


def test_only_an_encoder_can_be_sharpened(voc: Voc, tea: Settings) -> None:
    done = train(voc, "--model", "voc-zh-linear")
    assert done.code == 1
    assert "is no encoder" in done.err
