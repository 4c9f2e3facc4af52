from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.growth import loops
from voc.errors import UsageError
from voc.text.privacy import Kind, mask, pseudonym

COUNT = 150


def kinds(text: str) -> list[tuple[Kind, str]]:
    return [(span.kind, text[span.start : span.end]) for span in mask(text).spans]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("我的手机号是13812345678，请回电", "我的手机号是***********，请回电"),
        ("138-1234-5678转张三", "*************转张三"),
        ("+86 138 1234 5678", "*****************"),
        ("008613812345678", "***************"),
        ("13812345678微信同号", "***********微信同号"),
        ("一三八零零一三八零零零找我", "***********找我"),
        ("幺三八，零零幺三，八零零零", "*************"),
        ("①③⑧0013⑧000", "***********"),
        ("座机010-88886666", "座机************"),
        ("（0755）8888-8888", "（**************"),
        ("联系电话88886666", "联系电话********"),
        ("身份证11010519491231002X", "身份证******************"),
        ("1101051949123100２Ｘ", "******************"),
        ("卡号6222 0212 0212 3456 785", "卡号***********************"),
        ("我的车京A12345，沪AD12345", "我的车*******，********"),
        ("邮箱zhang.san@example.com.cn", "邮箱************************"),
        ("abc艾特qq点com", "***********"),
        ("abc ＠ qq ． com", "**************"),
        ("微信号：zhangsan_88", "微信号：***********"),
        ("加v abc12345", "加v ********"),
        ("卡号6222 0212-0212 3456-785", "卡号***********************"),
        ("手机12345678901", "手机***********"),
        ("QQ：12345678", "QQ：********"),
        ("扣扣一二三四五六七", "扣扣*******"),
        ("QQ群：123456789", "QQ群：*********"),
        ("QQ群号 123456789", "QQ群号 *********"),
        ("车友群，群号：123 456 789", "车友群，群号：***********"),
        ("加群一二三四五六七八", "加群********"),
        ("欢迎加官方交流群654321", "欢迎加官方交流群******"),
        ("护照E12345678", "护照*********"),
        ("车架号LSVAM4187C2184847", "车架号*****************"),
        ("我的IP 192.168.1.1，ip地址是10.0.0.25。", "我的IP ***********，ip地址是*********。"),
        ("我叫王小明，来自北京", "我叫***，来自北京"),
        ("免贵姓欧阳", "免贵姓**"),
        ("我是客服小王", "我是客服**"),
        ("您好，我是云驰客服小李，请讲", "您好，我是云驰客服**，请讲"),
        ("您好，工号1234李娜为您服务", "您好，工号1234**为您服务"),
        ("客服代表王芳，很高兴为您服务", "客服代表**，很高兴为您服务"),
        ("我姓马 马建军，姓茆 电话", "我姓* ***，姓* 电话"),
        ("找罗师傅 罗建国", "找*师傅 ***"),
        ("姓名：古丽·买买提", "姓名：******"),
        ("王先生你好，感谢李经理", "*先生你好，感谢*经理"),
        ("请联系王建国先生", "请联系***先生"),
        ("张伟 13812345678", "** ***********"),
        ("13812345678，李小红", "***********，***"),
        ("张三13812345678一直打不通", "**13812345678一直打不通".replace("13812345678", "*" * 11)),
        ("找李四13812345678两次", "找李四***********两次"),
        ("身份证11010519491231002X一张", "身份证******************一张"),
        ("京A12345一辆", "*******一辆"),
        ("京A一二三四五", "*******"),
        ("我是张三，电话88886666", "我是**，电话********"),
        ("住在北京市朝阳区建国路88号院5号楼1203室。", "住在*********************。"),
        ("寄到阳光花园3栋2单元501吧", "寄到************吧"),
        ("家住和平路十二号", "家住******"),
        ("我家谷园路39号，楼下很吵", "我*******，楼下很吵"),
        ("收货地址：谷园路39号", "收货地址：******"),
        ("地址:老虎塘路65号银杏嘉园9栋", "地址:*************"),
        ("谷园路39号 王建国 13812345678", "****** *** ***********"),
        ("公司签订合同购买阳光花园3栋2单元501", "公司签订合同购买************"),
        ("有限公司签订合同购买8栋二单元703房", "有限公司签订合同购买*********"),
        ("请谭大队长保留", "请*大队长保留"),
        ("张老先生生命垂危，王女士", "*老先生生命垂危，*女士"),
        ("寄 3栋2单元501", "寄 ********"),
        ("寄和平路1号和平路2号和平路3号", "寄" + "*" * 15),
        ("住大王村3组12号", "住********"),
        ("我是王小红，订单还没到", "我是***，订单还没到"),
        ("我是王小红", "我是***"),
        ("您好，我是3号楼业主李强，要投诉", "您好，我是3号楼业主**，要投诉"),
        ("本人王建国，投诉物业", "本人***，投诉物业"),
        ("我是张伟我要投诉", "我是**我要投诉"),
        ("我是小李，昨天来过", "我是**，昨天来过"),
        ("我叫做王小红", "我叫做***"),
        ("我叫翠花，叫我老王就行", "我叫**，叫我**就行"),
        ("我叫古丽·买买提，", "我叫******，"),
        ("店员叫张丽，我女儿叫王小雨", "店员叫**，我女儿叫***"),
        ("客服（张三）：您好\n张三（客户）：喂", "客服（**）：您好\n**（客户）：喂"),
        ("客服小李：您好\n客户：你好", "客服**：您好\n客户：你好"),
        ("客服-王芳：您好", "客服-**：您好"),
        ("王芳[坐席]：您好", "**[坐席]：您好"),
        ("工作人员（李强）说会退款", "工作人员（**）说会退款"),
        ("我是客户经理李娜，有事找我", "我是客户经理**，有事找我"),
        ("王女士的爱人张伟不同意", "*女士的爱人**不同意"),
        ("我儿子李小明在学校，房东叫王大海", "我儿子***在学校，房东叫***"),
        ("快递小哥小刘不送上楼", "快递小哥**不送上楼"),
        ("法定代表人：周根芳。", "法定代表人：***。"),
        ("投诉韩梅梅，态度恶劣", "投诉***，态度恶劣"),
        ("举报张伟明受贿，投诉王老师体罚", "举报***受贿，投诉*老师体罚"),
        ("李娜（工号1023）说可以退", "**（工号1023）说可以退"),
        ("买买提·艾力先生来电", "******先生来电"),
        ("客户买买提·艾力反映漏水", "客户******反映漏水"),
        ("阿不都热合曼·吐尔逊反映", "**********反映"),
        ("我叫古丽娜扎尔", "我叫*****"),
        ("病案号00123456，医保卡号：A1234567", "病案号********，医保卡号：********"),
    ],
)
def test_masks(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    "text",
    [
        "",
        "味道不错，下次还来",
        "138****5678，张*",
        "客服电话400-820-8820和95588、12345",
        "订单号SF1381234567890",
        "单号20240102123456789012",
        "时间1699999999999，2023-12-25 12:30:45",
        "1998-12-25-123",
        "尺码有135、140、145、15",
        "价格12,345,678.90元，0.13812345678",
        "iPhone13 Pro 256G，2.0T，1.5L，2023款",
        "新A6L2023款，新GLC260，新ES300H，黑K30Pro，贵T5EVO",
        "版本1.2.3.4，IP67防水，IP 1.2.3.4.5，ip 300.1.1.1，VIP 10.0.0.1",
        "身份证号不记得了",
        "110105194912310021",
        "11010519490230002X",
        "6222021202123456784",
        "LSVAM4187C2184848",
        "微信支付，微信iPhone版，QQ音乐，qq弹弹",
        "群里有200人，加群100000人，进群 100000元，群发123456条，团购群2023",
        "@小米 的客服不行",
        "安装师傅，维修师傅，任何先生，客房经理，谢谢师傅，小姐姐",
        "我叫了外卖，我叫车等了半天",
        "我姓什么不重要，贵姓？老百姓，同姓 姓名 姓氏",
        "我是高中生，我是老客户",
        "联系人都没有，本人高度近视",
        "坐2号线到中山路，2号口出来走10分钟",
        "5号发货，三号楼餐厅，7座SUV，一楼大厅",
        "人民路店和南京路的店都去过，北京市朝阳区的分店最好",
        "住了3晚，302房间的空调坏了",
        "花了2个199，一共398",
        "一二三四五，上山打老虎",
        "A3区谷园路39号(维也纳智好酒店)噪音扰民",
        "老虎塘路65号银杏嘉园9栋楼顶漏水",
        "投诉A市A3区中山大道18号的饭店油烟大，入住解放路8号酒店",
        "店铺地址：谷园路39号，和平路十二号",
        "许多女同学都来了",
        "我是老客户，我是外地人，我是王者荣耀玩家",
        "我是华为用户，我是白金卡会员，我是金牛座，我是米粉",
        "我是常客，我是农民，我是江西人，我是高三，我是小白，我是卓越的老会员",
        "我是石家庄的，我是安徽人，我是潘婷的老顾客，本人单亲，",
        "这酒叫金六福，这家店叫金科，不好",
        "客服：张伟您好",
        "客服（人工）：您好\n客户（本人）：喂",
        "商家包装：很好\n用户体验：很差",
        "居住在地铁3号线旁",
        "与A市某某有限公司签订合同购买了住房",
        "限公司签订合同购买",
        "投诉李宁，投诉杜蕾斯，举报黄山景区，投诉石长铁路夜晚鸣笛",
        "举报龙湖春江郦城施工，感谢卓越进了这些好东西",
        "店主是韩国人，老板是孙家后代，中国电信客服 张家港市",
        "妇女儿童权益，朋友曾经推荐，老婆查岗，老公高高大大",
        "司机安然无恙，业主向银行贷款，找个客服连英文都说不清",
        "业主说恒大·绿洲漏水，北京·望京，谢莉尔·斯图德尔的书",
        "老板老实，客服小心翼翼，店长高级",
        "工号8012的客服态度差，学生编号3，住院5天",
    ],
)
def test_leaves_alone(text: str) -> None:
    masked = mask(text)
    assert masked.text == text
    assert masked.spans == ()


