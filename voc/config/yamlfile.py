"""YAML files checked against a model, with the line of every finding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeVar, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from voc.config.variables import variable_of
from voc.errors import ConfigError, nearest

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[str | int, ...]

_PLAIN_WORDS: Final = {
    "extra_forbidden": "unknown key",
    "missing": "missing key",
    "string_type": "should be text in quotes",
    "tuple_type": "should be a list",
    "list_type": "should be a list",
    "dict_type": "should hold keys with values",
    "model_type": "should hold keys with values",
}
CHOICE: Final = "kind="
"""Begins the part of a place that names no key but which of several models was chosen there."""

_MOST_DEEP: Final = 2_000
_SECRETS: Final = frozenset(
    {"key", "url", "secret", "old_secret", "token", "password"}
)  # settings whose values no message repeats


def read_yaml(path: Path) -> tuple[Any, dict[Place, int]]:
    """Reads a YAML file as plain values.

    Returns:
        The values, and for every place in them (keys and indices from the top) its 1-based line.

    Raises:
        ConfigError: The file is missing, unreadable, not YAML, or names a key twice.
    """
    return _read(text_of(path), path)


def text_of(path: Path) -> str:
    """Returns what stands in a file.

    Raises:
        ConfigError: The file is missing or unreadable.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: is not UTF-8 text ({error}); save it as UTF-8.") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error}).") from error


