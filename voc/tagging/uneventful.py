"""Tells words of danger that say what happened from those that say what did not.

A word counts for nothing where it is negated, before or behind it (没有受伤, 漏电倒是没有), where
it has yet to come about (还有十天过期), where it is said of what cannot be dangerous (优惠券过期),
where it is said of somebody else's wares (友商的才自燃), where the wares are hurt, not people
(苹果有点撞伤), where something is only like it or was taken for it (象爆炸似的, 以为漏电), and
where an accident is told by who is at fault (出了事故对方全责).
"""

from __future__ import annotations

import re
from typing import Final

from voc.tagging.lexicon import Role, default_lexicon

_STOP: Final = "[^,。!?;，！？；\\n]"
_NEGATED: Final = re.compile(
    r"(?:没有|没|未|无|不会|不是|并非|避免|防止|以防|杜绝|从未|从不|以免|免得|不怕|不用担心|不必担心|不存在"
    rf"|幸好没|还好没|差一点没)(?P<between>{_STOP}{{0,6}})$|(?P<bare>不)$"
)
# 没有造成人员伤亡 denies what was caused; 没有及时处理导致起火 does not.
_NOT_CAUSED: Final = re.compile(
    rf"(?:没有?|未|无)(?:造成|引起|引发|导致|酿成|出现|发生){_STOP}{{0,6}}$"
)
_CAUSED: Final = re.compile(
    "导致|造成|引起|引发|使|让|就|才|却|还|都|又|及时|下架|更换|清理|处理|解决|人管|人理"
)
# Behind a word, at the end of its clause. 漏电没有? asks, and 受伤没人管 says that it happened.
_NEGATED_BEHIND: Final = re.compile(
    r"(?:了|过)?的?(?:这种|这类)?(?:情况|现象|问题|事情?|迹象|苗头|危险|可能)?"
    r"(?:(?:倒是?|是|都|也|从来|从|一次都|一次也|至今){1,3}(?:还|也|都)?(?:没有|没|不会|不存在|不至于|未)"
    r"|从未|不存在|没有(?=过|出现|发生|遇到)|没(?=出现|发生|遇到))"
    r"(?:过|有过|有|发生过?|出现过?|遇到过?|见过)?(?:[,。!?;，！？；\n]|$)"
)
_DISPOSITION: Final = re.compile(rf"对{_STOP}{{1,6}}$")
_OTHERS: Final = re.compile(
    r"(?:别家|别的店|别的品牌|别的牌子|别的商家|其他家|其它家|其他品牌|其它品牌|另一家|另外一家|友商|竞品"
    rf"|同行|竞争对手){_STOP}*$"
)
_FAR: Final = 30
_NEAR: Final = 20
_ALLERGIC: Final = ("过敏", "过敏了")
_OTHER_WARES: Final = re.compile(
    "别的(?!不说|不多说|都好|都还)|其[他它](?!都)|好多[种款]|很多[种款]|各种"
)
_PASSED: Final = re.compile(
    rf"(?:这[款套个种次]|慢慢|渐渐|逐渐|现在|后来|终于){_STOP}{{0,8}}(?:不|没|没有|不会|不再|没再)过敏"
)
_HURT: Final = frozenset({"受伤", "撞伤", "摔伤", "划伤", "割伤", "夹伤"})
_WARES: Final = re.compile(
    "苹果|火龙果|果子|坏果|果皮|水果(?![店摊])|橙子|芒果|个别|个头|机身|外壳|后盖|后壳|屏幕|边框|接口|插口|相接处|包装"
)
# A car that was scratched, whosever it is.
_VEHICLE: Final = re.compile(
    "(?<![停下上开乘坐骑被让给叫])车(?!祸|门夹|撞)(?:子|身|门|漆|头|尾|体|辆|顶)?(?:上|前|后|侧|都|也|又|还|居然|竟然|却|就|给|被|让人?|人){0,4}$"
)
# Somebody is hurt, or something that can hurt is named.
_PEOPLE: Final = re.compile(
    "手(?!机)|[脚脸头腿嘴指]|孩子|宝宝|娃|老人|我|妈|爸|儿子|女儿|人|顾客|被|锋利|毛刺|碎|裂|断|滑"
)
# 着火了算谁的 supposes, unless it is told when it happened.
_WHOSE_FAULT: Final = re.compile(
    "了?(?:的话)?(?:(?P<fault>算谁的?|谁(?:来|会|能|给|要)?(?:负责|赔|担责|承担|管)|找谁)|怎么办|咋办|该怎么办)"
)
_HAPPENED: Final = re.compile(
    "昨|今[天早晚]|刚|已|上[次周个]|前天|当时|那天|结果|真的|居然|竟然|果然|突然|完|吃了|喝了|用了|都"
)
_OF_THE_BODY: Final = re.compile("过敏|肿|痛|疼|痒|疹|肚|泻|吐|吃|喝")
_OURS: Final = re.compile("你们|你家|贵司|贵店|这家|本店|跟|和|比|一样")