def test_overlapping_finds_are_one() -> None:
    assert kinds("13812345678@qq.com") == [("email", "13812345678@qq.com")]
    assert kinds("微信13812345678") == [("wechat", "13812345678")]


def test_wrong_numbers_count_behind_their_word_only() -> None:
    assert kinds("身份证号110105194912310021") == [("id_card", "110105194912310021")]
    assert kinds("卡号6222021202123456784") == [("bank_card", "6222021202123456784")]
    assert kinds("身份证号110105491231002") == [("id_card", "110105491231002")]
    assert kinds("车架号LSVAM4187C2184848") == [("vin", "LSVAM4187C2184848")]
    assert kinds("银行卡到账，订单号6222021202123456785") == []
    # Behind a nought it is a decimal; behind 1 it may be the first of a list.
    assert kinds("得分0.5186565040248616。") == []
    assert kinds("1.6222021202123456783") == [("bank_card", "6222021202123456783")]


chance = random.Random(20_260)


def some_digits(count: int) -> str:
    return "".join(chance.choices("0123456789", k=count))


def a_phone() -> str:
    return chance.choice(["13", "15", "17", "18", "19"]) + some_digits(9)


def a_landline() -> str:
    if chance.random() < 0.5:
        area, length = chance.choice(["010", "021", "022", "025", "028"]), 8
    else:
        area, length = chance.choice(["0755", "0311", "0571", "0991"]), chance.choice([7, 8])
    number = chance.choice("2345678") + some_digits(length - 1)
    return chance.choice(["{}-{}", "{}{}", "({}){}", "{} {}"]).format(area, number)


