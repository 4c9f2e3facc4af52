"""Turns what a user names – a file, or a source of the config – into a source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import get_args

from voc.config import CrawlSourceSettings, FileSettings, Industry, Settings, SurveySettings
from voc.config.streams import ExportSettings, WebhookSourceSettings
from voc.errors import UsageError, nearest
from voc.pipeline.taxonomies import named_industry
from voc.records import CHANNELS, Channel
from voc.sources.base import Source
from voc.sources.crawling.source import CrawlSource
from voc.sources.files import FileSource
from voc.sources.questionnaires import SurveySource
from voc.sources.streams.opening import open_stream


@dataclass(frozen=True, slots=True)
class Told:
    """What the call says of its sources; `None` where it says nothing."""

    industry: str | None = None
    channel: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    text: str | None = None
    id: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The industry of a source, and whether it was named for this very source.

    Attributes:
        industry: The taxonomy.
        is_default: It is only the settings' one for whatever names none: it is given to feedback
            that has none, and changes no other.
    """

    industry: Industry
    is_default: bool = False


def open_source(
    origin: str, *, settings: Settings, told: Told, limit: int | None = None
) -> tuple[Source, Chosen | None]:
    """Returns the source that `origin` names, and its industry.

    A name of the config wins over a file of the same name; what the call tells wins over both.

    Args:
        origin: A name of the config, a file, or `-`.
        settings: Where names are looked up.
        told: What the call says.
        limit: Rows after which a crawl ends; `None`: none. Files have no limit.

    Raises:
        UsageError: There is no such source or file, or the industry or channel is unknown.
    """
    channel = check_channel(told.channel)
    if origin in settings.sources:
        known = settings.sources[origin]
        if isinstance(known, SurveySettings):
            survey = _survey(origin, known, settings, told, channel)
            return survey, chosen_industry(told.industry, known.industry, settings)
        if isinstance(known, CrawlSourceSettings):
            site = crawl_source(origin, settings=settings, told=told, limit=limit)
            return site, chosen_industry(told.industry, known.industry, settings)
        if not isinstance(known, FileSettings):
            _refuse_columns(origin, told)
            stream = open_stream(
                origin,
                known,
                base=settings.base_dir,
                channel=channel,
                zone=settings.zone,
                max_chars=settings.text.max_chars,
            )
            return stream, chosen_industry(told.industry, known.industry, settings)
        source = configured_file(origin, known, settings=settings, told=told)
        return source, chosen_industry(told.industry, known.industry, settings)
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
        joins=told.name is not None,
        remembers=True,
    )
    return source, chosen_industry(told.industry, None, settings)


def configured_file(
    name: str, known: FileSettings, *, settings: Settings, told: Told
) -> FileSource:
    """Returns the file that the config names so; what the call tells wins over the config.

    Raises:
        UsageError: The channel that is told is none.
    """
    return FileSource(
        settings.base_dir / known.path.expanduser(),
        name=told.name or name,
        channel=check_channel(told.channel) or known.channel,
        product=known.product,
        mapping={**known.map, **told.mapping},
        text=told.text,
        id=told.id,
        zone=settings.zone,
        max_chars=settings.text.max_chars,
        joins=told.name is not None,
        snapshot_share=_snapshot_share(known, told),
    )


def _snapshot_share(known: FileSettings, told: Told) -> float | None:
    """A file that joins others under their name holds not all of that name."""
    if isinstance(known, ExportSettings) and known.snapshot and told.name is None:
        return known.snapshot_share
    return None


def _survey(
    name: str, known: SurveySettings, settings: Settings, told: Told, channel: Channel | None
) -> Source:
    """Returns a survey of the config; what the call maps wins over what the config does.

    Raises:
        UsageError: The call names columns that only other files have.
    """
    if told.text or told.id:
        raise UsageError(
            f"{name}: is a survey; name its questions by open: and map: in the config."
        )
    return SurveySource(
        settings.base_dir / known.path.expanduser(),
        name=told.name or name,
        mapping={**known.map, **told.mapping},
        open_questions=known.open,
        words=known.words,
        channel=channel or known.channel,
        product=known.product,
        zone=settings.zone,
        max_chars=settings.text.max_chars,
    )


def crawl_source(
    name: str, *, settings: Settings, told: Told, limit: int | None = None
) -> CrawlSource:
    """Returns the site of that name in the config.

    Raises:
        UsageError: There is none, or the call tells something that only files have.
    """
    crawled = {
        each: known
        for each, known in settings.sources.items()
        if isinstance(known, CrawlSourceSettings)
    }
    if name not in crawled:
        raise UsageError(
            f"{name}: the config names no site to crawl so (it has {', '.join(crawled) or 'none'})."
            f"{nearest(name, crawled)}"
        )
    _refuse_columns(name, told)
    return CrawlSource(
        name,
        crawled[name],
        crawl=settings.crawl,
        channel=check_channel(told.channel),
        zone=settings.zone,
        max_chars=settings.text.max_chars,
        limit=limit,
    )


def webhook_source(name: str, *, settings: Settings) -> WebhookSourceSettings | None:
    """Returns the settings of a webhook; `None` where the config names none so."""
    known = settings.sources.get(name)
    return known if isinstance(known, WebhookSourceSettings) else None


def _refuse_columns(name: str, told: Told) -> None:
    if told.mapping or told.text or told.id or told.name:
        raise UsageError(
            f"{name}: the config says how it is read; --map, --text, --id and --name are for files."
        )


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


def chosen_industry(told: str | None, of_source: str | None, settings: Settings) -> Chosen | None:
    """Paths in the config start from its folder, told ones from the current folder."""
    if told is not None:
        return Chosen(named_industry(told, settings=settings))
    name = of_source or settings.industry
    if name is None:
        return None
    industry = named_industry(name, settings=settings, base=settings.base_dir)
    return Chosen(industry, is_default=of_source is None)
