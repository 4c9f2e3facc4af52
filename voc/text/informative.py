"""Tells texts that say nothing: what a system filled in, blanks, lone marks and digits."""

from __future__ import annotations

import re
from typing import Final

from voc.text.normalise import normalise

_LONGEST_FILLER: Final = 80

# Letters of any script, and signs that carry a feeling. Digits and punctuation are neither.
_TELLING: Final = re.compile(
    "[^\\W\\d_]|[\U0001f000-\U0001faff\u2600-\u27bf\u2b50\u2b55\u2190-\u21ff]|6{2,}|10{2,}%"
)
_FACE: Final = re.compile(
    r"[\^><=T;~][_.o]{1,3}[\^><=T;~]|-_+-|[:;]['-]?[)(DPp]|[(（][^()（）\s]{3,12}[)）]"
)
_NOISE: Final = re.compile(r"[\W_]+")

_WHO: Final = "(?:此|该|本|这位|评价)?(?:用户|买家|顾客|客户|会员|消费者|方)?"
_NOT: Final = "(?:暂时|暂|尚|还)?(?:没有|没|未|无|未能|未及时)"
_WORDS: Final = (
    "(?:[和与及或]?(?:任何|文字|具体|有效)?"
    "(?:评价|评论|点评|反馈|内容|留言|描述|意见|建议|备注|文字|想法))"
)
_DONE: Final = "填写|填|做出|作出|做|作|发表|写|写下|留下|提交|给出|输入|撰写"
_PHRASES: Final = (
    # What shops show for a customer who wrote nothing.
    rf"{_WHO}{_NOT}(?:及时)?(?:{_DONE}){_WORDS}{{0,2}}",
    rf"{_WHO}{_NOT}{_WORDS}{{1,2}}",
    rf"{_WHO}(?:已)?(?:超时|逾期|到期|\d{{1,2}}天内)?.{{0,6}}?(?:未|没有|没)(?:及时)?"
    r"(?:评价|作出评价|做出评价)?系统(?:自动)?默认.{0,4}",
    r"(?:系统|用户|买家|自动|平台|超时|商家|网站){0,3}默认"
    r"(?:好评|评价|五星|5星|五星好评|满分|打分|评分)*",
    r"(?:系统|平台)?自动(?:好评|评价|确认收货|回复|五星好评)",
    # What people write into a field that must not be empty.
    r"无|没有|没|空|略|暂无|没啥|没什么|没了|没有了|暂时没有|目前没有|不知道|不清楚|不填|未知|不详|未填|保密",
    r"none|null|nil|nan|na|n|no|undefined|empty|test|testing|测试|测试一下|测试数据",
    r"asdf\w*|qwer\w*|aa+|bb+|xx+|zz+|[a-z]",
    r"(?:凑字数|凑够字数|凑个字数|凑字|字数补丁|随便写写|随便写点|懒得写|懒得评价|不想写|不想评价"
    r"|不知道写什么|不知道说什么|没什么好说的)+",
    r"(?:为了)?(?:凑|够|满|达到?)(?:\d+|十|十五|二十)个?字(?:数|了|才能.{0,8})?",
    # What forums and apps count as a post.
    r"路过|沙发|板凳|签到|打卡|转发微博|转发|分享图片|图片评论|图片|语音|视频|表情|动画表情|文件|链接",
    r"评价|评论|内容|文字|备注|第?\d+楼|\d+字",
)
_FILLERS: Final = re.compile(rf"\A(?:{'|'.join(_PHRASES)})\Z")


def is_uninformative(text: str) -> bool:
    """Whether `text` says nothing about anything, so that no tag of it would mean anything.

    Short judgements (好, 差评, 👍, ok, 666) say something, and so does laughter.
    """
    if not _TELLING.search(text):
        return not _FACE.search(text)
    if len(text) > _LONGEST_FILLER:
        return False
    words = _NOISE.sub("", normalise(text).text)
    if not words:
        return not _TELLING.search(normalise(text).text)
    return _FILLERS.match(words) is not None