def an_id_card() -> str:
    body = chance.choice(["110105", "310104", "440305", "510112", "650102"])
    body += f"{chance.randint(1940, 2015)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}"
    body += some_digits(3)
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    total = sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True))
    return body + "10X98765432"[total % 11]


def a_bank_card() -> str:
    body = chance.choice(["622202", "621700", "623058", "622848"]) + some_digits(
        chance.choice([9, 12])
    )
    doubled = sum(
        sum(divmod(int(digit) * (2 - place % 2), 10)) for place, digit in enumerate(reversed(body))
    )
    return body + str(-doubled % 10)


def a_plate() -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    place = chance.choice("京津沪渝冀豫辽湘皖鲁苏浙赣鄂桂甘晋蒙陕吉闽粤川琼")
    if chance.random() < 0.3:
        return place + chance.choice("ABCDEF") + chance.choice("DF") + some_digits(5)
    rest = list(some_digits(5))
    for spot in chance.sample(range(5), chance.choice([0, 1, 1, 2])):
        rest[spot] = chance.choice(letters)
    return place + chance.choice("ABCDEFGH") + chance.choice(["", "·"]) + "".join(rest)


def an_email() -> str:
    name = chance.choice(["zhang.san", "li_4", "wang2008", "lucy-liu", some_digits(8)])
    return f"{name}@{chance.choice(['qq.com', '163.com', 'sina.com.cn', 'corp.example.org'])}"


