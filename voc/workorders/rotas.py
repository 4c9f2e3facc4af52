"""Rotas: who is next, of the people who are on duty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from voc.errors import nearest
from voc.workorders.sections import Name, Names, Section, listed

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = get_args(Day)

ENDLESS: Final = time(0)


def _clock(value: Any) -> Any:
    """YAML reads 18:00 without quotes as the number 1080."""
    if isinstance(value, (int, float)):
        raise ValueError(f'{value} is no time of day; write it in quotes, as "18:00"')
    return value


Clock = Annotated[time, BeforeValidator(_clock)]


class Shift(Section):
    """When some people are on duty; one that ends before it begins ends the next day."""

    people: Names = Field(min_length=1, description="Who is on duty.")
    days: Annotated[tuple[Day, ...], BeforeValidator(listed)] = Field(
        default=DAYS, description="Days on which it begins."
    )
    begins: Clock = Field(default=ENDLESS, description="Its beginning, as 09:00.")
    ends: Clock = Field(default=ENDLESS, description="Its end, as 18:00; 00:00 is midnight.")

    def covers(self, moment: datetime) -> bool:
        """Says whether it is on at a local time."""
        now, today = moment.time(), DAYS[moment.weekday()]
        if self.begins < self.ends:
            return today in self.days and self.begins <= now < self.ends
        if now >= self.begins:
            return today in self.days
        return now < self.ends and DAYS[(moment - timedelta(days=1)).weekday()] in self.days


class Rota(Section):
    """People who take orders in turn."""

    people: Names = Field(min_length=1, description="The people, in the order of their turns.")
    days_off: dict[Name, tuple[date, ...]] = Field(default={}, description="Days off, by person.")
    shifts: tuple[Shift, ...] = Field(default=(), description="Who is on when; none: always all.")

    @model_validator(mode="after")
    def _knows_its_people(self) -> Rota:
        if len(set(self.people)) < len(self.people):
            raise ValueError(f"names somebody twice in {', '.join(self.people)}")
        for name in [*self.days_off, *(one for shift in self.shifts for one in shift.people)]:
            if name not in self.people:
                known = ", ".join(self.people)
                raise ValueError(
                    f"{name!r} is none of its people ({known}).{nearest(name, self.people)}"
                )
        return self

    def on_duty(self, moment: datetime) -> list[str]:
        """Returns who can take an order at a local time, in the order of `people`."""
        on = {name for shift in self.shifts if shift.covers(moment) for name in shift.people}
        return [
            name
            for name in self.people
            if moment.date() not in self.days_off.get(name, ()) and (name in on or not self.shifts)
        ]


class Turns:
    """Takes people in turn: of those on duty, the one whose last turn is longest ago.

    Who comes back from days off is next once, and does not make up for what others took.

    Args:
        rotas: Rotas by name.
        taken: The number of each person's last turn, by rota and person, as the store keeps them.
        moment: The present local time.
    """

    def __init__(
        self,
        rotas: Mapping[str, Rota],
        taken: Mapping[tuple[str, str], int],
        moment: datetime,
    ) -> None:
        self._rotas = rotas
        self._taken = dict(taken)
        self._moment = moment
        self.changed: dict[tuple[str, str], int] = {}

    def next(self, name: str) -> str | None:
        """Returns who takes an order of a rota, whose turn it then was; `None`: nobody is on."""
        on = self._rotas[name].on_duty(self._moment)
        if not on:
            return None
        person = min(on, key=lambda one: self._taken.get((name, one), 0))
        last = max((turn for (rota, _), turn in self._taken.items() if rota == name), default=0)
        self._taken[name, person] = self.changed[name, person] = last + 1
        return person
