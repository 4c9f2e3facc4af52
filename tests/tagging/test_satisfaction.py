"""Satisfaction predicted from conversations: what is read of them, and what must not matter."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from voc.config import bundled, load_settings
from voc.errors import ModelError, ModelUnavailableError
from voc.inference.manifest import newest
from voc.records import Turn, satisfaction_level
from voc.tagging.satisfaction import (
    MODEL,
    N_SHAPE,
    PARTS,
    SatisfactionModel,
    conversation,
    load_satisfaction,
)

ANSWER = "您好，请您提供一下号码，帮您核实"
GLAD = (("customer", "宽带坏了"), ("agent", "师傅已上门修复"), ("customer", "修好了，谢谢你们"))
CROSS = (("customer", "宽带坏了"), ("agent", ANSWER), ("customer", "第三次了还是没人管，骗子！"))


def _turns(*said: tuple[str, str]) -> tuple[Turn, ...]:
    return tuple(Turn(speaker, text) for speaker, text in said)


@pytest.fixture(scope="module")
def model() -> SatisfactionModel:
    return SatisfactionModel.load(newest(bundled("models"), MODEL))


def test_parts_of_a_conversation() -> None:
    read = conversation(
        _turns(("agent", "您好"), ("customer", "坏了"), ("agent", "修了"), ("customer", "好"))
    )
    parts = dict(zip(PARTS, read.parts, strict=True))
    assert parts == {
        "opening": "坏了",
        "later": "好",
        "last_asked": "好",
        "answers": "您好\n修了",
        "end": "好",
    }
    assert len(read.shape) == N_SHAPE


@pytest.mark.parametrize("said", [(), (("agent", "您好"),), (("customer", "  "),), GLAD[:1]])
def test_any_conversation_can_be_read(
    model: SatisfactionModel, said: tuple[tuple[str, str], ...]
) -> None:
    [found] = model.predict([_turns(*said)])
    assert -2 <= found.low <= found.score <= found.high <= 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("@中国电信客服 号码13812345678坏了", "@某某客服 号码***********坏了"),
        ("坏了 https://t.cn/abc", "坏了"),
        ("咨询订单号:123 订单金额:5 坏了", "坏了"),
        ("寬帶壞了", "宽带坏了"),
    ],
)
def test_what_says_nothing_of_satisfaction_changes_nothing(one: str, other: str) -> None:
    read = [conversation(_turns(("customer", text), ("agent", "好的"))) for text in (one, other)]
    assert read[0] == read[1]


@pytest.mark.parametrize(
    ("farewell", "is_left_out"),
    [("感谢您的来电，再见", True), ("不客气，请问还有其他问题吗", True), ("要再等三天", False)],
)
def test_what_an_agent_says_behind_the_customers_farewell(farewell: str, is_left_out: bool) -> None:
    longer = conversation(_turns(*GLAD, ("agent", farewell)))
    assert (longer == conversation(_turns(*GLAD))) is is_left_out


def test_a_complaint_is_never_cut_off_from_its_answer() -> None:
    asked = (*CROSS, ("agent", "感谢您的来电，再见"))
    assert conversation(_turns(*asked)).parts[-1].startswith("感谢您的来电")


def test_the_glad_are_told_from_the_cross(model: SatisfactionModel) -> None:
    glad, cross = model.predict([_turns(*GLAD), _turns(*CROSS)])
    assert cross.high < glad.score
    assert (satisfaction_level(cross.score), satisfaction_level(glad.score)) == ("low", "high")


def test_a_prediction_is_the_same_alone_and_in_any_batch(model: SatisfactionModel) -> None:
    rows = [_turns(*GLAD), _turns(*CROSS), _turns(*GLAD[:2])] * 200
    together = model.predict(rows)
    alone = [model.predict([row])[0] for row in rows[:3]]
    assert [each.score for each in together[-3:]] == pytest.approx([each.score for each in alone])
    assert model.predict([]) == []


@pytest.mark.parametrize(
    ("score", "level"),
    [(-2, "low"), (-0.5, "low"), (-0.49, "middle"), (0.49, "middle"), (0.5, "high"), (2, "high")],
)
def test_levels(score: float, level: str) -> None:
    assert satisfaction_level(score) == level


def test_another_kind_of_model_is_refused() -> None:
    with pytest.raises(ModelError, match="no regression head 'satisfaction'"):
        SatisfactionModel.load(newest(bundled("models"), "voc-zh-linear"))


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "1.0.0"
    shutil.copytree(newest(bundled("models"), MODEL), folder)
    weights = folder / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(ModelError, match="SHA-256"):
        SatisfactionModel.load(folder)


def test_the_settings_name_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOC_MODELS_CALLS", "")
    assert load_satisfaction(load_settings()) is None
    monkeypatch.setenv("VOC_MODELS_CALLS", "voc-none")
    with pytest.raises(ModelUnavailableError, match="voc-none"):
        load_satisfaction(load_settings())
