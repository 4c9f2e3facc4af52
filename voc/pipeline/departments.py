"""Who handled a row of the past: by a column that names the department, or an answer that does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import Field

from voc.config import Industry, load_model
from voc.errors import UsageError
from voc.sources.rows import Row
from voc.workorders.learning import places_of
from voc.workorders.sections import Name, Names, Section

FIELD: Final = "department"
COLUMNS: Final = (FIELD, "部门", "承办部门", "承办单位", "责任部门", "办理部门")
"""Columns that say who should get, or got, a row, where `--map` names none."""
_CLEARLY: Final = 2


class DepartmentNames(Section):
    """How departments are called in the column, where it holds other names or whole answers."""

    departments: dict[Name, Names] = Field(
        min_length=1, description="Department: words that name it, as 住建局 or 公积金中心."
    )


def load_names(path: Path) -> DepartmentNames:
    """Loads what departments are called.

    Raises:
        ConfigError: The file is wrong; with the lines.
    """
    return load_model(path, DepartmentNames)


@dataclass(frozen=True, slots=True)
class Handled:
    """Reads from rows who handled them.

    Attributes:
        column: The column that says so; `None`: the first of `COLUMNS` that a row has.
        names: What departments are called in it; `None`: it holds their names, or aspects.
    """

    column: str | None = None
    names: DepartmentNames | None = None

    @classmethod
    def told(cls, mapping: Mapping[str, str], names: DepartmentNames | None = None) -> Handled:
        """Reads as `--map` tells, whose other fields are for the feedback itself."""
        return cls(mapping.get(FIELD), names)

    def value(self, row: Row) -> str | None:
        """Returns what the column says; `None` where it is empty."""
        wanted = (self.column,) if self.column else COLUMNS
        values = (row.values.get(name) for name in wanted)
        return next((str(value).strip() for value in values if value not in (None, "")), None)

    def department(self, value: str, by_aspect: Mapping[str, str]) -> str:
        """Returns the department that a value names.

        Args:
            value: What the column says.
            by_aspect: Aspects by id and name, with their departments.

        Raises:
            UsageError: It names none, or several about as often; for the reject.
        """
        if self.names is None:
            return by_aspect.get(value, value)
        counts = {
            name: sum(value.count(word) for word in words)
            for name, words in self.names.departments.items()
        }
        (first, most), *others = sorted(counts.items(), key=lambda item: -item[1])
        if not most:
            raise UsageError("names no department")
        if others and most < _CLEARLY * others[0][1]:
            raise UsageError(f"names {first} and {others[0][0]} about as often")
        return first


def departments_of(industry: Industry) -> dict[str, str]:
    """Returns the departments of a taxonomy by id and by name of its aspects."""
    owners = {one.aspect: one.department for one in places_of(industry)}
    return {
        name: department
        for aspect in industry.all_aspects()
        for name in (aspect.id, aspect.name)
        if (department := owners[aspect.id]) is not None
    }
