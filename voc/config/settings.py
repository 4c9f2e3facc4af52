"""Settings: defaults, overlaid by a file, by `VOC_*` variables and by flags, in that order."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin
from zoneinfo import ZoneInfo

import yaml
from pydantic import Field, PrivateAttr, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from voc.config.beside import stores_beside
from voc.config.customers import CustomerSettings
from voc.config.inboxes import InboxSettings, inbox_variables
from voc.config.resources import bundled
from voc.config.section import Section
from voc.config.sinks import FILE_SINK, SinkName, SinkSettings, sink_variables
from voc.config.sources import AnySource, source_variables
from voc.config.yamlfile import Place, describe, finding, known_place, place_of, read_yaml
from voc.errors import ConfigError, nearest

PREFIX = "VOC_"
DEFAULT_WORKSPACE = "default"
_WORKSPACE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class StoreSettings(Section):
    url: str | None = Field(
        default=None,
        description="SQLAlchemy URL of the store, sqlite:///shop.db beside the config; empty: the "
        "SQLite file voc.db there.",
    )
    busy_timeout_s: float = Field(
        default=10.0, ge=0, le=600, description="Seconds a writer waits for another writer."
    )


class QueueSettings(Section):
    dir: Path | None = Field(
        default=None, description="Folder of the file queue; empty: work-orders/ beside the config."
    )


class ModelSettings(Section):
    dir: Path | None = Field(default=None, description="Folder of models; empty: the bundled ones.")
    name: str = Field(default="voc-zh", description="The model that tags.")
    fallback: str = Field(
        default="voc-zh-linear",
        description="The model that stands in where that one cannot run; empty: none.",
    )
    calls: str | None = Field(
        default="voc-zh-calls",
        description="The model that predicts satisfaction from conversations; empty: none.",
    )
    speed: Literal["full", "fast"] = Field(
        default="full",
        description="full: the encoder reads every text; fast: those its linear twin is unsure of.",
    )
    threads: int = Field(default=0, ge=0, description="Texts read at once; 0: one a core.")
    cached_texts: int = Field(
        default=4096, ge=0, description="Texts whose tags are remembered; they are tagged once."
    )
    sharpened_dir: Path | None = Field(
        default=None,
        description="Folder of sharpened taxonomies; empty: sharpened/ beside the config.",
    )


class PrivacySettings(Section):
    mask: bool = Field(default=True, description="Mask personal data before anything is stored.")
    key: str | None = Field(
        default=None,
        min_length=16,
        description="Secret of the customer key's HMAC; empty: made with the store, kept in it.",
    )


class TextSettings(Section):
    max_chars: int = Field(
        default=20_000, ge=100, description="Code points kept of one text; longer ones are flagged."
    )


class ScoreSettings(Section):
    batch_rows: int = Field(default=256, ge=1, le=10_000, description="Rows tagged at a time.")
    row_timeout_s: float = Field(
        default=30.0, gt=0, description="Seconds after which a row that hangs is set aside."
    )


class TopicSettings(Section):
    min_voices: int = Field(default=5, ge=2, description="Voices that make a topic.")
    seed: int = Field(default=0, ge=0, description="Decides which clauses a large run samples.")
    namer_url: str | None = Field(
        default=None,
        pattern="^https?://",
        description="Base of an OpenAI-compatible endpoint that names new topics; empty: none.",
    )
    namer_model: str = Field(default="default", description="The name of the model there.")
    namer_key: str | None = Field(default=None, description="Bearer token, where it wants one.")
    namer_timeout_s: float = Field(
        default=20.0, gt=0, le=600, description="Seconds to wait for one name."
    )


class IssueSettings(Section):
    window_days: int = Field(default=14, ge=1, description="Days in which voices add up.")
    min_voices: int = Field(default=3, ge=1, description="Voices in a window that make an issue.")
    critical_voices: int = Field(
        default=1, ge=1, description="Voices that make an issue when they are critical."
    )
    quiet_days: int = Field(
        default=28, ge=1, description="Days without a voice after which a new one is a new issue."
    )
    min_score: float = Field(
        default=0.3, ge=0, le=1, description="Lowest probability of a mention that counts."
    )


class EffectSettings(Section):
    """How it is told whether a work order helped; `voc.insights.effect` says by what method."""

    days_before: int = Field(
        default=42, ge=7, le=365, description="Days before a work order's end that are compared."
    )
    days_after: int = Field(
        default=28, ge=1, le=365, description="Days after it that are watched, then judged."
    )
    min_expected: float = Field(
        default=10.0, ge=1, description="Voices to be expected after it, below which none can say."
    )
    useful_ratio: float = Field(
        default=0.5, gt=0, lt=1, description="Rate after over that before that is worth having."
    )
    redo: bool = Field(
        default=False, description="Reopen an order that did not help; false: propose it only."
    )


class RoutingSettings(Section):
    file: Path | None = Field(default=None, description="Routing rules; empty: the bundled ones.")


class ReportSettings(Section):
    title: str = Field(default="客户之声报告", description="Heading of the report.")


class AccessSettings(Section):
    requests_per_minute: int = Field(
        default=6000, ge=0, description="Requests of one key a minute, a server process; 0: any."
    )


class WebhookSettings(Section):
    secrets: dict[str, str] = Field(
        default_factory=dict,
        description="Secrets (whsec_…) that sign work-order events, by workspace; old and new one "
        "with a blank between.",
    )


class WorkerSettings(Section):
    poll_s: float = Field(
        default=1.0, gt=0, le=60, description="Seconds between looks for new feedback."
    )
    run_every_s: float = Field(
        default=300.0, gt=0, description="Seconds between passes of the whole chain."
    )
    clocks_every_s: float = Field(
        default=60.0, gt=0, description="Seconds between looks at the clocks of work orders."
    )


class ServeSettings(Section):
    host: str = Field(default="127.0.0.1", description="Address that voc serve listens at.")
    port: int = Field(default=8000, ge=0, le=65535, description="Its port; 0: any free one.")
    workers: int = Field(default=1, ge=1, le=64, description="Processes that serve.")
    batching: bool = Field(
        default=True, description="Whether texts of requests in flight are tagged together."
    )
    batch_tokens: int = Field(
        default=512, ge=8, description="Tokens (code points of texts) of one batch."
    )
    ahead_tokens: int = Field(
        default=2048,
        ge=8,
        description="Tokens that may be served before a new request; with more it gets 429.",
    )
    queue_tokens: int = Field(
        default=65_536, ge=8, description="Tokens that may wait in all; with more there is 429."
    )
    timeout_ms: int = Field(
        default=10_000, ge=100, le=120_000, description="Milliseconds until 504, if none are named."
    )
    item_timeout_s: float = Field(
        default=30.0, gt=0, description="Seconds after which a text that hangs is set aside."
    )
    max_body_bytes: int = Field(
        default=8_388_608, ge=1_024, description="Bytes of a body; larger ones get 413."
    )
    body_timeout_s: float = Field(
        default=10.0, gt=0, description="Seconds in which a body must arrive, else 408."
    )
    head_timeout_s: float = Field(
        default=10.0, gt=0, description="Seconds in which a request's head must arrive."
    )
    keep_alive_s: int = Field(
        default=30, ge=1, description="Seconds that an idle connection is kept."
    )
    drain_s: int = Field(
        default=30, ge=1, description="Seconds that accepted requests have to end on SIGTERM."
    )


class CrawlSettings(Section):
    """How politely and how safely other people's sites are read."""

    contact: str | None = Field(
        default=None,
        min_length=6,
        description="Mail or page of whoever crawls, told to sites; nothing is crawled without.",
    )
    delay_s: float = Field(
        default=2.0, ge=0, le=600, description="Least seconds between requests to one host."
    )
    timeout_s: float = Field(default=30.0, gt=0, le=600, description="Seconds to wait for a page.")
    retries: int = Field(
        default=3, ge=0, le=10, description="Further tries where a site does not answer."
    )
    max_page_mb: float = Field(
        default=20.0, gt=0, le=20, description="Largest page read, decoded, in MB."
    )
    allow_private: tuple[str, ...] = Field(
        default=(), description="Hosts that may lie in a private network, as forum.intra."
    )


