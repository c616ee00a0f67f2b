"""What became of the plan since it was signed, row by row, and why."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from actionplans import cells, changes, plans
from actionplans.baseline import sign_off
from actionplans.changes import Kind
from actionplans.models import Activity, Baseline, SlipReason
from cohorts.models import Cohort, Team
from tests.actionplans.planning import make_activity, make_milestone, url, write
from tests.factories import NOON, make_user

BLANK = {
    "responsible": [],
    "accountable": "",
    "starts_on": None,
    "timeframe_note": "",
    "comments": "",
}
ROWS = st.dictionaries(
    st.integers(1, 6),
    st.fixed_dictionaries(
        {
            "text": st.sampled_from(["Count", "Pay"]),
            "due_on": st.sampled_from([None, "2026-07-01", "2026-09-01"]),
            "status": st.sampled_from(["on_track", "dropped"]),
            "place": st.sampled_from([101, 102]),
        }
    ),
)


def content(rows: dict[int, dict]) -> dict:
    """A baseline's content of two milestones; each row says below which it stands."""
    return {
        "milestones": [
            {
                "id": place,
                "title": f"Milestone {place}",
                "activities": [
                    BLANK | {"id": pk} | {k: v for k, v in row.items() if k != "place"}
                    for pk, row in rows.items()
                    if row["place"] == place
                ],
            }
            for place in (101, 102)
        ]
    }


@settings(max_examples=30)
@given(ROWS, ROWS)
def test_every_row_is_unchanged_or_exactly_one_of_four(then, now) -> None:
    found = changes.compare(content(then), content(now))
    kinds = {change.pk: change.kind for change in found}
    assert len(kinds) == len(found)
    for pk in then.keys() | now.keys():
        was = then.get(pk) if then.get(pk, {}).get("status") != "dropped" else None
        row = now.get(pk) if now.get(pk, {}).get("status") != "dropped" else None
        if was and row:
            moved = (was["due_on"], was["place"]) != (row["due_on"], row["place"])
            reworded = was["text"] != row["text"]
            expected = Kind.MOVED if moved else Kind.REWORDED if reworded else None
        else:
            expected = Kind.ADDED if row else Kind.DROPPED if was else None
        assert kinds.get(pk) == expected
    same = changes.compare(content(then), content(then))
    assert same == []


@pytest.fixture
def activity(team: Team) -> Activity:
    return make_activity(make_milestone(team), due_on="2026-07-01", accountable="Hon. Weah")


@pytest.fixture
def signed(team: Team, amara: User, activity: Activity) -> Baseline:
    make_activity(activity.milestone, "Pay the first month", due_on="2026-08-01")
    return sign_off(team, by=amara, now=NOON)[0]


def page_of(client: Client, team: Team) -> str:
    return " ".join(client.get(url(team, "since-baseline/")).content.decode().split())


def explain(client: Client, team: Team, activity: Activity, text: str, **sent: object):
    told = {"activity": activity.pk, "text": text, "form_id": uuid4()} | sent
    return client.post(url(team, "since-baseline/"), told)


def test_each_change_is_listed_with_what_it_said_and_says(
    team: Team, client: Client, amara: User, activity: Activity, signed: Baseline
) -> None:
    assert "Nothing has changed" in page_of(client, team)
    write(team, activity, amara, due_on="2026-09-01", accountable="Amara Kollie")
    other = Activity.objects.get(text="Pay the first month")
    write(team, other, amara, text="Pay the first two months")
    make_activity(activity.milestone, "Came after the signature")
    page = page_of(client, team)
    for part in (
        "<del><bdi>1 Jul 2026</bdi></del>",
        "<ins><bdi>1 Sep 2026</bdi></ins>",
        "<del><bdi>Hon. Weah</bdi></del>",
        "<ins><bdi>Pay the first two months</bdi></ins>",
        "Came after the signature",
        "Why is it due later?",
    ):
        assert part in page
    found = changes.since(signed, plans.groups(team))
    assert [change.kind for change in found] == [Kind.MOVED, Kind.REWORDED, Kind.ADDED]


