"""The soak tells a leak from a plateau, and an answer that was not expected."""

from __future__ import annotations

import asyncio
import os

import pytest

from tests.benchmarks.serving.load import Target
from tests.benchmarks.soak import Noted, Soaked, figures, odd_requests, slope, soak
from tests.benchmarks.test_serving import TEXTS, asked, target  # noqa: F401 - fixtures


def rounds(mb_a_round: float) -> Soaked:
    wobble = (0.3, -0.2, 0.1, -0.3, 0.2)
    return Soaked(
        [Noted(5.0 * n, 300 + mb_a_round * n + wobble[n % 5], 9.0, 30.0, 20) for n in range(1, 121)]
    )


def test_a_leak_is_told_from_a_plateau() -> None:
    leak, margin = figures(rounds(0.05), settled_s=120)["mb_an_hour"]
    assert abs(leak - 36) < 2
    assert margin < 3
    flat, margin = figures(rounds(0.0), settled_s=120)["mb_an_hour"]
    assert abs(flat) <= margin


def test_a_line_is_fitted_with_its_interval() -> None:
    exact = slope([(0, 1), (1, 3), (2, 5)])
    assert (exact.value, exact.margin) == (2, 0)
    assert slope([(0, 1), (1, 4), (2, 5)]).margin > 0.5


def test_too_short_a_run_is_told() -> None:
    with pytest.raises(SystemExit, match="allow more --minutes"):
        figures(rounds(0.0), settled_s=595)


def test_odd_requests_are_whole_but_for_the_one_that_is_cut() -> None:
    requests = odd_requests(Target(1, "/v1/classify", "voc_key"), TEXTS)
    for name, request, expected in (next(requests) for _ in range(5)):
        head, _, body = request.partition(b"\r\n\r\n")
        if name == "cut off":
            assert not expected
            continue
        length = int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0])
        assert len(body) == length


def test_a_server_is_loaded_and_what_is_odd_is_told(
    target: Target,  # noqa: F811
    asked: list[str],  # noqa: F811
) -> None:
    soaked = asyncio.run(
        soak(
            Target(target.port, "/classify", "voc_key"),
            os.getpid(),
            TEXTS,
            a_second=20,
            seconds=0.5,
        )
    )
    assert soaked.answers[200] >= 5
    assert len(asked) >= 5
    # The plain server knows no keys: it takes a wrong one.
    assert soaked.unexpected["wrong key: 200"] >= 1
    assert soaked.rounds[0].mb > 1
