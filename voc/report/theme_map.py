"""Where themes stand on the map: alike ones near each other, none upon another.

How alike two themes are is told by the voices that speak of both and by the keywords they share.
Distances are laid out in the plane by classical scaling (W. S. Torgerson, Multidimensional scaling:
I. Theory and method, Psychometrika 17, 1952, 401–419); then those that overlap are moved apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from voc.report.aspects import LEVELS
from voc.report.theme_figures import ThemeMap, ThemePlace, TopicFigures
from voc.report.themes import chosen

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIZES: Final = {"wide": (960, 520, 20), "narrow": (372, 620, 12)}
"""Width, height and most themes of the map on a screen and on a phone."""

FEWEST_THEMES: Final = 3
LONGEST_NAME: Final = 9
_LARGEST: Final = 42.0
_SMALLEST: Final = 7.0
_LETTER: Final = 12.5
_LINE: Final = 19.0
_GAP: Final = 5.0
_ROUNDS: Final = 400


def theme_map(
    topics: Sequence[TopicFigures], together: Mapping[tuple[str, str], int], size: str
) -> ThemeMap | None:
    """Places themes; `None` where there are too few for a map.

    Args:
        topics: The themes, most important first.
        together: Voices that speak of two topics, by their ids in order.
        size: A name of `SIZES`.
    """
    import numpy as np

    width, height, most = SIZES[size]
    shown = chosen(topics, most)
    if len(shown) < FEWEST_THEMES:
        return None
    largest = max(topic.count for topic in shown)
    scale = _LARGEST if size == "wide" else _LARGEST * 0.72
    radii = np.array([max(_SMALLEST, scale * math.sqrt(topic.count / largest)) for topic in shown])
    names = [shortened(topic.topic) for topic in shown]
    halves = np.stack(
        [
            np.maximum(radii, [_LETTER * len(name) / 2 for name in names]),
            radii + _LINE / 2,
        ],
        axis=1,
    )
    places = _apart(_laid_out(_likeness(shown, together), width, height), halves, width, height)
    return ThemeMap(
        width,
        height,
        tuple(
            _place(topic, name, float(x), float(y) - _LINE / 2, float(radius))
            for topic, name, (x, y), radius in zip(shown, names, places, radii, strict=True)
        ),
    )


def shortened(name: str) -> str:
    """Returns a name short enough for the map."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _place(topic: TopicFigures, name: str, x: float, y: float, radius: float) -> ThemePlace:
    share = topic.negative.share or 0.0
    return ThemePlace(
        topic_id=topic.topic_id,
        name=name,
        count=topic.count,
        negative_share=share,
        level=sum(share >= step for step in LEVELS),
        x=round(x, 1),
        y=round(y, 1),
        radius=round(radius, 1),
    )


def _likeness(
    topics: Sequence[TopicFigures], together: Mapping[tuple[str, str], int]
) -> NDArray[Any]:
    """Returns how alike each two are, `(n, n)` in [0, 1]: half by voices, half by words."""
    import numpy as np

    words = [{*topic.keywords, *_pairs(topic.topic)} for topic in topics]
    alike = np.eye(len(topics))
    for one in range(len(topics)):
        for other in range(one):
            low, high = sorted((topics[one].topic_id, topics[other].topic_id))
            both = together.get((low, high), 0)
            fewer = min(topics[one].count, topics[other].count)
            shared = len(words[one] & words[other])
            either = min(len(words[one]), len(words[other]))
            alike[one, other] = alike[other, one] = 0.5 * math.sqrt(
                min(1.0, both / fewer) if fewer else 0.0
            ) + 0.5 * (shared / either if either else 0.0)
    return alike


def _pairs(name: str) -> set[str]:
    return {name[place : place + 2] for place in range(len(name) - 1)}


def _laid_out(alike: NDArray[Any], width: int, height: int) -> NDArray[Any]:
    """Returns middles, `(n, 2)`, spread over the map."""
    import numpy as np

    n = len(alike)
    centring = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-0.5 * centring @ (1 - alike) ** 2 @ centring)
    places = vectors[:, [-1, -2]] * np.sqrt(np.maximum(values[[-1, -2]], 1e-9))
    # The sign of an eigenvector is arbitrary: the first theme stands left and above.
    places *= np.where(places[0] > 0, -1.0, 1.0)
    ranks = places.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") / max(1, n - 1)
    spread = np.ptp(places, axis=0)
    even = (places - places.min(axis=0)) / np.where(spread > 0, spread, 1.0)
    return np.asarray((0.12 + 0.76 * (0.4 * even + 0.6 * ranks)) * (width, height))


def _apart(places: NDArray[Any], halves: NDArray[Any], width: int, height: int) -> NDArray[Any]:
    """Moves boxes that overlap apart, along the shorter way, and keeps them on the map."""
    import numpy as np

    edge = np.array([width, height], dtype=float)
    for _ in range(_ROUNDS):
        moved = False
        for one in range(len(places)):
            for other in range(one):
                between = places[one] - places[other]
                need = halves[one] + halves[other] + _GAP - np.abs(between)
                if (need <= 0.01).any():
                    continue
                axis = int(np.argmin(need))
                step = (0.5 * need[axis] + 0.05) * (1.0 if between[axis] >= 0 else -1.0)
                places[one, axis] += step
                places[other, axis] -= step
                moved = True
        places = np.clip(places, halves + 2, edge - halves - 2)
        if not moved:
            break
    return places