def test_what_was_removed_is_listed_as_dropped(
    team: Team, client: Client, amara: User, activity: Activity, signed: Baseline
) -> None:
    told = {"table": "activity", "row_id": activity.pk, "by": amara, "now": NOON}
    cells.remove_row(team, **told, edit_id=uuid4())
    [change] = changes.since(signed, plans.groups(team))
    assert (change.kind, change.text) == (Kind.DROPPED, "Count every civil servant")
    assert "Dropped" in page_of(client, team)


def test_how_an_activity_stands_is_no_change(
    team: Team, amara: User, activity: Activity, signed: Baseline
) -> None:
    write(team, activity, amara, status="stuck")
    assert changes.since(signed, plans.groups(team)) == []
    write(team, activity, amara, status="dropped")
    assert [c.kind for c in changes.since(signed, plans.groups(team))] == [Kind.DROPPED]


def test_the_reason_of_a_slip_is_asked_for_kept_and_shown_beside_the_row(
    team: Team, client: Client, amara: User, activity: Activity, signed: Baseline
) -> None:
    write(team, activity, amara, due_on="2026-09-01")
    assert "due later than signed: why?" in client.get(url(team)).content.decode()
    form_id = uuid4()
    for _press in range(2):
        answer = explain(client, team, activity, "The minister changed", form_id=form_id)
        assert answer.status_code == 302
    reason = SlipReason.objects.get()
    assert (str(reason.was_due_on), str(reason.due_on)) == ("2026-07-01", "2026-09-01")
    page = page_of(client, team)
    assert "The minister changed" in page
    assert "from 1 Jul 2026 to 1 Sep 2026" in page
    plan = client.get(url(team)).content.decode()
    assert "why?" not in plan
    assert "The minister changed" in plan
    # It slips once more, and is asked about once more.
    write(team, activity, amara, due_on="2026-10-01")
    assert "due later than signed: why?" in client.get(url(team)).content.decode()


def test_a_reason_that_says_nothing_or_is_not_asked_for_is_not_kept(
    team: Team, client: Client, amara: User, activity: Activity, signed: Baseline
) -> None:
    answer = explain(client, team, activity, "Because")
    assert answer.status_code == 422
    assert "due as it was signed" in answer.content.decode()
    write(team, activity, amara, due_on="2026-09-01")
    answer = explain(client, team, activity, "  ")
    assert answer.status_code == 422
    assert "Say in a few words" in answer.content.decode()
    Cohort.objects.update(state="closed")
    explain(client, team, activity, "Too late")
    assert not SlipReason.objects.exists()


def test_earlier_is_no_slip(
    team: Team, client: Client, amara: User, activity: Activity, signed: Baseline
) -> None:
    write(team, activity, amara, due_on="2026-06-20")
    assert "why?" not in client.get(url(team)).content.decode()
    assert "Why is it due later?" not in page_of(client, team)


def test_staff_read_the_changes_and_give_no_reason(
    team: Team, sign_in, amara: User, activity: Activity, signed: Baseline
) -> None:
    write(team, activity, amara, due_on="2026-09-01")
    coach = make_user()
    Team.objects.update(coach=coach)
    client = sign_in(coach)
    assert "Why is it due later?" not in page_of(client, team)
    assert explain(client, team, activity, "Staff knows why").status_code == 404


def test_before_the_signature_the_page_says_what_will_be_listed(team: Team, client: Client) -> None:
    assert "Not signed off yet" in page_of(client, team)


def test_an_older_baseline_that_knew_no_c_and_i_has_not_changed(
    team: Team, amara: User, activity: Activity, signed: Baseline
) -> None:
    assert "consulted" not in str(signed.content)
    assert changes.since(signed, plans.groups(team)) == []
    write(team, activity, amara, consulted="The union", now=NOON + timedelta(days=1))
    [change] = changes.since(signed, plans.groups(team))
    assert (change.kind, change.differences[0].now) == (Kind.REWORDED, "The union")
