"""Results of cloud services' recognition, in the shapes that their documents show."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.records import Turn
from voc.sources.clouds import cloud_segments
from voc.sources.files import FileSource

AGENT = "您好，很高兴为您服务，请问有什么可以帮您？"
CUSTOMER = "我要投诉，你们的手机银行登不上去"
SENTENCES = [
    {"BeginTime": 5000, "EndTime": 9250, "Text": CUSTOMER, "ChannelId": 1, "SpeechRate": 177},
    {"BeginTime": 500, "EndTime": 3000, "Text": AGENT, "ChannelId": 0, "EmotionValue": 5.0},
]
SLICES = [
    {"FinalSentence": AGENT, "StartMs": 500, "EndMs": 3000, "WordsNum": 3, "SpeakerId": 0},
    {"FinalSentence": CUSTOMER, "StartMs": 5000, "EndMs": 9250, "SpeakerId": 1},
]
UTTERANCES = [
    {"text": AGENT, "start_time": 500, "end_time": 3000, "additions": {"speaker": "1"}},
    {"text": CUSTOMER, "start_time": 5000, "end_time": 9250, "additions": {"speaker": "2"}},
]
ONEBEST = [
    {"bg": "500", "ed": "3000", "onebest": AGENT, "speaker": "1"},
    {"bg": "5000", "ed": "9250", "onebest": CUSTOMER, "speaker": "2"},
]
PARAGRAPHS = [
    {
        "ParagraphId": "1",
        "SpeakerId": "1",
        "Words": [
            {"Start": 500, "End": 900, "Text": AGENT[:3]},
            {"Start": 900, "End": 3000, "Text": AGENT[3:]},
        ],
    },
    {"SpeakerId": "2", "Words": [{"Start": 5000, "End": 9250, "Text": CUSTOMER}]},
]
TRANSCRIPTS = [
    {
        "channel_id": 1,
        "text": CUSTOMER,
        "sentences": [{"begin_time": 5000, "end_time": 9250, "text": CUSTOMER}],
    },
    {
        "channel_id": 0,
        "text": AGENT,
        "sentences": [{"begin_time": 500, "end_time": 3000, "text": AGENT}],
    },
]


@pytest.mark.parametrize(
    "values",
    [
        {"TaskId": "t", "StatusText": "SUCCESS", "Result": {"Sentences": SENTENCES}},
        {"Sentences": SENTENCES},
        {"Response": {"RequestId": "r", "Data": {"Result": "全文", "ResultDetail": SLICES}}},
        {"resp": {"text": "全文", "utterances": UTTERANCES}},
        {"code": 0, "data": json.dumps(ONEBEST)},
        ONEBEST,
        {"Transcription": {"Paragraphs": PARAGRAPHS}},
        {"file_url": "a.wav", "transcripts": TRANSCRIPTS},
    ],
    ids=["isi", "isi-bare", "tencent", "volcengine", "iflytek", "rows", "tingwu", "dashscope"],
)
def test_what_cloud_services_return(tmp_path: Path, values: Any) -> None:
    path = tmp_path / "call.json"
    path.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    source = FileSource(path, zone=ZoneInfo("Asia/Shanghai"), max_chars=1000, channel="hotline")
    (call,) = [item for page in source.read(None) for item in page.feedback]
    assert call.turns == (Turn("agent", AGENT, 0.5, 3.0), Turn("customer", CUSTOMER, 5.0, 9.25))
    assert (call.native_id, call.created_at) == ("call", None)
    assert call.text == f"{AGENT}\n{CUSTOMER}"


@pytest.mark.parametrize(
    "values",
    [
        {"text": "好"},
        {"data": [{"text": "好"}]},
        {"data": "[1"},
        {"data": [*ONEBEST, 7]},
        {"result": {"text": "好"}},
        {"sentences": "一句"},
        {"Paragraphs": [{"Words": []}]},
        {"note": json.dumps(ONEBEST)},
    ],
)
def test_what_is_no_result(values: dict[str, Any]) -> None:
    assert cloud_segments(values) is None
