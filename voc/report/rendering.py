"""The page: one self-contained HTML document without scripts, images or requests."""

from __future__ import annotations

import base64
import hashlib
import math
import re
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from voc.report import wording
from voc.report.figures import Figures
from voc.report.issue_cards import has_told_ratio
from voc.report.lead import is_told

if TYPE_CHECKING:
    from jinja2 import Environment

_TEMPLATES: Final = Path(__file__).parent / "templates"
_POLICY: Final = (
    "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_RANGE: Final = re.compile(r"(?<=\d)–(?=\d)")
_NICE: Final = (1, 1.2, 1.6, 2, 3, 4, 5, 6, 8, 10)


def render_html(figures: Figures) -> str:
    """Returns the report as a page.

    All texts are escaped. The one style sheet stands in the page and is allowed by its hash;
    nothing else may be loaded, and no script may run. Control characters are left out, and what
    cannot be written as UTF-8 is replaced.
    """
    from markupsafe import Markup

    page = (
        _environment()
        .get_template("report.html")
        .render(
            report=figures,
            calendar=wording.Calendar.of(figures.first_day, figures.last_day, figures.generated_at),
            policy=page_policy(),
            style=Markup(_style()),
        )
    )
    return _UNPRINTABLE.sub("", page.encode("utf-8", "replace").decode())


def page_policy() -> str:
    """Returns the content security policy of the page, which allows its own style and no more."""
    digest = base64.b64encode(hashlib.sha256(_style().encode()).digest()).decode()
    return _POLICY.format(hash=digest)


@lru_cache(maxsize=1)
def _style() -> str:
    return (_TEMPLATES / "report.css").read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    filters: dict[str, Callable[..., Any]] = {
        "label": wording.label,
        "number": wording.number,
        "usual": wording.usual,
        "signed": wording.signed,
        "percent": wording.percent,
        "times": wording.times,
        "p_value": wording.p_value,
        "hours": wording.hours,
        "full_day": wording.full_day,
        "unbroken": unbroken,
        "coordinate": coordinate,
        "axis_end": axis_end,
    }
    environment.filters.update(filters)
    environment.globals["interval"] = wording.interval
    environment.tests["surely_changed"] = has_told_ratio
    environment.tests["told"] = is_told
    return environment


def coordinate(value: float) -> str:
    """Returns a coordinate of a drawing with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")


def unbroken(text: str) -> str:
    """Returns the text with word joiners that keep both ends of a range on one line."""
    return _RANGE.sub("–\u2060", text)


def axis_end(largest: float) -> float:
    """Returns the end of an axis that holds `largest`: a round number of at most two digits."""
    if largest <= 0:
        return 1
    power = 10.0 ** (len(str(int(largest))) - 1) if largest >= 1 else 0.1
    end = next(step * power for step in _NICE if step * power >= largest)
    return math.ceil(end) if largest >= 1 else end
