"""Each check of a plan has its sentence and a link to the row it is about."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from cohorts.models import Team
from tests.actionplans.planning import make_activity, make_milestone, url

GOOD = {
    "text": "Sit down with the union by June",
    "responsible": "Amara Kollie",
    "accountable": "Amara Kollie",
    "due_on": "2026-06-20",
}
CHECKS = [
    ({"accountable": ""}, "Nobody is accountable."),
    ({"responsible": ""}, "Nobody is responsible."),
    ({"accountable": "Hon. Weah"}, "Hon. Weah is accountable, and nobody noted how to reach them."),
    ({"starts_on": "2026-07-20"}, "It is due before it begins."),
    ({"due_on": "2028-06-20"}, "It is due after the year in which anyone will ask about it."),
    ({"text": "Harmonisation of it all", "due_on": ""}, "It names a topic."),
]


def link_after(page: str, sentence: str) -> str:
    """The first link of the summary's line that says `sentence`."""
    lines = re.findall(r"<li>(.*?)</li>", unescape(page), re.DOTALL)
    line = next(line for line in lines if sentence in line)
    return re.findall(r'href="#([\w-]+)"', line)[0]


@pytest.mark.parametrize(("wrong", "sentence"), CHECKS)
def test_a_check_of_an_activity_leads_to_it(
    team: Team, client: Client, amara: object, wrong: dict[str, str], sentence: str
) -> None:
    milestone = make_milestone(team)
    make_activity(milestone, **GOOD)
    row = make_activity(milestone, **GOOD | wrong)
    page = client.get(url(team)).content.decode()
    assert link_after(page, sentence) == f"activity-{row.pk}"
    assert f'id="activity-{row.pk}"' in page


def test_all_on_one_person_leads_to_their_rows(team: Team, client: Client, amara: object) -> None:
    milestone = make_milestone(team)
    first, *_others = [make_activity(milestone, **GOOD) for _n in range(6)]
    page = client.get(url(team)).content.decode()
    assert link_after(page, "Amara Kollie bears 6 of 6") == f"activity-{first.pk}"
    assert "and 3 more" in page


def test_a_milestone_that_begins_late_is_led_to(team: Team, client: Client, amara: object) -> None:
    make_activity(make_milestone(team), **GOOD)
    late = make_milestone(team, "Later")
    make_activity(late, **GOOD | {"due_on": "2026-12-20"})
    page = client.get(url(team)).content.decode()
    assert link_after(page, "Nothing of it happens in the first") == f"milestone-{late.pk}"
