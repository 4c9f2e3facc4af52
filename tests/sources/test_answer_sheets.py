"""Exports of survey tools that are read as plain files: found, read whole, and told of."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.errors import UsageError
from voc.pipeline.voices import customer_view
from voc.records import Feedback
from voc.sources.files import FileSource
from voc.sources.questionnaires import SurveySource

ZONE = ZoneInfo("Asia/Shanghai")
WENJUANXING = (
    "序号,提交答卷时间,所用时间,来源,来源详情,来自IP,1、您有多大可能将我们推荐给朋友或同事？,"
    "2、您对本次服务的满意度,3、您打这个分的原因是？,4、您对产品有哪些意见？,5、您还有其他建议吗？\n"
    "1,2026/10/1 9:30:00,126秒,微信,,1.2.3.4(浙江),10,非常满意,发货快包装也好,希望多出口味,没有\n"
    "2,2026/10/1 9:40:00,88秒,链接,直接访问,1.2.3.5(浙江-宁波),3,不满意,等了半小时没人理我,(跳过),"
    "客服电话总是打不通\n"
    "3,2026/10/1 9:50:00,70秒,微信,,1.2.3.6(上海),8,一般,(空),包装盒子破了漏出来了,能不能便宜一点\n"
)
BEISHIDE = (
    "答卷编号,开始时间,结束时间,答题时长,渠道,IP,Q1.您向亲友推荐本品牌的可能性有多大（0-10分）,"
    "Q2.您对门店服务的总体满意度,Q3.请问您不推荐的原因是什么,Q4.您希望我们改进什么\n"
    "A1,2026-10-01 09:30:00,2026-10-01 09:35:00,300,短信,1.2.3.4,10,5,都挺好的没话说,希望多开几家\n"
    "A2,2026-10-01 09:40:00,2026-10-01 09:42:00,120,微信,1.2.3.5,2,1,等太久了没人理,把排队修一修\n"
    "A3,2026-10-01 09:50:00,2026-10-01 09:52:00,110,APP,1.2.3.6,7,3,菜上来就已经凉了,能不能快一点\n"
)
SURVEYMONKEY = (
    "Respondent ID,Start Date,End Date,IP Address,How likely is it that you would recommend us?,"
    "How satisfied are you with our service?,What is the main reason for your score?,"
    "What could we do better?\n"
    ",,,,Response,Response,Open-Ended Response,Open-Ended Response\n"
    "114,10/13/2026 09:58,10/13/2026 10:00,1.2.3.4,9,Very satisfied,Fast delivery,More flavours\n"
    "115,10/13/2026 10:58,10/13/2026 11:00,1.2.3.5,2,Very dissatisfied,Nobody answered,\n"
)
QUALTRICS = (
    "StartDate,EndDate,IPAddress,RecordedDate,ResponseId,LocationLatitude,Q1_NPS_GROUP,Q1,Q2,Q3,Q4\n"
    "Start Date,End Date,IP Address,Recorded Date,Response ID,Location Latitude,"
    "您有多大可能推荐我们？ - Group,您有多大可能推荐我们？,您对服务的满意度,请写下原因,还想说什么\n"
    + ",".join(
        '"{""ImportId"":""' + name + '""}"'
        for name in (
            "startDate", "endDate", "ipAddress", "recordedDate", "_recordId", "locationLatitude",
            "QID1_NPS_GROUP", "QID1", "QID2", "QID3_TEXT", "QID4_TEXT",
        )
    )
    + "\n2026-10-01 09:00:00,2026-10-01 09:05:00,1.2.3.4,2026-10-01 09:05:00,R_1,30.25,Promoter,"
    "10,5,一直在买,包装很好看\n"
    "2026-10-01 09:10:00,2026-10-01 09:15:00,1.2.3.5,2026-10-01 09:15:00,R_2,30.26,Detractor,"
    "0,1,包装破了,\n"
)  # fmt: skip
EXPORTS = {
    "wenjuanxing": WENJUANXING,
    "beishide": BEISHIDE,
    "surveymonkey": SURVEYMONKEY,
    "qualtrics": QUALTRICS,
}


def source(folder: Path, export: str, *, name: str = "nps.csv", **told: Any) -> FileSource:
    path = folder / name
    path.write_text(export, encoding="utf-8")
    return FileSource(path, zone=ZONE, max_chars=1000, **told)


def voices(source: FileSource, cursor: Any = None) -> list[Feedback]:
    pages = list(source.read(cursor))
    assert [page.rejects for page in pages if page.rejects] == []
    return [item for page in pages for item in page.feedback]


@pytest.mark.parametrize("channel", ["survey", None])
@pytest.mark.parametrize(
    ("export", "scores", "answers"),
    [
        ("wenjuanxing", [(10, 5), (3, 2), (8, 3)], [2, 2, 2]),
        ("beishide", [(10, 5), (2, 1), (7, 3)], [2, 2, 2]),
        ("surveymonkey", [(9, 5), (2, 1)], [2, 1]),
        ("qualtrics", [(10, 5), (0, 1)], [2, 1]),
    ],
)
def test_an_export_is_read_whole(
    tmp_path: Path, export: str, scores: list[Any], answers: list[int], channel: Any
) -> None:
    file = source(tmp_path, EXPORTS[export], channel=channel)
    found = voices(file)
    assert [(item.nps, item.csat) for item in found] == scores
    assert [len(item.turns) // 2 or 1 for item in found] == answers
    assert {item.channel for item in found} == {"survey"}
    assert all(item.created_at for item in found)
    assert "1.2.3." not in str([item.extra for item in found])
    assert "30.2" not in str([item.extra for item in found])
    (note,) = file.doubts.sentences()
    assert note.startswith("the open questions are taken to be: ")
    assert ("taken for a survey" in note) == (channel is None)


@pytest.mark.parametrize("export", EXPORTS)
def test_a_file_and_a_survey_of_the_config_are_read_alike(tmp_path: Path, export: str) -> None:
    plain = voices(source(tmp_path, EXPORTS[export]))
    told = SurveySource(
        tmp_path / "nps.csv", name="nps", mapping={}, open_questions=(), words={}, channel=None,
        product=None, zone=ZONE, max_chars=1000,
    )  # fmt: skip
    assert plain == voices(told)


def test_answers_stand_behind_their_questions(tmp_path: Path) -> None:
    first, *_ = voices(source(tmp_path, WENJUANXING))
    assert [(turn.speaker, turn.text) for turn in first.turns] == [
        ("agent", "3、您打这个分的原因是？"), ("customer", "发货快包装也好"),
        ("agent", "4、您对产品有哪些意见？"), ("customer", "希望多出口味"),
    ]  # fmt: skip


def test_a_text_that_is_told_is_the_only_one(tmp_path: Path) -> None:
    question = "4、您对产品有哪些意见？"
    found = voices(source(tmp_path, WENJUANXING, text=question))
    assert [item.text for item in found] == ["希望多出口味", "", "包装盒子破了漏出来了"]
    assert found[0].extra["3、您打这个分的原因是？"] == "发货快包装也好"
    below_headers = voices(source(tmp_path, QUALTRICS, mapping={"text": "Q3", "csat": "Q2"}))
    assert [(item.text, item.csat) for item in below_headers] == [("一直在买", 5), ("包装破了", 1)]


def test_a_field_that_is_told_to_be_empty_stays_so(tmp_path: Path) -> None:
    assert {item.csat for item in voices(source(tmp_path, WENJUANXING, mapping={"csat": ""}))} == {
        None
    }


def test_another_channel_that_is_told_is_no_survey(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="could stand in"):
        voices(source(tmp_path, WENJUANXING, channel="review"))


HOTLINE = (
    "工单号,来电时间,诉求内容,办理结果,满意度,NPS,回访意见\n"
    "G1,2026-10-01,小区的路灯坏了三天没有人来修,已联系物业并于当日修复完成了,满意,9,路灯已经修好了\n"
    "G2,2026-10-01,楼下的烧烤店油烟太大了,城管已到现场责令其整改的,不满意,2,晚上还是有油烟\n"
    "G3,2026-10-01,公交车总是等不到的,已要求公交公司增加班次了,满意,8,认可不再反映了\n"
)
REVIEWS = (
    "评价时间,满意度,评价内容,商家回复,追评\n"
    "2026-10-01,5,味道很好下次还来,谢谢亲的支持我们会更努力的,过了一周还是很满意的\n"
    "2026-10-01,1,太难吃了送来都凉了,非常抱歉给您带来不好的体验,一直没有人给我退款的\n"
    "2026-10-02,3,还可以吧就是有点贵,感谢您的反馈我们会改进的,后来又买了一次的\n"
)
TRANSCRIPTS = (
    "编号,转写文本,NPS,质检说明\n"
    '1,"客服：您好。\n客户：我的快递还没有到。",2,坐席没有主动致歉的\n'
    "2,客服：您好。客户：我要退货的。,5,坐席的语速太快了\n"
    "3,客服：您好。客户：谢谢你了。,9,坐席很有耐心的\n"
)


@pytest.mark.parametrize("text", [HOTLINE, REVIEWS, TRANSCRIPTS])
def test_other_tables_with_scores_are_no_surveys(tmp_path: Path, text: str) -> None:
    file = source(tmp_path, text)
    found = voices(file)
    assert not any("questions" in told for told in file.doubts.sentences())
    assert {"回访意见", "追评", "质检说明"} & found[0].extra.keys()


def test_times_of_answering_are_no_seconds_of_a_call(tmp_path: Path) -> None:
    text = (
        "开始时间,结束时间,NPS,意见\n2026-10-01 9:30,2026-10-01 9:35,9,发货快\n"
        "2026-10-01 9:40,2026-10-01 9:42,2,太慢\n"
    )
    assert [item.text for item in voices(source(tmp_path, text))] == ["发货快", "太慢"]


def test_a_survey_of_one_open_question_keeps_its_ids(tmp_path: Path) -> None:
    found = voices(source(tmp_path, "NPS,意见,来自IP\n9,好,1.2.3.4\n2,,1.2.3.5\n"))
    assert [item.native_id for item in found] == [
        "row-a5d852b0d3231d720d71",
        "row-bd910357fa6a01c51580",
    ]


def test_a_file_that_was_read_with_one_answer_is_read_anew_when_it_grows(tmp_path: Path) -> None:
    head, *rows = WENJUANXING.splitlines(keepends=True)
    file = source(tmp_path, head + rows[0] + rows[1])
    (page,) = file.read(None)
    assert json.loads(json.dumps(page.cursor)) == page.cursor
    grown = source(tmp_path, WENJUANXING)
    assert len(voices(grown, page.cursor)) == 1
    before = {name: value for name, value in page.cursor.items() if name != "by_sheets"}
    assert len(voices(grown, before)) == 3


def test_objects_are_sheets_only_where_somebody_says_so(tmp_path: Path) -> None:
    rows = [
        {"text": f"第{number}次来店里都要等很久", "nps": number, "later": f"后来第{number}次好些了"}
        for number in range(4)
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    assert [item.turns for item in voices(source(tmp_path, lines, name="a.jsonl"))] == [()] * 4
    told = voices(source(tmp_path, lines, name="a.jsonl", channel="survey"))
    assert customer_view(told[0]).split() == ["第0次来店里都要等很久", "后来第0次好些了"]


@pytest.mark.parametrize("more", [{}, {"text": "等很久", "later": "后来第{}次好些了"}])
def test_turns_that_stand_there_stay(tmp_path: Path, more: dict[str, str]) -> None:
    turns = [{"speaker": "agent", "text": "您好"}, {"speaker": "customer", "text": "等很久"}]
    rows = [
        {
            "turns": turns,
            "nps": number,
            **{name: cell.format(number) for name, cell in more.items()},
        }
        for number in range(4)
    ]
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    found = voices(source(tmp_path, lines, name="a.jsonl", channel="survey"))
    assert [len(item.turns) for item in found] == [2] * 4


def test_a_first_row_of_words_is_no_header_where_nobody_speaks_of_a_survey(tmp_path: Path) -> None:
    text = "作者,内容,类别\n甲,太慢了,回复\n乙,很好,主帖\n"
    assert [item.text for item in voices(source(tmp_path, text))] == ["太慢了", "很好"]
