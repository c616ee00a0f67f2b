"""A check-in as a row of pages, one thing on each, and what the team said last beside it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from actionplans.models import Activity, Milestone
from cohorts.models import Person
from followups import answering, drafts
from followups.drafts import Draft
from followups.models import Answer, CheckIn, Outlook

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

LAST = "send"
QUESTIONS: dict[str, StrOrPromise] = {
    "did": gettext_lazy("What did you do?"),
    "learned": gettext_lazy("What did you learn?"),
    "struggling": gettext_lazy("What are you struggling with?"),
    "next": gettext_lazy("What will you do next?"),
}


@dataclass(frozen=True)
class Step:
    """One page: its name in the address, its heading, and the fields it asks for."""

    name: str
    title: str
    fields: tuple[str, ...]
    activity: Activity | None = None

    @property
    def is_question(self) -> bool:
        """Is it one of the four questions, whose heading says all?"""
        return self.name in QUESTIONS


@dataclass
class Course:
    """The pages of one check-in, what is written on them, and what was said before."""

    check_in: CheckIn
    # Activities by id that a sent page speaks of, whether they are still open or not.
    sent: frozenset[int] = frozenset()
    draft: Draft = field(init=False)

    def __post_init__(self) -> None:
        self.draft = drafts.of(self.check_in)

    @cached_property
    def activities(self) -> list[Activity]:
        """What is asked about: open activities, and any that this check-in spoke of."""
        told = {
            int(name.partition("-")[2])
            for name, field in self.draft.items()
            if name.startswith("status-") and field.text
        }
        return answering.open_activities(self.check_in.team, told=told, sent=self.sent)

    @cached_property
    def milestones(self) -> list[Milestone]:
        """The milestones that are asked about: those with something still to do, in order."""
        found = {activity.milestone_id: activity.milestone for activity in self.activities}
        return list(found.values())

    @cached_property
    def people(self) -> list[Person]:
        """Whom the team may have met: outsiders first."""
        found = list(Person.objects.of(self.check_in.team))
        return sorted(found, key=lambda person: not person.is_outsider)

    @cached_property
    def before(self) -> list[Answer]:
        """What the team said in earlier rounds, oldest first; what was taken back is not there."""
        earlier = Answer.objects.standing().filter(
            check_in__team=self.check_in.team_id,
            check_in__round__number__lt=self.check_in.round.number,
        )
        return list(earlier)

    @cached_property
    def steps(self) -> list[Step]:
        """The pages in their order; the last one sends."""
        found = [
            Step(
                f"activity-{activity.pk}",
                activity.text or _("An activity without words"),
                (f"status-{activity.pk}", f"line-{activity.pk}"),
                activity,
            )
            for activity in self.activities
        ]
        found += [Step(name, str(title), (name,)) for name, title in QUESTIONS.items()]
        if self.milestones:
            likely = tuple(f"likely-{milestone.pk}" for milestone in self.milestones)
            found.append(Step("outlook", _("How likely are your milestones?"), likely))
        found.append(Step("met", _("Whom of your authorizers did you brief?"), ("met_others",)))
        help_fields = ("help", "help_from", "help_by")
        found.append(Step("help", _("What help do you need?"), help_fields))
        found.append(Step(LAST, _("Is this what you want to say?"), ()))
        return found

    def step(self, name: str) -> Step | None:
        """The page of that name; None when there is none (any more)."""
        return next((step for step in self.steps if step.name == name), None)

    def neighbour(self, step: Step, by: int) -> Step:
        """The page so many after (or before) a page, the first or last one at the ends."""
        place = self.steps.index(step) + by
        return self.steps[min(max(place, 0), len(self.steps) - 1)]

    @property
    def begins(self) -> Step:
        """Where someone comes in: the first page, or the overview once something is written."""
        return self.steps[-1] if any(f.text for f in self.draft.values()) else self.steps[0]

    @property
    def goes_on(self) -> Step | None:
        """The first page that nobody has written on, or has left as it was."""
        written = self.written
        return next((s for s in self.steps[:-1] if s.name not in written), None)

    @property
    def written(self) -> set[str]:
        """The names of the pages that somebody has written on, or has left as they were."""
        named = {step.name for step in self.steps if any(n in self.draft for n in step.fields)}
        met = any(name.startswith("met-") for name in self.draft)
        return named | ({"met"} if met else set())

    def field_names(self, step: Step) -> Iterable[str]:
        """All fields of a page, people to tick among them."""
        people = (f"met-{person.pk}" for person in self.people) if step.name == "met" else ()
        return (*people, *step.fields)

    def seen(self, name: str) -> str:
        """What a field says in the draft."""
        return self.draft[name].text if name in self.draft else ""

    def offered(self, step: Step) -> dict[str, str]:
        """What stands in a page's fields: the draft, or what was said last where none is."""
        last = self._last(step)
        return {
            name: self.draft[name].text if name in self.draft else last.get(name, "")
            for name in self.field_names(step)
        }

    def _last(self, step: Step) -> dict[str, str]:
        if step.activity:
            status, line = step.fields
            known = step.activity.status in answering.SAID_IN_CHECK_IN
            lines = (answer.activities.get(str(step.activity.pk)) for answer in self.before)
            said = [told["line"] for told in lines if told and told.get("line")]
            return {status: step.activity.status if known else "", line: said[-1] if said else ""}
        if step.name == "outlook":
            return {f"likely-{pk}": likely for pk, likely in self._outlooks().items()}
        return {}

    def _outlooks(self) -> dict[int, str]:
        """How likely each milestone was said to be last."""
        earlier = Outlook.objects.filter(answer__in=[answer.pk for answer in self.before])
        return dict(earlier.order_by("answer__at", "pk").values_list("milestone_id", "likely"))

    def last_time(self, step: Step) -> str:
        """What the team answered to a question in the round before."""
        return getattr(self.before[-1], step.name) if self.before and step.name in QUESTIONS else ""

    @property
    def planned(self) -> str:
        """What the team said it would do next, in the round before."""
        return self.before[-1].next if self.before else ""
