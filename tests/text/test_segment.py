from __future__ import annotations

import builtins
import logging
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voc.text.segment import Backend, Segmenter, stop_words

BACKENDS: list[Backend] = ["rjieba", "jieba"]
PLAIN = {backend: Segmenter(backend=backend) for backend in BACKENDS}
OWN = {
    backend: Segmenter(
        ["顿挫感", "无级变速箱", "2.0T", "iPhone 13 Pro", "空间", "烟酰胺", "C+", " ", ""],
        backend=backend,
    )
    for backend in BACKENDS
}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("变速箱的质量很好", ["变速箱", "的", "质量", "很", "好"]),
        ("味道不错，下次再来！", ["味道", "不错", "，", "下次", "再", "来", "！"]),
        ("好 \n 吃", ["好", "吃"]),
        ("", []),
        ("  ", []),
    ],
)
def test_words(backend: Backend, text: str, words: list[str]) -> None:
    assert PLAIN[backend].words(text) == words


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("低速顿挫感严重", "顿挫感"),
        ("这车的无级变速箱不行", "无级变速箱"),
        ("2.0T的动力", "2.0T"),
        ("我的iPhone 13 Pro碎屏了", "iPhone 13 Pro"),
        ("含烟酰胺的精华", "烟酰胺"),
        ("大众C+级", "C+"),
        ("后排空间很大", "空间"),
    ],
)
def test_own_words_stay_whole(backend: Backend, text: str, word: str) -> None:
    assert word in OWN[backend].words(text)


def test_segmenters_of_the_same_words_share_one_dictionary_and_others_do_not() -> None:
    first, second = Segmenter(["麻薯奶盖"]), Segmenter([" 麻薯奶盖 "])
    assert first._cut.__self__ is second._cut.__self__  # type: ignore[attr-defined]
    assert "麻薯奶盖" in first.words("麻薯奶盖很甜")
    assert "麻薯奶盖" not in Segmenter(["雪顶咖啡"]).words("麻薯奶盖很甜")


@pytest.mark.parametrize("backend", BACKENDS)
def test_own_words_do_not_tear_others_apart(backend: Backend) -> None:
    assert "间谍" in Segmenter(["空间"], backend=backend).words("抓住了一个间谍")
    assert PLAIN[backend].words("低速顿挫感严重").count("顿挫感") == 0


@pytest.mark.parametrize("backend", BACKENDS)
def test_spans_count_code_points(backend: Backend) -> None:
    text = "👨\u200d👩\u200d👧很喜欢😂\ud800质量，e\u0301好"
    spans = PLAIN[backend].spans(text)
    words = [text[start:end] for start, end in spans]
    assert {"喜欢", "质量"} <= set(words)
    assert "".join(words) == text


@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_any_text_is_covered(text: str) -> None:
    for segmenter in (*PLAIN.values(), *OWN.values()):
        end_before = 0
        for start, end in segmenter.spans(text):
            assert end_before <= start < end
            assert not text[end_before:start].strip()
            end_before = end
        assert not text[end_before:].strip()


def test_jieba_serves_where_rjieba_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    real = builtins.__import__

    def without_rjieba(name: str, *rest: Any, **keywords: Any) -> Any:
        if name == "rjieba":
            raise ImportError(name)
        return real(name, *rest, **keywords)

    monkeypatch.setattr(builtins, "__import__", without_rjieba)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with caplog.at_level(logging.DEBUG):
        assert Segmenter(["顿挫感"]).words("顿挫感很强") == ["顿挫感", "很强"]
    assert list(tmp_path.iterdir()) == []
    assert not caplog.records
    with pytest.raises(ImportError):
        Segmenter(backend="rjieba")


def test_stop_words() -> None:
    words = stop_words()
    assert 250 <= len(words) <= 700
    assert {"的", "我们", "因为", "这个", "吧"} <= words
    assert not words & {"不", "没", "没有", "太", "很", "好", "差", "但是", "质量", "#"}
