"""Settings of named sources: files, what is crawled, streams and systems, told apart by `kind`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Discriminator, Field, Tag, field_validator

from voc.config.section import Section
from voc.config.streams import (
    ExportSettings,
    FolderSourceSettings,
    ImapSourceSettings,
    KafkaSourceSettings,
    PluggedSourceSettings,
    RabbitMQSourceSettings,
    SourceBase,
    SqlSourceSettings,
    WebhookSourceSettings,
    plugged_kinds,
)
from voc.config.variables import variable_of
from voc.config.yamlfile import CHOICE

_ADDRESS: Final = r"^https?://[^\s/@]+(/\S*)?$"


class FileSettings(SourceBase):
    """What every file may say."""

    path: Path = Field(description="The file, relative to the config.")
    map: dict[str, str] = Field(default_factory=dict, description="Field: column, as text: 评价.")


class SourceSettings(FileSettings, ExportSettings):
    """A file for `voc ingest NAME` and `voc run`."""

    kind: Literal["file"] = Field(default="file", description="Kind of the source.")
    type: Literal["file"] = Field(default="file", description="Older name of kind.")


class SurveySettings(FileSettings):
    """An export of a survey tool; `map` and `open` name questions, or parts of them."""

    kind: Literal["survey"] = Field(description="Kind of the source.")
    open: tuple[str, ...] = Field(
        default=(), description="Open questions; empty: those that look like it."
    )
    words: dict[str, float] = Field(
        default_factory=dict,
        description="What words on a scale count for, beside 非常满意: 5 and its like.",
    )


class CrawlSourceSettings(SourceBase):
    """What every crawled source may say."""

    hosts: tuple[str, ...] = Field(
        default=(), description="Other hosts that its links and redirects may lead to."
    )
    delay_s: float | None = Field(
        default=None, ge=0, le=600, description="Seconds between requests; empty: crawl.delay_s."
    )
    max_requests: int = Field(
        default=5_000, ge=1, description="Requests of one run; the next one goes on."
    )


class ForumSettings(CrawlSourceSettings):
    """What every forum may say."""

    max_pages: int = Field(
        default=500, ge=1, description="Pages read of one board's list, and of one thread."
    )
    recheck_days: float = Field(
        default=3,
        ge=0,
        description="Threads with a post in so many days before the last run are read again.",
    )
    snapshot_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Share of known voices that one run must leave, else it takes none back.",
    )
    staff: tuple[str, ...] = Field(
        default=(), description="Authors who answer for the company; their posts are no voices."
    )


class DiscuzSettings(ForumSettings):
    """Boards of a forum that runs Discuz! X."""

    kind: Literal["discuz"] = Field(description="Kind of the source.")
    url: str = Field(pattern=_ADDRESS, description="Address of the forum, without forum.php.")
    boards: tuple[int, ...] = Field(min_length=1, description="Numbers of boards (fid).")
    staff_groups: tuple[str, ...] = Field(
        default=("管理员", "管理員"),
        description="User groups that answer for the company; 版主 are often customers.",
    )


class DiscourseSettings(ForumSettings):
    """A forum that runs Discourse."""

    kind: Literal["discourse"] = Field(description="Kind of the source.")
    url: str = Field(pattern=_ADDRESS, description="Address of the forum.")
    category: str | None = Field(
        default=None,
        pattern=r"^[\w-]+(/[\w-]+)*$",
        description="Category as in its address, slug/number; empty: all.",
    )


class FeedSettings(CrawlSourceSettings):
    """RSS or Atom feeds."""

    kind: Literal["feed"] = Field(description="Kind of the source.")
    urls: tuple[Annotated[str, Field(pattern=_ADDRESS)], ...] = Field(
        min_length=1, description="Addresses of the feeds."
    )


class AppStoreSettings(CrawlSourceSettings):
    """Reviews of an app in Apple's App Store."""

    kind: Literal["app_store"] = Field(description="Kind of the source.")
    app_id: int = Field(ge=1, description="Number of the app, as in its address behind id.")
    countries: tuple[Annotated[str, Field(pattern="^[a-z]{2}$")], ...] = Field(
        default=("cn",), min_length=1, description="Stores by country."
    )
    url: str = Field(
        default="https://itunes.apple.com", pattern=_ADDRESS, description="Address of the service."
    )


class PickSettings(Section):
    """What is taken for one field, where a bare selector does not do."""

    css: str = Field(min_length=1, description="CSS selector; ::text and ::attr(name) may end it.")
    match: str | None = Field(
        default=None, description="Regular expression; its first group, else all of it, is taken."
    )
    cut: tuple[str, ...] = Field(
        default=(), description="CSS selectors of what is cut out first, as quotes."
    )

    @field_validator("match")
    @classmethod
    def _is_expression(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"{pattern!r} is no regular expression ({error})") from None
        return pattern


Pick = str | PickSettings
Picks = dict[str, Pick]


