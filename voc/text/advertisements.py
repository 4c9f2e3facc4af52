"""Tells advertisements from voices by rules, so surely that who complains of one is not taken.

Nothing is learnt, as no advertisements are at hand to learn from.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from voc.records import Channel
from voc.text.bursts import PUBLIC_CHANNELS

_READ_CHARS: Final = 1_000

# Where to turn to: an account behind its word, also one that was masked, a group, a code, a number.
_ACCOUNT: Final = (
    "(?:微信|薇信|威信|徽信|[v微薇]信|[vw]x|wechat|qq|扣扣|企鹅号?|telegram|whatsapp|电报|飞机号?)"
)
_NUMBER: Final = r"(?:1[3-9]\d{9}|\*{7,}|[48]00[- ]?\d{3,4}[- ]?\d{3,4}|0\d{2,3}[- ]?\d{7,8})"
_CONTACT: Final = re.compile(
    rf"(?:加|[+➕]|联系|咨询|私聊)[^，。,.!！?？\n]{{0,6}}{_ACCOUNT}"
    rf"|加[^，。,.!！?？\n]{{0,2}}[vq微薇群](?![a-z\u4e00-\u9fff])"
    rf"|[加+➕][vq微薇][\s::]*(?:[a-z0-9]|\*{{5}})"
    rf"|{_ACCOUNT}(?:同号|找我|[号群码]?[\s::是]*(?:[a-z0-9][a-z0-9_-]{{4,}}|\*{{5,}}))"
    rf"|加[微薇]"
    r"|(?:扫码|扫一扫|扫[^，。\n]{0,4}二维码)[^，。,.!！?？\n]{0,6}(?:加|进群|领|入群|咨询|关注)"
    r"|需要的?扫码"
    r"|(?:加|进|入)群(?:领|拿|享|了解|咨询|学习|[，。\s]|$)|(?:私信|私聊|私|联系|找|加|滴滴)我"
    r"|的?私信(?=[，。\s]|$)|有意私聊"
    r"|关注(?:公众号|我们)|添加[^，。\n]{0,6}(?:微信|助理)"
    rf"|{_NUMBER}"
    r"|欢迎(?:[^，。\n]{0,5})(?:咨询|来电|联系|洽谈|加盟)|随时联系|电话(?:联系|咨询)|邀请码"
    r"|非诚勿扰|到店免费"
)
_LINK: Final = re.compile(
    r"https?://|www\.[a-z0-9-]+\."
    r"|(?<![a-z0-9-])[a-z0-9-]{2,63}\.(?:com|cn|net|top|vip|shop|xyz|cc)\b"
    r"|点击(?:下方|以下)?链接|复制(?:这段|本段|此段|整段|链接)[^。\n]{0,20}打开"
)
# What is offered, a line a trade, and how it is cried up.
_OFFERS: Final = (
    r"兼职|日结|刷单|网赚|躺赚|日入|日赚|天赚|月入\w{0,2}万|在家(?:赚|做)|轻松赚|打字员|点赞员"
    r"|佣金|返佣|返现群|返利|一单一结|多劳多得|诚聘|急招",
    "高仿|a货|原单|一比一|1:1复刻|复刻|尾单|货源|厂家(?:直销|直招|直供|价)|工厂(?:直销|价)"
    "|批发价|微商|代购",
    "招(?:收|募)?(?:全国)?(?:代理|加盟)|诚招|招商|全国代理|招代理|一件代发|加盟(?:热线|费|电话)?"
    "|囤货|零库存|创业",
    "办证|证件|代开|代办|刻章|消分|代理记账|公司注册|补缴|落户|正规票据",
    "贷款|[房车信]\\w?贷|放款|下款|无抵押|无需抵押|提额|套现|秒批|黑户|征信|额度\\d|代还|养卡",
    "优惠券|内部券|内部优惠|隐藏券|领券|大额券|限时(?:优惠|特价)|特价促销|清仓|红包|话费|加油卡"
    "|折充值",
    "代写|代做|代刷|代考|包过|保过|查重|期刊发表|核心期刊|包录用|降重",
    "刷粉|刷赞|涨粉|点赞|播放量|刷(?:销量|好评)|引流|代运营|推广服务|好评代",
    "棋牌|彩票|博彩|娱乐城|百家乐|老虎机|荷官|下注|投注|首存|外挂|透视|稳赚",
    "荐股|牛股|涨停|炒股|诊股|喊单|带单|内幕消息|外汇|数字货币|开户",
    "减肥|瘦\\d|祖传|秘方|老中医|疗程|根治|壮阳|保健品|增高|祛斑|医美|黑发",
    "出售|转让|求购|长期收|回收|闲置|[\\d九八七]成新|\\d{2}新|自提|急出",
    "疏通|专业维修|上门维修|开锁|搬家|货运|家政|移机|上门服务|承接|承揽|施工|专业从事",
    "外教|试听课?|一对一|学习资料|包学会|提升学历|报名立减",
    "注册[^，。\\n]{0,5}(?:送|得)|邀请码|邀请好友|集赞|免费领取?|免费送|送精美礼品",
)
_PITCHES: Final = (
    "免费|(?:赠|白)送",
    "名额|先到先得|手慢无|数量有限|限时|抓紧|速加|速联系|最后\\d",
    "有需要|需要[^，。\\n]{0,4}的|想[^，。\\n]{0,5}的|有意者?|感兴趣的|诚心"
    "|[^，。\\n]{0,4}的(?:姐妹|朋友|老板|亲)",
    "欢迎|详情|咨询|来电|洽谈|可加|诚信合作",
    "价格(?:优惠|从优|低|公道|实惠|便宜)|价低|便宜|特价|低价|最低|质优价廉|满\\d+减|立减|\\d折"
    "|清仓|费率低|利息低|低息|高价",
    "货到付款|先\\w{1,3}后付|后付款|验货|不收费|不成功|无效|包退|保密|安全|正规|靠谱|诚信|退换"
    "|包邮|保证|备案",
    "24小时|全国|全市|长期有效|当天|当日|最快|秒到|速度快|十年|专业|全程",
    "零基础|手把手|新手|不限|时间自由|无需|零风险|押金|动动手|全职",
    "回本|稳赚|月入|日赚|收益\\d|赚钱|必赢|送\\d",
    "效果显著|见效|无副作用|纯中药|不反弹|成色|功能正常|可小刀|无事故",
)
_OFFERED: Final = tuple(re.compile(words) for words in _OFFERS)
_PITCHED: Final = tuple(re.compile(words) for words in _PITCHES)
# Who tells of what happened, asks, complains or judges something bought has something to tell, also
# where he speaks of an advertisement. Whoever sells tells nothing and says neither 我 nor 你们.
_TOLD: Final = re.compile(
    "投诉|举报|曝光|骗|上当|维权|垃圾|骚扰|虚假|假冒|退款(?<!无效退款)|退货|差评|好评|客服"
    "|怎么|为什么|请问|求助|有没有|反映|要求|希望|建议|处理|核实|[?？吗]|答复|收悉|来信|留言"
    "|(?<![加私找跟系信聊注])我(?!公司|司)|你们|他们|她|人家|店员|老板(?:人|说|态度|娘)|卖家"
    "|商家|师傅"
    "|了(?!解)|过(?=[，。的])|没(?!有?押金)|不给|不让|不理|不能|不好|不知|结果|但是?|可是|却"
    "|居然|竟然|才(?!能)|非要|一直|天天|总是"
    "|收到|送来|味道|感觉|觉得|好吃|划算|实惠|满意|不错|好用|小区|物业|投递"
)
_LEAST_SIGNS: Final = 2


def is_advertisement(text: str) -> bool:
    """Whether a text sells something of its own instead of speaking of what was bought.

    It must say where to turn to (an account, a number, a group, a link), and offer things of two
    trades, cry one up (免费, 名额有限, 欢迎来电), or cry up twice. A text that tells, asks,
    complains or judges is never one: a voice set aside wrongly costs more than an advertisement
    let in.

    Of 30 of the trades that the words were chosen for 24 are found, of 12 of other trades 4, and
    none of 72 complaints about the same is taken for one
    (`pytest tests/text/test_advertisement_figures.py`). One hand wrote texts and words, and widened
    the words once after the other trades were counted: expect fewer found.

    Args:
        text: As it was written, or masked.
    """
    words = unicodedata.normalize("NFKC", text[:_READ_CHARS]).lower()
    if not (_CONTACT.search(words) or _LINK.search(words)) or _TOLD.search(words):
        return False
    offers = sum(offer.search(words) is not None for offer in _OFFERED)
    pitches = sum(pitch.search(words) is not None for pitch in _PITCHED)
    return offers + pitches >= _LEAST_SIGNS


def is_posted_advertisement(text: str, channel: Channel) -> bool:
    """Whether it is an advertisement, and came where anybody may write."""
    return channel in PUBLIC_CHANNELS and is_advertisement(text)
