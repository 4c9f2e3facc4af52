"""What sells something of its own, and what only speaks of it."""

from __future__ import annotations

import pytest

from voc.text.advertisements import is_advertisement


@pytest.mark.parametrize(
    "text",
    [
        "诚招全国代理，一件代发，厂家直销，加微信：abc12345",
        "兼职日结200，在家轻松赚钱，有需要的加V信 zhuan8888",
        "高仿包包一手货源，批发价，需要的亲加我微 ***********",
        "优惠券群免费领，扫码进群领内部券，名额有限",
        "专业代开发票，各行业都有，电话：***********，欢迎咨询",
        "复制这段话打开淘宝，限时特价，先到先得",
        "Ｖｘ：ｍａｉｊｉａ００１　刷单返佣，日入过百，速加",
        "征信修复、无抵押秒下款，QQ：12345678，详情咨询",
        "棋牌稳赚带单，www.wenzhuan88.top 抓紧加",
        "空调上门维修，电话：13800138000，欢迎来电",
        "有对新车感兴趣的朋友，欢迎找我咨询交流",
    ],
)
def test_an_advertisement_is_told(text: str) -> None:
    assert is_advertisement(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "起步顿挫严重，低速时一冲一冲的",
        "客服让我加微信abc12345，说免费领优惠券，结果是诈骗",
        "买了两个月就坏了，联系方式：***********，请尽快处理",
        "这个店刷单太多了，好评都是假的",
        "厂家直销的质量就是好，价格也便宜",
        "收到的是高仿，不是正品，要求退款",
        "我在公众号上看到限时优惠才来的，味道不错",
        "小区门口天天有人发小广告，办证的电话贴得到处都是，希望处理",
        "请问加盟需要多少钱？加微信聊可以吗",
        "快递员电话：***********，态度很好",
        "扫码点餐，优惠券免费领，划算",
        "链接打不开 https://example.com/a",
        "贷款提额秒批，这次很快，好评",
        "天猫旗舰店有活动，限时特价，比线下便宜",
        "代购带的，不知真假，味道还行",
        "这家批发价真实惠，老板人好，微信支付也方便",
        "老板微信：laoban88，人很好，货也实在",
        "请优化地铁站扫码闸机性能，加快创新小微企业发展",
        "您好！来信收悉，限购政策及补缴情况可拨打0731-88888888咨询，特此答复",
    ],
)
def test_who_only_speaks_of_it_is_heard(text: str) -> None:
    assert not is_advertisement(text)


def test_hostile_text_is_read_quickly() -> None:
    assert not is_advertisement("加" * 100_000 + "微信" * 10_000)