def _read(text: str, path: Path) -> tuple[Any, dict[Place, int]]:
    try:
        values, lines, repeated = _parsed(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(
            f"{path}: is not valid YAML.", [f"{path}:{line}: {error.problem}"]
        ) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise ConfigError(
            f"{path}: is not valid YAML.", [f"{path}:{line}: {error.reason}"]
        ) from error
    except RecursionError:
        raise ConfigError(f"{path}: is nested too deeply; no file of ours needs that.") from None
    except ValueError as error:  # a date that is none, as 2026-13-01
        raise ConfigError(f"{path}: is not valid YAML ({error}).") from error
    if repeated:
        raise ConfigError(f"{path}: keys are given twice.", [f"{path}:{item}" for item in repeated])
    return values, lines


def _parsed(text: str) -> tuple[Any, dict[Place, int], list[str]]:
    """Returns the values of a text, their lines, and the keys that are given twice.

    libyaml reads it ten times as fast, where PyYAML was built with it. What it refuses is read once
    more without it, whose errors are those that are told; so is what may be nested so deeply that
    libyaml's recursion would outgrow the stack.
    """
    depth = text.count("[") + text.count("{") + max(map(len, text.splitlines()), default=0)
    if yaml.__with_libyaml__ and depth < _MOST_DEEP:
        try:
            return _read_by(yaml.CSafeLoader(text))
        except (yaml.YAMLError, ValueError, RecursionError):
            pass
    return _read_by(yaml.SafeLoader(text))


def _read_by(
    loader: yaml.SafeLoader | yaml.CSafeLoader,
) -> tuple[Any, dict[Place, int], list[str]]:
    lines: dict[Place, int] = {(): 1}
    repeated: list[str] = []
    try:
        node = loader.get_single_node()
        if node is None:
            return None, lines, repeated
        # Before the values are made, which melts merged keys into the nodes.
        _collect_lines(node, (), lines, repeated, set())
        return loader.construct_document(node), lines, repeated
    finally:
        loader.dispose()


def _collect_lines(
    node: yaml.Node,
    place: Place,
    lines: dict[Place, int],
    repeated: list[str],
    met: set[int],
) -> None:
    lines[place] = node.start_mark.line + 1
    if id(node) in met:  # an alias of what stands above, perhaps around itself
        return
    met.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            line = key.start_mark.line + 1
            if inner in lines:
                repeated.append(f"{line}: {key.value!r} is given twice")
            _collect_lines(value, inner, lines, repeated, met)
            lines[inner] = line
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _collect_lines(value, (*place, index), lines, repeated, met)


def load_model(path: Path, model: type[Model]) -> Model:
    """Reads a YAML file into `model`.

    Raises:
        ConfigError: With one place `file:line: what` for each finding.
    """
    return model_of(text_of(path), model, path=path)


def model_of(text: str, model: type[Model], *, path: Path) -> Model:
    """Reads text that came from `path` into `model`; raises as `load_model`."""
    values, lines = _read(text, path)
    return check(values if values is not None else {}, model, path=path, lines=lines)


def check(values: Any, model: type[Model], *, path: Path, lines: Mapping[Place, int]) -> Model:
    """Checks plain values that came from `path` against `model`; raises as `load_model`."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        found = _without_echoes(error.errors())
        found.sort(key=lambda detail: lines[known_place(place_of(detail), lines)])
        places = [describe(detail, model, path, lines) for detail in found]
        count = len(places)
        raise ConfigError(
            f"{path}: {count} thing{'s' if count > 1 else ''} to correct:", places
        ) from error


def describe(
    detail: ErrorDetails, model: type[BaseModel], path: Path, lines: Mapping[Place, int]
) -> str:
    """Returns one finding of pydantic as `file:line: where: what`."""
    place = place_of(detail)
    where = ".".join(str(part) for part in place) or "the file"
    return f"{path}:{lines[known_place(place, lines)]}: {where}: {finding(detail, model)}"


def finding(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Returns what is wrong in one finding of pydantic, with the value or the nearest known key."""
    kind, place, value = detail["type"], place_of(detail), detail["input"]
    what = _PLAIN_WORDS.get(kind, detail["msg"].removeprefix("Value error, "))
    if kind == "extra_forbidden":
        return f"{what}.{nearest(str(place[-1]), _known_keys(model, detail['loc'][:-1]))}"
    told = kind in ("missing", "value_error") or "place" in detail.get("ctx", {})
    secret = bool(place) and place[-1] in _SECRETS
    if kind == "missing" and place and place[-1] in ("secret", "token", "password"):
        variable = variable_of(".".join(map(str, place)))
        return f"{what}; so that it need not stand in a file, {variable} sets it too"
    if told or secret or not isinstance(value, (str, int, float)):
        return what
    return f"{what}, not {_shortened(repr(value))}"


def _shortened(text: str, longest: int = 60) -> str:
    """Returns `text`, or its beginning with `…` where it is longer than `longest`."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def known_place(place: Place, lines: Mapping[Place, int]) -> Place:
    """Returns the longest beginning of `place` whose line is known; `()` always is."""
    known: Place = ()
    for part in place:
        nexts = [(*known, key) for key in (part, str(part)) if (*known, key) in lines]
        if not nexts:
            break
        known = nexts[0]
    return known


def place_of(detail: ErrorDetails) -> Place:
    """Where a finding lies; a check of the whole says so itself, as `place` in its context."""
    place: Place = detail.get("ctx", {}).get("place", detail["loc"])
    return tuple(part for part in place if not str(part).startswith(CHOICE))


def _without_echoes(details: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """Leaves out lists that are "too short" only because their items were found wrong."""
    places = [place_of(detail) for detail in details]
    return [
        detail
        for detail, place in zip(details, places, strict=True)
        if detail["type"] != "too_short"
        or not any(other != place and other[: len(place)] == place for other in places)
    ]


def _known_keys(model: type[BaseModel], place: Place) -> list[str]:
    """The keys allowed at `place`, found by walking the annotations of `model`."""
    current: Any = model
    for part in place:
        if str(part).startswith(CHOICE):
            current = _chosen(current, str(part).removeprefix(CHOICE))
        elif isinstance(part, str) and isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(part))
            current = field.annotation if field else None
        else:  # an index of a list or a name in a dictionary
            current = _value_of(current)
    current = _inner_model(current)
    return list(current.model_fields) if current else []


def _value_of(annotation: Any) -> Any:
    """What a list or dictionary holds; the model inside, where it is something else."""
    holds = get_origin(annotation) in (dict, tuple, list)
    arguments = [each for each in get_args(annotation) if each is not Ellipsis]
    return arguments[-1] if holds and arguments else _inner_model(annotation)


def _chosen(annotation: Any, kind: str) -> Any:
    """The model of several whose `kind` can be this one."""
    for argument in get_args(annotation):
        found = _chosen(argument, kind)
        if found is not None:
            return found
    fields = getattr(annotation, "model_fields", {})
    return annotation if "kind" in fields and kind in get_args(fields["kind"].annotation) else None


def _inner_model(annotation: Any) -> type[BaseModel] | None:
    """The model inside `tuple[Model, ...]`, `dict[str, Model]`, `Model | None` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner_model(argument)
        if found is not None:
            return found
    return None
