"""What is urgent and why, what is not, and what only sounds so."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import yaml

from tests.growth import LINEAR, growth
from voc.config import Industry, load_industry
from voc.config.industries import Aspect, UrgentWords
from voc.records import Urgency
from voc.tagging.urgency import urgency_of, words_of_danger
from voc.text.normalise import normalise

BAD = [
    ("刚提车第二天就自燃了", "critical", "安全"),
    ("高速上方向盘突然锁死,刹车失灵", "critical", "安全"),
    ("插座冒火花,差点触电", "critical", "安全"),
    ("孩子烫伤送急诊了", "critical", "人身伤害"),
    ("吃完全家食物中毒", "critical", "食品安全"),
    ("你们再不还钱我就自杀", "critical", "生命危险"),
    ("卡里的钱被盗刷了", "critical", "资金安全"),
    ("店员动手打人", "critical", "人身安全"),
    ("再不退款我就找律师起诉", "high", "法律"),
    ("已经打了12315", "high", "监管"),
    ("不给说法我就打12345", "high", "监管"),
    ("我要去工信部投诉你们", "high", "监管"),
    ("黑猫投诉见", "high", "监管"),
    ("已经联系电视台,准备曝光", "high", "媒体"),
    ("投诉无门", "high", "反复未解决"),
    ("打了三次电话一直没人处理", "high", "反复未解决"),
    ("修了4次还是漏油", "high", "反复未解决"),
    ("多次反映至今没有解决", "high", "反复未解决"),
    ("到现在还没人给答复,到现在都没处理", "high", "反复未解决"),
    ("这已经是第三次来修,照样异响", "high", "反复未解决"),
    ("部门之间踢皮球", "high", "反复未解决"),
    ("今天必须给我解决", "high", "限时"),
    ("等着用,十万火急", "high", "限时"),
    ("没有及时处理导致起火", "critical", "安全"),
    ("味道一般,有点失望", "normal", ""),
    ("没有人受伤,但是保险杠坏了", "normal", ""),
    ("幸好没起火,服务太差", "normal", ""),
    ("又降价了,气死人了", "normal", ""),
    ("打了一次电话就接通了,态度差", "normal", ""),
    ("中毒太深,又买贵了", "normal", ""),
    ("多媒体系统死机", "normal", ""),
    ("空气炸锅声音大", "normal", ""),
    ("被打发走了,态度恶劣", "normal", ""),
    ("担心电池会自燃,味道很难闻", "high", "安全"),
    ("万一起火谁负责,质量太差", "high", "安全"),
    ("担心被曝光,服务差", "normal", ""),
]
CALM = [
    ("万一自燃怎么办?", "inquiry", "normal"),
    ("会不会漏电?", "inquiry", "normal"),
    ("请问保修多久", "inquiry", "normal"),
    ("建议增加充电桩", "suggestion", "normal"),
    ("建议加装护栏,避免有人受伤", "suggestion", "normal"),
    ("味道很好,下次还来", "praise", "low"),
    ("哈哈哈哈", "other", "low"),
    ("主动刹车救了我一命,没有受伤", "praise", "low"),
    ("烫伤以后客服处理得很及时,点赞", "praise", "low"),
    ("这本小说里主人公最后自杀了", "other", "low"),
    ("12345回复很快,点赞", "praise", "low"),
    ("开着开着就冒烟了,请问怎么回事", "inquiry", "critical"),
    ("好吃到爆炸", "praise", "low"),
    ("跳楼价,太划算了", "praise", "low"),
    ("简直就是杀人的衣服", "other", "low"),
    ("苹果有两个受伤了", "other", "low"),
    ("我对花生过敏", "other", "low"),
    ("", None, "low"),
    ("再不处理我打12315,十倍赔偿", "other", "high"),
    ("再不处理我打12315,十倍赔偿", "suggestion", "high"),
    ("已经报警了,律师函等着", "other", "high"),
    ("你们等着,我会找媒体曝光", "other", "high"),
    ("我是律师,经常买", "other", "low"),
    ("我家在法院旁边", "other", "low"),
    ("他在电视台上班", "other", "low"),
    ("请问打12315有用吗", "inquiry", "normal"),
]
SNACK = [
    ("面包里吃出一根头发", "critical"),
    ("打开全是虫子", "critical"),
    ("里面有一只死虫", "critical"),
    ("发现活的虫在爬", "critical"),
    ("吃完上吐下泄", "critical"),
    ("孩子吃完肚子痛", "critical"),
    ("没有吃出头发", "normal"),
    ("有点甜,头发都要掉光了", "normal"),
]

PAIRS = yaml.safe_load(Path(__file__).with_name("urgency_pairs.yaml").read_text(encoding="utf-8"))
MOODS = {
    "upset": (True, "complaint"),
    "calm": (False, "other"),
    "asks": (False, "inquiry"),
    "praises": (False, "praise"),
}
MEMBERS = [
    (about, *member)
    for kind in PAIRS.values()
    for about, *pair in kind
    for member in (pair[:3], pair[3:])
]


def urgency(
    text: str, *, negative: bool, intent: str | None, industry: Industry | None = None
) -> Urgency:
    return urgency_of(normalise(text).text, industry=industry, negative=negative, intent=intent)


@pytest.mark.parametrize(("text", "label", "reason"), BAD)
def test_negative_texts(text: str, label: str, reason: str) -> None:
    found = urgency(text, negative=True, intent="complaint")
    assert found.label == label
    assert found.reasons[:1] == ((reason,) if reason else ())


@pytest.mark.parametrize(("text", "intent", "label"), CALM)
def test_texts_that_are_not_negative(text: str, intent: str | None, label: str) -> None:
    assert urgency(text, negative=False, intent=intent).label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("路口没有红绿灯,存在重大安全隐患", "high"),
        ("楼道起火,存在重大安全隐患", "critical"),
        ("极易发生重大火灾", "high"),
        ("新房子甲醛超标,成了毒气房", "normal"),
        ("工厂深夜排放毒气", "critical"),
    ],
)
def test_what_a_city_is_told(text: str, label: str) -> None:
    industry = load_industry("citizen")
    assert urgency(text, negative=True, intent="complaint", industry=industry).label == label


@pytest.mark.parametrize(("text", "label"), SNACK)
def test_what_was_found_in_food(text: str, label: str) -> None:
    industry = load_industry("snack")
    assert urgency(text, negative=True, intent="complaint", industry=industry).label == label


@pytest.mark.parametrize(("about", "label", "mood", "text"), MEMBERS)
def test_pairs_that_differ_in_little(about: str | None, label: str, mood: str, text: str) -> None:
    negative, intent = MOODS[mood]
    industry = load_industry(about) if about else None
    assert urgency(text, negative=negative, intent=intent, industry=industry).label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("买来不到三天就过期了", "critical"),
        ("会员卡买的牛奶过期了", "critical"),
        ("没有及时下架过期食品", "critical"),
        ("上月底就过期了", "critical"),
        ("过期的券不能用", "normal"),
        ("牛奶过期前一天才送到", "normal"),
        ("吃了不会拉肚子,就是贵", "normal"),
        ("起火没有人管", "critical"),
        ("起火、爆炸都没有", "normal"),
        ("多收了不少钱", "high"),
    ],
)
def test_what_only_looks_like_the_other(text: str, label: str) -> None:
    industry = load_industry("snack")
    assert urgency(text, negative=True, intent="complaint", industry=industry).label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("餐厅里居然还有苍蝇在飞", "high"),
        ("包间开着窗,有虫子到处飞", "high"),
        ("汤里有苍蝇", "critical"),
        ("青菜有虫子", "critical"),
        ("这里的蚊子也不少", "normal"),
        ("这里面有虫", "critical"),
        ("锅炸了", "critical"),
        ("所以炸了以后显得油腻", "normal"),
        ("我妈在店里晕倒了", "critical"),
        ("放的都是网络歌曲,彻底晕倒", "normal"),
        ("88折的活动貌似过期了", "normal"),
        ("活动买的牛奶过期了", "critical"),
    ],
)
def test_what_is_seen_in_a_restaurant_is_not_all_in_its_food(text: str, label: str) -> None:
    industry = load_industry("restaurant")
    assert urgency(text, negative=True, intent="complaint", industry=industry).label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("如果下坡路很滑,你刹不住,它也一样", "high"),
        ("如果昨天没修好,今天居然又自燃了", "critical"),
        ("如果你早点修就好了,现在孩子受伤了", "critical"),
        ("四千转以后发动机声象爆炸似的", "normal"),
        ("像停下来,突然加速一样", "normal"),
        ("像上次一样又刹车失灵", "critical"),
        ("跟上次一样,突然加速", "critical"),
        ("短信一响我还以为漏电,大叫一声", "normal"),
        ("以为是热水,结果真的漏电了", "critical"),
        ("出了事故对方全责然后让4S直接换的獠牙", "normal"),
        ("方向盘一歪出了事故,4S说与他们无关", "critical"),
        ("严重伤害了我们的权益", "normal"),
        ("墙角尖锐,老人小孩磕碰易受伤", "high"),
        ("下雨天容易滑倒受伤", "high"),
        ("店里易先生受伤没人管", "critical"),
        ("等到孩子触电才来修", "critical"),
        ("昨天下雨,有个老人滑倒受伤", "critical"),
        ("不要等出现人员伤亡才重视", "high"),
        ("施工出现人员伤亡没人管", "critical"),
        ("走廊结冰极易导致人员伤亡", "high"),
        ("每次下雨都会导致漏电", "critical"),
        ("老化的电线容易漏电", "high"),
        ("老化的电线漏电", "critical"),
        ("摔了一跤,可能骨折了", "critical"),
        ("这菜可能没熟", "normal"),
        ("这是个信息大爆炸的时代,你们还拖", "normal"),
        ("吵得头都要炸了", "normal"),
        ("权益受伤害的业主很气愤", "normal"),
        ("电动车引发3起火灾", "critical"),
        ("一人被打成重伤", "critical"),
        ("所幸没有造成人员的伤亡", "normal"),
        ("没有及时处理导致起火", "critical"),
        ("电线老化,有触电的隐患", "high"),
        ("接口松动存在漏电风险", "high"),
        ("已经漏电了,风险谁来担", "critical"),
    ],
)
def test_what_is_only_like_it_or_was_taken_for_it_did_not_happen(text: str, label: str) -> None:
    industry = load_industry("automotive")
    assert urgency(text, negative=True, intent="complaint", industry=industry).label == label


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("等了一个小时,晕倒。轮到我又说没房", "normal"),
        ("老人在大堂晕倒!没人管", "critical"),
        ("房间小得令人窒息", "normal"),
        ("浓烟呛得他窒息了", "critical"),
        ("酒店紧挨着火车站,太吵", "normal"),
        ("隔壁房间着火了", "critical"),
        ("早上八点被打扫卫生的吵醒", "normal"),
        ("我儿子在店里被打了", "critical"),
        ("按了右键导致死机", "normal"),
        ("停在门口的车被撞伤了,没人管", "normal"),
        ("车门夹伤了手", "critical"),
        ("我被车撞伤了", "critical"),
    ],
)
def test_figures_of_speech_and_scratched_cars_hurt_nobody(text: str, label: str) -> None:
    assert urgency(text, negative=True, intent="complaint").label == label


def test_words_of_the_industry_count_beside_the_general_ones() -> None:
    industry = load_industry("automotive")
    found = urgency("高速上突然失去动力,投诉无门", negative=True, intent=None, industry=industry)
    assert found.label == "critical"
    assert found.reasons == ("安全", "反复未解决")
    assert urgency("突然失去动力", negative=True, intent=None).label == "normal"


def test_a_users_industry_decides_level_and_reason() -> None:
    group = UrgentWords(reason="停机", level="high", words=("产线停了",))
    aspect = Aspect(id="device", name="设备")
    industry = Industry(id="plant", name="工厂", urgency=(group,), aspects=(aspect,))
    found = urgency("设备坏了产线停了", negative=True, intent="complaint", industry=industry)
    assert (found.label, found.reasons) == ("high", ("停机",))


def test_a_users_industry_takes_a_general_word_away() -> None:
    usual = Industry(id="a", name="甲", aspects=(Aspect(id="a", name="甲"),))
    wards = usual.model_copy(
        update={"urgency": (UrgentWords(reason="看病", level="normal", words=("住院",)),)}
    )
    text = "我爸住院三天了,没人管"
    urgent = partial(urgency_of, negative=True, intent="complaint")
    assert urgent(text, industry=usual).label == "critical"
    assert urgent(text, industry=wards).label == "normal"
    assert urgent("摔成骨折,住院三天了", industry=wards) == Urgency("critical", ("人身伤害",))


def test_authorities_named_calmly_are_no_threat_in_an_industry_either() -> None:
    industry = load_industry("bank")
    calm = urgency("打12378咨询过了", negative=False, intent="other", industry=industry)
    upset = urgency("再不处理打12378", negative=True, intent=None, industry=industry)
    assert (calm.label, upset.label) == ("low", "high")


def test_the_gravest_reason_comes_first() -> None:
    found = urgency("律师函已发,孩子住院了,曝光你们", negative=True, intent="complaint")
    assert found.label == "critical"
    assert found.reasons == ("人身伤害", "法律", "媒体")


@pytest.mark.parametrize(
    ("text", "size"),
    [
        (lambda size: "打了" * size + "第" * size, 4000),
        (lambda size: "起火," * size, 1200),
        (lambda size: "起火" * size, 2000),
        (lambda size: "一直没" * size, 1800),
        (lambda size: "别家" * size + "过期" * size, 1800),
        (lambda size: "过期" + "都" * size, 6000),
        (lambda size: "吃完" * size, 3000),
    ],
)
def test_long_hostile_texts_take_linear_time(text: Callable[[int], str], size: int) -> None:
    def judged(size: int) -> Callable[[], object]:
        return partial(urgency, text(size), negative=True, intent="complaint")

    assert growth(judged, size) < LINEAR


@pytest.mark.parametrize(
    ("text", "size", "mood"),
    [
        (lambda size: "店里" * size + "虫", 1500, "upset"),
        (lambda size: "里有只虫子" * size, 400, "upset"),
        (lambda size: "里虫草" * size, 800, "upset"),
        (lambda size: "蟑螂里蟑螂" * size, 300, "upset"),
        (lambda size: "拉肚子了怎么办" * size, 300, "upset"),
        (lambda size: "但是饼里有虫," * size, 400, "praises"),
    ],
)
def test_long_hostile_texts_of_food_take_linear_time(
    text: Callable[[int], str], size: int, mood: str
) -> None:
    industry = load_industry("restaurant")
    negative, intent = MOODS[mood]

    def judged(size: int) -> Callable[[], object]:
        return partial(urgency, text(size), negative=negative, intent=intent, industry=industry)

    assert growth(judged, size) < LINEAR


def test_what_was_found_is_named_without_where() -> None:
    industry = load_industry("restaurant")
    said = [words_of_danger(text, industry) for text in ("汤里有只腻虫", "肉里的大蟑螂")]
    assert said == [["有只腻虫"], ["大蟑螂"]]


def test_a_lesser_reason_within_a_graver_one_is_left_out() -> None:
    industry = load_industry("restaurant")
    found = urgency("米饭里一只蟑螂", negative=True, intent="complaint", industry=industry)
    assert found.reasons == ("吃出异物",)
