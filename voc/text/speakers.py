"""Who a label of a speaker names: 客服, 坐席1001, 客服小李, 客服（张三）, 张三（客户）, agent_1."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from voc.text.personal.name_shapes import NICKNAME, USUAL_NAME

CUSTOMER: Final = "customer"
AGENT: Final = "agent"
NARRATOR: Final = "旁白"
"""Who speaks the words before the first mark of a transcript: nobody."""

_AGENTS: Final = (
    "agent assistant staff operator service helpdesk seller bot representative rep csr support "
    "advisor 客服 坐席 座席 话务员 接线员 卖家 商家 店家 店小二 机器人 智能助手 工作人员 服务人员 "
    "客户服务 客户经理 坐席员 座席员 人工坐席 人工座席 智能坐席 智能座席 业务员 营业员 柜员 "
    "店员 店长 导购 导购员 收银员 物业"
)
_CUSTOMERS: Final = (
    "customer user client caller consumer guest visitor 客户 顾客 用户 买家 市民 来电人 来电者 "
    "消费者 乘客 车主 投诉人 会员 访客 客人 旅客 业主 居民 群众 反映人 诉求人 求助人 机主 报修人 "
    "咨询人"
)
_KINDS_OF_AGENTS: Final = (
    "在线",
    "智能",
    "人工",
    "电话",
    "官方",
    "平台",
    "商家",
    "售前",
    "售后",
    "",
)
_RANKS_OF_AGENTS: Final = ("", "人员", "代表", "专员", "经理", "主管")

SPEAKERS: Final[Mapping[str, str]] = {
    **dict.fromkeys(_CUSTOMERS.split(), CUSTOMER),
    **dict.fromkeys(_AGENTS.split(), AGENT),
    **{f"{kind}客服{rank}": AGENT for kind in _KINDS_OF_AGENTS for rank in _RANKS_OF_AGENTS},
}
"""The names of roles that people use, each with the role."""

ROLE: Final = "|".join(sorted(map(re.escape, SPEAKERS), key=len, reverse=True))
"""The same as alternatives of a pattern, the longest first."""

_OPEN, _CLOSE = "[(（\\[【<《]", "[)）\\]】>》]"
_OTHER: Final = r"[^\s:：()（）\[\]【】<>《》，。！？,!?;；]"


def _label(role: str) -> str:
    """Returns the pattern of a label in which `role`, a pattern, says who speaks."""
    number = r"[ _#-]?[A-Za-z]{0,3}[0-9]{1,8}号?|(?<=[\u4e00-\u9fff])[A-Za-z]"
    person = rf"[ ]?[-_·/—]?[ ]?(?:{USUAL_NAME}|{NICKNAME})"
    anything = rf"[ ]?{_OPEN}[^()（）\[\]【】<>《》\n:：]{{1,20}}{_CLOSE}"
    return (
        rf"(?:{role}(?:{number}|{person}|{anything})?"
        rf"|{_OTHER}{{1,12}}(?:[ ]?{_OPEN}{role}{_CLOSE}|[-_/·—]{role})"
        rf"|{_OPEN}{role}{_CLOSE}[ ]?{_OTHER}{{0,12}})"
    )


LABEL: Final = _label(f"(?:{ROLE})")
"""A pattern, without groups, of labels that say whose words follow; for IGNORECASE."""

_EACH: Final = "speaker|spk|channel|说话人|发言人|讲话人|角色|声道"
NUMBERED: Final = rf"(?:{_EACH})[ _-]?(?:[0-9A-Za-z]{{1,3}}|[一二三四甲乙丙丁])"
"""The same of speakers whom recognisers of speech tell apart and know nothing of."""

NO_CLOCK: Final = r"(?!(?<=[0-9][:：])[0-9]{2}(?:[:：\s]|$))"
"""Behind a label's colon: keeps a clock's hour from being taken for a number (客服 10:00:05)."""

_WHOLE_LABEL: Final = re.compile(rf"\A(?:{LABEL})\Z", re.IGNORECASE)
_ROLE_IN: Final = re.compile(ROLE, re.IGNORECASE)


def role_in(label: str) -> str | None:
    """Returns `customer` or `agent` where a label names a role, alone or beside a person."""
    name = unicodedata.normalize("NFKC", label).strip()
    if not _WHOLE_LABEL.match(name):
        return None
    roles = {SPEAKERS[match[0].lower()] for match in _ROLE_IN.finditer(name)}
    return roles.pop() if len(roles) == 1 else None
