from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from voc.errors import ConfigError
from voc.tagging.lexicon import Lexicon, Role, default_lexicon, load_lexicon
from voc.tagging.rules import judge
from voc.tagging.urgency import GAP
from voc.tagging.wordlists import read_word_lists
from voc.text.normalise import normalise

DATA = Path(default_lexicon.__wrapped__.__code__.co_filename).parent / "data"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return default_lexicon()


def words_of(name: str) -> list[str]:
    return [word for line in read_word_lists(DATA / name) for word in line.words]


def test_it_is_loaded_once_and_only_when_asked_for() -> None:
    assert default_lexicon() is default_lexicon()


def test_it_holds_enough_words_of_both_kinds(lexicon: Lexicon) -> None:
    signs = Counter(entry.score > 0 for entry in lexicon.with_role(Role.POLAR))
    assert signs[False] >= 450
    assert signs[True] >= 400


@pytest.mark.parametrize(
    "word",
    [
        "坑爹",
        "踩雷",
        "拉胯",
        "翻车",
        "智商税",
        "漏油",
        "断裂",
        "起泡",
        "掉色",
        "过敏",
        "顿挫",
        "异响",
        "抖动",
        "掉漆",
        "卡顿",
        "闪退",
        "发烫",
        "爱答不理",
        "推诿",
        "踢皮球",
        "👎",
        "😡",
        "💩",
    ],
)
def test_words_that_judge_badly(lexicon: Lexicon, word: str) -> None:
    assert lexicon[word].score < 0


@pytest.mark.parametrize(
    "word", ["yyds", "真香", "绝绝子", "巴适", "得劲", "老灵", "回购", "物超所值", "👍", "❤", "😊"]
)
def test_words_that_judge_well(lexicon: Lexicon, word: str) -> None:
    assert lexicon[word].score > 0


def test_no_word_judges_both_ways_or_twice() -> None:
    repeated = Counter([*words_of("negative.txt"), *words_of("positive.txt")])
    assert [word for word, times in repeated.items() if times > 1] == []


def test_no_judging_word_is_fixed(lexicon: Lexicon) -> None:
    fixed = [entry.word for entry in lexicon.with_role(Role.POLAR) if entry.roles & Role.FIXED]
    assert fixed == []


@pytest.mark.parametrize(
    "name", ["negative.txt", "positive.txt", "grammar.txt", "targets.txt", "urgency.txt"]
)
def test_words_are_written_as_texts_are_normalised(name: str) -> None:
    parts = [part for word in words_of(name) for part in word.split(GAP)]
    assert [part for part in parts if normalise(part).text != part] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("不错", ["不错"]),
        ("不满意", ["不满意"]),
        ("没有用心", ["没有", "用心"]),
        ("最好吃", ["最", "好吃"]),
        ("很难吃", ["很", "难吃"]),
        ("没有用", ["没有用"]),
        ("不得不说", ["不得不说"]),
        ("好好用", ["好", "好用"]),
        ("大家", ["大家"]),
        ("ok", ["ok"]),
        ("book", []),
        ("", []),
    ],
)
def test_the_longest_word_wins(lexicon: Lexicon, text: str, words: list[str]) -> None:
    tokens = lexicon.tokens(text)
    assert [token.entry.word for token in tokens] == words
    assert [text[token.start : token.end] for token in tokens] == words


def test_a_users_words_count_and_the_lexicon_stays(lexicon: Lexicon) -> None:
    own = lexicon.with_words(positive=["起飞咯", " ＮＢ "], negative=["便宜", "摆烂侠"])
    assert judge("这车起飞咯", lexicon=own).score > 0
    assert judge("nb", lexicon=own).score > 0
    assert judge("摆烂侠", lexicon=own).score < 0
    assert judge("便宜", lexicon=own).score < 0
    assert judge("不摆烂侠", lexicon=own).score > 0
    assert judge("便宜").score > 0
    assert len(own) == len(lexicon) + 3


def _copy(folder: Path, name: str, text: str) -> None:
    for file in ("negative.txt", "positive.txt", "grammar.txt", "context.txt"):
        (folder / file).write_text("", encoding="utf-8")
    (folder / name).write_text(text, encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("negative.txt", "# remark\n[verdikt 0.8]\n差\n", "negative.txt:3: a heading is one of"),
        ("negative.txt", "[verdict much]\n差\n", "negative.txt:2: 'much' is no number"),
        ("positive.txt", "好\n", "positive.txt:1: words above the first heading"),
        ("grammar.txt", "[negatr]\n不\n", "grammar.txt:2: a heading is one of negator"),
        ("grammar.txt", "[degree]\n很\n", "grammar.txt:2: a heading is one of"),
        ("context.txt", "[axis amount]\n高 up\n", "context.txt:2: under [axis amount]"),
        ("context.txt", "[axis amount]\n高 upp 0 0\n", "context.txt:2: under [axis amount]"),
        ("context.txt", "[subject amount good]\n空间\n", "context.txt:2: under [axis amount]"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, name: str, text: str, message: str) -> None:
    _copy(tmp_path, name, text)
    with pytest.raises(ConfigError) as caught:
        load_lexicon(tmp_path)
    assert message in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"negative\.txt: cannot be read"):
        load_lexicon(tmp_path)