class Settings(Section):
    """All settings. Each key stands with its meaning in configs/default.yaml."""

    timezone: str = Field(default="Asia/Shanghai", description="Zone of times without an offset.")
    industry: str | None = Field(default=None, description="Industry where none is named.")
    industries_dir: Path | None = Field(default=None, description="Folder of your own industries.")
    store: StoreSettings = StoreSettings()
    queue: QueueSettings = QueueSettings()
    models: ModelSettings = ModelSettings()
    privacy: PrivacySettings = PrivacySettings()
    text: TextSettings = TextSettings()
    score: ScoreSettings = ScoreSettings()
    topics: TopicSettings = TopicSettings()
    issues: IssueSettings = IssueSettings()
    effects: EffectSettings = EffectSettings()
    customers: CustomerSettings = CustomerSettings()
    routing: RoutingSettings = RoutingSettings()
    report: ReportSettings = ReportSettings()
    access: AccessSettings = AccessSettings()
    webhooks: WebhookSettings = WebhookSettings()
    worker: WorkerSettings = WorkerSettings()
    workspaces: dict[str, str] = Field(
        default_factory=dict,
        description="Stores of other tenants, URL by name; `default` is store.url.",
    )
    serve: ServeSettings = ServeSettings()
    crawl: CrawlSettings = CrawlSettings()
    sources: dict[str, AnySource] = Field(
        default_factory=dict, description="Named sources for voc ingest and voc run."
    )
    sinks: dict[SinkName, SinkSettings] = Field(
        default_factory=dict, description="Where work orders go; empty: into the file queue."
    )

    inboxes: dict[SinkName, InboxSettings] = Field(
        default_factory=dict, description="Where other systems tell what becomes of work orders."
    )

    _base_dir: Path = PrivateAttr(default_factory=Path.cwd)

    @field_validator("timezone")
    @classmethod
    def _zone_is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone; write one as Asia/Shanghai") from None
        return name

    @field_validator("workspaces")
    @classmethod
    def _workspaces_are_named(cls, stores: dict[str, str]) -> dict[str, str]:
        for name in stores:
            if name == DEFAULT_WORKSPACE or not _WORKSPACE.fullmatch(name):
                raise ValueError(
                    f"{name!r} cannot name a workspace; take small letters, digits and -, and not "
                    f"{DEFAULT_WORKSPACE!r}, whose store is store.url"
                )
        return stores

    @property
    def base_dir(self) -> Path:
        """The folder that relative paths start from: the config file's, else the current one."""
        return self._base_dir

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def store_url(self) -> str:
        return self.store.url or f"sqlite:///{self.base_dir / 'voc.db'}"

    @property
    def queue_dir(self) -> Path:
        return self.resolve(self.queue.dir) or self.base_dir / "work-orders"

    @property
    def sink_names(self) -> tuple[str, ...]:
        """The sinks that get what no rule sends elsewhere: all that are named, else the queue."""
        return tuple(self.sinks) or (FILE_SINK,)

    @property
    def sharpened_dir(self) -> Path:
        return self.resolve(self.models.sharpened_dir) or self.base_dir / "sharpened"

    def of_workspace(self, name: str) -> Settings:
        """Returns the settings of one tenant: with its own store and folder of the queue.

        Raises:
            ConfigError: There is no such workspace.
        """
        if name == DEFAULT_WORKSPACE:
            return self
        if name not in self.workspaces:
            names = ", ".join([DEFAULT_WORKSPACE, *self.workspaces])
            raise ConfigError(
                f"There is no workspace {name!r}; there are {names}. The setting `workspaces` names"
                f" them.{nearest(name, self.workspaces)}"
            )
        changed = self.model_copy(
            update={
                "store": self.store.model_copy(update={"url": self.workspaces[name]}),
                "queue": self.queue.model_copy(update={"dir": self.queue_dir / name}),
                "inboxes": {},  # what comes there is told of the orders of the default
            }
        )
        changed._base_dir = self._base_dir
        return changed

    def resolve(self, path: Path | None) -> Path | None:
        """Returns `path` taken from the config's folder."""
        return self.base_dir / path.expanduser() if path else None


