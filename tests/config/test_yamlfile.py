"""YAML files: every finding has its line, and nothing a user writes ends in a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

from voc.config import load_model, read_yaml
from voc.errors import ConfigError


class Leg(BaseModel):
    model_config = ConfigDict(extra="forbid")

    length_cm: int = 1
    side: Literal["left", "right"] = "left"


class Chair(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    legs: tuple[Leg, ...] = ()
    spare: dict[str, Leg] = {}
    drawers: dict[str, tuple[Leg, ...]] = {}
    seat: Leg | None = None
    key: str | None = None


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "chair.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def places(folder: Path, text: str | bytes) -> list[str]:
    """What is found in the file, without the folder in front."""
    with pytest.raises(ConfigError) as caught:
        load_model(write(folder, text), Chair)
    return [place.removeprefix(f"{folder}/") for place in caught.value.places]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param("", ["chair.yaml:1: name: missing key"], id="empty file"),
        pytest.param(
            "# a chair\n- a\n",
            ["chair.yaml:2: the file: should hold keys with values"],
            id="a list at the top",
        ),
        pytest.param(
            "name: a\nnmae: b\n",
            ["chair.yaml:2: nmae: unknown key. Did you mean 'name'?"],
            id="unknown key at the top",
        ),
        pytest.param(
            "name: a\nwheels: 4\n", ["chair.yaml:2: wheels: unknown key."], id="nothing is near"
        ),
        pytest.param(
            "name: a\nlegs:\n- side: left\n- lenght_cm: 4\n",
            ["chair.yaml:4: legs.1.lenght_cm: unknown key. Did you mean 'length_cm'?"],
            id="unknown key in a list",
        ),
        pytest.param(
            "name: a\nspare:\n  old:\n    sid: left\n",
            ["chair.yaml:4: spare.old.sid: unknown key. Did you mean 'side'?"],
            id="unknown key under a name",
        ),
        pytest.param(
            "name: a\ndrawers:\n  top:\n  - {side: left}\n  - {sid: left}\n",
            ["chair.yaml:5: drawers.top.1.sid: unknown key. Did you mean 'side'?"],
            id="unknown key in a list under a name",
        ),
        pytest.param(
            "name: a\nseat:\n  sied: left\n",
            ["chair.yaml:3: seat.sied: unknown key. Did you mean 'side'?"],
            id="unknown key in an optional part",
        ),
        pytest.param(
            "name: a\nlegs:\n  - side: left\n  - side: up\n",
            ["chair.yaml:4: legs.1.side: Input should be 'left' or 'right', not 'up'"],
            id="wrong value in a list",
        ),
        pytest.param(
            "name: 12\nlegs: 4\n",
            [
                "chair.yaml:1: name: should be text in quotes, not 12",
                "chair.yaml:2: legs: should be a list, not 4",
            ],
            id="wrong kinds of values",
        ),
        pytest.param(
            "legs:\n- side: up\nname: [a]\n",
            [
                "chair.yaml:2: legs.0.side: Input should be 'left' or 'right', not 'up'",
                "chair.yaml:3: name: should be text in quotes",
            ],
            id="findings stand in file order",
        ),
        pytest.param(
            "key: 123456\nname: a\n",
            ["chair.yaml:1: key: should be text in quotes"],
            id="a secret is not repeated",
        ),
        pytest.param(
            f"name: a\nseat: {{side: {'上' * 100}}}\n",
            [f"chair.yaml:2: seat.side: Input should be 'left' or 'right', not '{'上' * 58}…"],
            id="a long value is shortened",
        ),
        pytest.param(
            "name: a\nlegs: []\nname: b\nlegs: []\n",
            ["chair.yaml:3: 'name' is given twice", "chair.yaml:4: 'legs' is given twice"],
            id="keys given twice",
        ),
        pytest.param(
            "name: a\nseat:\n  side: left\n  side: right\n",
            ["chair.yaml:4: 'side' is given twice"],
            id="inner key given twice",
        ),
        pytest.param(
            "name: a\n1: b\n",
            ["chair.yaml:2: 1: Keys should be strings, not 1"],
            id="number as key",
        ),
        pytest.param(
            "name: a\n\tlegs: []\n",
            ["chair.yaml:2: found character '\\t' that cannot start any token"],
            id="tab",
        ),
        pytest.param(
            "name: a\nseat: {\n",
            ["chair.yaml:3: expected the node content, but found '<stream end>'"],
            id="cut short",
        ),
        pytest.param(
            "name: a\n---\nname: b\n", ["chair.yaml:2: but found another document"], id="documents"
        ),
        pytest.param(
            "name: !!python/object:os.system a\n",
            [
                "chair.yaml:1: could not determine a constructor for the tag"
                " 'tag:yaml.org,2002:python/object:os.system'"
            ],
            id="no code is run",
        ),
        pytest.param(
            "name: a\nkey: b\x01c\n",
            ["chair.yaml:2: special characters are not allowed"],
            id="control character",
        ),
    ],
)
def test_each_finding_has_its_line(tmp_path: Path, text: str, found: list[str]) -> None:
    assert places(tmp_path, text) == found


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("name: 椅子\n".encode("gbk"), "save it as UTF-8", id="GBK"),
        pytest.param("name: 2026-13-01\n", "month must be in 1..12", id="a date that is none"),
        pytest.param("[" * 5000 + "]" * 5000, "nested too deeply", id="deep"),
    ],
)
def test_what_has_no_line_is_still_said(tmp_path: Path, text: str | bytes, said: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        read_yaml(path)
    assert str(path) in str(caught.value)
    assert said in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        read_yaml(tmp_path / "none.yaml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_yaml(tmp_path)


def test_a_byte_order_mark_changes_nothing(tmp_path: Path) -> None:
    assert load_model(write(tmp_path, "\ufeffname: 椅子\n"), Chair).name == "椅子"


def test_aliases_are_values_even_around_themselves(tmp_path: Path) -> None:
    text = "name: a\nlegs:\n- &leg\n  side: right\n- *leg\n"
    assert [leg.side for leg in load_model(write(tmp_path, text), Chair).legs] == ["right"] * 2
    values, lines = read_yaml(write(tmp_path, "a: &loop\n  b: *loop\n"))
    assert values["a"]["b"] is values["a"]
    assert lines == {(): 1, ("a",): 1, ("a", "b"): 2}


def test_aliases_of_aliases_cost_no_time(tmp_path: Path) -> None:
    rows = [
        "a0: &a0 [x]",
        *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)),
    ]
    _, lines = read_yaml(write(tmp_path, "\n".join(rows)))
    assert len(lines) < 200  # not 9 ** 11


def test_lines_are_those_of_keys_and_items(tmp_path: Path) -> None:
    text = "# 注释\nname: 椅子\n\nlegs:\n  - side: left\n\n  - {side: right, length_cm: 3}\n"
    _, lines = read_yaml(write(tmp_path, text))
    assert lines == {
        (): 2,
        ("name",): 2,
        ("legs",): 4,
        ("legs", 0): 5,
        ("legs", 0, "side"): 5,
        ("legs", 1): 7,
        ("legs", 1, "side"): 7,
        ("legs", 1, "length_cm"): 7,
    }


@pytest.mark.parametrize(
    "text",
    [
        "name: 椅子 😀\nlegs:\n- &leg {side: right}\n- *leg\n",
        "base: &base {length_cm: 2}\nspare:\n  one:\n    <<: *base\n    side: left\n",
        "a: |\n  好\n  差\n? b\n: 2026-11-05\nc: 'it''s'\n",
        "",
        "# 空\n",
    ],
)
def test_without_libyaml_it_is_read_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = write(tmp_path, text)
    found = read_yaml(path)
    monkeypatch.setattr("yaml.__with_libyaml__", False)
    assert read_yaml(path) == found


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_nesting_without_end_ends_no_process(tmp_path: Path, opening: str) -> None:
    with pytest.raises(ConfigError, match="nested too deeply"):
        read_yaml(write(tmp_path, opening * 50_000))
