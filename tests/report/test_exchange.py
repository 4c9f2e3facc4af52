"""The JSON is what its schema says, and the schema is what was promised."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

import voc.report
from voc.report import Figures, build_figures, json_schema, to_json
from voc.report.exchange import FORMAT, VERSION

Make = Callable[..., Any]
SCHEMA = Path(voc.report.__file__).with_name("schema.json")


@pytest.fixture
def figures(row: Make, mention: Make, issue: Make, order: Make, report: Make) -> Figures:
    rows = [row(f"r{n}", day=n, rating=1.0 + n % 5, text="换挡\ud800顿挫") for n in range(40)]
    voices = [one.feedback_id for one in rows]
    return build_figures(
        report(
            rows=rows,
            mentions=[mention(name) for name in voices],
            issues=[issue("is_1", voices, trend="rising", trend_p=0.01)],
            work_orders=[order("wo_1")],
        )
    )


def test_the_schema_is_the_one_that_was_promised() -> None:
    promised = json.loads(SCHEMA.read_text(encoding="utf-8"))
    assert json_schema() == promised, (
        "What the report says as JSON has changed. Keep what is there, or raise VERSION; then write"
        " json_schema() to voc/report/schema.json."
    )


def test_the_json_is_what_the_schema_says(figures: Figures) -> None:
    whole = json.loads(to_json(figures))
    assert (whole.pop("format"), whole.pop("version")) == (FORMAT, VERSION)
    adapter = TypeAdapter(Figures)
    assert adapter.validate_json(json.dumps(whole)).issues[0].line.title == "动力：换挡顿挫 is_1"
    with pytest.raises(ValidationError):
        adapter.validate_python({**whole, "overview": None})


def test_every_key_of_the_json_stands_in_the_schema(figures: Figures) -> None:
    schema = json_schema()

    def check(value: Any, place: dict[str, Any], where: str) -> None:
        if "$ref" in place:
            place = schema["$defs"][place["$ref"].rsplit("/", 1)[1]]
        if "anyOf" in place and value is not None:
            place = next(one for one in place["anyOf"] if one.get("type") != "null")
            return check(value, place, where)
        if isinstance(value, dict):
            assert set(value) == set(place["properties"]), where
            for key, inner in value.items():
                check(inner, place["properties"][key], f"{where}.{key}")
        elif isinstance(value, list):
            for number, inner in enumerate(value):
                check(inner, place["items"], f"{where}[{number}]")
        return None

    check(json.loads(to_json(figures)), schema, "report")


def test_half_characters_do_not_break_it(figures: Figures) -> None:
    assert "换挡?顿挫" in to_json(figures)
