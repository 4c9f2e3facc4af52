"""How much time work takes, told as ratios within one run and never in seconds.

Seconds say how fast and how busy a machine is; both sides of a ratio are slowed alike.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

TIMES = 5
# On five times as much, linear time grows five times and quadratic time twenty-five times.
LINEAR = 11
_TRIES = 15
_TEXTS = 500


def seconds(work: Callable[[], object]) -> float:
    """The processor time of this thread that work takes."""
    began = time.thread_time()
    work()
    return time.thread_time() - began


def growth(work: Callable[[int], Callable[[], object]], size: int) -> float:
    """How many times as long five times as much takes; tried again while that is not linear.

    Args:
        work: Makes work of a size; making it is not timed.
        size: The smaller size, whose work takes a millisecond at least.
    """
    return _ratio(work(size), work(size * TIMES), LINEAR)


def loops(work: Callable[[str], object], text: str, most: float) -> float:
    """How many plain loops over its characters cost what work on a text does.

    Args:
        work: What is done with the text.
        text: The text.
        most: What is allowed; reaching it is tried again, as a processor may be busy.
    """
    return _ratio(partial(_often, _loop, text), partial(_often, work, text), most)


def _often(work: Callable[[str], object], text: str) -> None:
    for _time in range(_TEXTS):
        work(text)


def _loop(text: str) -> None:
    for character in text:
        ord(character)


def _ratio(one: Callable[[], object], other: Callable[[], object], most: float) -> float:
    ones, others = [seconds(one)], [seconds(other)]
    while (ratio := min(others) / min(ones)) >= most and len(ones) < _TRIES:
        ones.append(seconds(one))
        others.append(seconds(other))
    return ratio
