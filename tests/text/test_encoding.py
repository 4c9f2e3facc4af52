from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.errors import UsageError
from voc.text.encoding import decode, known_encoding, open_text

DEMO = Path(__file__).parents[2] / "corpora" / "demo"
SENTENCES = """
这台车开了三个月，变速箱低速的时候老是顿挫，去了两次店里都说是正常现象
昨天在你们家买的蛋糕里面吃出一根头发，打电话给客服也没有人接
酒店的位置很好找，出地铁走五分钟就到，房间打扫得也干净
快递小哥态度特别好，下着大雨还送上楼，必须给个五星好评
屏幕显示效果细腻，但是电池真的不耐用，半天就要充一次电
信用卡的额度一直不给提，问了几次都说系统综合评分不足
用了一个星期脸上开始长痘，不知道是不是对里面的酒精过敏
小区门口的路灯坏了快半年了，晚上走路黑漆漆的，请有关部门尽快修一下
孩子很喜欢这本书，纸张厚实，印刷清楚，没有什么味道
等了一个多小时才上菜，鱼还是凉的，服务员爱理不理
油耗比我想象的低，高速百公里六个油左右，市区堵车也不超过九个
衣服收到了，颜色和图片差太多，料子又薄又扎，打算退货
空调制冷很快就是噪音有点大，晚上睡觉能听见嗡嗡的声音
客服说三天之内给我回复，结果一个礼拜过去了还是没有消息
这家的麻辣烫汤底浓郁，分量也足，价格比附近的便宜两三块
手机银行更新以后老是闪退，转账转到一半就卡住，吓得我不敢用了
坐垫的皮质摸起来很软，后排空间足够三个大人坐，就是中间凸起有点高
物业收费一分不少，电梯坏了却没人管，老人上下楼特别不方便
质量还可以吧，一分价钱一分货，对得起这个价格
会员积分说清零就清零，也不提前发个短信提醒一下
""".strip().splitlines()

simplified_to_traditional: Callable[[str], str] = opencc.OpenCC("s2tw").convert


