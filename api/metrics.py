"""What the server counts, for Prometheus; never a customer's words.

With several workers the variable PROMETHEUS_MULTIPROC_DIR names the folder in which they add up;
`voc serve` sets it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    multiprocess,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from voc.records import Tags

if TYPE_CHECKING:
    from voc.pipeline.health import Health

FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
_SECONDS = (0.005, 0.01, 0.02, 0.03, 0.06, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8, 30.0)


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        own = self._registry
        self.requests = Counter(
            "voc_requests", "Requests answered.", ["method", "route", "status"], registry=own
        )
        self.latency = Histogram(
            "voc_request_seconds", "Seconds to the end of the answer.", ["method", "route"],
            buckets=_SECONDS, registry=own,
        )  # fmt: skip
        self.refused = Counter("voc_refused", "Requests refused with 429.", registry=own)
        self.batch_texts = Histogram(
            "voc_batch_texts", "Texts in a batch.", buckets=(1, 2, 4, 8, 16, 32, 64, 128),
            registry=own,
        )  # fmt: skip
        self.batch_fill = Histogram(
            "voc_batch_fill", "Share of a batch's token budget that was used.",
            buckets=(0.1, 0.25, 0.5, 0.75, 0.9, 1.0), registry=own,
        )  # fmt: skip
        self.queue_tokens = Gauge(
            "voc_queue_tokens", "Tokens that wait.", registry=own, multiprocess_mode="livesum"
        )
        self.cache = Counter("voc_cache", "Texts looked up in the cache.", ["result"], registry=own)
        self.labels = Counter("voc_labels", "Labels given.", ["task", "label"], registry=own)
        self.failures = Counter("voc_failed_texts", "Texts that could not be tagged.", registry=own)
        self.model = Gauge(
            "voc_model_info", "The model that tags; 1.", ["model"], registry=own,
            multiprocess_mode="livemax",
        )  # fmt: skip

    def saw_batch(self, texts: int, fill: float) -> None:
        """Counts a batch; `fill` is the share of its budget."""
        self.batch_texts.observe(texts)
        self.batch_fill.observe(fill)

    def saw_tags(self, tagged: Iterable[Tags]) -> None:
        """Counts labels, whose shares tell when what customers say, or the model, drifts."""
        for tags in tagged:
            for task, found in (
                ("sentiment", tags.sentiment), ("intent", tags.intent), ("urgency", tags.urgency)
            ):  # fmt: skip
                if found is not None:
                    self.labels.labels(task, found.label).inc()
            self.labels.labels("language", tags.language).inc()
            for flag in tags.flags:
                self.labels.labels("flag", flag).inc()

    def render(self) -> bytes:
        """Returns them in Prometheus' text format, those of all workers added up."""
        if not os.environ.get(FOLDER):
            return generate_latest(self._registry)
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
        return generate_latest(together)


class SourceMetrics(Collector):
    """How the sources of the config are, as the store keeps it: the same in every process.

    Args:
        health: Health by name of the source.
    """

    def __init__(self, health: Mapping[str, Health]) -> None:
        self._health = health

    def collect(self) -> Iterator[Metric]:
        """Gives a gauge a figure; a figure that a source has not is left out."""
        for name, (meaning, figure) in _SOURCE_FIGURES.items():
            gauge = GaugeMetricFamily(f"voc_source_{name}", meaning, labels=["source"])
            for source, health in self._health.items():
                value = figure(health)
                if value is not None:
                    gauge.add_metric([source], value)
            yield gauge

    def render(self) -> bytes:
        """Returns them in Prometheus' text format."""
        registry = CollectorRegistry()
        registry.register(self)
        return generate_latest(registry)


_SOURCE_FIGURES: Final[Mapping[str, tuple[str, Callable[[Health], float | None]]]] = {
    "last_run_timestamp_seconds": (
        "When a source was read last.",
        lambda health: health.last_run.timestamp() if health.last_run else None,
    ),
    "rows": ("Voices that were new or edited.", lambda health: health.rows),
    "rejects": ("Rows that could not be read.", lambda health: health.rejects),
    "withdrawn": ("Voices that the source took back.", lambda health: health.withdrawn),
    "lateness_seconds": (
        "Age of the newest voice when the source was read.", lambda health: health.lateness_s,
    ),
    "failing": (
        "1 where the last run could not end.",
        lambda health: float(health.error is not None) if health.last_run else None,
    ),
}  # fmt: skip
