"""Names of the environment's variables that set settings."""

from __future__ import annotations

from typing import Final

PREFIX: Final = "VOC_"


def variable_of(setting: str) -> str:
    """Returns the variable of a setting: `VOC_SOURCES_MAIL_PASSWORD` of `sources.mail.password`."""
    return PREFIX + setting.replace(".", "_").replace("-", "_").upper()
