"""The names people give their columns, as they look after `fold`.

`EXACT` lists each field's whole names, the better first. `PARTS` lists what a longer name, as a
survey's question, contains. `NOT_PARTS` lists what such a name must not contain.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from voc.errors import UsageError, nearest
from voc.sources.values import DELETED

_NUMBERING = re.compile(r"^(?:q|第)?\d{1,3}(?:[、.:)]|题)\s*")
_SEPARATORS = re.compile(r"[\s_\-*:?]+")


def fold(name: str) -> str:
    """Returns a column's name in NFKC and lower case, without spaces, `_`, `-` and numbering."""
    plain = unicodedata.normalize("NFKC", name).strip("\ufeff \t\r\n").lower()
    return _SEPARATORS.sub("", _NUMBERING.sub("", plain)) or plain


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


SURE_TEXT: Final = _words(
    "评价内容 评论内容 点评内容 "
    "留言内容 留言详情 反馈内容 投诉内容 诉求内容 问题描述 投诉详情 正文 原文 "
    "您的意见或建议 您的意见和建议 您的意见与建议 意见或建议 意见和建议 意见与建议 意见建议 "
    "想对我们说的话 text reviewtext reviewcontent reviewbody commenttext commentcontent "
    "feedbacktext body"
)
LIKELY_TEXT: Final = _words(
    "评论 评价 内容 留言 反馈 意见 建议 点评 评语 吐槽 诉求 文本 通话内容 对话内容 通话文本 "
    "转写文本 聊天记录 聊天内容 会话内容 会话记录 对话记录 通话记录 识别文本 识别内容 转写内容 "
    "转写结果 语音文本 录音文本 通话转写 录音转写 对话文本 会话文本 asr文本 asr结果 "
    "review comment content feedback message comments reviews verbatim transcript "
    "sentence"
)

EXACT: Final[Mapping[str, tuple[str, ...]]] = {
    "turns": _words("turns utterances segments messages 对话 对话轮次"),
    "title": _words(
        "标题 主题 留言主题 留言标题 帖子标题 评论标题 评价标题 点评标题 title subject headline"
    ),
    "id": _words(
        "id nativeid feedbackid reviewid commentid 评价编号 评价id 评论编号 评论id "
        "点评编号 点评id 留言编号 "
        "留言id 反馈编号 反馈id 工单号 工单编号 工单id 投诉编号 投诉单号 答卷编号 答卷id "
        "答卷号 答卷序号 答题编号 答题序号 提交编号 提交序号 responseid "
        "问卷编号 通话编号 通话id 会话编号 会话id 录音编号 录音id 通话流水号 录音流水号 会话流水号 "
        "呼叫流水号 来电流水号 话单号 帖子id 帖子编号 postid callid "
        "sessionid uuid 编号 流水号 主键"
    ),
    "created_at": _words(
        "createdat 评价时间 评论时间 点评时间 "
        "留言时间 反馈时间 提交时间 提交答卷时间 投诉时间 来电时间 "
        "发布时间 发表时间 发帖时间 通话时间 受理时间 填写时间 评价日期 评论日期 点评日期 发布日期 "
        "提交日期 创建时间 createtime createdtime creationtime publishedat postedat submittedat "
        "reviewtime reviewdate commenttime pubdate pubtime publishtime date time 时间 日期 "
        "datetime timestamp"
    ),
    "rating_max": _words("ratingmax maxrating 满分 评分满分 最高分"),
    "nps": _words("nps npsscore nps评分 nps得分 净推荐值 推荐意愿 推荐分 推荐指数 推荐度"),
    "csat": _words(
        "csat csatscore 满意度 满意度评分 满意度得分 服务满意度 总体满意度 整体满意度 满意程度"
    ),
    "ces": _words("ces cesscore 费力度 客户费力度 费力程度 ces评分 ces得分"),
    "rating": _words(
        "评分 星级 打分 评价星级 评论星级 点评星级 "
        "评价分数 评价得分 综合评分 总体评分 总评分 用户评分 "
        "得分 rating stars star score starrating reviewrating overallrating"
    ),
    "product": _words(
        "产品 商品 车型 型号 产品名称 商品名称 车型名称 产品型号 商品型号 车系 机型 产品名 "
        "商品名 product productname item itemname"
    ),
    "store": _words(
        "门店 网点 经销商 店铺 4s店 门店名称 网点名称 经销商名称 店铺名称 店名 分店 支行 营业厅 "
        "服务网点 餐厅 store storename shop shopname dealer dealername branch outlet"
    ),
    "region": _words(
        "地区 区域 城市 省份 所在地区 所在城市 所在地 所在省份 所属地区 所属区域 大区 省市 区县 "
        "region city province area"
    ),
    "customer_id": _words(
        "customerid 客户编号 客户id 客户号 会员号 会员编号 会员id 会员卡号 用户id 用户编号 "
        "userid memberid uid openid"
    ),
    "author": _words(
        "作者 用户 用户昵称 昵称 用户名 用户名称 评论者 评价人 评论人 发布者 发帖人 留言人 网友 "
        "楼主 author authorname user username nickname reviewer"
    ),
    "url": _words("链接 网址 原文链接 页面链接 评论链接 帖子链接 url link href permalink"),
    "channel": _words("渠道 来源渠道 反馈渠道 投诉渠道 受理渠道 反馈来源 channel"),
}

