"""Stores that are alike are hardly told apart, and one that is not is."""

from __future__ import annotations

from tests.benchmarks.chains import false_stores, found_share


def test_of_stores_that_are_alike_hardly_any_stands_out() -> None:
    assert false_stores(8, 0.0, days=180) <= 0.5


def test_a_store_with_far_more_complaints_stands_out() -> None:
    assert found_share(8, 0.1, 6.0, 28) >= 0.9
