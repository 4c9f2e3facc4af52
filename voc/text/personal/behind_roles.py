"""Patterns of names right behind what somebody is or does: 客户经理李娜 · 爱人张伟 · 投诉韩梅梅.

Nothing but the name says where it ends, so only surnames count that make no other word there, and
given names of characters that names are mostly made of. Names of other peoples are told by the
characters that spell them: 买买提·艾力.
"""

from __future__ import annotations

import re
from typing import Final

from voc.text.personal.name_shapes import (
    CERTAIN_SURNAME,
    HAN,
    PLAIN_SURNAME,
    SPELT_NAME,
    SURNAME,
    TITLE,
    USUAL_GIVEN,
    USUAL_NAME,
)

_RELATIVES: Final = (
    "爱人|老公|老婆|丈夫|妻子|儿子|女儿|孩子|父亲|母亲|爸爸|妈妈|哥哥|弟弟|姐姐|妹妹|媳妇|公公|婆婆|岳母|岳父"
    "|朋友|同事|同学|邻居"
)
_OFFICES: Final = (
    "(?:客户|大堂|物业|项目|销售|店|部门|业务|值班|副总|总)经理|班主任|[主店班组队科处局院校园厂村镇区县]长|主任|书记"
    "|医[生师]|护士长?|律师|老师|教练|司机|驾驶员|业务员|快递员|配送员|外卖员|骑手|技师|师傅|小哥|店员|店主|老板|营业员"
    "|收银员|柜员|导购员?|销售员?|客服(?:代表|专员|人员|主管)?|话务员|接线员|坐席|专员|顾问|保安|保洁|维修工|工程师|管家"
    "|中介|[民辅交]警|警官|法官|干部|员工|工作人员|负责人|代理人|经办人"
)
_PARTIES: Final = (
    "法人代?表?|法定代表人|房东|户主|机主|车主|业主|租客|乘客|患者|病人|当事人"
    "|客户|用户|市民|顾客|来电人"
)
_WHO: Final = f"(?:{_RELATIVES}|{_OFFICES}|{_PARTIES})"
_TWO_GIVEN: Final = f"(?:大|{USUAL_GIVEN}){USUAL_GIVEN}"
_FULL_NAME: Final = rf"{CERTAIN_SURNAME}(?!{TITLE}|家)(?:{_TWO_GIVEN}|{USUAL_GIVEN})(?![姐某])"
_LONG_NAME: Final = rf"{CERTAIN_SURNAME}(?!{TITLE}){_TWO_GIVEN}(?!姐)"
_END: Final = r"(?=[，,。.;；!！?？~、\s）)】\]…]|$)"

NAMES_BEHIND_ROLES: Final = (
    re.compile(rf"{_WHO}(?:名?叫|是)?(?P<name>{_FULL_NAME})"),
    re.compile(rf"{_WHO}: ?(?P<name>{USUAL_NAME}){_END}"),
    re.compile(
        rf"(?:{_OFFICES})(?:叫|是)?(?P<name>[小老]{PLAIN_SURNAME})(?!{USUAL_GIVEN}|{TITLE})"
    ),
    re.compile(
        rf"(?:投诉|举报|控告|表扬)(?P<name>{_LONG_NAME})(?:{_END}|(?=[的等]|涉嫌|受贿|贪污|长期))"
    ),
    re.compile(rf"(?P<name>{USUAL_NAME})(?=[(（](?:工号|电话|手机))"),
    re.compile(rf"(?:{_WHO}|投诉|举报|我[叫是])(?P<name>{SPELT_NAME})"),
    re.compile(rf"(?<![{HAN}·])(?P<name>{SPELT_NAME})(?={TITLE}|反映|来电|投诉|咨询)"),
)
"""Of half-width text."""

_MAYBE: Final = re.compile(
    "[人公婆夫妻子女儿亲爸妈哥弟姐妹妇母父友事学居理任长记医生师士练机员手客服席问安洁家介警官法部表东主者户民]"
    rf"(?:名?叫|是)?[:：]?[ \u3000]?(?:{SURNAME}{USUAL_GIVEN}|[小老]{PLAIN_SURNAME})"
    rf"|投诉|举报|控告|表扬|[{HAN}][·•・・][{HAN}]|{USUAL_GIVEN}[(（](?:工号|电话|手机)"
)


def may_hold_named_roles(text: str) -> bool:
    """Whether these patterns are worth trying on a text as it was written."""
    return _MAYBE.search(text) is not None