def an_address() -> str:
    """Where somebody lives or receives: all that is asked about stands behind a word for that."""
    place = chance.choice(
        ["北京市海淀区", "浙江省杭州市西湖区", "广东省深圳市南山区", "湖北省武汉市洪山区", "成都市"]
    )
    road = chance.choice(["中关村大街", "文三路", "科技园南路", "珞喻路", "天府大道北段", "长安街"])
    number = f"{chance.randint(1, 1999)}号"
    rest = chance.choice(
        ["", "{}室", "3号楼{}", "5栋2单元{}室", "阳光大厦A座{}", "幸福小区8幢{}室"]
    ).format(chance.randint(101, 2999))
    return place + road + number + rest


def a_name() -> str:
    return chance.choice("王李张刘陈杨赵黄周吴徐孙") + chance.choice(
        ["伟", "芳", "秀英", "建国", "小明", "志强", "雨桐", "子轩", "静", "丽华"]
    )


MAKERS: dict[Kind, tuple[Callable[[], str], list[str]]] = {
    "phone": (a_phone, ["我的电话{}，请回电", "打{}找我", "联系方式：{}", "{}", "有事{}说"]),
    "landline": (a_landline, ["家里电话{}", "请打{}找我。", "座机：{}，谢谢"]),
    "id_card": (an_id_card, ["身份证{}", "我是{}，查一下", "证件号：{}。", "{}"]),
    "bank_card": (a_bank_card, ["卡号{}", "请退到{}，谢谢", "工行：{}。", "{}"]),
    "plate": (a_plate, ["我的车是{}，停在门口", "车牌{}", "{}乱停车"]),
    "email": (an_email, ["发到{}", "邮箱：{}，谢谢", "我的邮件是{}。"]),
    "address": (an_address, ["我住{}", "地址：{}。", "寄到{}，谢谢", "送到{}"]),
    "wechat": (
        lambda: chance.choice(["wxid_", "zhang", "Lucy-", "a"]) + some_digits(6),
        ["微信{}", "加我微信：{}", "vx:{}", "V信{}，备注订单"],
    ),
    "qq": (lambda: chance.choice("123456789") + some_digits(8), ["QQ{}", "加qq：{}", "扣扣 {}"]),
    "name": (a_name, ["我叫{}，", "姓名：{}", "联系人{}，急", "{}先生", "收货人：{} "]),
    "passport": (lambda: chance.choice("EGD") + some_digits(8), ["护照{}", "护照号：{}"]),
}


def missed(items: list[tuple[str, str]]) -> list[str]:
    """The texts in which something of the item stays readable; items are (template, item)."""
    left = []
    for template, item in items:
        text = template.format(item)
        start = text.index(item)
        masked = mask(text).text
        assert len(masked) == len(text)
        shown = masked[start : start + len(item)]
        if any(char.isalnum() for char in shown):
            left.append(f"{text} → {masked}")
    return left


