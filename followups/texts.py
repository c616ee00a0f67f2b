"""The words of each step's mail: ours, with the places that are filled for each reader."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from followups.models import CheckIn

Step = CheckIn.Step
PLACE = re.compile(r"%\((\w+)\)[sd]")


@dataclass(frozen=True)
class Text:
    """Subject and body of a mail, plain text, with places such as `%(team)s`."""

    subject: str
    body: str

    def filled(self, values: Mapping[str, object]) -> Text:
        """The same with the places filled; one that has no value stays as it is."""

        def fill(text: str) -> str:
            return PLACE.sub(lambda place: str(values.get(place[1], place[0])), text)

        return Text(fill(self.subject), fill(self.body))


def ours(step: str) -> Text:
    """Our words for a step, in the active language."""
    return {
        Step.OPENS: Text(
            _("%(team)s: how does the plan go? Check-in %(n)d"),
            _("How does the plan of %(team)s go? Tell us in three minutes, by %(due)s."),
        ),
        Step.NUDGE: Text(
            _("%(team)s: please answer check-in %(n)d by %(due)s"),
            _(
                "Nobody of %(team)s has answered yet. Three minutes are enough, and there is time "
                "until %(due)s."
            ),
        ),
        Step.DUE: Text(
            _("%(team)s: check-in %(n)d, date %(due)s"),
            _(
                "The date for the answer of %(team)s is %(due)s, and nobody has answered yet. A "
                "few words today are worth more than many later."
            ),
        ),
        Step.OVERDUE: Text(
            _("%(team)s: check-in %(n)d was due on %(due)s"),
            _(
                "The answer of %(team)s was due on %(due)s. One sentence is enough, also if "
                "nothing moved."
            ),
        ),
        Step.COACH: Text(
            _("%(team)s has not answered check-in %(n)d; a call may help"),
            _(
                "%(team)s has not answered its check-in, which was due on %(due)s. Its people were "
                "asked by e-mail. A call from you may help more than another mail."
            ),
        ),
        Step.LEAD: Text(
            _("%(team)s is silent in check-in %(n)d"),
            _(
                "%(team)s has not answered check-in %(n)d, which was due on %(due)s. Its people "
                "were reminded and its coach was told. The round closes on %(closes)s."
            ),
        ),
        Step.CLOSES: Text(
            _("%(team)s: check-in %(n)d is closed"),
            _(
                "Check-in %(n)d is closed without an answer of %(team)s. That happens. If you like "
                "to tell after all, the way stays open for two weeks.\n\n%(next)s"
            ),
        ),
    }[Step(step)]
