"""How people's names are written, as parts of patterns."""

from __future__ import annotations

from typing import Final

HAN: Final = "\u4e00-\u9fff"
_SURNAMES: Final = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁"
    "任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武"
    "戴莫孔向汤常温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯"
    "纪梅童凌毕单季裴霍涂苗谷盛曲翁冉骆蓝路游辛靳柴蒙鲍华喻祁蒲房滕屈饶牟艾尤阳穆农司卓古吉缪简"
    "项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏宗瞿桂佟臧闵苟邬边卞姬仇栾隋刁沙荣巫寇桑郎甄"
    "丛仲虞敖巩佘池查麻苑迟邝張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭葉蘇呂盧鐘譚陸範賈韋鄒閻龍賀顧龔錢嚴"
    "洪屠狄阚鄢茅芮晁"
)
_COMPOUND: Final = (
    "欧阳|歐陽|司马|司馬|上官|诸葛|諸葛|皇甫|尉迟|公孙|慕容|令狐|长孙|宇文|司徒|夏侯|端木|南宫"
)
SURNAME: Final = f"(?:{_COMPOUND}|[{_SURNAMES}])"
PLAIN_SURNAME: Final = (
    "[王李张刘陈杨赵吴周徐孙朱胡郭何林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余杜叶程魏苏吕丁任沈姚卢姜崔"
    "钟谭陆汪范廖]"
)
"""Surnames that make no other word behind 小 and 老, as 白 and 米 do."""
CERTAIN_SURNAME: Final = (
    "[王李张刘陈杨赵吴徐孙朱胡郭林罗郑梁谢宋许韩冯邓曹彭肖董潘袁蔡蒋杜魏苏吕丁沈姚卢姜崔谭汪廖黄]"
)
"""Surnames that begin hardly another word, as 何 (何时), 周 (周末) and 任 (任何) do."""
TITLE: Final = (
    "先生|女士|小姐(?!姐)|太太|夫人|师傅|師傅|经理|經理|老师(?!傅)|主任|店长|队长|警官|医生|大夫|律师|顾问|总监"
    "|阿姨|大爷|大妈|同学|同志"
)

# What given names do not hold, so that a name ends before it.
_FUNCTION: Final = (
    "的了是在我你您他她它们这那没不很去昨电手联跟与及就也都还已被把给让说问到买因请做"
    "吗吧呢啊呀个些得着过以但或者看等叫号什么位"
)
GIVEN: Final = f"[^\\W\\d_A-Za-z{_FUNCTION}]"
NAME: Final = f"{SURNAME}{GIVEN}{{1,2}}"
"""A surname and whatever a given name may be: for places where nothing but a name can stand."""

_USUAL_GIVEN: Final = (
    "伟强磊军洋勇杰涛超明刚平辉鹏华飞斌波宇浩凯健俊帆旭宁亮峰建国志龙林海山川江河湖文武博翔昊轩"
    "泽晨阳瑞睿哲诚信义礼智仁德福贵财富荣昌盛兴旺达利振兵权永长根祥庆鸣奇毅坚铭钧锋钢铁鑫森栋梁"
    "柏松柱树桐楠榕彬炜炎焱煜烨灿熙然照耀光星辰昕晓晖晟暄昆昱景曦尧舜禹汉唐卫东西南北中正立民学"
    "才良善忠孝廉洁勤俭思念恩惠慧悦怡恒悟航舟帅师宗祖传承绍继贤圣贞元亨启开先进胜凡一二三四五六"
    "子梓紫若如诗书画琴雅韵歌舞梦瑶瑾瑜璇璐珊珍珠琪琳琼玲珂玥玮珺莹萍芳芬芸英茹莉莎菲萱蓉蕾薇蕊"
    "兰花梅菊桂荷莲竹柳枝叶红丹彤彩艳丽美娟娜婷婉嫣妍娇媛倩雪冰霜雨雯霞虹云露霖月玉翠凤凰燕莺鹃"
    "鹤雁淑静敏颖清源涵淇沁泓滢潇澜洪渊溪泉润浪渝沛济秀香巧素爱欢喜乐心欣馨新安康宝贝家嘉佳冬春"
    "夏秋岚岩峻嵩崇岳巍成功伦傲仪佩依伊亦奕逸毓郁予语言诺谦谨详谊霏芮蕙葵琛琨琦珏璟瑛璋皓皎黎维"
    "纯绮绣缨罡勋劲励勉友有朋政敬斐迪远迎道运通迅铎银金锦镇镜锐钊鉴铮锴雄隆霆震雷顺颂飒骏骁骥驰"
    "驹魁麟鸿鹰鲲默黛齐小宏宽宸定容宾宛宜守寿尚少展屹岗希常幼庭廷延弘彦影律微徽必忆怀悠惟慕懿戈"
    "扬拓捷攀斯旋昂易映晗晴晶暖曼朔朗杉材柯标栩桓梧棋棠楚榆槐樱汝沐泰津浦涌淳添渭湘漫澄灵炳焕煊"
    "燃爽牧理琰生甜甫益盈睦知石禾科程穆竞笑笛筠箫精群羽翊翰耕聪胤腾舒芝芙苏苑茂茜荃莱菁萌蓓蓝蔚"
    "蕴虎行裕觉豪赫越跃轶迁逊钰锡闻陶霄青风飘馥高伏增术珣炅凌楷毛全兆臣丁万土木田禄喆媚娥婧姝姗"
    "婵嫦嬿寒寅尔岭峥嵘帼幸弟彪忍怜恺愉拴旦昭昀柔栀梨榛歆沅泊泱涓渺滔潮澎炀烁玄玫琬瑗畅稳窈竣笙"
    "纲纬经绪绵罗翘翡耿胖艺芊苇荟莘莞菀菱葳蓁蕃薰虔衡袁裳褀诣谕赟辛邦郡钗钦铃铄铜锁锟镕闯闽阁阅"
    "陆陵隽韬韶颐飏骅鲁鳞"
)
USUAL_GIVEN: Final = f"[{_USUAL_GIVEN}]"
USUAL_NAME: Final = f"{SURNAME}{USUAL_GIVEN}{{1,2}}"
"""A surname and what given names are mostly made of: for places where words stand as well."""
NICKNAME: Final = f"(?:[小阿老]{SURNAME}|[小阿]{USUAL_GIVEN}|{SURNAME}[姐哥])"
_SPELT: Final = (
    "[阿艾不买麦提合尔古丽娜扎布都热曼吐逊尼亚江木克孜卡巴衣玛依努帕夏迪拉西姆乌斯伊萨吾加马肉赛沙塔穆祖农托洪力娅汗别哈达"
    "旦增次仁央金卓多吉顿珠平措罗桑格德买日则甫凯赫再]"
)
SPELT_NAME: Final = f"{_SPELT}{{2,8}}·{_SPELT}{{1,8}}(?!·)"
"""A name of two parts in characters that spell those of Uyghurs, Kazakhs and Tibetans."""
SPELT_ALONE: Final = f"{_SPELT}{{4,8}}"