class ListSettings(Section):
    """Pages that list voices, or lead to them."""

    item: str = Field(min_length=1, description="CSS selector of one entry.")
    link: Pick | None = Field(
        default=None, description="In an entry: the page with its details; empty: none is opened."
    )
    next: Pick | None = Field(default=None, description="On the page: the next one; empty: none.")
    fields: Picks = Field(default_factory=dict, description="In an entry: field: selector.")


class AnswerSettings(Section):
    """The company's own answers on a page of details."""

    item: str = Field(min_length=1, description="CSS selector of one answer.")
    fields: Picks = Field(description="In an answer: field: selector.")


class DetailSettings(Section):
    """The page of one voice."""

    fields: Picks = Field(description="On the page: field: selector.")
    answers: AnswerSettings | None = Field(
        default=None, description="Answers of the company there; empty: none."
    )


class PagesSettings(CrawlSourceSettings):
    """A site of lists and details, told by CSS selectors."""

    kind: Literal["pages"] = Field(description="Kind of the source.")
    urls: tuple[Annotated[str, Field(pattern=_ADDRESS)], ...] = Field(
        min_length=1, description="Addresses of the first list pages."
    )
    list: ListSettings = Field(description="How lists are read.")
    detail: DetailSettings | None = Field(
        default=None, description="How pages of details are read; empty: entries tell all."
    )
    max_pages: int = Field(default=100, ge=1, description="Pages read of one list.")


_KINDS: Final[Mapping[str, type[SourceBase]]] = {
    "file": SourceSettings,
    "survey": SurveySettings,
    "discuz": DiscuzSettings,
    "discourse": DiscourseSettings,
    "feed": FeedSettings,
    "app_store": AppStoreSettings,
    "pages": PagesSettings,
    "rabbitmq": RabbitMQSourceSettings,
    "kafka": KafkaSourceSettings,
    "webhook": WebhookSourceSettings,
    "imap": ImapSourceSettings,
    "sql": SqlSourceSettings,
    "folder": FolderSourceSettings,
}
KINDS: Final = tuple(_KINDS)

_PLUGGED: Final = f"{CHOICE}plugged"


def _kind(values: Any) -> str | None:
    kind = values.get("kind", "file") if isinstance(values, dict) else _named(values)
    if kind in KINDS:
        return f"{CHOICE}{kind}"
    return _PLUGGED if kind in plugged_kinds() else None


def _named(values: Any) -> str:
    return str(getattr(values, "kind", "file"))


Crawled = DiscuzSettings | DiscourseSettings | FeedSettings | AppStoreSettings | PagesSettings
AnySource = Annotated[
    Annotated[SourceSettings, Tag("kind=file")]
    | Annotated[SurveySettings, Tag("kind=survey")]
    | Annotated[DiscuzSettings, Tag("kind=discuz")]
    | Annotated[DiscourseSettings, Tag("kind=discourse")]
    | Annotated[FeedSettings, Tag("kind=feed")]
    | Annotated[AppStoreSettings, Tag("kind=app_store")]
    | Annotated[PagesSettings, Tag("kind=pages")]
    | Annotated[RabbitMQSourceSettings, Tag("kind=rabbitmq")]
    | Annotated[KafkaSourceSettings, Tag("kind=kafka")]
    | Annotated[WebhookSourceSettings, Tag("kind=webhook")]
    | Annotated[ImapSourceSettings, Tag("kind=imap")]
    | Annotated[SqlSourceSettings, Tag("kind=sql")]
    | Annotated[FolderSourceSettings, Tag("kind=folder")]
    | Annotated[PluggedSourceSettings, Tag("kind=plugged")],
    Discriminator(
        _kind,
        custom_error_type="unknown_kind",
        custom_error_message=f"there is no such kind; there are {', '.join(KINDS)}, and those that"
        " installed packages bring",
    ),
]


def source_variables(sources: Any) -> dict[str, str]:
    """Returns the variables that set options of sources, with the setting of each.

    `VOC_SOURCES_MAIL_PASSWORD` sets `password` of the source `mail`, so that no secret need stand
    in a file.

    Args:
        sources: The sources as the files write them; what is no mapping has none.
    """
    found: dict[str, str] = {}
    for name, values in (sources if isinstance(sources, dict) else {}).items():
        kind = values.get("kind", "file") if isinstance(values, dict) else None
        options = _KINDS.get(kind, PluggedSourceSettings) if isinstance(kind, str) else SourceBase
        for option in options.model_fields:
            setting = f"sources.{name}.{option}"
            found[variable_of(setting)] = setting
    return found


def source_keys(kind: str) -> dict[str, str]:
    """Returns the keys of a kind of source, inner ones as `list.item`, with their descriptions."""
    return dict(_keys(_KINDS[kind], ""))


def _keys(section: type[Section], above: str) -> list[tuple[str, str]]:
    found = []
    for name, field in section.model_fields.items():
        found.append((f"{above}{name}", field.description or ""))
        for inner in (field.annotation, *getattr(field.annotation, "__args__", ())):
            if isinstance(inner, type) and issubclass(inner, Section):
                found += _keys(inner, f"{above}{name}.") if inner is not PickSettings else []
    return found
