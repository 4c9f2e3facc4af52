"""Settings and industries: what users write in YAML, checked when it is read."""

from voc.config.industries import (
    Aspect,
    Industry,
    UrgentWords,
    industry_files,
    load_industry,
    named_aspects,
)
from voc.config.resources import bundled
from voc.config.sections import CrawlSettings
from voc.config.settings import Settings, load_settings, setting_names
from voc.config.sinks import FILE_SINK, SinkSettings
from voc.config.sources import (
    AnySource,
    Crawled,
    CrawlSourceSettings,
    FileSettings,
    SourceSettings,
    SurveySettings,
    source_keys,
)
from voc.config.streams import SourceBase, Streamed
from voc.config.yamlfile import load_model, read_yaml

__all__ = [
    "FILE_SINK",
    "AnySource",
    "Aspect",
    "CrawlSettings",
    "CrawlSourceSettings",
    "Crawled",
    "FileSettings",
    "Industry",
    "Settings",
    "SinkSettings",
    "SourceBase",
    "SourceSettings",
    "Streamed",
    "SurveySettings",
    "UrgentWords",
    "bundled",
    "industry_files",
    "load_industry",
    "load_model",
    "load_settings",
    "named_aspects",
    "read_yaml",
    "setting_names",
    "source_keys",
]