# Something is like it: 象爆炸似的, 像停下来,突然加速一样.
_LIKE: Final = re.compile("(?:[像象]|如同|仿佛|好比|跟)[^。!?;！？；\\n]{0,10}$")
_ALIKE: Final = re.compile("(?:了|的)?(?:声音?)?(?:似的|一样|一般|那样)")
_AS_IF: Final = re.compile("(?:似的|般的?)")
_TAKEN_FOR: Final = re.compile(rf"(?:以为|当成是?|当作是?){_STOP}{{0,6}}$")
_ACCIDENTS: Final = ("事故", "车祸", "追尾")
_AT_FAULT: Final = re.compile(rf"{_STOP}{{0,8}}(?:[全主次无]责|定损|走保险|保险[公理])")
# 触电的隐患 is feared.
_AT_RISK: Final = re.compile(rf"{_STOP}{{0,4}}?的?(?:重大|严重|巨大)?(?:安全)?(?:隐患|风险)")
# What may come about: 极易受伤, 不要等出现人员伤亡.
_MAY_COME: Final = re.compile(
    "(?:[极容更]易|(?<![容交简轻贸网])易(?!先生|女士|某)(?=.{0,4}$)|可能|难免|迟早|早晚|避免|防止|预防|严防|提心吊胆地?防"
    "|不要等|别等|非要等|如(?:果|若)?(?:发生|出现|遇到?|有)|[将就便都]?会(?:出现|发生|造成|导致|引起|引发|酿成)|将会)"
    rf"{_STOP}{{0,10}}$"
)
_AGAIN: Final = re.compile("每[次到天晚]|经常|老是|总是|总|常常|已经?|了")
# Of what is told behind it: 如果下坡路很滑,你刹不住.
_IF: Final = re.compile("(?:如果|要是|假如|假设|倘若)[^,。!?;，！？；\\n]{0,24}[,，]$")
_WOULD: Final = re.compile("[就会便将]")

_SPOILT: Final = "过期"
_SPAN: Final = rf"{_STOP}{{0,3}}(?:天|日|周|星期|礼拜|月|年|小时){_STOP}{{0,3}}"
_YET_TO_COME: Final = re.compile(
    rf"(?:(?:还有|还剩|还差|只剩|剩下|仅剩|再过|再有){_SPAN}"
    r"|(?:离|距离?)(?:保质期|有效期)?|(?:快要?|将要?|即将|马上(?:就?要)?|就要|临近|接近|差点)(?:到)?"
    r"|(?:下下?个?(?:月|周|星期|礼拜)|明年|明后?天|后天|明早)[一二三四五六日天初0-9]?"
    r"[0-9一二三四五六七八九十]{0,2}(?:月份?|号|日)?(?:就|就要|才|便|要|即)?"
    r"|(?:天|日|周|星期|礼拜|月|年|小时)(?:以|之)?后(?:就|就要|才|便|即)?)$"
)
# 不到三天就过期的 has yet to come, 不到三天就过期了 has not.
_SOON: Final = re.compile(rf"(?:(?:不到|不足|只有){_SPAN}|(?<!上)(?:月底|年底)(?:就|要)?)$")
_COUNTED_DOWN: Final = re.compile(
    rf"(?:还有|只有|还剩|只剩|还差|还早|还远|仅剩|前){_STOP}{{0,6}}|(?:日期|时间)"
)
_NO_FOOD: Final = re.compile(
    r"(?:券|卡|积分|会员|链接|码|活动|订单|合同|证|执照|保险|流量|套餐|红包|优惠|额度|账号|密码|页面|网页|登录"
    r"|授权|资格|质保|保修|福利|权益|余额|名额|票)(?:里的|上的|期)?(?:还|都|也|已经?|就|又|全部?|直接|自动|提前"
    r"|突然|莫名其妙|莫名|地|没用完?|没来得及用|没到|怎么|为什么|为啥|居然|竟然|早){0,4}$"
)
_NO_FOOD_BEHIND: Final = re.compile(
    "的?(?:优惠|代金|团购|折扣)?(?:券|卡|积分|会员|链接|活动|订单|合同|红包|套餐|证)"
)