ORDER_TIMES: Final = _words(
    "收货时间 确认收货时间 签收时间 发货时间 支付时间 付款时间 成交时间 交易时间 订单时间 下单时间 "
    "订单创建时间 收货日期 签收日期 发货日期 支付日期 付款日期 成交日期 交易日期 订单日期 下单日期 "
    "orderedat ordertime orderdate"
)
"""Times of an order, the nearest to what is said of it first: read where no time of a voice is."""

PHONES: Final = _words(
    "客户电话 客户电话号码 客户手机 客户手机号 客户手机号码 客户号码 用户电话 用户手机 用户手机号 "
    "会员手机 会员手机号 手机号 手机号码 手机 来电号码 来电电话 主叫号码 主叫 客户联系电话 "
    "客户联系方式 联系电话 联系手机 联系方式 联系号码 customerphone customerphonenumber "
    "customermobile userphone usermobile mobile mobilenumber mobilephone mobileno phonenumber "
    "phoneno phone cellphone callernumber callerphone callerid callingnumber contactphone "
    "contactnumber"
)
"""Columns of a customer's telephone, the better first: not that of a seat, a shop or a hotline."""
CALLING: Final = frozenset(_words("主叫号码 主叫 callingnumber callerid callernumber"))
"""Those of who called: of calls that the company makes, itself."""
DIRECTIONS: Final = frozenset(
    _words("呼叫方向 呼叫类型 通话类型 通话方向 方向 direction calldirection calltype")
)

FIELDS: Final = ("text", *EXACT)
_NAMED: Final[Mapping[str, str]] = {
    word: field
    for field, words in {
        **EXACT,
        "text": (*SURE_TEXT, *LIKELY_TEXT),
        DELETED: _words("deleted 已删除 是否删除 删除"),
    }.items()
    for word in words
}
_USUAL: Final = (
    "text 内容, turns 对话, title 标题, id 编号, created_at 时间, rating 评分, rating_max 满分,"
    " nps, csat 满意度, ces 费力度, product 产品, store 门店, region 地区, customer_id 客户编号,"
    " author 作者, url 链接, channel 渠道"
)


def field_named(name: str) -> str:
    """Returns the field that is called so: by its own name, or by one that its column often has.

    Raises:
        UsageError: There is none; the message lists all.
    """
    field = _NAMED.get(fold(name))
    if field is None:
        raise UsageError(
            f"There is no field {name!r} to map a column to.{nearest(name, (*FIELDS, DELETED))} "
            f"The fields, each with a name that does as well, are: {_USUAL}; and deleted, where a"
            " column says that a voice is gone."
        )
    return field


def by_field(mapping: Mapping[str, str]) -> dict[str, str]:
    """Returns a mapping with each field under its own name: 时间=列 as created_at=列.

    Raises:
        UsageError: A field is none.
    """
    return {field_named(name): column for name, column in mapping.items()}


_TEXT_PARTS = (
    "评论 评价 留言 反馈 意见 建议 正文 描述 诉求 吐槽 想对我们说 想说的话 review comment "
    "feedback verbatim"
)
PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "nps": _words("推荐 recommend"),
    "csat": _words("满意 howsatisfied"),
    "ces": _words("费力 容易 轻松 howeasy"),
    "rating": _words("评分 星级 打分 starrating"),
    "created_at": _words("时间 日期 createdat createtime"),
    "product": _words("产品名 商品名 车型 车系 机型"),
    "store": _words("门店 网点 经销商 店铺 4s店 营业厅"),
    "region": _words("城市 省份 地区"),
    "text": _words(_TEXT_PARTS),
}

_OPEN_QUESTION = "原因 为什么 理由 哪些 哪方面 地方 什么 描述 意见 建议 请说明 reason why what"
NOT_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "nps": _words(_OPEN_QUESTION + " 推荐人 推荐码 推荐渠道 推荐商品"),
    "csat": _words(_OPEN_QUESTION),
    "ces": _words(_OPEN_QUESTION),
    "rating": _words(_OPEN_QUESTION + " 推荐 人数 次数 满分"),
    "created_at": _words(
        "回复 更新 修改 处理 办结 购买 提车 追评 追加 生日 出生 截止 到期 下单 发货 完成 关闭 "
        "用时 时长 等待 所用 开始答题 满意 推荐 建议"
    ),
    "product": _words("满意 推荐 评价 评论 意见 建议 编号 id"),
    "store": _words("满意 推荐 评价 评论 意见 建议 编号 id 电话 地址"),
    "region": _words("满意 推荐 评价 评论 意见 建议 编号 id 国家 国籍"),
    "text": _words(
        "时间 日期 编号 序号 星级 评分 打分 分数 得分 图片 照片 视频 链接 类型 类别 分类 等级 "
        "状态 渠道 来源 标签 标题 回复 数量 次数 人数 条数 点赞 满意度 推荐 作者 评论人 评价人 "
        "评论者 留言人 昵称 用户 部门 商品 产品名 是否 id date time rating star score url count "
        "title author user type status 方式 电话 手机 邮箱 结果"
    ),
}

THREAD_NAMES: Final = frozenset(
    _words(
        "thread threadid tid topicid replyto replytoid parentid reply replies replytime floor "
        "楼层 帖子 帖子id 主题帖 回复 回复内容 回复时间 回帖 跟帖 板块 版块"
    )
)
