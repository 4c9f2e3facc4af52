"""Exports of survey tools in their shapes: headers, scores in words, open questions, skips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from voc.config import bundled, load_settings
from voc.errors import UsageError
from voc.pipeline.origins import Told, open_source
from voc.pipeline.voices import customer_view
from voc.records import Feedback
from voc.sources.files import FileSource
from voc.sources.questionnaires import SurveySource

WJX = (
    "序号,提交答卷时间,所用时间,来自IP,1、您有多大可能将我们推荐给朋友或同事？,"
    "2、您对本次服务的满意度,3、解决问题有多容易？,4、您打这个分的原因是？,5、您还有其他意见吗？\n"
    "1,2026/10/1 9:30:00,126秒,1.2.3.4(浙江),10,非常满意,非常容易,发货快,希望多出口味\n"
    "2,2026/10/1 9:40:00,88秒,1.2.3.5(浙江),3分,不满意,比较困难,等了半小时没人理,(跳过)\n"
    "3,2026/10/1 9:50:00,70秒,1.2.3.6(浙江),8,一般,一般,(空),无\n"
)
MONKEY = (
    "Respondent ID,End Date,How likely are you to recommend us?,How satisfied are you?,"
    "Why did you give this score?,Rate these,,\n"
    ",,Response,Response,Open-Ended Response,口味,包装,价格\n"
    "r1,10/13/2026 10:00,9,Very satisfied,味道好,5,4,3\n"
    "r2,10/13/2026 11:00,2,Very dissatisfied,太甜了,1,1,1\n"
)
QUALTRICS = (
    "StartDate,RecordedDate,IPAddress,Q1,Q2,Q3\n"
    'Start Date,Recorded Date,IP Address,您有多大可能推荐我们？,满意度,"请写下原因"\n'
    '"{""ImportId"":""startDate""}","{""ImportId"":""recordedDate""}","{""ImportId"":""ip""}",'
    '"{""ImportId"":""QID1""}","{""ImportId"":""QID2""}","{""ImportId"":""QID3_TEXT""}"\n'
    "2026-10-01 09:00:00,2026-10-01 09:05:00,1.2.3.4,10,5,一直在买\n"
    "2026-10-01 09:10:00,2026-10-01 09:15:00,1.2.3.5,0,1,包装破了\n"
)


def source(
    folder: Path,
    text: str,
    *,
    mapping: Mapping[str, str] = {},
    open_questions: Sequence[str] = (),
    words: Mapping[str, float] = {},
) -> SurveySource:
    path = folder / "survey.csv"
    path.write_text(text, encoding="utf-8")
    return SurveySource(
        path, name="nps", mapping=mapping, open_questions=open_questions, words=words,
        channel=None, product=None, zone=ZoneInfo("Asia/Shanghai"), max_chars=1000,
    )  # fmt: skip


def read(source: FileSource) -> list[Feedback]:
    pages = list(source.read(None))
    assert [page.rejects for page in pages if page.rejects] == []
    return [item for page in pages for item in page.feedback]


def scores(item: Feedback) -> tuple[Any, ...]:
    return item.nps, item.csat, item.ces


@pytest.mark.parametrize(
    ("header", "states", "left"),
    [
        ("ResponseId,Status", ("R_1,IP Address", "R_2,Survey Preview", "R_3,Spam"), ["R_1"]),
        ("ResponseId,Status", ("R_1,0", "R_2,1", "R_3,8"), ["R_1"]),
        ("编号,Status", ("a,1", "b,2", "c,8"), ["a", "b", "c"]),
        ("编号,答卷状态", ("a,有效", "b,无效", "c,"), ["a", "c"]),
    ],
)
def test_what_the_tool_calls_no_answer_is_set_aside(
    tmp_path: Path, header: str, states: tuple[str, ...], left: list[str]
) -> None:
    rows = "\n".join(f"{state},{n},写的第{n}条意见" for n, state in enumerate(states))
    text = f"{header},您有多大可能推荐我们？,原因\n{rows}\n"
    pages = list(source(tmp_path, text, open_questions=("原因",)).read(None))
    assert [item.native_id for page in pages for item in page.feedback] == left
    reasons = [reject.reason for page in pages for reject in page.rejects]
    assert len(reasons) == 3 - len(left)
    assert all("no answer of a customer" in reason for reason in reasons)


def test_a_wenjuanxing_export(tmp_path: Path) -> None:
    found = read(source(tmp_path, WJX, open_questions=("原因", "其他意见")))
    assert [scores(item) for item in found] == [(10, 5, 7), (3, 2, 3), (8, 3, 4)]
    assert {item.channel for item in found} == {"survey"}
    assert found[0].created_at is not None
    assert found[0].created_at.isoformat() == "2026-10-01T09:30:00+08:00"
    assert [item.extra.get("skipped_questions") for item in found] == [None, 1, 2]
    assert "1.2.3.4" not in str(found[0].extra)


def test_several_answers_stand_behind_their_questions(tmp_path: Path) -> None:
    both, one, none = read(source(tmp_path, WJX, open_questions=("原因", "其他意见")))
    assert [(turn.speaker, turn.text) for turn in both.turns] == [
        ("agent", "4、您打这个分的原因是？"), ("customer", "发货快"),
        ("agent", "5、您还有其他意见吗？"), ("customer", "希望多出口味"),
    ]  # fmt: skip
    assert customer_view(both).split() == ["发货快", "希望多出口味"]
    assert (one.text, one.turns, one.extra["question"]) == (
        "等了半小时没人理", (), "4、您打这个分的原因是？"
    )  # fmt: skip
    assert (none.text, none.extra["survey_flags"]) == ("", ["skipped"])


def test_a_surveymonkey_export(tmp_path: Path) -> None:
    good, bad = read(
        source(tmp_path, MONKEY, mapping={"nps": "likely", "csat": "satisfied", "id": "Respondent"},
               open_questions=("Why did",))
    )  # fmt: skip
    assert (good.native_id, good.text, scores(good)) == ("r1", "味道好", (9, 5, None))
    assert (bad.native_id, bad.text, scores(bad)) == ("r2", "太甜了", (2, 1, None))
    assert good.extra["Rate these 包装"] == "4"
    assert "survey_flags" not in good.extra


def test_an_effort_in_words_is_found_beside_skips(tmp_path: Path) -> None:
    path = tmp_path / "nps.csv"
    path.write_text(
        "序号,提交答卷时间,1、您有多大可能向朋友推荐我们？,2、解决问题是否容易？,3、您的意见或建议\n"
        "1,2026/10/1 9:30:00,10,非常容易,很好\n2,2026/10/1 9:31:00,(跳过),(跳过),(跳过)\n",
        encoding="utf-8",
    )
    zone = ZoneInfo("Asia/Shanghai")
    told, skipped = read(FileSource(path, name="nps", zone=zone, max_chars=1000))
    assert (told.ces, skipped.ces) == (7, None)


def test_a_country_is_no_region(tmp_path: Path) -> None:
    header = "编号,地理位置国家和地区,1.您有多大可能把我们推荐给亲友？,2.请写下您的意见"
    text = f"{header}\n1,中国,9,排队太久了\n2,中国,8,还不错的\n"
    assert [item.region for item in read(source(tmp_path, text))] == [None, None]


def test_a_qualtrics_export(tmp_path: Path) -> None:
    good, bad = read(source(tmp_path, QUALTRICS, open_questions=("原因",)))
    assert (good.text, scores(good)) == ("一直在买", (10, 5, None))
    assert (bad.text, scores(bad)) == ("包装破了", (0, 1, None))
    assert "1.2.3.4" not in str(good.extra)


FOUND = (
    "序号,提交时间,姓名,1、推荐意愿,2、喜欢哪些,3、哪里买的,4、哪里没做好,5、还想要什么,6、城市\n"
    "1,2026/10/1 9:30,王一,10,口味┋包装,超市的货架上,配送太慢了等了三天,希望出无糖的,浙江省杭州市\n"
    "2,2026/10/1 9:40,李二,3,口味┋价格,自己的网店,客服不回消息,(跳过),江苏省南京市\n"
    "3,2026/10/1 9:50,张三,8,价格┋包装,超市的货架上,包装破了没人管,能不能多些小包装,湖北省武汉市\n"
    "4,2026/10/1 9:55,赵四,8,口味┋价格,超市的货架上,没有不好的,想要更大的分量,福建省厦门市\n"
)


def test_open_questions_that_nobody_told_are_found_and_named(tmp_path: Path) -> None:
    survey = source(tmp_path, FOUND)
    first, second, *_ = read(survey)
    assert customer_view(first).split() == ["配送太慢了等了三天", "希望出无糖的"]
    assert (second.text, second.extra["question"]) == ("客服不回消息", "4、哪里没做好")
    assert second.extra["skipped_questions"] == 1
    assert first.extra["2、喜欢哪些"] == "口味┋包装"
    (note,) = survey.doubts.sentences()
    assert "4、哪里没做好、5、还想要什么. " in note


def test_open_questions_that_are_told_are_no_matter_of_doubt(tmp_path: Path) -> None:
    survey = source(tmp_path, FOUND, open_questions=["哪里没做好"])
    assert read(survey)[0].text == "配送太慢了等了三天"
    assert survey.doubts.sentences() == []


def test_words_of_ones_own_count_as_told(tmp_path: Path) -> None:
    text = "问题容易解决吗,意见\n完全同意,好\n不好说,坏\n"
    yes, unsure = read(source(tmp_path, text, mapping={"ces": "容易解决"}, words={"完全同意": 7}))
    assert (yes.ces, unsure.ces) == (7, None)
    assert unsure.extra["unreadable_ces"] == "不好说"


def test_sheets_all_alike_and_too_fast_are_flagged(tmp_path: Path) -> None:
    text = "推荐意愿,满意度,快吗,贵吗,好吗,所用时间,意见\n5,5,5,5,5,2秒,还行\n9,4,3,5,2,60秒,不错\n"
    alike, fine = read(source(tmp_path, text))
    assert alike.extra["survey_flags"] == ["straight_line", "speeder"]
    assert "survey_flags" not in fine.extra


def test_sheets_without_a_known_score_are_flagged_too(tmp_path: Path) -> None:
    text = "快吗,贵吗,好吗,近吗,所用时间,意见\n5,5,5,5,2秒,还行\n"
    (alike,) = read(source(tmp_path, text))
    assert alike.extra["survey_flags"] == ["straight_line", "speeder"]


def test_sheets_in_words_are_flagged_too(tmp_path: Path) -> None:
    grid = "序号,所用时间,1、推荐意愿,2、总体满意度,3、口味,4、包装,5、价格,6、您的意见\n"
    rows = (
        "1,3秒,10,非常满意,非常满意,非常满意,非常满意,都好\n2,88秒,-3,(跳过),不满意,满意,一般,-3\n"
    )
    alike, fine = read(source(tmp_path, grid + rows, open_questions=("意见",)))
    assert alike.extra["survey_flags"] == ["straight_line", "speeder"]
    assert scores(alike) == (10, 5, None)
    assert scores(fine) == (None, None, None)
    assert fine.extra["survey_flags"] == ["skipped"]
    assert "unreadable_nps" not in fine.extra
    assert "unreadable_csat" not in fine.extra


@pytest.mark.parametrize(
    ("question", "said"),
    [("您", "stands in several questions"), ("您对本次服务的满意渡", "Did you mean")],
)
def test_a_question_that_is_not_one_is_told(tmp_path: Path, question: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read(source(tmp_path, WJX, mapping={"csat": question}, open_questions=("原因",)))


def test_reading_again_gives_nothing_new(tmp_path: Path) -> None:
    survey = source(tmp_path, WJX, open_questions=("原因", "其他意见"))
    (page,) = survey.read(None)
    again = source(tmp_path, WJX, open_questions=("原因", "其他意见"))
    (tmp_path / "survey.csv").touch()
    (same,) = again.read(None)
    assert [each.native_id for each in page.feedback] == [each.native_id for each in same.feedback]
    assert list(again.read(same.cursor)) == []


def test_the_example_reads_such_an_export(tmp_path: Path) -> None:
    settings = load_settings(bundled("configs/sources/survey.yaml"), environ={})
    settings._base_dir = tmp_path
    import xlsxwriter

    book = xlsxwriter.Workbook(str(tmp_path / "nps.xlsx"))
    sheet = book.add_worksheet()
    rows = [
        ["序号", "您会把我们推荐给朋友吗", "对本次服务的满意程度", "解决问题有多容易",
         "打这个分的原因", "其他意见"],
        [1, 9, "非常满意", "完全同意", "上新快", "便宜点"],
    ]  # fmt: skip
    for number, row in enumerate(rows):
        sheet.write_row(number, 0, row)
    book.close()
    opened, industry = open_source("nps", settings=settings, told=Told())
    assert industry is not None
    (found,) = read(opened)  # type: ignore[arg-type]
    assert scores(found) == (9, 5, 7)
    assert [turn.text for turn in found.turns if turn.speaker == "customer"] == ["上新快", "便宜点"]


def ids(folder: Path, text: str, **more: Any) -> list[str]:
    return [item.native_id for item in read(source(folder, text, **more))]


def with_a_question_more(text: str, answer: str) -> str:
    header, *rows = text.splitlines()
    return "\n".join([f"{header},6、您会再来吗？", *(f"{row},{answer}" for row in rows)])


@pytest.mark.parametrize("answer", ["", "(跳过)", "会"])
@pytest.mark.parametrize("column", ["序号", "编号", "答卷编号", "提交序号", "答题序号", "来源"])
def test_a_question_more_changes_no_id(tmp_path: Path, column: str, answer: str) -> None:
    text = WJX.replace("序号", column)
    before = ids(tmp_path, text, open_questions=("原因",))
    after = ids(tmp_path, with_a_question_more(text, answer), open_questions=("原因",))
    assert before == after
    assert len(set(before)) == 3
    reworded = text.replace("4、您打这个分的原因是", "5、打分原因")
    assert ids(tmp_path, reworded, open_questions=("原因",)) == before


def test_a_number_that_each_export_counts_anew_joins_no_answers(tmp_path: Path) -> None:
    later = WJX.replace("2026/10/1", "2026/10/2")
    assert not {*ids(tmp_path, WJX, open_questions=("原因",))} & {
        *ids(tmp_path, later, open_questions=("原因",))
    }
    undated = "序号,满意度,意见\n1,{},好\n2,{},坏\n"
    assert not {*ids(tmp_path, undated.format(5, 4))} & {*ids(tmp_path, undated.format(3, 2))}


def test_answers_that_are_alike_stay_several(tmp_path: Path) -> None:
    text = "提交时间,满意度,意见\n2026-10-01,5,好\n2026-10-01,5,好\n2026-10-01,4,好\n"
    before = ids(tmp_path, text)
    assert len(set(before)) == 3
    assert ids(tmp_path, with_a_question_more(text, "会")) == before


def test_a_survey_that_is_read_as_a_file_keeps_its_ids_too(tmp_path: Path) -> None:
    text = "序号,提交时间,NPS,意见\n1,2026-10-01 09:00:00,9,好\n2,2026-10-01 09:00:00,2,坏\n"
    found = []
    for number, export in enumerate((text, with_a_question_more(text, "会"))):
        path = tmp_path / f"{number}.csv"
        path.write_text(export, encoding="utf-8")
        file = FileSource(path, zone=ZoneInfo("Asia/Shanghai"), max_chars=1000)
        found.append([item.native_id for item in read(file)])
    assert found[0] == found[1]
