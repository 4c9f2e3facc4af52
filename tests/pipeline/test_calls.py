"""Conversations from a transcript to their summary."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from typer.testing import CliRunner

from voc.cli.app import app
from voc.pipeline.calls import turn_polarities
from voc.pipeline.voices import customer_view
from voc.records import Feedback, Sentiment, Tags, Turn

AGENT = "您好，很高兴为您服务，请问有什么可以帮您？"
SRT = (
    f"1\n00:00:00,000 --> 00:00:03,000\n{AGENT}\n\n"
    "2\n00:00:04,000 --> 00:00:09,000\n嗯，我要投诉，手机银行一直登不上去，太差了\n\n"
    "3\n00:00:10,000 --> 00:00:12,000\n请您稍等，为您查询\n\n"
    "4\n00:00:42,000 --> 00:00:45,000\n非常抱歉，已经为您解锁\n\n"
    "5\n00:00:46,000 --> 00:00:48,000\n还是登不上，没解决\n"
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
    assert turn_polarities(listener, _call()) == [None, "negative", None]
    assert listener.heard == ["  太差了", "  那个"]


def test_the_customers_view_of_a_hotline_leaves_fillers_out_and_keeps_offsets() -> None:
    call = _call()
    assert customer_view(call) == "    \n  太差了\n  那个"
    assert len(customer_view(call)) == len(call.text)


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
