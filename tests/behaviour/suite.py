"""Minimal pairs, and what an engine makes of them.

A pair is two texts that differ in little and whose tags must differ, or stay the same, in a known
way (contrast sets: Gardner et al. 2020, "Evaluating Models' Local Decision Boundaries via Contrast
Sets"). An engine that only knows which words please gets one member of a pair, seldom both.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, model_validator

from voc.config.yamlfile import load_model
from voc.records import Polarity, Tags

PAIRS: Final = Path(__file__).with_name("pairs.yaml")
ALIKE: Final = frozenset({"traditional", "dialect"})  # kinds whose members get the same tags

AspectTag = Polarity | Literal["absent"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Member(_Strict):
    """A text, its sentiment, and the polarity of each aspect that is asked of it."""

    text: str
    sentiment: Polarity
    aspects: dict[str, AspectTag] = Field(default_factory=dict)


class Pair(_Strict):
    """Two texts that differ in little; `about` is the industry whose customer speaks."""

    about: str
    a: Member
    b: Member

    @model_validator(mode="after")
    def _ask_alike(self) -> Pair:
        if self.a.aspects.keys() != self.b.aspects.keys():
            raise ValueError(
                f"the members name different aspects, {', '.join(self.a.aspects) or 'none'} and"
                f" {', '.join(self.b.aspects) or 'none'}; name all in both, as absent where due"
            )
        return self

    @property
    def members(self) -> tuple[Member, Member]:
        return self.a, self.b


class Suite(_Strict):
    """The pairs by kind; the fields are the kinds there are."""

    negation: tuple[Pair, ...]
    double_negation: tuple[Pair, ...]
    contrast: tuple[Pair, ...]
    comparison: tuple[Pair, ...]
    irony: tuple[Pair, ...]
    question: tuple[Pair, ...]
    hypothetical: tuple[Pair, ...]
    numbers: tuple[Pair, ...]
    emoji: tuple[Pair, ...]
    traditional: tuple[Pair, ...]
    dialect: tuple[Pair, ...]

    def pairs(self) -> Iterator[tuple[str, Pair]]:
        """Yields every pair with its kind, kind by kind."""
        for kind in KINDS:
            for pair in getattr(self, kind):
                yield kind, pair


KINDS: Final = tuple(Suite.model_fields)


class Tagger(Protocol):
    """What is put to the test: `voc.tagging.engine.Engine`, or anything that tags as it does."""

    def tag(
        self,
        texts: Sequence[str],
        *,
        aspects: Sequence[str] | None,
        tasks: Collection[str] | None,
    ) -> list[Tags]: ...


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found in one member, beside what must be found."""

    member: Member
    sentiment: Polarity
    aspects: Mapping[str, AspectTag]

    @property
    def right(self) -> bool:
        """Whether the sentiment and all that was asked of aspects is as it must be."""
        return self.sentiment == self.member.sentiment and self.aspects_right == len(self.aspects)

    @property
    def aspects_right(self) -> int:
        return sum(self.member.aspects[name] == found for name, found in self.aspects.items())

    def faults(self) -> Iterator[str]:
        """Yields what is wrong: `续航: negative, not positive` is found and expected."""
        if self.sentiment != self.member.sentiment:
            yield f"{self.sentiment}, not {self.member.sentiment}"
        for name, found in self.aspects.items():
            if found != self.member.aspects[name]:
                yield f"{name}: {found}, not {self.member.aspects[name]}"


@dataclass(frozen=True, slots=True)
class PairVerdict:
    """The verdicts on a pair's two members."""

    kind: str
    a: Verdict
    b: Verdict

    @property
    def members(self) -> tuple[Verdict, Verdict]:
        return self.a, self.b


def load_suite(path: Path = PAIRS) -> Suite:
    """Reads the pairs.

    Raises:
        ConfigError: The file is not as it must be; the message names the lines.
    """
    return load_model(path, Suite)


def judge(engine: Tagger, suite: Suite) -> list[PairVerdict]:
    """Has the engine tag all members and says what it found, pair by pair in the suite's order."""
    pairs = list(suite.pairs())
    found = _tagged(engine, [member for _, pair in pairs for member in pair.members])
    return [
        PairVerdict(kind, _verdict(pair.a, found), _verdict(pair.b, found)) for kind, pair in pairs
    ]


def _tagged(engine: Tagger, members: Sequence[Member]) -> dict[str, Tags]:
    """Returns the tags of each text, texts with the same aspects tagged in one call."""
    asked: dict[tuple[str, ...], list[str]] = {}
    for member in members:
        asked.setdefault(tuple(sorted(member.aspects)), []).append(member.text)
    found: dict[str, Tags] = {}
    for names, texts in asked.items():
        tasks = ["sentiment", "aspects"] if names else ["sentiment"]
        found.update(zip(texts, engine.tag(texts, aspects=names or None, tasks=tasks), strict=True))
    return found


def _verdict(member: Member, found: Mapping[str, Tags]) -> Verdict:
    tags = found[member.text]
    if tags.sentiment is None:
        raise ValueError(f"The engine gave {member.text!r} no sentiment, though it was asked to.")
    mentions: dict[str, AspectTag] = {mention.aspect: mention.sentiment for mention in tags.aspects}
    aspects = {name: mentions.get(name, "absent") for name in member.aspects}
    return Verdict(member, tags.sentiment.label, aspects)
