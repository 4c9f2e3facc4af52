"""Conversations from a transcript to their summary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from voc.cli.app import app
from voc.pipeline.calls import CallReader, is_conversation, with_calls
from voc.pipeline.tagging import Failure
from voc.pipeline.voices import customer_view
from voc.records import CallTags, Channel, Feedback, Satisfaction, Sentiment, Tags, Turn

AGENT = "您好，很高兴为您服务，请问有什么可以帮您？"
SRT = (
    f"1\n00:00:00,000 --> 00:00:03,000\n{AGENT}\n\n"
    "2\n00:00:04,000 --> 00:00:09,000\n嗯，我要投诉，手机银行一直登不上去，太差了\n\n"
    "3\n00:00:10,000 --> 00:00:12,000\n请您稍等，为您查询\n\n"
    "4\n00:00:42,000 --> 00:00:45,000\n非常抱歉，已经为您解锁\n\n"
    "5\n00:00:46,000 --> 00:00:48,000\n还是登不上，你们没解决我的问题\n"
)


class _Listener:
    """Judges what has 差 in it, and keeps what it was given."""

    model, masks = "listener@1", False

    def __init__(self) -> None:
        self.heard: list[str] = []

    def tag(self, texts: Sequence[str], *, ids: Sequence[str]) -> list[Tags]:
        self.heard += texts
        return [Tags(id=name, text=text, language="zh", sentiment=_mood(text))
                for name, text in zip(ids, texts, strict=True)]  # fmt: skip


def _mood(text: str) -> Sentiment | None:
    return Sentiment("negative", 1.0, {"negative": 1.0}) if "差" in text else None


def _call() -> Feedback:
    turns = (
        Turn("agent", "太差了吗"),
        Turn("customer", "嗯，太差了"),
        Turn("customer", "那个那个"),
    )
    return Feedback("s", "1", "hotline", "\n".join(turn.text for turn in turns), turns=turns)


def test_only_the_customers_turns_are_judged_and_without_fillers() -> None:
    listener = _Listener()
    assert CallReader(listener, None).read([_call()]) == [CallTags((None, "negative", None))]
    assert listener.heard == ["  太差了", "  那个"]


def test_the_customers_view_of_a_hotline_leaves_fillers_out_and_keeps_offsets() -> None:
    call = _call()
    assert customer_view(call) == "    \n  太差了\n  那个"
    assert len(customer_view(call)) == len(call.text)


class _Deaf(_Listener):
    """Raises at one turn, as a poison row does."""

    def tag(self, texts: Sequence[str], *, ids: Sequence[str]) -> list[Tags]:
        if any("差" in text for text in texts):
            raise ValueError("poison")
        return super().tag(texts, ids=ids)


class _Oracle:
    def predict(self, conversations: Sequence[Sequence[Turn]]) -> list[Satisfaction]:
        return [Satisfaction(-len(turns) / 2, -2, 2, "oracle@1") for turns in conversations]


def test_a_turn_that_cannot_be_judged_costs_no_other() -> None:
    assert CallReader(_Deaf(), None).read([_call()]) == [CallTags((None, None, None))]


def test_without_an_engine_satisfaction_is_predicted_all_the_same() -> None:
    [found] = CallReader(None, _Oracle()).read([_call()])
    assert found == CallTags((None, None, None), Satisfaction(-1.5, -2, 2, "oracle@1"))


@pytest.mark.parametrize(
    ("channel", "speakers", "expected"),
    [
        ("hotline", ("customer", "agent"), True),
        ("chat", ("customer",), True),
        ("forum", ("customer", "agent"), False),
        ("hotline", ("0", "1"), False),
        ("hotline", (), False),
    ],
)
def test_what_is_a_conversation(
    channel: Channel, speakers: tuple[str, ...], expected: bool
) -> None:
    turns = tuple(Turn(name, "在吗") for name in speakers)
    assert is_conversation(Feedback("s", "1", channel, "在吗", turns=turns)) is expected


def test_only_conversations_that_were_tagged_are_judged() -> None:
    review = Feedback("s", "2", "review", "太差了")
    tags = [Tags(id=str(number), text="", language="zh", sentiment=None) for number in range(2)]
    failure = Failure("cut")
    found = with_calls(
        [tags[0], tags[1], failure], [_call(), review, _call()], CallReader(None, _Oracle())
    )
    assert isinstance(found[0], Tags)
    assert found[0].call is not None
    assert found[1:] == [tags[1], failure]


def test_tags_keep_what_was_said_of_a_call() -> None:
    call = CallTags(("negative", None), Satisfaction(-0.5, -1.2, 0.2, "m@1.0.0"))
    tags = Tags(id="1", text="差", language="zh", sentiment=None, call=call)
    assert Tags.from_dict(tags.as_dict()).call == call
    assert "call" not in Tags(id="1", text="", language="zh", sentiment=None).as_dict()


def test_a_call_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "call-17.srt").write_text(SRT)
    environment = {
        "VOC_STORE_URL": f"sqlite:///{tmp_path / 'voc.db'}",
        "VOC_QUEUE_DIR": str(tmp_path / "queue"),
        "VOC_MODELS_NAME": "lexicon",
    }
    for words in (
        ["ingest", str(tmp_path / "call-17.srt"), "--industry", "bank", "--channel", "hotline"],
        ["run"],
    ):
        done = CliRunner().invoke(app, words, env=environment)
        assert done.exit_code == 0, done.output
    listed = CliRunner().invoke(app, ["calls", "--json"], env=environment)
    assert listed.exit_code == 0, listed.output
    assert '"native_id":"call-17"' in listed.stdout.replace('": "', '":"')
    assert '"unresolved"' in listed.stdout
    assert '"hold_s":30.0' in listed.stdout.replace(": ", ":")
    [call] = [orjson.loads(line) for line in listed.stdout.splitlines()]
    found = call["satisfaction"]
    assert -2 <= found["low"] <= found["score"] <= found["high"] <= 2
    assert found["model"].startswith("voc-zh-calls@")
    assert call["last"] == "还是登不上，你们没解决我的问题"
    shown = CliRunner().invoke(app, ["calls", "--worst", "--industry", "bank"], env=environment)
    assert "预测满意度" in shown.stdout
    page = tmp_path / "report.html"
    CliRunner().invoke(app, ["report", "-o", str(page)], env=environment)
    assert "还是登不上，你们没解决我的问题" in page.read_text(encoding="utf-8")
    assert "客户为什么找来" in page.read_text(encoding="utf-8")


def test_calls_of_two_industries_are_told_together_and_apart(tmp_path: Path) -> None:
    (tmp_path / "bank.srt").write_text(SRT)
    (tmp_path / "telecom.srt").write_text(
        SRT.replace("手机银行一直登不上去", "宽带断了三天没人来修")
    )
    environment = {
        "VOC_STORE_URL": f"sqlite:///{tmp_path / 'voc.db'}",
        "VOC_QUEUE_DIR": str(tmp_path / "queue"),
        "VOC_MODELS_NAME": "lexicon",
    }
    page = tmp_path / "report.json"

    def told(*words: str) -> set[str]:
        done = CliRunner().invoke(app, ["report", "-o", str(page), *words], env=environment)
        assert done.exit_code == 0, done.output
        return {each["aspect"] for each in orjson.loads(page.read_bytes())["calls"]["reasons"]}

    for industry in ("bank", "telecom"):
        words = ["ingest", str(tmp_path / f"{industry}.srt"), "--industry", industry]
        assert CliRunner().invoke(app, words, env=environment).exit_code == 0
    assert CliRunner().invoke(app, ["run"], env=environment).exit_code == 0
    assert "宽带与固话" in told("--industry", "telecom")
    assert "手机银行" in told("--industry", "bank")
    assert {"宽带与固话（通信运营商）", "手机银行（银行）"} <= told()


def test_a_missing_model_is_said_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "call-17.srt").write_text(SRT)
    environment = {
        "VOC_STORE_URL": f"sqlite:///{tmp_path / 'voc.db'}",
        "VOC_QUEUE_DIR": str(tmp_path / "queue"),
        "VOC_MODELS_NAME": "lexicon",
        "VOC_MODELS_CALLS": "voc-none",
    }
    for words in (["ingest", str(tmp_path / "call-17.srt"), "--industry", "bank"], ["run"]):
        done = CliRunner().invoke(app, words, env=environment)
        assert done.exit_code == 0, done.output
    assert "No satisfaction is predicted" in done.stderr
    listed = CliRunner().invoke(app, ["calls", "--json"], env=environment)
    assert orjson.loads(listed.stdout)["satisfaction"] is None
