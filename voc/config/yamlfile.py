"""YAML files checked against a model, with the line of every finding."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from voc.errors import ConfigError, nearest

Model = TypeVar("Model", bound=BaseModel)
Place = tuple[str | int, ...]

_PLAIN_WORDS = {
    "extra_forbidden": "unknown key",
    "missing": "missing key",
}


def read_yaml(path: Path) -> tuple[Any, dict[Place, int]]:
    """Reads a YAML file as plain values.

    Returns:
        The values, and for every place in them (keys and indices from the top) its 1-based line.

    Raises:
        ConfigError: The file is missing, unreadable, not YAML, or names a key twice.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{path}: no such file.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read as UTF-8 text ({error}).") from error
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(
            f"{path}: is not valid YAML.", [f"{path}:{line}: {error.problem}"]
        ) from error
    lines: dict[Place, int] = {(): 1}
    repeated: list[str] = []
    if node is not None:
        _collect_lines(node, (), lines, repeated)
    if repeated:
        raise ConfigError(f"{path}: keys are given twice.", [f"{path}:{item}" for item in repeated])
    return values, lines


def _collect_lines(
    node: yaml.Node, place: Place, lines: dict[Place, int], repeated: list[str]
) -> None:
    lines[place] = node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, str(key.value))
            if inner in lines:
                repeated.append(f"{key.start_mark.line + 1}: {key.value!r} is given twice")
            _collect_lines(value, inner, lines, repeated)
            lines[inner] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            _collect_lines(value, (*place, index), lines, repeated)


def load_model(path: Path, model: type[Model]) -> Model:
    """Reads a YAML file into `model`.

    Raises:
        ConfigError: With one place `file:line: what` for each finding.
    """
    values, lines = read_yaml(path)
    return check(values if values is not None else {}, model, path=path, lines=lines)


def check(values: Any, model: type[Model], *, path: Path, lines: Mapping[Place, int]) -> Model:
    """Checks plain values that came from `path` against `model`; raises as `load_model`."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        places = [describe(detail, model, path, lines) for detail in error.errors()]
        count = len(places)
        raise ConfigError(
            f"{path}: {count} thing{'s' if count > 1 else ''} to correct:", places
        ) from error


def describe(
    detail: ErrorDetails, model: type[BaseModel], path: Path, lines: Mapping[Place, int]
) -> str:
    """Returns one finding of pydantic as `file:line: where: what`."""
    place: Place = tuple(detail["loc"])
    known = place
    while known not in lines and known:
        known = known[:-1]
    where = ".".join(str(part) for part in place) or "the file"
    what = _PLAIN_WORDS.get(detail["type"], detail["msg"])
    if detail["type"] == "extra_forbidden" and place:
        what += "." + nearest(str(place[-1]), _known_keys(model, place[:-1]))
    return f"{path}:{lines.get(known, 1)}: {where}: {what}"


def _known_keys(model: type[BaseModel], place: Place) -> list[str]:
    """The keys allowed at `place`, found by walking the annotations of `model`."""
    current: Any = model
    for part in place:
        if isinstance(current, type) and issubclass(current, BaseModel):
            field = current.model_fields.get(str(part))
            current = _inner_model(field.annotation) if field else None
    if isinstance(current, type) and issubclass(current, BaseModel):
        return list(current.model_fields)
    return []


def _inner_model(annotation: Any) -> Any:
    """The model inside `tuple[Model, ...]`, `dict[str, Model]`, `Model | None` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for argument in getattr(annotation, "__args__", ()):
        found = _inner_model(argument)
        if found is not None:
            return found
    return None
