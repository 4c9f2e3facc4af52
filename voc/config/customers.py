"""Settings of the customer directory: where customers come from, and what they weigh."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, model_validator

from voc.config.section import Section


class CustomerSourceSettings(Section):
    """A file, or a query of a database, of customers and their orders."""

    path: Path | None = Field(default=None, description="The file, relative to the config.")
    url: str | None = Field(
        default=None, description="SQLAlchemy URL of a database that is read, never written."
    )
    query: str | None = Field(default=None, description="The query; it must only read.")
    map: dict[str, str] = Field(
        default_factory=dict, description="Field: column, as tier: vip_level."
    )

    @model_validator(mode="after")
    def _is_one_of_both(self) -> CustomerSourceSettings:
        if (self.path is None) == (self.url is None) or (self.url is None) != (self.query is None):
            raise ValueError("needs either path, or url and query")
        return self


class CustomerSettings(Section):
    """The directory of customers."""

    sources: dict[str, CustomerSourceSettings] = Field(
        default_factory=dict, description="Named sources for voc customers ingest and voc run."
    )
    high_tiers: tuple[str, ...] = Field(
        default=("钻石", "黑金", "黑钻", "白金", "铂金", "SVIP"),
        description="Words in the names of high levels of membership.",
    )
    fill_places: bool = Field(
        default=False,
        description="Whether feedback that names no product, store or region gets those of the "
        "customer's last order before it.",
    )
    value_times: float = Field(
        default=3.0,
        ge=0,
        description="An issue is a step more severe where its customers spend so many times what "
        "typical ones do; 0: never.",
    )
    high_tier_share: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Or where so many of them are of a high level, and surely more than of all; "
        "0: never.",
    )
    least_customers: int = Field(
        default=3, ge=1, description="Customers known behind an issue for their value to count."
    )

    def is_high(self, tier: str | None) -> bool:
        """Whether a level of membership is a high one."""
        return tier is not None and any(word.lower() in tier.lower() for word in self.high_tiers)