@pytest.mark.parametrize("kind", MAKERS)
def test_well_formed_ones_are_masked(kind: Kind) -> None:
    make, templates = MAKERS[kind]
    items = [(chance.choice(templates), make()) for _ in range(COUNT)]
    left = missed(items)
    assert len(left) <= 0.01 * COUNT, left


def full_width(item: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in item)


def in_numerals(numerals: str) -> Callable[[str], str]:
    return lambda item: item.translate(str.maketrans("0123456789", numerals))


def in_groups(separator: str, size: int) -> Callable[[str], str]:
    def group(item: str) -> str:
        first = len(item) % size or size
        return separator.join([item[:first], *re.findall(f".{{{size}}}", item[first:])])

    return group


def mixed(item: str) -> str:
    tables = ["0123456789", "零一二三四五六七八九", "０１２３４５６７８９", "⓪①②③④⑤⑥⑦⑧⑨"]
    return "".join(chance.choice(tables)[int(char)] if char.isdigit() else char for char in item)


DISGUISES: dict[str, Callable[[str], str]] = {
    "full width": full_width,
    "spaced": " ".join,
    "spaced in groups": in_groups(" ", 4),
    "dashed in groups": in_groups("-", 4),
    "dotted in groups": in_groups(".", 4),
    "long dashes": in_groups("—", 4),
    "dashed": "-".join,
    "zero-width": "\u200b".join,
    "Chinese": in_numerals("零一二三四五六七八九"),
    "Chinese with 幺": in_numerals("〇幺二三四五六七八九"),
    "for accounts": in_numerals("零壹贰叁肆伍陆柒捌玖"),
    "traditional": in_numerals("零壹貳參肆伍陸柒捌玖"),
    "circled": in_numerals("⓪①②③④⑤⑥⑦⑧⑨"),
    "mixed": mixed,
    "look-alikes": lambda item: re.sub("(?<=[1-9])0", "O", item),
    "uneven": lambda item: f"{item[:3]} {item[3:5]} {item[5:7]} {item[7:]}",
}


@pytest.mark.parametrize("disguise", DISGUISES)
@pytest.mark.parametrize("kind", ["phone", "id_card", "bank_card", "qq"])
def test_disguised_numbers_are_masked(kind: Kind, disguise: str) -> None:
    make, templates = MAKERS[kind]
    items = [(chance.choice(templates), DISGUISES[disguise](make())) for _ in range(COUNT)]
    left = missed(items)
    assert len(left) <= 0.10 * COUNT, left[:5]


@pytest.mark.parametrize(
    ("kind", "disguise"),
    [
        ("landline", full_width),
        ("landline", mixed),
        ("plate", full_width),
        ("plate", lambda item: item[:2] + " " + item[2:]),
        ("plate", lambda item: item[:2] + "·" + item[2:].strip("·")),
        ("email", full_width),
        ("email", lambda item: item.replace("@", " @ ")),
        ("email", lambda item: item.replace("@", "(at)")),
        ("email", lambda item: item.replace("@", "艾特").replace(".com", "点com")),
        ("wechat", full_width),
        ("passport", full_width),
        ("address", full_width),
        ("address", lambda item: item.replace("市", "市 ").replace("区", "区 ")),
    ],
)
def test_disguised_others_are_masked(kind: Kind, disguise: Callable[[str], str]) -> None:
    make, templates = MAKERS[kind]
    items = [(chance.choice(templates), disguise(make())) for _ in range(COUNT)]
    left = missed(items)
    assert len(left) <= 0.10 * COUNT, left[:5]


