"""Puts together themes that tell the same: one kind of trouble, or one subject and no problem.

拥堵严重 and 堵车严重 are one. And voices that speak of one subject and say little alike fall into
many small groups, as 公交（路口等）, 公交（站点等） and 公交（其他）; parted by chance, they tell a
reader less than 公交 as a whole. What many of them share, as 公交不准点, stays a theme of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from voc.topics.gists import Gist
from voc.topics.themes import Labels


def gathered(
    labels: Labels, gists: Sequence[Gist], praises: npt.NDArray[np.bool_], known: Mapping[int, int]
) -> Labels:
    """Joins new themes that tell the same, to one of earlier runs where there is one.

    Those that tell nothing end. Praise stays apart from complaint. Two earlier themes are never
    joined: each has its id.

    Args:
        labels: `(n,)` themes 0 … n_themes − 1, the largest first, −1 for none.
        gists: What each tells.
        praises: `(n_themes,)` whether most of it is praise.
        known: For themes of earlier runs, which they are.

    Returns:
        `(n,)` themes 0 … n_themes − 1, −1 for none.
    """
    heads: dict[tuple[Gist, bool], int] = {}
    joined = np.arange(-1, len(gists), dtype=np.intp)
    for theme in sorted(range(len(gists)), key=lambda theme: theme not in known):
        if gists[theme].is_empty:
            joined[theme + 1] = -1
        elif gists[theme].words:
            head = heads.setdefault((gists[theme], bool(praises[theme])), theme)
            if theme not in known:
                joined[theme + 1] = head
    _, numbers = np.unique(joined, return_inverse=True)
    return numbers[labels + 1].astype(np.intp) - 1