def demo_texts() -> Iterator[str]:
    for path in sorted(DEMO.rglob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            text = json.loads(line).get("text")
            if isinstance(text, str):
                yield text


def pieces(length: int) -> list[str]:
    """Stretches of `length` characters, at least half of them Chinese."""
    found = [
        text[start : start + length]
        for text in [*SENTENCES, *demo_texts()]
        for start in range(0, len(text) - length + 1, 7)
    ]
    return [piece for piece in found if sum("一" <= c <= "鿿" for c in piece) * 2 >= length]


ENCODERS: list[tuple[str, bool]] = [
    ("utf-8", False),
    ("utf-8", True),
    ("utf-8-sig", False),
    ("gbk", False),
    ("gbk", True),
    ("gb18030", False),
    ("big5", True),
    ("utf-16-le", False),
    ("utf-16-be", False),
    ("utf-16", False),
]


@pytest.mark.parametrize(("encoding", "traditional"), ENCODERS)
@pytest.mark.parametrize(("length", "wanted"), [(10, 0.97), (20, 0.99)])
def test_short_texts_are_read(encoding: str, traditional: bool, length: int, wanted: float) -> None:
    read = total = 0
    for piece in pieces(length):
        text = simplified_to_traditional(piece) if traditional else piece
        try:
            data = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        decoded = decode(data)
        total += 1
        read += decoded.text == text
        assert decoded.replaced == 0 or decoded.text != text
    assert total > 30
    assert read / total >= wanted


@pytest.mark.parametrize(("encoding", "traditional"), [e for e in ENCODERS if e[0] != "utf-16"])
def test_texts_cut_within_a_character_are_read(encoding: str, traditional: bool) -> None:
    read = total = 0
    for piece in pieces(20):
        text = simplified_to_traditional(piece) if traditional else piece
        try:
            data = text.encode(encoding)[:-1]
        except UnicodeEncodeError:
            continue
        if text[-1].isascii():
            continue
        decoded = decode(data)
        total += 1
        read += decoded.text == text[:-1] + "\ufffd" and decoded.replaced == 1
    assert read / total >= 0.98


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16-le", "utf-16-be"])
def test_texts_that_begin_within_a_character_are_read(encoding: str) -> None:
    texts = [piece for piece in pieces(20) if "一" <= piece[0] <= "鿿"]
    decoded = [decode(text.encode(encoding)[1:]) for text in texts]
    good = [d.text == "\ufffd" + t[1:] for d, t in zip(decoded, texts, strict=True)]
    assert sum(good) / len(good) >= 0.97


@pytest.mark.parametrize(
    ("data", "text", "encoding", "replaced"),
    [
        (b"", "", "utf-8", 0),
        (b"plain ascii\n", "plain ascii\n", "utf-8", 0),
        (b"\xef\xbb\xbfabc", "abc", "utf-8", 0),
        (b"\xff\xfe", "", "utf-16-le", 0),
        ("联通".encode("gbk"), "联通", "gb18030", 0),
        ("你好😀㐀𠀀龦".encode("gb18030"), "你好😀㐀𠀀龦", "gb18030", 0),
        ("你好😀，味道不错".encode(), "你好😀，味道不错", "utf-8", 0),
        ("hello 你好，世界".encode("utf-16-be"), "hello 你好，世界", "utf-16-be", 0),
        ("hi".encode("utf-16-le"), "hi", "utf-16-le", 0),
        ("café très bien".encode(), "café très bien", "utf-8", 0),
        ("Привет, как дела".encode(), "Привет, как дела", "utf-8", 0),
        ("Привет, как дела".encode("cp1251"), "Привет, как дела", "cp1251", 0),
        ("味道\ufffd不错".encode(), "味道\ufffd不错", "utf-8", 0),
        ("味道不错".encode() + b"\xff" + "下次再来".encode(), "味道不错\ufffd下次再来", "utf-8", 1),
        (b"\x80", "\ufffd", "gb18030", 1),
        ("好吃\x00好吃".encode(), "好吃\x00好吃", "utf-8", 0),
        ("好吃".encode("utf-32"), "好吃", "utf-32-le", 0),
        ("味道不错".encode() * 30_000, "味道不错" * 30_000, "utf-8", 0),
    ],
)
def test_decode(data: bytes, text: str, encoding: str, replaced: int) -> None:
    decoded = decode(data)
    assert (decoded.text, decoded.encoding, decoded.replaced) == (text, encoding, replaced)


@pytest.mark.parametrize(
    ("text", "actual", "declared"),
    [
        ("味道不错", "gbk", "gb2312"),
        ("味道不错", "utf-8", "gb2312"),
        ("味道不错", "gbk", "ISO-8859-1"),
        ("味道不错", "gbk", "no-such-encoding"),
        ("味道不错", "gbk", "base64"),
        ("味道不错", "gbk", ""),
        ("日本語のテキスト、とても良いです", "shift_jis", "shift_jis"),
    ],
)
def test_declared_encodings_are_weighed(text: str, actual: str, declared: str) -> None:
    assert decode(text.encode(actual), declared=declared).text == text


def test_unknown_encoding_is_named() -> None:
    with pytest.raises(UsageError, match=r"gb18031.*gb18030"):
        known_encoding("gb18031")
    assert known_encoding("GBK") == "gb18030"


@given(st.binary(max_size=80), st.sampled_from([None, "gbk", "utf-16", "latin-1", "hz"]))
def test_any_bytes_are_read(data: bytes, declared: str | None) -> None:
    decoded = decode(data, declared=declared)
    assert decoded.text.count("\ufffd") >= decoded.replaced >= 0
    lines = open_text(io.BytesIO(data))
    assert "".join(lines).count("\ufffd") >= lines.replaced


class Dribble(io.RawIOBase):
    """A stream that gives a few bytes at a time, as pipes do."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._data.read(min(size, 7) if size >= 0 else 7)


@pytest.mark.parametrize(("encoding", "traditional"), ENCODERS)
def test_lines_of_one_encoding(encoding: str, traditional: bool) -> None:
    text = "\n".join(SENTENCES) + "\nid,评价\r\n\n没有换行的最后一行"
    text = simplified_to_traditional(text) if traditional else text
    lines = open_text(Dribble(text.encode(encoding)))  # type: ignore[arg-type]
    assert "".join(lines) == text
    assert lines.replaced == 0


def test_lines_end_only_at_line_feeds() -> None:
    text = "甲\u2028乙\x0b丙\x85丁\r戊\n己"
    assert list(open_text(io.BytesIO(text.encode()))) == ["甲\u2028乙\x0b丙\x85丁\r戊\n", "己"]
    assert list(open_text(io.BytesIO("甲\r乙\r".encode()))) == ["甲\r", "乙\r"]
    assert list(open_text(io.BytesIO(b""))) == []


@pytest.mark.parametrize("usual", ["utf-8", "gbk"])
def test_lines_of_mixed_encodings(usual: str) -> None:
    others = ["utf-8", "gbk", "gb18030"]
    names = [others[i // 4 % 3] if i % 4 == 0 else usual for i in range(len(SENTENCES))]
    data = b"\n".join(line.encode(name) for line, name in zip(SENTENCES, names, strict=True))
    lines = open_text(io.BytesIO(data))
    assert [line.rstrip("\n") for line in lines] == SENTENCES
    assert lines.encoding == ("utf-8" if usual == "utf-8" else "gb18030")


def test_big5_lines_among_gbk_ones() -> None:
    texts = [
        simplified_to_traditional(line) if i % 5 == 4 else line for i, line in enumerate(SENTENCES)
    ]
    data = b"\n".join(
        text.encode("big5hkscs" if i % 5 == 4 else "gbk") for i, text in enumerate(texts)
    )
    lines = list(open_text(io.BytesIO(data)))
    assert sum(line.rstrip("\n") == text for line, text in zip(lines, texts, strict=True)) >= 19


def test_a_late_line_of_another_encoding() -> None:
    early = "id,text\n" + "1,plain\n" * 50_000
    data = early.encode() + "2,味道不错，服务也好\n".encode("gbk") + "3,味道不错\n".encode()
    lines = open_text(io.BytesIO(data))
    assert list(lines)[-2:] == ["2,味道不错，服务也好\n", "3,味道不错\n"]
    assert lines.encoding == "utf-8"
    assert lines.replaced == 0


def test_given_encoding_is_used_and_replacements_counted() -> None:
    data = "味道不错，下次再来\n".encode("big5", "ignore") + b"\xff\xff\xff ok\n"
    lines = open_text(io.BytesIO(data), encoding="big5")
    assert lines.encoding == "big5hkscs"
    assert "ok" in list(lines)[1]
    assert lines.replaced > 0
    with pytest.raises(UsageError):
        open_text(io.BytesIO(b""), encoding="klingon")


def test_utf16_cut_in_the_middle_is_counted() -> None:
    lines = open_text(io.BytesIO("味道不错\n好".encode("utf-16")[:-1]))
    assert list(lines) == ["味道不错\n", "\ufffd"]
    assert lines.replaced == 1


class Repeat(io.RawIOBase):
    """A line of `count` bytes without end, made as it is read."""

    def __init__(self, count: int, tail: bytes) -> None:
        self._left = count
        self._tail = tail

    def read(self, size: int = -1) -> bytes:
        taken = min(size, self._left)
        self._left -= taken
        if taken:
            return b"x" * taken
        tail, self._tail = self._tail[:size], self._tail[size:]
        return tail


@pytest.mark.parametrize("encoding", [None, "utf-16-le"])
def test_an_endless_line_is_cut_in_constant_memory(encoding: str | None) -> None:
    tail = "\n好\n".encode(encoding or "utf-8")
    stream = Repeat(200 << 20, tail)
    tracemalloc.start()
    lines = open_text(stream, encoding=encoding, max_line_bytes=1 << 20)  # type: ignore[arg-type]
    lengths = [len(line) for line in lines]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert lengths == [(1 << 20) + 1, 2]
    assert lines.cut == 1
    assert peak < 40 << 20