def is_no_event(text: str, clause: tuple[int, int], start: int, end: int, run_end: int) -> bool:
    """Whether a word of danger at `[start, end)` says that nothing of the kind happened here.

    Args:
        text: The normalised text.
        clause: The clause that the word begins in.
        start: Where the word begins.
        end: Where it ends.
        run_end: Where the words of danger end that follow it at once (起火爆炸).
    """
    begin = clause[0]
    if _is_negated(text, begin, start, run_end) or _is_of_others(text, begin, start):
        return True
    word = text[start:end]
    if _is_likened(text, clause, start, end):
        return True
    if word.endswith(_ACCIDENTS) and _AT_FAULT.match(text, end):
        return True
    if word.endswith(_ALLERGIC):
        return _is_no_allergy(text, clause, start, end)
    if word in _HURT and _is_of_wares(text, start, end):
        return True
    place = word.find(_SPOILT)
    return place >= 0 and _is_unspoilt(text, begin, start + place)


def is_supposed(text: str, clause: tuple[int, int], start: int, end: int) -> bool:
    """Whether a word at `[start, end)` of a clause says what is feared, supposed or asked."""
    begin, stop = clause
    asks = False
    found = _WHOSE_FAULT.match(text, end)
    if (
        found is not None
        and (found["fault"] or not _OF_THE_BODY.search(text, start, end))
        and not _HAPPENED.search(text, max(begin, start - _FAR), end)
    ):
        return True
    if _is_conditional(text, begin, start, end) or _AT_RISK.match(text, end):
        return True
    for token in default_lexicon().tokens(text[begin:stop]):
        if token.entry.roles & Role.UNREAL:
            return True
        # 还是 stands between choices, but oftener for 仍然 (还是多收了); a choice ends in ? too.
        asks |= bool(
            token.entry.roles & Role.QUESTION
            and not token.entry.roles & Role.WHY
            and token.entry.word != "还是"
        )
    return asks


def may_come(text: str, clause: tuple[int, int], start: int, end: int) -> bool:
    """Whether a word at `[start, end)` of a clause says what may come about, and has not yet.

    As 极易导致人员伤亡 and 不要等出现伤亡, but not 每次下雨都会导致漏电, nor 可能骨折了.
    """
    begin = clause[0]
    if text[end : end + 1] == "了" or _AGAIN.search(text, begin, start):
        return False
    return _MAY_COME.search(text, max(begin, start - _FAR), start) is not None


def _is_conditional(text: str, begin: int, start: int, end: int) -> bool:
    """Whether the clause before says under which condition a word at `[start, end)` holds.

    现在孩子受伤了 tells what happened, whatever stands before it.
    """
    told = _IF.search(text, max(0, begin - _FAR), begin)
    if told is None or _HAPPENED.search(text, told.start(), end):
        return False
    return text[end : end + 1] != "了" or _WOULD.search(text, begin, start) is not None


def _is_likened(text: str, clause: tuple[int, int], start: int, end: int) -> bool:
    """Whether something is only like a word at `[start, end)`, or was taken for it."""
    if _AS_IF.match(text, end) or _TAKEN_FOR.search(text, clause[0], start):
        return True
    return bool(_ALIKE.match(text, end) and _LIKE.search(text, max(0, start - _FAR), start))


def _is_no_allergy(text: str, clause: tuple[int, int], start: int, end: int) -> bool:
    """Whether 过敏 is a disposition, was had of other wares, or has passed with these."""
    begin = clause[0]
    if text[end : end + 1] != "了" and _DISPOSITION.search(text, begin, start):
        return True
    others = _OTHER_WARES.search(text, max(begin, start - _FAR), end)
    if others is not None and not _OURS.search(text, max(begin, start - _FAR), end):
        return True
    return _PASSED.search(text, end, end + _FAR) is not None


def _is_of_wares(text: str, start: int, end: int) -> bool:
    before = max(0, start - _NEAR)
    if _VEHICLE.search(text, before, start) and not _PEOPLE.search(text, start, end + 2):
        return True
    return bool(_WARES.search(text, before, end) and not _PEOPLE.search(text, before, end + 6))


def _is_negated(text: str, begin: int, start: int, end: int) -> bool:
    if _NOT_CAUSED.search(text, max(begin, start - 14), start):
        return True
    found = _NEGATED.search(text, max(begin, start - 14), start)
    if found is not None and not _CAUSED.search(found["between"] or ""):
        return True
    return _NEGATED_BEHIND.match(text, end) is not None


def _is_of_others(text: str, begin: int, start: int) -> bool:
    found = _OTHERS.search(text, max(begin, start - _FAR), start)
    return found is not None and not _OURS.search(found[0])


def _is_unspoilt(text: str, begin: int, place: int) -> bool:
    """Whether 过期 at `place` is yet to come, or said of a coupon and the like."""
    end = place + len(_SPOILT)
    before = max(begin, place - 16)
    return bool(
        _YET_TO_COME.search(text, before, place)
        or (text[end : end + 1] != "了" and _SOON.search(text, before, place))
        or _NO_FOOD.search(text, before, place)
        or _COUNTED_DOWN.match(text, end)
        or _NO_FOOD_BEHIND.match(text, end)
    )
