"""Turns what a user names – a file, or a source of the config – into a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from voc.config import Settings, load_industry
from voc.errors import UsageError, nearest
from voc.records import CHANNELS, Channel
from voc.sources.files import FileSource


@dataclass(frozen=True, slots=True)
class Told:
    """What the call says of its sources; `None` where it says nothing."""

    industry: str | None = None
    channel: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    id: str | None = None
    name: str | None = None


def open_source(origin: str, *, settings: Settings, told: Told) -> tuple[FileSource, str | None]:
    """Returns the source that `origin` names, and its industry's id.

    A name of the config wins over a file of the same name; what the call tells wins over both.

    Raises:
        UsageError: There is no such source or file, or the industry or channel is unknown.
    """
    channel = check_channel(told.channel)
    if origin in settings.sources:
        known = settings.sources[origin]
        source = FileSource(
            settings.base_dir / known.path.expanduser(),
            name=told.name or origin,
            channel=channel or known.channel,
            product=known.product,
            mapping={**known.map, **told.mapping},
            text=told.text,
            id=told.id,
            zone=settings.zone,
            max_chars=settings.text.max_chars,
        )
        return source, _industry(told.industry or known.industry or settings.industry, settings)
    if origin != "-" and not Path(origin).exists():
        names = ", ".join(settings.sources) or "none"
        raise UsageError(
            f"{origin}: there is no such file, and no source of that name in the config"
            f" (it has {names}).{nearest(origin, settings.sources)}"
        )
    source = FileSource(
        origin if origin == "-" else Path(origin),
        name=told.name,
        channel=channel,
        mapping=told.mapping,
        text=told.text,
        id=told.id,
        zone=settings.zone,
        max_chars=settings.text.max_chars,
    )
    return source, _industry(told.industry or settings.industry, settings)


def check_channel(name: str | None) -> Channel | None:
    """Returns the channel.

    Raises:
        UsageError: It is none; the message lists all.
    """
    if name is None:
        return None
    for channel in get_args(Channel):
        if channel == name:
            return channel  # type: ignore[no-any-return]
    raise UsageError(f"There is no channel {name!r}; there are {', '.join(CHANNELS)}.")


def _industry(name: str | None, settings: Settings) -> str | None:
    if name is None:
        return None
    return load_industry(name, folder=settings.resolve(settings.industries_dir)).id
