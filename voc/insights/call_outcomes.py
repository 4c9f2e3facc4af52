"""Whether a conversation settled its matter, by the last words of both sides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

Outcome = Literal["resolved", "pending", "unresolved", "unknown"]
"""`pending`: the company promised to do more, and nobody says that it was done."""

_LAST_TURNS: Final = 3
_LAST_ANSWERS: Final = 2
_SETTLED: Final = re.compile(
    r"(?<![没未就])(?:解决了|可以了|好了|到账了|收到了|搞定|弄好了|明白了)|没有(?:其他)?(?:问题|了)"
)
_SETTLED_CHARS: Final = 25  # a turn's end, where words such as 好了 tell of the matter as a whole
_REQUESTS: Final = re.compile(
    r"请(?!问)|尽快|希望|麻烦[你您帮尽快]|帮[我忙]|能不能|可不可以|为什么|凭什么|怎么"
)
_THANKS: Final = re.compile(r"谢谢|感谢|辛苦了")
_UNRESOLVED: Final = re.compile(
    r"[没未](?:有)?(?:解决|收到|到账|处理|用|人(?:管|回|来|理|修|联系))|还是(?:不行|没|不能|老样子)|不行|没用|投诉|举报|曝光"
    r"|算了|不满意|推[脱诿卸]|踢皮球|敷衍|骗"
)
_NODDED: Final = re.compile(r"^(?:好的?|嗯+|哦|行|再见|拜拜)?[\s,，。!！~～]*$")
_AGREED: Final = re.compile(r"^(?:好的?|嗯+|行|可以)[\s,，。!！~～]*$")
_ASKS: Final = re.compile(r"[?？]")
_DONE: Final = re.compile(
    r"(?<![没未就])(?:解决了|到账了|收到了|搞定|恢复了|能用了|(?:[办弄修换退查装后又都]|^)好了)"
)
"""What a customer says of what was done, be more of it promised or not."""
_COMPANY: Final = (
    r"(?:我们?|我司|小妹|小[编沃二]|这边|专员|工作人员|同事|工程师|部门|客服|主管|经理|后台)"
)
_TAKES_UP: Final = (
    r"(?:联系|联络|回复|回电|致电|答复|答覆|处理|跟进|核实|核查|反[馈映]|转[达交告]|上报|催促|回访|协调"
    r"|修复|升级|登记|提交|通知|告知|解决|查实)"
)
_PROMISE: Final = re.compile(
    rf"(?<!请您)(?<!请你)(?<![请您你])尽快(?:地|给|为|帮|替|与|跟|和|向|安排|让)?.{{0,8}}?{_TAKES_UP}"
    rf"|{_COMPANY}[^，。,.!！?？；;]{{0,8}}(?:会|将)[^，。,.!！?？；;]{{0,12}}?{_TAKES_UP}"
    rf"|(?:稍后|稍晚|晚点|回头|随后|过一?会儿?)[^，。,.!！?？；;]{{0,6}}"
    r"(?:联系您|联系你|给您|给你|回复|回电|致电|答复|通知|告知)"
    rf"|(?:帮|为|给|替)[您你][^，。,.!！?？；;]{{0,6}}(?:反[馈映]|登记|上报|转[达交]|催促|升级|提交)"
    rf"|(?:预计|大概|最[晚迟快]|[0-9一二两三四五六七八九十几x\]](?:个)?(?:工作日|小时|天)之?[内后])"
    rf"[^，。,.!！?？；;]{{0,14}}?{_TAKES_UP}"
    r"|(?:马上|立即|立刻|这就|现在就)(?:[给为帮替][您你]|会)[^，。,.!！?？；;]{0,4}(?:安排|派)"
    r"|[0-9一二两三四五六七八九十x\]]个?(?:工作日|小时|天)之?内会?有?[^，。,.!！?？；;]{0,8}(?:上门|取件)"
    r"|(?:留意|等待|等候)[^，。,.!！?？；;]{0,8}(?:来电|回电|电话|回复|答复|处理|通知|结果)"
    r"|保持(?:电话|手机|通讯)?(?:畅通|通畅)"
)
_CONDITION: Final = re.compile(
    r"私信|如[果需您]|若|您可以|请您?[^，。,.!！?？；;]{0,6}(?:提供|登[录陆]|拨打|联系|留下)"
    r"|还有(?:什么|其[他它])?(?:的)?(?:疑问|问题)"
)
_CONDITION_CHARS: Final = 60
_ACHIEVED: Final = re.compile(
    r"已经?(?:成功)?(?:帮|为|给|替)?[您你]?[^，。,.!！?？；;]{0,6}"
    r"(?:解决|办理成功|办理完|处理完|处理好|办好|开通|恢复|修复|退款成功|到账)"
)
"""What the company says of what was done."""


def outcome_of(said: Sequence[str], answers: Sequence[str] = ()) -> Outcome:
    """Tells by the last words whether the matter was settled.

    That it was is believed of the customer's last turn alone (a bare 再见 or 好的 behind it does
    not count), where it neither complains nor asks, and of its end; mere thanks do not tell it of
    somebody's only words, nor beside a request, as many thank in advance. Else a complaint in one
    of the last three says that it was not. Who thanks for a promise (我们会尽快回复您) or takes
    note of it has nothing in hand yet: only where he says what was done is it settled. Of what is
    neither settled nor complained of, or was complained of before he agreed with a bare 好的, a
    promise without conditions tells that it is pending.

    Args:
        said: The customer's turns, in order.
        answers: The company's turns, in order.
    """
    told = [text for text in said if not _NODDED.match(text)][-_LAST_TURNS:]
    if told and _is_settled(told[-1], is_only=len(told) == 1):
        is_open = not _DONE.search(told[-1]) and _is_promised(answers)
        return "pending" if is_open else "resolved"
    agreed = bool(said and _AGREED.match(said[-1])) and _is_promised(answers, firmly=True)
    if not agreed and any(map(_UNRESOLVED.search, told)):
        return "unresolved"
    return "pending" if _is_promised(answers, firmly=True) else "unknown"


def _is_promised(answers: Sequence[str], *, firmly: bool = False) -> bool:
    """Whether the company's last turns promise something, and none behind it says it is done.

    Firmly is without a condition (请私信提供号码，我们会尽快核实).
    """
    for text in reversed(answers[-_LAST_ANSWERS:]):
        if _ACHIEVED.search(text):
            return False
        if any(not (firmly and _is_conditional(text, at)) for at in _PROMISE.finditer(text)):
            return True
    return False


def _is_conditional(text: str, promise: re.Match[str]) -> bool:
    before = text[max(0, promise.start() - _CONDITION_CHARS) : promise.end()]
    return _CONDITION.search(before) is not None


def _is_settled(text: str, *, is_only: bool) -> bool:
    if _UNRESOLVED.search(text) or _ASKS.search(text):
        return False
    if _SETTLED.search(text[-_SETTLED_CHARS:]):
        return True
    return bool(not is_only and _THANKS.search(text) and not _REQUESTS.search(text))
