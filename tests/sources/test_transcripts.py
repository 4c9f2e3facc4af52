"""Transcripts of calls: recognisers' JSON, SubRip, WebVTT, marked text, and exports by turn."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from voc.errors import SourceError
from voc.records import Feedback, Turn
from voc.sources.files import FileSource
from voc.sources.marked import turns_of_marks, turns_of_stamps
from voc.sources.transcripts import recognised, turns_of_cues

AGENT = "您好，很高兴为您服务，工号8001，请问有什么可以帮您？"
CUSTOMER = "我要投诉，你们的手机银行登不上去"
SRT = f"1\n00:00:00,500 --> 00:00:03,000\n{AGENT}\n\n2\n00:00:05,000 --> 00:00:09,250\n{CUSTOMER}\n"
VTT = (
    "WEBVTT\n\nNOTE made by a recogniser\n\nSTYLE\n::cue { color: red }\n\n"
    f"intro\n00:00.500 --> 00:03.000 align:start\n<v 客服>{AGENT}</v>\n\n"
    f"00:05.000 --> 00:09.250\n<v 客户><b>{CUSTOMER}</b> &amp; 很慢\n"
)


def _read(path: Path, content: bytes | str, **options: Any) -> list[Feedback]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return _voices(path, **options)


def _voices(path: Path, **options: Any) -> list[Feedback]:
    told: dict[str, Any] = {"max_chars": 20_000, "channel": "hotline"} | options
    source = FileSource(path, zone=ZoneInfo("Asia/Shanghai"), **told)
    return [item for page in source.read(None) for item in page.feedback]


def _speakers(feedback: Feedback) -> list[str]:
    return [turn.speaker for turn in feedback.turns]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_srt_in_any_encoding(tmp_path: Path, encoding: str) -> None:
    (call,) = _read(tmp_path / "call-17.srt", SRT.encode(encoding))
    assert call.native_id == "call-17"
    assert call.turns == (
        Turn("agent", AGENT, 0.5, 3.0),
        Turn("customer", CUSTOMER, 5.0, 9.25),
    )
    assert call.text == f"{AGENT}\n{CUSTOMER}"
    assert call.extra["roles"] == "turns"
    assert "replaced" not in call.extra


def test_vtt_names_its_voices(tmp_path: Path) -> None:
    (call,) = _read(tmp_path / "call.vtt", VTT)
    assert call.turns == (
        Turn("agent", AGENT, 0.5, 3.0),
        Turn("customer", f"{CUSTOMER} & 很慢", 5.0, 9.25),
    )
    assert "roles" not in call.extra


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("1\n00:00:09,000 --> 00:00:03,000\n时间反了", [("时间反了", 9.0, None)]),
        ("1\n00:99:00,000 --> 00:00:03,000\n分钟不对", [("分钟不对", None, 3.0)]),
        ("1\nabc --> def\n没有时间", [("没有时间", None, None)]),
        ("1\n00:01,0 --> 00:02,0\n\n2\n00:03,0 --> 00:04,0\n有字", [("有字", 3.0, 4.0)]),
        (
            "1\n00:01,0 --> 00:02,0\n上\n下\n\n2\n00:03,0 --> 00:04,0\n12345",
            [("上 下", 1.0, 2.0), ("12345", 3.0, 4.0)],
        ),
        (
            "00:01,0 --> 00:02,0\n紧\n2\n00:03,0 --> 00:04,0\n挨",
            [("紧", 1.0, 2.0), ("挨", 3.0, 4.0)],
        ),
        ("没有时间轴", []),
    ],
)
def test_cues_that_are_odd(body: str, expected: list[Any]) -> None:
    found = turns_of_cues(body)
    assert [(turn["text"], turn["start_s"], turn["end_s"]) for turn in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("客服：您好\n客户：喂\n听得到", [("客服", "您好", None), ("客户", "喂\n听得到", None)]),
        (
            "[00:01.5] 说话人1：您好\n[01:00:02] 说话人2：喂",
            [("说话人1", "您好", 1.5), ("说话人2", "喂", 3602.0)],
        ),
        ("【客服】：您好\n【客户】：喂", [("客服", "您好", None), ("客户", "喂", None)]),
        (
            "通话记录\nAgent: hi\nCustomer: yo",
            [("旁白", "通话记录", None), ("Agent", "hi", None), ("Customer", "yo", None)],
        ),
        (
            "客服（张三）：您好\n李四（客户）：喂",
            [("客服（张三）", "您好", None), ("李四（客户）", "喂", None)],
        ),
        ("客服：您好\n客服：在吗", [("客服", "您好", None), ("客服", "在吗", None)]),
        ("客户：卡丢了", [("客户", "卡丢了", None)]),
        (
            "客服：您好\n王女士：卡丢了\n卡号：没带",
            [("客服", "您好", None), ("王女士", "卡丢了\n卡号：没带", None)],
        ),
        (
            "客户：订单如下\n订单号：1\n订单号：2",
            [("客户", "订单如下\n订单号：1\n订单号：2", None)],
        ),
        ("王五：您好\n赵六：喂\n听得到", [("王五", "您好", None), ("赵六", "喂\n听得到", None)]),
        (
            "A：您好\nB：喂\nA：请讲\nB：卡丢了",
            [("A", "您好", None), ("B", "喂", None), ("A", "请讲", None), ("B", "卡丢了", None)],
        ),
        (
            "录音.mp3\n说话人1 00:00:01\n您好\n\n说话人2 00:01:07\n喂",
            [("旁白", "录音.mp3", None), ("说话人1", "您好", 1.0), ("说话人2", "喂", 67.0)],
        ),
        (
            "王五(00:01)：您好\n赵六(00:05)：喂",
            [("王五", "您好", 1.0), ("赵六", "喂", 5.0)],
        ),
        (
            "王五 2026-11-03 23:59:58\n您好\n赵六 2026-11-04 00:00:05\n喂",
            [("王五", "您好", 0.0), ("赵六", "喂", 7.0)],
        ),
        (
            "10:00:05 客服：您好\n10:99:07 客户：喂",
            [("客服", "您好", 36005.0), ("客户", "喂", None)],
        ),
        (
            "来电：我要投诉\n前台：请您稍等，给您登记\n来电：好\n前台：祝您愉快",
            [
                ("来电", "我要投诉", None),
                ("前台", "请您稍等，给您登记", None),
                ("来电", "好", None),
                ("前台", "祝您愉快", None),
            ],
        ),
        (
            "业务员（00:00:01）：您好\n用户（00:00:04）：喂\n王工（00:00:09）：请讲",
            [("业务员", "您好", 1.0), ("用户", "喂", 4.0), ("王工", "请讲", 9.0)],
        ),
        (
            "用户（00:04）：订单\n订单号：1\n转接台（00:09）：请讲",
            [("用户", "订单\n订单号：1", 4.0), ("转接台", "请讲", 9.0)],
        ),
        (
            "【客服】（0.0s-4.5s）您好\n【客户】（4.8s-9.0s）喂",
            [("客服", "您好", 0.0), ("客户", "喂", 4.8)],
        ),
        (
            "[坐席01][00:01] 您好\n[客户] [00:05] 卡丢了：昨天",
            [("坐席01", "您好", 1.0), ("客户", "卡丢了：昨天", 5.0)],
        ),
        ("没有标记", []),
        (
            "通话时间：2026-11-03 10:00，时长：3分20秒\n客服：您好",
            [("旁白", "通话时间：2026-11-03 10:00，时长：3分20秒", None), ("客服", "您好", None)],
        ),
        (f"A：{AGENT}\nB：喂", [("A", AGENT, None), ("B", "喂", None)]),
        ("A：很好\nB：一般", []),
        ("标题：空调坏了\n内容：我要投诉\n标题：屏幕花\n内容：客服不理", []),
        ("姓名：张三\n电话：1380\n诉求：漏水", []),
        ("A：满意\nB：一般\nC：不满\nA：满意\nB：一般\nC：不满", []),
        ("安全：很好\n安静：一般", []),
        ("10:30 打电话\n11:20 又打", []),
        ("王五：您好\n第一段\n第二段\n第三段\n第四段\n赵六：喂", []),
    ],
)
def test_marked_text(text: str, expected: list[Any]) -> None:
    found = turns_of_marks(text)
    assert [(turn["speaker"], turn["text"], turn.get("start_s")) for turn in found] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[00:00.000 --> 00:04.200] 您好\n\n[00:05.000 --> 00:06.000]  喂\n", [(0, 4.2), (5, 6)]),
        ("[0.00s -> 4.20s] 您好\n[5.00s -> 6.00s] 喂", [(0, 4.2), (5, 6)]),
        ("[00:01] 您好\n[00:05] 喂", []),
        ("[00:00 - 00:04] 您好\n[00:05 - 00:06] 喂\n没有时间", []),
        ("[00:00 - 00:04] 您好", []),
    ],
)
def test_lines_that_tell_when_alone(text: str, expected: list[Any]) -> None:
    assert [(turn["start_s"], turn["end_s"]) for turn in turns_of_stamps(text)] == expected


def test_who_is_named_only_is_told_by_the_words_and_not_kept(tmp_path: Path) -> None:
    (call,) = _read(tmp_path / "call.txt", f"王五：{AGENT}\n赵六：{CUSTOMER}")
    assert (_speakers(call), call.extra["roles"]) == (["agent", "customer"], "speakers")
    assert "王五" not in call.text


def test_a_heading_takes_no_side(tmp_path: Path) -> None:
    text = f"录音\nspk0: {AGENT}\nspk1: {CUSTOMER}"
    (call,) = _read(tmp_path / "call.txt", text)
    assert _speakers(call) == ["旁白", "agent", "customer"]


def test_dated_turns_tell_when_the_call_was(tmp_path: Path) -> None:
    text = f"2026-11-03 10:00:01 客服: {AGENT}\n2026-11-03 10:00:09 客户: {CUSTOMER}"
    (call,) = _read(tmp_path / "call.txt", text)
    assert call.created_at == datetime(2026, 11, 3, 10, 0, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert call.turns[1].start_s == 8.0


def test_cues_name_people(tmp_path: Path) -> None:
    text = SRT.replace(AGENT, f"王五：{AGENT}").replace(CUSTOMER, f"赵六：{CUSTOMER}")
    (call,) = _read(tmp_path / "call.srt", text)
    assert call.turns == (Turn("agent", AGENT, 0.5, 3.0), Turn("customer", CUSTOMER, 5.0, 9.25))


@pytest.mark.parametrize(
    "text", ["王五：我要投诉", "我的卡丢了好几天，打了三次电话都没人管\n客服：已为您登记"]
)
def test_words_that_nobody_is_told_to_say_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SourceError, match=r"does not mark all that speak"):
        _read(tmp_path / "call.txt", text)


def test_a_cell_with_numbered_speakers_is_a_conversation(tmp_path: Path) -> None:
    rows = json.dumps({"text": f"说话人1：{AGENT}\n说话人2：{CUSTOMER}"})
    (call,) = _read(tmp_path / "calls.jsonl", rows)
    assert (_speakers(call), call.extra["roles"]) == (["agent", "customer"], "speakers")
    assert call.text == f"{AGENT}\n{CUSTOMER}"


@pytest.mark.parametrize(
    "values",
    [
        {
            "text": "全文",
            "language": "zh",
            "segments": [
                {"id": 0, "seek": 0, "start": 0.5, "end": 3.0, "text": f" {AGENT}", "tokens": [1]},
                {"id": 1, "seek": 0, "start": 5.0, "end": 9.25, "text": CUSTOMER},
            ],
        },
        {
            "segments": [
                {"start": 0.5, "end": 3.0, "text": AGENT, "speaker": "SPEAKER_00", "words": []},
                {"start": 5.0, "end": 9.25, "text": CUSTOMER, "speaker": "SPEAKER_01"},
            ],
            "word_segments": [],
        },
        {
            "text": "全文",
            "chunks": [
                {"timestamp": [0.5, 3.0], "text": AGENT},
                {"timestamp": [5.0, 9.25], "text": CUSTOMER},
            ],
        },
        {
            "params": {"language": "zh"},
            "transcription": [
                {"offsets": {"from": 500, "to": 3000}, "timestamps": {}, "text": AGENT},
                {"offsets": {"from": 5000, "to": 9250}, "timestamps": {}, "text": CUSTOMER},
            ],
        },
        [
            {
                "key": "call",
                "text": "全文",
                "timestamp": [[500, 900]],
                "sentence_info": [
                    {"text": AGENT, "start": 500, "end": 3000, "timestamp": [], "spk": 0},
                    {"sentence": CUSTOMER, "start": 5000, "end": 9250, "spk": 1},
                ],
            }
        ],
        [
            {"start": 0.5, "end": 3.0, "text": AGENT, "speaker": "A"},
            {"start": 5.0, "end": 9.25, "text": CUSTOMER, "speaker": "B"},
        ],
        [
            {"start": 0.5, "end": 3.0, "text": AGENT},
            {"start": 5.0, "end": 9.25, "text": CUSTOMER},
        ],
    ],
    ids=["whisper", "whisperx", "pipeline", "whisper.cpp", "funasr", "array", "array-bare"],
)
@pytest.mark.parametrize("indent", [None, 2])
def test_what_recognisers_write(tmp_path: Path, values: Any, indent: int | None) -> None:
    text = json.dumps(values, ensure_ascii=False, indent=indent)
    (call,) = _read(tmp_path / "call.json", text)
    assert call.turns == (
        Turn("agent", AGENT, 0.5, 3.0),
        Turn("customer", CUSTOMER, 5.0, 9.25),
    )
    assert call.text == f"{AGENT}\n{CUSTOMER}"


@pytest.mark.parametrize(
    "values",
    [
        {"text": "好", "segments": "一段"},
        {"text": "好", "segments": []},
        {"text": "好", "segments": [{"name": "老客户"}]},
        {"text": "好", "turns": [{"speaker": "a", "text": "b"}]},
        {"text": "好", "sentences": [{"text": "b"}]},
    ],
)
def test_what_is_no_recognisers(values: dict[str, Any]) -> None:
    assert recognised(values) is None


def test_what_funasr_heard_in_one_piece(tmp_path: Path) -> None:
    plain = [{"key": "rec_7", "text": "宽带断了", "timestamp": [[0, 90], [90, 180]]}]
    old = {"text": "您好。", "time_stamp": [], "sentences": [{"text": "您好。", "ts_list": []}]}
    (first,) = _read(tmp_path / "old.json", json.dumps(old))
    assert "unreadable_time" not in first.extra
    marked = [{"key": "rec_8", "text": "<|zh|><|ANGRY|><|Speech|><|withitn|>宽带断了。"}]
    (one,) = _read(tmp_path / "a.json", json.dumps(plain))
    (two,) = _read(tmp_path / "b.json", json.dumps(marked))
    assert (one.native_id, one.text, one.extra) == ("rec_7", "宽带断了", {})
    assert (two.native_id, two.text, two.extra) == ("rec_8", "宽带断了。", {})


def test_a_segment_that_is_none_is_a_reject_and_costs_no_other_call(tmp_path: Path) -> None:
    good = {"segments": [{"start": 0, "end": 1, "text": "喂"}]}
    bad = {"segments": [{"start": 0, "end": 1, "text": "喂"}, 7]}
    path = tmp_path / "calls.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in (bad, good)))
    source = FileSource(path, zone=ZoneInfo("Asia/Shanghai"), max_chars=100)
    (page,) = source.read(None)
    assert [reject.reason for reject in page.rejects] == ["turn 2 has no text"]
    assert [item.text for item in page.feedback] == ["喂"]


def test_wrong_seconds_are_left_out(tmp_path: Path) -> None:
    segments = [
        {"start": -4, "end": -2, "text": AGENT},
        {"start": "NaN", "end": None, "text": CUSTOMER},
        {"start": 9, "end": 3, "text": CUSTOMER},
    ]
    (call,) = _read(tmp_path / "c.json", json.dumps({"segments": segments}))
    bounds = [(turn.start_s, turn.end_s) for turn in call.turns]
    assert bounds == [(None, None), (None, None), (9.0, None)]


def _workbook(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def test_an_export_by_turn_is_one_voice_a_call(tmp_path: Path) -> None:
    path = _workbook(
        tmp_path / "calls.xlsx",
        [
            ["通话编号", "角色", "开始秒", "结束秒", "内容", "城市"],
            [1001, "客服", 0, 2, "您好", "成都"],
            [1002, "客服", 0, 2, "您好呀", "北京"],
            [1001, "客户", 3, 5, "我要退款", "成都"],
            [1002, "客户", "00:07", 9, "卡丢了", "北京"],
            [1002, "客服", 3, 6, "请讲", None],
        ],
    )
    one, two = _voices(path)
    assert (one.native_id, one.region, _speakers(one)) == ("1001", "成都", ["agent", "customer"])
    assert [turn.text for turn in two.turns] == ["您好呀", "请讲", "卡丢了"]
    assert two.turns[2] == Turn("customer", "卡丢了", 7.0, 9.0)


def test_an_export_of_a_call_centre_by_turn(tmp_path: Path) -> None:
    header = "通话流水号,坐席工号,主叫号码,来电时间,开始时间(毫秒),结束时间(毫秒),说话角色,识别文本"
    rows = ("T1,8,,2026-11-03,0,2500,坐席,您好", "T1,8,,2026-11-03,3000,9000,客户,卡丢了")
    (call,) = _read(tmp_path / "calls.csv", "\n".join((header, *rows)))
    assert call.native_id == "T1"
    assert call.turns == (Turn("agent", "您好", 0.0, 2.5), Turn("customer", "卡丢了", 3.0, 9.0))


def test_calls_that_alternate_without_end_lose_nothing(tmp_path: Path) -> None:
    rows = [f"{call},客户,第{part}句{call}" for part in range(2) for call in range(300)]
    found = _read(tmp_path / "calls.csv", "\n".join(["通话编号,角色,内容", *rows]))
    assert len({item.native_id for item in found}) == len(found)
    assert sorted(turn.text for item in found for turn in item.turns) == sorted(
        f"第{part}句{call}" for part in range(2) for call in range(300)
    )


def test_a_review_table_with_a_role_is_no_call(tmp_path: Path) -> None:
    found = _read(tmp_path / "r.csv", "角色,评价内容\n车主,动力不错\n车主,油耗高\n")
    assert [item.text for item in found] == ["动力不错", "油耗高"]


def test_a_grown_export_by_turn_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("通话编号,角色,内容\n1,客服,您好\n1,客户,卡丢了\n")
    source = FileSource(path, zone=ZoneInfo("Asia/Shanghai"), max_chars=100)
    *_, page = source.read(None)
    path.write_text(path.read_text() + "1,客服,马上挂失\n")
    *_, again = source.read(page.cursor)
    assert [item.native_id for item in again.feedback] == ["1"]
    assert again.feedback[0].text.endswith("马上挂失")
    assert list(source.read(again.cursor)) == []


@pytest.mark.parametrize("name", ["a.srt", "a.vtt", "a.txt", "a.json"])
def test_an_empty_file_gives_nothing(tmp_path: Path, name: str) -> None:
    assert _read(tmp_path / name, b"") == []


@pytest.mark.parametrize("name", ["a.srt", "a.vtt", "a.txt"])
def test_a_file_of_another_kind_is_refused_with_what_to_do(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=r"Name it \.csv"):
        _read(tmp_path / name, "只是几句话\n没有别的")


def test_cut_in_mid_character_is_counted(tmp_path: Path) -> None:
    (call,) = _read(tmp_path / "cut.srt", SRT.rstrip().encode()[:-1])
    assert len(call.turns) == 2
    assert call.extra["replaced"] == 1


def test_ten_megabytes_are_cut_and_flagged(tmp_path: Path) -> None:
    cue = "{0}\n00:00:01,000 --> 00:00:02,000\n" + "话" * 1000 + "\n\n"
    text = "".join(cue.format(number) for number in range(3500))
    (call,) = _read(tmp_path / "long.srt", text)
    assert len(call.text) <= 20_000
    assert call.extra["truncated"] > 3_000_000


def test_speakers_of_a_thread_keep_their_names(tmp_path: Path) -> None:
    turns = [
        {"speaker": "0", "text": AGENT, "reply_to": -1},
        {"speaker": "1", "text": CUSTOMER, "reply_to": 0},
    ]
    (thread,) = _read(tmp_path / "t.jsonl", json.dumps({"turns": turns}))
    assert _speakers(thread) == ["0", "1"]


def test_roles_that_cannot_be_told_are_said_to_be_unclear(tmp_path: Path) -> None:
    turns = [{"speaker": "1", "text": "喂"}, {"speaker": "2", "text": "喂"}]
    (call,) = _read(tmp_path / "t.jsonl", json.dumps({"turns": turns}))
    assert (_speakers(call), call.extra["roles"]) == (["1", "2"], "unclear")


def _heard(words: str, **more: Any) -> dict[str, Any]:
    return {**more, "segments": [{"start": 0.5, "end": 3.0, "text": words}]}


def _segment(text: str, no_speech: float | None, logprob: float | None) -> dict[str, Any]:
    figures = {"no_speech_prob": no_speech, "avg_logprob": logprob}
    return {"start": 1, "end": 2, "text": text} | figures


@pytest.mark.parametrize(
    ("segment", "is_heard"),
    [
        (_segment("我的卡丢了", 0.02, -0.3), True),
        (
            _segment("我的卡丢了", 0.9, -0.3),
            True,
        ),  # the words are likely: speech, as Whisper decides
        (_segment("我的卡丢了", 0.02, -1.4), True),
        (_segment("我的卡丢了", None, None), True),
        (_segment("嗯嗯嗯嗯", 0.9, -1.4), False),
        (_segment("请不吝点赞 订阅 转发 打赏支持明镜与点点栏目", 0.9, -0.2), False),
        (_segment("字幕由Amara.org社群提供", 0.3, -1.4), False),
        (_segment("谢谢观看", 0.7, -0.2), False),
        # Nothing but the words tells it: somebody may have said so.
        (_segment("谢谢观看", 0.1, -0.2), True),
        (_segment("视频里请不吝点赞的广告太多了，关都关不掉。我要投诉", 0.9, -0.2), True),
    ],
)
def test_what_whisper_heard_in_silence_is_left_out(
    tmp_path: Path, segment: dict[str, Any], is_heard: bool
) -> None:
    whole = {"segments": [_segment("您好", 0.01, -0.2), segment]}
    (call,) = _read(tmp_path / "call.json", json.dumps(whole))
    assert [turn.text for turn in call.turns] == ["您好", segment["text"]][: 1 + is_heard]
    assert call.extra.get("silent_segments") == (None if is_heard else 1)


def test_segments_that_were_left_out_are_told(tmp_path: Path) -> None:
    path = tmp_path / "call.json"
    path.write_text(json.dumps({"segments": [_segment("您好", 0, 0), _segment("谢谢观看", 1, -2)]}))
    source = FileSource(path, zone=ZoneInfo("Asia/Shanghai"), max_chars=100)
    assert len(list(source.read(None))) == 1
    assert any("by its own figures" in sentence for sentence in source.doubts.sentences())


def test_a_call_in_which_nobody_speaks_has_no_words(tmp_path: Path) -> None:
    found = _read(tmp_path / "call.json", json.dumps({"segments": [_segment("谢谢观看", 1, -2)]}))
    assert [call.text for call in found] == [""]


def test_a_call_that_is_recognised_anew_keeps_its_id(tmp_path: Path) -> None:
    (first,) = _read(tmp_path / "call.17.json", json.dumps(_heard("流亮不对")))
    (second,) = _read(tmp_path / "call.17.json", json.dumps(_heard("流量不对")))
    assert (first.native_id, second.native_id) == ("call.17", "call.17")
    assert second.text == "流量不对"


def test_recognised_calls_of_one_file_are_told_apart_by_their_words(tmp_path: Path) -> None:
    calls = [_heard("喂"), _heard("喂"), _heard("没有信号", id="17")]
    found = _read(tmp_path / "calls.json", json.dumps(calls))
    assert len({call.native_id for call in found}) == 3
    assert found[2].native_id == "17"
    (grows,) = _read(tmp_path / "calls.jsonl", json.dumps(_heard("喂")))
    assert grows.native_id == found[0].native_id


@pytest.mark.parametrize(("key", "expected"), [("rand_key_2yW4Acq9GFz6Y", "a"), ("C-9", "C-9")])
def test_a_key_that_is_made_up_anew_names_no_call(tmp_path: Path, key: str, expected: str) -> None:
    segments = [{"text": "喂", "start": 500, "end": 3000, "spk": 0}]
    (call,) = _read(tmp_path / "a.json", json.dumps([{"key": key, "sentence_info": segments}]))
    assert call.native_id == expected


def test_recognitions_that_join_one_source_are_told_by_their_folder(tmp_path: Path) -> None:
    names = []
    for day in ("2026-11-03", "2026-11-04"):
        path = tmp_path / day / "001.json"
        path.parent.mkdir()
        (call,) = _read(path, json.dumps(_heard("喂")), name="hotline", joins=True)
        names.append(call.native_id)
    assert names == ["2026-11-03/001", "2026-11-04/001"]


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ("说话人,开始,内容\n客服,0,您好\n客户,5,{}\n", "call"),
        ("id,说话人,开始,内容\n1,客服,0,您好\n2,客户,5,{}\n", "call"),
        ("id,说话人,开始,内容\nC-9,客服,0,您好\nC-9,客户,5,{}\n", "C-9"),
    ],
)
def test_turns_of_no_named_call_are_named_by_their_file(
    tmp_path: Path, rows: str, expected: str
) -> None:
    for words in ("流亮不对", "流量不对"):
        (call,) = _read(tmp_path / "call.csv", rows.format(words))
        assert call.native_id == expected
