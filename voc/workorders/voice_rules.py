"""Rules for single voices: whom the shop's people call back, thank, or tag."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from voc.workorders.conditions import VoiceWhen
from voc.workorders.sections import Name, Names, Section

Match = Literal["first", "all"]


class VoiceThen(Section):
    """What is done about a voice."""

    notify: Literal["frontline"] | None = Field(
        default=None, description="frontline: the people of the voice's store are told."
    )
    say: str = Field(default="", max_length=500, description="What they shall do.")
    tag: Name | None = Field(default=None, description="Tag that the customer is given.")
    sinks: Names = Field(default=(), description="Sinks that are told too, as a webhook.")

    @model_validator(mode="after")
    def _does_something(self) -> VoiceThen:
        if not (self.notify or self.tag or self.sinks):
            raise ValueError("does nothing; give notify, tag or sinks")
        if self.notify and not self.say:
            raise ValueError("notifies people and says nothing; give say")
        return self


class VoiceRule(Section):
    name: Name = Field(description="Name by which a message tells where it came from.")
    when: VoiceWhen = Field(default=VoiceWhen(), description="Conditions; none: always.")
    then: VoiceThen = Field(description="Actions.")


class VoiceRules(Section):
    """The section `voices` of a routing file."""

    match: Match = Field(default="first", description="Whether one rule acts, or all that hold.")
    within_days: float = Field(
        default=7, gt=0, le=366, description="Older voices bring about nothing."
    )
    a_day_a_store: int = Field(
        default=20, ge=1, description="Voices told of at most, a day and store."
    )
    frontline: dict[Name, Names] = Field(
        default={}, description="Sinks by store, which may have `*`; other stores: the defaults."
    )
    rules: tuple[VoiceRule, ...] = Field(default=(), description="Rules, the first ones first.")
