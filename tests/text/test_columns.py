from __future__ import annotations

import pytest

from voc.text.personal.columns import is_personal_column

PERSONAL = (
    "姓名 联系人 客户姓名 电话 手机 手机号 手机号码 联系电话 客户电话（加密） 身份证 身份证号 "
    "证件号 地址 住址 "
    "收货地址 邮箱 微信 微信号 微信昵称 QQ qq号 车牌 车牌号 VIN 车架号 VIN码 name phone "
    "mobile email address "
    "id_card idCard customer_name userName phoneNumber phone_no tel contact.name 联系电话2 "
    "门店联系人电话 "
    "客服姓名 ＱＱ 银行卡号 customer.store_phone ip_address "
    "来自IP IP ip IP地址 IPAddress ipAddr client_ip 登录IP answer.IP "
    "LocationLatitude longitude 经度 纬度"
)
OTHERS = (
    "商品名称 门店名称 车型 名称 商品名字 门店地址 店铺电话 品牌 channel_name "
    "product_name store_name item.name "
    "store_address 手机型号 手机品牌 电话评分 是否留电话 地址准确度 微信满意度 filename "
    "phone_model is_staff "
    "replaced truncated columns_left_out unreadable_time id 标题 备注 card 官方微信 email_subject "
    "IP属地 喜欢的IP IP联名 zip tip 门店经度 store_latitude flat lat_pulldown"
)


@pytest.mark.parametrize("name", PERSONAL.split())
def test_columns_of_personal_data(name: str) -> None:
    assert is_personal_column(name)


@pytest.mark.parametrize("name", [*OTHERS.split(), "", "*" * 5_000, "(" * 5_000])
def test_other_columns(name: str) -> None:
    assert not is_personal_column(name)
