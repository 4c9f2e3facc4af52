"""Long texts are read in windows that leave nothing out."""

from hypothesis import given
from hypothesis import strategies as st

from voc.inference.encoder import windows


@given(length=st.integers(0, 3000), size=st.integers(8, 300), share=st.floats(0, 0.9))
def test_the_parts_that_count_cover_a_text_once(length: int, size: int, share: float) -> None:
    overlap = int(size * share)
    counted: list[int] = []
    for start, end, first, last in windows(length, size=size, overlap=overlap):
        assert 0 <= start <= first <= last <= end <= length
        assert end - start <= size
        counted.extend(range(first, last))
    assert counted == list(range(length))


def test_a_text_of_one_window_is_one_window() -> None:
    assert list(windows(254, size=254, overlap=64)) == [(0, 254, 0, 254)]


def test_what_counts_of_a_window_lies_off_its_inner_edges() -> None:
    parts = list(windows(600, size=254, overlap=64))
    assert parts == [(0, 254, 0, 222), (190, 444, 222, 412), (380, 600, 412, 600)]
