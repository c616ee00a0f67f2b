"""The words of each step's mail: a program's own, or ours; places in them are filled per reader.

They are plain text and nothing else: places are the only thing that is looked for in them, HTML is
shown as it was typed, and link, opt-out and who sends it are the mail's, not the text's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from cohorts.fields import apart
from cohorts.models import Program
from followups.models import CheckIn, StepText

Step = CheckIn.Step
PLACE = re.compile(r"%\((\w+)\)[sd]")
# What looks like a place, and perhaps is one misspelt.
LIKE_A_PLACE = re.compile(r"%\([^)]*\)?[sd]?|\{\{|\{%")
PLACES = ("team", "person", "n", "due", "closes", "next")
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)


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


def untorn(text: Text) -> Text:
    """The same to be edited from right to left: each place reads from left to right, in isolates.

    Forms take the marks out again.
    """
    kept_whole = "\u2066\\g<0>\u2069"
    return Text(PLACE.sub(kept_whole, text.subject), PLACE.sub(kept_whole, text.body))


def check(text: str) -> None:
    """Raises ValidationError for a place that no mail can fill."""
    for found in LIKE_A_PLACE.finditer(text):
        place = PLACE.fullmatch(found[0])
        if place is None or place[1] not in PLACES:
            sentence = _("“%(found)s” is no place. There are: %(places)s.")
            known = ", ".join(f"%({name})s" for name in PLACES)
            raise ValidationError(sentence % {"found": apart(found[0]), "places": known})


def of(program: Program, step: str) -> Text:
    """What the program says at a step, in the active language: its own words, or ours."""
    language = translation.get_language() or settings.LANGUAGE_CODE
    for own in program.step_texts.all():
        if (own.step, own.language) == (step, language):
            return Text(own.subject, own.body)
    return ours(step)


def keep(
    program: Program, step: str, language: str, text: Text, *, by: User, now: datetime
) -> None:
    """Let the program say this. The same as ours is ours, and changes with it."""
    with translation.override(language):
        is_ours = text == ours(step)
    if is_ours:
        reset(program, step, language)
        return
    StepText.objects.update_or_create(
        program=program,
        step=step,
        language=language,
        defaults={
            "subject": text.subject,
            "body": text.body,
            "changed_by": by,
            "changed_at": now,
        },
    )


def reset(program: Program, step: str, language: str) -> None:
    """Let the program say what we say."""
    StepText.objects.filter(program=program, step=step, language=language).delete()


def ours(step: str) -> Text:
    """Our words for a step, in the active language."""
    words = OURS[Step(step)]
    return Text(_(words.subject), _(words.body))


OURS = {
    Step.OPENS: Text(
        gettext_noop("%(team)s: how does the plan go? Check-in %(n)d"),
        gettext_noop("How does the plan of %(team)s go? Tell us in three minutes, by %(due)s."),
    ),
    Step.NUDGE: Text(
        gettext_noop("%(team)s: please answer check-in %(n)d by %(due)s"),
        gettext_noop(
            "Nobody of %(team)s has answered yet. Three minutes are enough, and there is time "
            "until %(due)s."
        ),
    ),
    Step.DUE: Text(
        gettext_noop("%(team)s: check-in %(n)d, date %(due)s"),
        gettext_noop(
            "The date for the answer of %(team)s is %(due)s, and nobody has answered yet. A "
            "few words today are worth more than many later."
        ),
    ),
    Step.OVERDUE: Text(
        gettext_noop("%(team)s: check-in %(n)d was due on %(due)s"),
        gettext_noop(
            "The answer of %(team)s was due on %(due)s. One sentence is enough, also if "
            "nothing moved."
        ),
    ),
    Step.COACH: Text(
        gettext_noop("%(team)s has not answered check-in %(n)d; a call may help"),
        gettext_noop(
            "%(team)s has not answered its check-in, which was due on %(due)s. Its people were "
            "asked by e-mail. A call from you may help more than another mail."
        ),
    ),
    Step.LEAD: Text(
        gettext_noop("%(team)s is silent in check-in %(n)d"),
        gettext_noop(
            "%(team)s has not answered check-in %(n)d, which was due on %(due)s. Its people "
            "were reminded and its coach was told. The round closes on %(closes)s."
        ),
    ),
    Step.CLOSES: Text(
        gettext_noop("%(team)s: check-in %(n)d is closed"),
        gettext_noop(
            "Check-in %(n)d is closed without an answer of %(team)s. That happens. If you like "
            "to tell after all, the way stays open for two weeks.\n\n%(next)s"
        ),
    ),
}
