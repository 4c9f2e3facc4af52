"""Settings: defaults, overlaid by a file, by `VOC_*` variables and by flags, in that order."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import yaml
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, ValidationError, field_validator

from voc.config.resources import bundled
from voc.config.yamlfile import Place, describe, read_yaml
from voc.errors import ConfigError, nearest
from voc.records import Channel

PREFIX = "VOC_"


class Section(BaseModel):
    """Base of all sections: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


class StoreSettings(Section):
    url: str | None = Field(
        default=None,
        description="SQLAlchemy URL of the store; empty: the SQLite file voc.db beside the config.",
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
    name: str = Field(default="voc-zh-linear", description="The model that tags.")


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
        default=0.5, ge=0, le=1, description="Lowest probability of a mention that counts."
    )


class RoutingSettings(Section):
    file: Path | None = Field(default=None, description="Routing rules; empty: the bundled ones.")


class ReportSettings(Section):
    title: str = Field(default="客户之声报告", description="Heading of the report.")


class SourceSettings(Section):
    """One named source for `voc ingest NAME` and `voc run`."""

    type: Literal["file"] = Field(default="file", description="Kind of the source.")
    path: Path = Field(description="The file, relative to the config.")
    channel: Channel | None = Field(default=None, description="Channel of its feedback.")
    industry: str | None = Field(default=None, description="Industry of its feedback.")
    product: str | None = Field(default=None, description="Product, where no column names it.")
    map: dict[str, str] = Field(default_factory=dict, description="Field: column, as text: 评价.")


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
    issues: IssueSettings = IssueSettings()
    routing: RoutingSettings = RoutingSettings()
    report: ReportSettings = ReportSettings()
    sources: dict[str, SourceSettings] = Field(default_factory=dict)

    _base_dir: Path = PrivateAttr(default_factory=Path.cwd)

    @field_validator("timezone")
    @classmethod
    def _zone_is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):
            raise ValueError(f"{name!r} is no time zone; write one as Asia/Shanghai") from None
        return name

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
        _overlay(values, content or {})
        origin.add_file(path, lines)
    for name, text in _variables(environ).items():
        _put(values, name, yaml.safe_load(text) if text else None)
        origin.add(name, f"{PREFIX}{name.replace('.', '_').upper()}")
    for name, value in (overrides or {}).items():
        _put(values, name, value)
        origin.add(name, f"the flag for {name}")
    settings = _validated(values, origin)
    settings._base_dir = file.resolve().parent if file else Path.cwd()
    return settings


def setting_names() -> dict[str, str]:
    """Returns every setting as `section.key` with its description."""
    names: dict[str, str] = {}
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, Section):
            names |= {
                f"{name}.{key}": sub.description or "" for key, sub in kind.model_fields.items()
            }
        else:
            names[name] = field.description or ""
    return names


class _Origins:
    """Remembers where each value came from, to name the place in an error."""

    def __init__(self) -> None:
        self._files: list[tuple[Path, dict[Place, int]]] = []
        self._names: dict[Place, str] = {}

    def add_file(self, path: Path, lines: dict[Place, int]) -> None:
        self._files.append((path, lines))

    def add(self, dotted: str, name: str) -> None:
        self._names[tuple(dotted.split("."))] = name

    def describe(self, detail: Any) -> str:
        place: Place = tuple(detail["loc"])
        for length in range(len(place), 0, -1):
            if place[:length] in self._names:
                return f"{self._names[place[:length]]}: {detail['msg']}"
        for path, lines in reversed(self._files):
            if any(place[:length] in lines for length in range(len(place), 0, -1)):
                return describe(detail, Settings, path, lines)
        return f"{'.'.join(map(str, place))}: {detail['msg']}"


def _validated(values: dict[str, Any], origin: _Origins) -> Settings:
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        places = [origin.describe(detail) for detail in error.errors()]
        raise ConfigError("The settings need correcting:", places) from error


def _variables(environ: Mapping[str, str]) -> dict[str, str]:
    """Returns the `VOC_*` variables by dotted setting name; an unknown one is an error."""
    known = {PREFIX + name.replace(".", "_").upper(): name for name in setting_names()}
    found: dict[str, str] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX) or variable == f"{PREFIX}CONFIG":
            continue
        if variable not in known:
            raise ConfigError(
                f"The environment variable {variable} is no setting.{nearest(variable, known)}"
            )
        found[known[variable]] = text
    return found


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
    values[key] = value
