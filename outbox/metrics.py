"""The engine's figures for Prometheus, read from the database at each scrape.

So they are the same whichever process answers, and survive restarts.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from outbox import breaker, wellbeing
from outbox.models import Attempt, Message, Suppression

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Figures(Collector):
    """What there is to say at a moment (UTC), in a constant number of statements."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        yield from self._wellbeing()
        mails = GaugeMetricFamily(
            "coalitions_messages",
            "E-mails in the outbox by kind and state.",
            labels=["kind", "state"],
        )
        by_kind = Message.objects.values_list("kind", "state").annotate(n=Count("pk"))
        for kind, state, n in by_kind.order_by("kind", "state"):
            mails.add_metric([kind, state], n)
        yield mails
        tries = CounterMetricFamily(
            "coalitions_attempts", "Tries to send, by how they ended.", labels=["outcome"]
        )
        by_outcome = Attempt.objects.exclude(outcome="").values_list("outcome")
        for outcome, n in by_outcome.annotate(n=Count("pk")).order_by("outcome"):
            tries.add_metric([outcome], n)
        yield tries
        yield _gauge(
            "coalitions_suppressed_addresses",
            "Addresses that no mail goes to.",
            Suppression.objects.count(),
        )
        yield _gauge(
            "coalitions_mail_server_paused",
            "1 while the mail server is left alone.",
            breaker.is_paused(self.now),
        )

    def _wellbeing(self) -> Iterator[Metric]:
        seen = wellbeing.look(self.now)
        beats = GaugeMetricFamily(
            "coalitions_heartbeat_age_seconds",
            "Seconds since a part of the tick ran.",
            labels=["part"],
        )
        for name, age in seen.beats.items():
            beats.add_metric([name], float("inf") if age is None else age.total_seconds())
        yield beats
        yield _gauge(
            "coalitions_oldest_due_seconds",
            "For how long the oldest due mail waits.",
            seen.oldest_due.total_seconds(),
        )
        yield _gauge("coalitions_on_hold", "1 while nothing is sent.", seen.held is not None)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=float(value))


def exposition(now: datetime) -> bytes:
    """The figures at `now` (UTC) in Prometheus' text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(now))
    return generate_latest(registry)