def load_settings(
    file: Path | None = None,
    *,
    overrides: Mapping[str, Any] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Settings:
    """Reads the settings.

    Args:
        file: A YAML file laid over the defaults; `VOC_CONFIG` names one where this is `None`.
        overrides: Values by dotted key (`issues.window_days`), as flags give them.
        environ: The environment; `VOC_STORE_URL` sets `store.url`, and so on.

    Relative paths, those of SQLite's URLs too, start from the folder of the file that they stand
    in; those of variables and flags, from the current folder.

    Raises:
        ConfigError: With the file and line, the variable or the flag of each finding.
    """
    environ = os.environ if environ is None else environ
    if file is None and environ.get(f"{PREFIX}CONFIG"):
        file = Path(environ[f"{PREFIX}CONFIG"])
    values: dict[str, Any] = {}
    origin = _Origins()
    for path in [bundled("configs/default.yaml"), *([file] if file else [])]:
        content, lines = read_yaml(path)
        if content is not None and not isinstance(content, dict):
            raise ConfigError(f"{path}: holds {type(content).__name__}, not keys with values.")
        _overlay(values, stores_beside(content or {}, path.resolve().parent))
        origin.add_file(path, lines)
    for name, (variable, text) in _variables(environ, values).items():
        _put(values, name, _told(name, _read_variable(variable, name, text)))
        origin.add(name, variable)
    for name, value in (overrides or {}).items():
        _put(values, name, _told(name, value))
        origin.add(name, f"the flag for {name}")
    settings = _validated(values, origin)
    settings._base_dir = file.resolve().parent if file else Path.cwd()
    return settings


def setting_names() -> dict[str, str]:
    """Returns every setting as `section.key` with its description."""
    return {name: field.description or "" for name, field in _fields().items()}


def _fields() -> dict[str, FieldInfo]:
    fields: dict[str, FieldInfo] = {}
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            fields |= {f"{name}.{key}": inner for key, inner in kind.model_fields.items()}
        else:
            fields[name] = field
    return fields


class _Origins:
    """Remembers where each value came from, to name the place in an error."""

    def __init__(self) -> None:
        self._files: list[tuple[Path, dict[Place, int]]] = []
        self._names: dict[Place, str] = {}

    def add_file(self, path: Path, lines: dict[Place, int]) -> None:
        self._files.append((path, lines))

    def add(self, dotted: str, name: str) -> None:
        self._names[tuple(dotted.split("."))] = name

    def describe(self, detail: ErrorDetails) -> str:
        place = place_of(detail)
        unknown = detail["type"] == "extra_forbidden"
        for told, name in self._names.items():
            if place[: len(told)] == told or (unknown and told[: len(place)] == place):
                return f"{name}: {finding(detail, Settings)}"
        path, lines = max(reversed(self._files), key=lambda file: len(known_place(place, file[1])))
        return describe(detail, Settings, path, lines)


def _validated(values: dict[str, Any], origin: _Origins) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        places = [origin.describe(detail) for detail in error.errors()]
        raise ConfigError("The settings need correcting:", places) from error


def _variable(setting: str) -> str:
    return PREFIX + setting.replace(".", "_").upper()


def _variables(environ: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Returns the `VOC_*` variables with their texts, by dotted setting name.

    Raises:
        ConfigError: One is no setting.
    """
    known = {_variable(name): name for name in setting_names()}
    known |= sink_variables(values.get("sinks"), prefix=PREFIX)
    known |= inbox_variables(values.get("inboxes"), prefix=PREFIX)
    known |= source_variables(values.get("sources"), prefix=PREFIX)
    found: dict[str, tuple[str, str]] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable == f"{PREFIX}CONFIG":
            continue
        if variable not in known:
            raise ConfigError(
                f"The environment variable {variable} is no setting.{nearest(variable, known)}"
            )
        found[known[variable]] = (variable, text)
    return found


def _read_variable(variable: str, setting: str, text: str) -> Any:
    """Returns the value of a variable: YAML where it holds keys or a list, else the very text."""
    if not text:
        return None
    field = _fields().get(setting)
    if field is None or get_origin(field.annotation) not in (dict, tuple):
        return text
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"{variable}: is not valid YAML ({error}).") from error


def _told(setting: str, value: Any) -> Any:
    """Takes a path that was told, not written in a file, from the current folder."""
    field = _fields().get(setting)
    kinds = (field.annotation, *get_args(field.annotation)) if field else ()
    if value is None or Path not in kinds:
        return value
    return Path.cwd() / Path(value).expanduser()


def _overlay(base: dict[str, Any], top: Mapping[str, Any]) -> None:
    for key, value in top.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _overlay(base[key], value)
        elif value is not None or key not in base:
            base[key] = value


def _put(values: dict[str, Any], dotted: str, value: Any) -> None:
    *sections, key = dotted.split(".")
    for section in sections:
        values = values.setdefault(section, {})
        if not isinstance(values, dict):
            return  # the file gives no section there, which its own finding says
    values[key] = value