NUMBERS: dict[str, Callable[[], str]] = {
    "order": lambda: "订单号" + some_digits(chance.randint(12, 20)),
    "order by date": lambda: f"单号2024{chance.randint(1, 12):02}15{some_digits(10)}",
    "waybill": lambda: chance.choice(["SF", "YT", "JD", ""]) + some_digits(chance.randint(12, 15)),
    "digits": lambda: "编码 " + some_digits(18),
    "bare digits": lambda: some_digits(chance.choice([13, 14, 15, 17, 18, 19])),
    "milliseconds": lambda: f"{chance.randint(1_500_000_000_000, 1_900_000_000_000)}",
    "moment": lambda: (
        f"2024-0{chance.randint(1, 9)}-1{chance.randint(0, 9)} 12:{some_digits(2)}:00"
    ),
    "compact moment": lambda: (
        f"2024{chance.randint(1, 12):02}{chance.randint(1, 28):02}{some_digits(6)}"
    ),
    "bar code": lambda: "69" + some_digits(11),
    "sku": lambda: f"SKU{some_digits(chance.randint(16, 19))}",
    "price": lambda: (
        f"{chance.randint(1, 99)},{some_digits(3)},{some_digits(3)}.{some_digits(2)}元"
    ),
    "list": lambda: " ".join(str(number) for number in chance.sample(range(35, 200), 6)),
}


def test_numbers_of_other_kinds_are_left_alone() -> None:
    wrong: Counter[str] = Counter()
    examples = []
    for name, make in NUMBERS.items():
        for _ in range(COUNT):
            text = chance.choice(["{}", "看看{}", "{}怎么还没发货"]).format(make())
            found = kinds(text)
            wrong.update(kind for kind, _ in found)
            examples += [(name, text, found)] if found else []
    assert wrong["id_card"] <= 1, examples
    # Of as many cards as there are other numbers, 99 of 100 finds must be cards.
    assert wrong["bank_card"] <= 0.01 * COUNT * len(NUMBERS), examples
    assert wrong["phone"] + wrong["landline"] <= 0.01 * COUNT * len(NUMBERS), examples


@given(st.text(st.characters(exclude_categories=()), max_size=80))
def test_any_text_keeps_its_length(text: str) -> None:
    masked = mask(text)
    assert len(masked.text) == len(text)
    end = 0
    for span in masked.spans:
        assert end <= span.start < span.end
        end = span.end
        assert set(masked.text[span.start : span.end]) == {"*"}


PIECES = st.sampled_from(
    [
        "138",
        "1234",
        "5678",
        " ",
        "，",
        "-",
        "我叫",
        "王",
        "小明",
        "先生",
        "微信",
        "abc_1",
        "@",
        "qq",
    ]
) | st.sampled_from(
    [
        ".",
        "com",
        "路",
        "8号",
        "3栋",
        "京A",
        "身份证",
        "X",
        "一三八",
        "\ud800",
        "①",
        "11010519491231002",
    ]
)


@given(st.lists(PIECES, max_size=30))
def test_masking_again_changes_nothing_it_masked(pieces: list[str]) -> None:
    once = mask("".join(pieces)).text
    again = mask(once).text
    assert all(new in (old, "*") for old, new in zip(once, again, strict=True))


def test_innocent_text_costs_little() -> None:
    text = (
        "这家店的味道真的不错，服务员态度也很好，就是停车不太方便，周末去要等位半小时，一共花了199"
    )
    assert loops(mask, text, 25) < 25


def test_pseudonym() -> None:
    first = pseudonym("13812345678", key=b"k" * 16)
    assert re.fullmatch("c_[0-9a-f]{20}", first)
    assert first == pseudonym("13812345678", key=b"k" * 16)
    assert first != pseudonym("13812345678", key=b"l" * 16)
    assert first != pseudonym("13812345679", key=b"k" * 16)
    assert pseudonym("\ud800", key=b"k")
    with pytest.raises(UsageError, match=r"privacy\.key"):
        pseudonym("x", key=b"")


@pytest.mark.parametrize(
    "text",
    [
        "我是客服小编，已关注", "我是客服小妹，请稍等", "我是上海联通的客服人员，为了帮您",
        "客服很高兴为您服务", "工号1234，请问有什么能帮到您", "我是您的私人服务专员！请问",
        "客服小哥态度很好", "我是客服经理，您请说", "我是和客服说好了的",
    ],
)  # fmt: skip
def test_staff_without_a_name_stay_as_they_are(text: str) -> None:
    assert mask(text).text == text
