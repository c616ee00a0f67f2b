"""Figures for Prometheus: the same from every process, and for nobody without the token."""

from __future__ import annotations

import pytest
from prometheus_client.parser import text_string_to_metric_families

from coalitions import clock
from outbox import hold, ticking
from tests.outbox.conftest import HOUR, put

pytestmark = pytest.mark.django_db


def figures(answer) -> dict[tuple[str, ...], float]:
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(answer.content.decode())
        for sample in family.samples
    }


def test_the_figures_say_what_waits_what_went_and_how_old_it_is(client, sink, reminder):
    now = clock.now()
    put(now=now)
    ticking.tick(now)
    put(now=now - HOUR)
    hold.hold(words="a test", now=now)
    answer = client.get("/metrics")
    assert answer["Content-Type"].startswith("text/plain")
    told = figures(answer)
    assert told["coalitions_messages", "reminder", "sent"] == 1
    assert told["coalitions_messages", "reminder", "queued"] == 1
    assert told["coalitions_attempts_total", "ok"] == 1
    assert told["coalitions_oldest_due_seconds",] >= 3600
    assert told["coalitions_heartbeat_age_seconds", "tick"] < 60
    assert told["coalitions_on_hold",] == 1


def test_a_scrape_asks_as_little_with_many_mails(client, sink, reminder, django_assert_num_queries):
    for many in (1, 20):
        for _ in range(many):
            put()
        with django_assert_num_queries(7):
            client.get("/metrics")


def test_only_this_machine_reads_them_and_not_through_a_proxy(client):
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 404
    assert client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}).status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 404


def test_with_a_token_only_its_bearer_reads_them(client, settings):
    settings.METRICS_TOKEN = "long-and-random"
    assert client.get("/metrics").status_code == 404
    wrong = {"Authorization": "Bearer long"}
    assert client.get("/metrics", headers=wrong).status_code == 404
    right = {"Authorization": "Bearer long-and-random"}
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7", headers=right).status_code == 200
