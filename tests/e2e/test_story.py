"""The main job, from an empty database: from a week's agenda to a reminder answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.e2e import preparation, week, year
from tests.e2e.people import Office

pytestmark = pytest.mark.browser

# The week is Monday 13 to Friday 17 January 2031, in Nairobi.
BEFORE = datetime(2031, 1, 6, 8, tzinfo=UTC)
DAY_1, DAY_5 = datetime(2031, 1, 13, 5, tzinfo=UTC), datetime(2031, 1, 17, 12, tzinfo=UTC)


def test_a_week_and_its_year(found: Callable[..., Office]) -> None:
    office = found()
    office.set_clock(BEFORE)
    grace = preparation.program_lead_comes_in(office)
    preparation.make_a_cohort(grace)
    for team in preparation.TEAMS:
        preparation.add_team(grace, team)
    fatou = preparation.name_a_facilitator(office, grace)
    amara, moses = preparation.members_come_in(office)

    office.set_clock(DAY_1)
    week.watch_the_board(fatou)
    week.fill_the_sheet_at_once(amara, moses, fatou)
    week.write_the_same_cell_at_once(amara, moses)
    week.discuss_and_hand_in(amara, moses, fatou)
    week.carry_into_the_plan(moses)
    week.shape_the_plan(amara, moses)
    office.set_clock(DAY_5)
    week.sign_off(amara)

    year.close_the_week(grace)
    year.write_from_the_mail(office)
    year.send_as_the_lead(office)
    year.see_where_reforms_stand(grace)
    year.chase_the_silent(office, grace)
    year.coach_looks(office)
    office.watch.verdict()
