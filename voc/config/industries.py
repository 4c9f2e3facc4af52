"""Industries: taxonomies as data that a quality manager can read and edit."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from voc.config.resources import bundled
from voc.config.yamlfile import Place, model_of, text_of
from voc.errors import ConfigError, UsageError, nearest

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
_ASPECTS_KEY: Final = re.compile(
    rb"""^(?:["']?aspects["']?\s*:|\s*\{.*["']?aspects["']?\s*:)""", re.MULTILINE
)

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$")]


class Part(BaseModel):
    """Base of all parts of a taxonomy: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class UrgentWords(Part):
    """Words that make a voice urgent in this industry, and who takes care of what they tell."""

    reason: Word = Field(description="Why, as people read it: 安全, 食品安全, 法律, 媒体 …")
    level: Literal["normal", "high", "critical"] = Field(
        description="The urgency such a word gives; normal takes a word of the general list away."
    )
    words: tuple[Word, ...] = Field(
        min_length=1,
        description="The words themselves; … stands for up to six others, as 吃出…头发.",
    )
    aspect: Word | None = Field(
        default=None,
        description="Name or id of the aspect that critical voices with this reason are about,"
        " whatever else they speak of.",
    )
    department: Word | None = Field(
        default=None,
        description="The team that takes care, where no aspect stands for it: critical voices with"
        " this reason are then issues of their own.",
    )


class Aspect(Part):
    """One thing customers speak of, and the department that can mend it."""

    id: Identifier = Field(description="ASCII id, stable over renaming.")
    name: Word = Field(description="Name as people read it.")
    description: str = Field(default="", description="What it covers and what it does not.")
    keywords: tuple[Word, ...] = Field(default=(), description="Words people use for it.")
    examples: tuple[str, ...] = Field(default=(), description="Sentences that speak of it.")
    department: Word | None = Field(default=None, description="The team that can mend it.")
    group_by: tuple[Literal["product", "store"], ...] = Field(
        default=("product", "store"),
        description="What must be equal for two complaints on it to be one problem.",
    )
    children: tuple[Aspect, ...] = Field(default=(), description="Finer aspects, same shape.")


class Industry(Part):
    """A taxonomy: what customers of one trade speak of."""

    id: Identifier = Field(description="ASCII id, the value of --industry.")
    name: Word = Field(description="Name as people read it.")
    description: str = Field(default="", description="One sentence on its scope.")
    words: tuple[Word, ...] = Field(default=(), description="Terms the segmenter keeps whole.")
    urgency: tuple[UrgentWords, ...] = Field(default=(), description="Words that make it urgent.")
    chain: bool = Field(
        default=False,
        description="Whether the stores are of one company: what they share is then one problem,"
        " and only a store that stands out has one of its own.",
    )
    aspects: tuple[Aspect, ...] = Field(min_length=1, description="The aspects, in display order.")

    @model_validator(mode="after")
    def _names_are_unique(self) -> Industry:
        for attribute in ("id", "name"):
            seen: set[str] = set()
            for place, aspect in _placed(self.aspects):
                value = getattr(aspect, attribute)
                if value in seen:
                    raise _misplaced(
                        (*place, attribute),
                        f"two aspects have the {attribute} {value!r}; give each its own",
                    )
                seen.add(value)
        return self

    @model_validator(mode="after")
    def _keywords_are_unique(self) -> Industry:
        owner: dict[str, str] = {}
        for place, aspect in _placed(self.aspects):
            for index, word in enumerate(aspect.keywords):
                if word in owner:
                    raise _misplaced(
                        (*place, "keywords", index),
                        f"the keyword {word!r} stands under {owner[word]!r} and {aspect.name!r};"
                        " keep it under the one it tells apart",
                    )
                owner[word] = aspect.name
        return self

    @model_validator(mode="after")
    def _emergencies_have_one_home(self) -> Industry:
        names = self.aspect_names()
        for index, words in enumerate(self.urgency):
            if words.level == "normal" and (words.aspect or words.department):
                raise _misplaced(
                    ("urgency", index, "aspect" if words.aspect else "department"),
                    "words of level normal press nobody; leave it out",
                )
            if words.aspect is not None and words.aspect not in names:
                raise _misplaced(
                    ("urgency", index, "aspect"),
                    f"there is no aspect {words.aspect!r}.{nearest(words.aspect, names)}",
                )
            if words.aspect is not None and words.department is not None:
                raise _misplaced(
                    ("urgency", index, "department"),
                    f"the aspect {words.aspect!r} says whose it is; keep one of the two",
                )
        return self

    def emergency(self, reason: str) -> UrgentWords | None:
        """Returns whose the critical voices with a reason are, where that is said."""
        return next(
            (
                words
                for words in self.urgency
                if words.reason == reason
                and words.level == "critical"
                and (words.aspect is not None or words.department is not None)
            ),
            None,
        )

    def all_aspects(self) -> tuple[Aspect, ...]:
        """Aspects and their children, parents first, in file order."""
        return tuple(aspect for _, aspect in _placed(self.aspects))

    def aspect_names(self) -> set[str]:
        """Returns the ids and the names of all aspects."""
        return {name for aspect in self.all_aspects() for name in (aspect.id, aspect.name)}

    def aspect(self, name_or_id: str) -> Aspect:
        """Returns the aspect with that id or name.

        Raises:
            UsageError: There is none; the message lists all there are.
        """
        for aspect in self.all_aspects():
            if name_or_id in (aspect.id, aspect.name):
                return aspect
        names = [aspect.name for aspect in self.all_aspects()]
        raise UsageError(
            f"Industry {self.id!r} has no aspect {name_or_id!r}; it has {', '.join(names)}."
        )


def _placed(
    aspects: Sequence[Aspect], above: Place = (), key: str = "aspects"
) -> Iterator[tuple[Place, Aspect]]:
    """Yields aspects and their children, each with its place in the file."""
    for index, aspect in enumerate(aspects):
        place = (*above, key, index)
        yield place, aspect
        yield from _placed(aspect.children, place, "children")


def _misplaced(place: Place, message: str) -> PydanticCustomError:
    return PydanticCustomError("misplaced", "{message}", {"message": message, "place": place})


def industry_files(folder: Path | None = None) -> dict[str, Path]:
    """Returns the industry files by id (file stem): the bundled ones, then those of `folder`.

    Files of `folder` without a top-level key `aspects` are something else, and passed over.

    Raises:
        ConfigError: There is no such folder.
    """
    if folder is not None and not folder.is_dir():
        raise ConfigError(f"{folder}: no such folder; industries_dir names one with industries.")
    own = [path for path in sorted(folder.glob("*.yaml")) if _has_aspects(path)] if folder else []
    return {
        path.stem: path for path in (*sorted(bundled("configs/industries").glob("*.yaml")), *own)
    }


def _has_aspects(path: Path) -> bool:
    """Whether a file has the key, without reading it as YAML, which is slow."""
    try:
        return _ASPECTS_KEY.search(path.read_bytes()) is not None
    except OSError:
        return path.is_file()  # reading it will say what is wrong


def load_industry(
    id_or_file: str, *, folder: Path | None = None, ids_only: bool = False
) -> Industry:
    """Loads an industry by its id, or from a YAML file given as a path ending in `.yaml`.

    Args:
        id_or_file: A bundled id such as `automotive`, an id in `folder`, or a path.
        folder: A folder with the user's own industries; they win over bundled ones.
        ids_only: Read no other file, as where strangers name it.

    Raises:
        UsageError: There is no such industry; the message lists all there are.
        ConfigError: The file is wrong, with the lines; or it is named otherwise than its id.
    """
    if id_or_file.endswith((".yaml", ".yml")) and not ids_only:
        return _load(Path(id_or_file))
    files = industry_files(folder)
    own = folder / f"{id_or_file}.yaml" if folder else None
    if own and id_or_file not in files and own.is_file():
        files[id_or_file] = own  # asked for by name, it is told what it lacks
    if id_or_file not in files:
        by_path = "" if ids_only else " A file of your own is named by its path, as my.yaml."
        raise UsageError(
            f"There is no industry {id_or_file!r}; there are {', '.join(files)}."
            f"{nearest(id_or_file, files)}{by_path}"
        )
    industry = _load(files[id_or_file])
    if industry.id != id_or_file:
        path = files[id_or_file]
        raise ConfigError(
            f"{path}: its id is {industry.id!r}, which is not the file's name; make them equal."
        )
    return industry


def _load(path: Path) -> Industry:
    return _industry_of(text_of(path), path)


# What is made from an industry is kept by its identity: the same text is the same object.
@functools.lru_cache(maxsize=32)
def _industry_of(text: str, path: Path) -> Industry:
    return model_of(text, Industry, path=path)


def named_aspects(names: Sequence[str]) -> tuple[Aspect, ...]:
    """Makes aspects from bare names a request brought along; the name is the only keyword."""
    cleaned = list(dict.fromkeys(name.strip() for name in names if name.strip()))
    if not cleaned:
        raise UsageError("No aspect is named; give names separated by commas, as 续航,屏幕.")
    return tuple(
        Aspect(id=f"custom.{index}", name=name, keywords=(name,))
        for index, name in enumerate(cleaned, start=1)
    )
