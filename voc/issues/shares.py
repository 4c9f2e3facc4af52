"""The interval of a share."""

from __future__ import annotations

import math
from typing import Final

from voc.errors import UsageError

Z95: Final = 1.959963984540054
"""The 97.5 % point of the standard normal distribution."""


def wilson(count: int, total: int, *, z: float = Z95) -> tuple[float, float]:
    """Returns the score interval of a share.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    JASA 22 (1927), 209–212.

    Args:
        count: Successes, at most `total`.
        total: Trials; with none, nothing is known and the interval is (0, 1).
        z: Quantile of the normal distribution, 1.96 for 95 %.

    Raises:
        UsageError: `count` is negative or over `total`.
    """
    if not 0 <= count <= total:
        raise UsageError(
            f"A share of {count} in {total} is impossible; give a count from 0 to the total."
        )
    if total == 0:
        return 0.0, 1.0
    share = count / total
    denominator = 1 + z * z / total
    centre = (share + z * z / (2 * total)) / denominator
    half = z * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total)) / denominator
    low = 0.0 if count == 0 else max(0.0, centre - half)
    high = 1.0 if count == total else min(1.0, centre + half)
    return low, high
