"""Settings: defaults, overlaid by a file, by `VOC_*` variables and by flags, in that order."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_origin
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
from voc.config.sections import (
    AccessSettings,
    AlertSettings,
    CrawlSettings,
    EffectSettings,
    IssueSettings,
    ModelSettings,
    PrivacySettings,
    QueueSettings,
    ReportSettings,
    RoutingSettings,
    ScoreSettings,
    ServeSettings,
    StoreSettings,
    TextSettings,
    TopicSettings,
    WebhookSettings,
    WorkerSettings,
)
from voc.config.sinks import FILE_SINK, SinkName, SinkSettings, sink_variables
from voc.config.sources import AnySource, source_variables
from voc.config.variables import PREFIX, variable_of
from voc.config.yamlfile import Place, describe, finding, known_place, place_of, read_yaml
from voc.errors import ConfigError, nearest

DEFAULT_WORKSPACE = "default"
_WORKSPACE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


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
    alerts: AlertSettings = AlertSettings()
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


def _variables(environ: Mapping[str, str], values: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Returns the `VOC_*` variables with their texts, by dotted setting name.

    Raises:
        ConfigError: One is no setting.
    """
    known = {variable_of(name): name for name in setting_names()}
    known |= sink_variables(values.get("sinks"))
    known |= inbox_variables(values.get("inboxes"))
    known |= source_variables(values.get("sources"))
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
