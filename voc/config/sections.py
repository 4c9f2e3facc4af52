"""The sections of the settings: each key with its default, its limits and what it means."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from voc.config.section import Section


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
        default=28,
        ge=1,
        description="Days of silence after which it takes as many voices again.",
    )
    emergency_days: int = Field(
        default=90,
        ge=1,
        description="Days of silence after which even an emergency that nobody handled is history.",
    )
    min_score: float = Field(
        default=0.3, ge=0, le=1, description="Lowest probability of a mention that counts."
    )


class AlertSettings(Section):
    """What makes an alarm; `voc.issues.emergence` says by what method."""

    baseline_days: int = Field(
        default=84, ge=28, le=365, description="Days before a rise that its usual rate is taken of."
    )
    false_alarms_a_month: float = Field(
        default=1.0,
        gt=0,
        le=30,
        description="Alarms a month and industry that chance may raise; fewer come later.",
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
    keep_s: float = Field(
        default=60.0,
        ge=0,
        description="Seconds that the API gives a report again while no feedback comes in.",
    )


class AccessSettings(Section):
    requests_per_minute: int = Field(
        default=6000, ge=0, description="Requests of one key a minute, a server process; 0: any."
    )
    idempotency_days: int = Field(
        default=7, ge=1, description="Days for which an Idempotency-Key is remembered."
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
        default=128, ge=8, description="Tokens (code points of texts) of one batch."
    )
    ahead_tokens: int = Field(
        default=2048,
        ge=8,
        description="Tokens that may be served before a new request; with more it gets 429.",
    )
    burst_wait_ms: float = Field(
        default=500.0,
        ge=1,
        description="Milliseconds that a new request may wait; with more it gets 429.",
    )
    burst_requests: int = Field(
        default=32, ge=1, description="Requests that may wait; with more a new one gets 429."
    )
    overload_wait_ms: float = Field(
        default=2.0,
        ge=0,
        description="Milliseconds that a new request may wait once one of these was reached.",
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
