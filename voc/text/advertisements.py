"""Tells advertisements from voices by rules, so surely that who complains of one is not taken."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from voc.records import Channel
from voc.text.bursts import PUBLIC_CHANNELS

_READ_CHARS: Final = 1_000

# Where to turn to: an account behind its word, also one that was masked, or a group to join.
_ACCOUNT: Final = (
    "(?:微信|薇信|威信|徽信|[v微薇]信|[vw]x|wechat|qq|扣扣|企鹅号?|telegram|whatsapp|电报|飞机号?)"
)
_CONTACT: Final = re.compile(
    rf"(?:加|[+➕]|联系|咨询|私聊)[^，。,.!！?？\n]{{0,6}}{_ACCOUNT}"
    rf"|{_ACCOUNT}[号群码]?[\s::是]*(?:[a-z0-9][a-z0-9_-]{{4,}}|\*{{5,}})"
    r"|(?:扫码|扫一扫|扫二维码|扫描二维码)[^，。,.!！?？\n]{0,6}(?:加|进群|领|入群|咨询)"
    r"|(?:加|进|入)群(?:领|拿|享|了解|咨询)|私信我|加我(?:好友|微|v|领)|关注公众号"
    r"|(?:电话|热线|手机|致电|联系方式)[\s::]*(?:1[3-9]\d{9}|\*{7,}|400[- ]?\d{3}[- ]?\d{3,4})"
)
_LINK: Final = re.compile(
    r"https?://|www\.[a-z0-9-]+\.|(?<![a-z0-9-])[a-z0-9-]{2,63}\.(?:com|cn|top|vip|shop|xyz|cc)\b"
    r"|点击(?:下方|以下)?链接|复制(?:这段|本段|此段|整段|链接)[^。\n]{0,20}打开"
)
# What is offered; two kinds of it, or one beside an invitation, make an advertisement.
_OFFERS: Final = (
    "兼职|日结|刷单|网赚|躺赚|日入|日赚|月入过?万|在家赚钱|轻松赚钱|佣金|返佣|返现群|返利",
    "高仿|a货|原单|一比一|1:1复刻|复刻|尾单|一手货源|厂家直销|厂家货源|工厂直销|批发价|微商|代购",
    "招(?:收|募)?(?:全国)?(?:代理|加盟)|诚招|招商加盟|招代理|一件代发|免费加盟",
    "办证|代开发票|代开|代办|套现|提额|秒批|秒下款|快速下款|无抵押|黑户可|征信修复|低息贷款",
    "优惠券群|内部券|内部优惠|隐藏券|领券|免费领取|免费领|限时优惠|限时特价|特价促销|清仓",
    "代写|包过|保过|代考|刷粉|刷赞|涨粉|引流|代运营|推广服务|好评代",
    "棋牌|彩票|博彩|下注|稳赚|带单|荐股|牛股|内幕消息",
    "出售|长期收|高价回收|上门回收|专业维修|上门维修|上门开锁|承接|承揽|低价转让",
)
_OFFERED: Final = tuple(re.compile(words) for words in _OFFERS)
_INVITES: Final = re.compile(
    "有需要的?|需要的(?:亲|朋友|老板|宝)?|欢迎(?:咨询|加|联系|来电|私聊)|可加|速加|速联系|诚信合作"
    "|详情(?:咨询|请加|加|私)|了解(?:更多|详情)|名额有限|先到先得|手慢无|抓紧(?:时间)?(?:加|联系)"
)
# Who speaks of an advertisement, or of what came of one, has something to tell.
_TOLD: Final = re.compile(
    "投诉|举报|曝光|骗|上当|维权|垃圾|骚扰|虚假|假冒|退款|退货|差评|客服|让我加|叫我加|要我加|非要"
    "|怎么(?:办|回事|处理)|请问|求助|有没有人|我买|买了|收到|用了|我的|我们小区|希望|建议|[?？]"
)


def is_advertisement(text: str) -> bool:
    """Whether a text sells something of its own instead of speaking of what was bought.

    It must say where to turn to (an account, a number, a group, a link), and offer things of two
    kinds, or of one with an invitation. A text that asks, complains or tells of something bought
    is never one: a voice set aside wrongly costs more than an advertisement let in.

    Args:
        text: As it was written, or masked.
    """
    words = unicodedata.normalize("NFKC", text[:_READ_CHARS]).lower()
    if _TOLD.search(words):
        return False
    if not (_CONTACT.search(words) or _LINK.search(words)):
        return False
    kinds = sum(offer.search(words) is not None for offer in _OFFERED)
    return kinds >= 2 or (kinds == 1 and _INVITES.search(words) is not None)


def is_posted_advertisement(text: str, channel: Channel) -> bool:
    """Whether it is an advertisement, and came where anybody may write."""
    return channel in PUBLIC_CHANNELS and is_advertisement(text)
