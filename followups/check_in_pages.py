"""The check-in's pages: the same for a member who is signed in and for one who came by a link."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from coalitions import clock
from coalitions.templatetags.days import listed
from cohorts.models import Team
from followups import answering, drafts, mails, overview_of_draft, sending
from followups.forms import SEEN, StepForm
from followups.models import CheckIn
from followups.rights import IN_PAGE, Right
from followups.said import told_in
from followups.steps import LAST, Course, Step

OK, CONFLICT, GONE, UNPROCESSABLE = 200, 409, 410, 422


def privately(response: HttpResponse) -> HttpResponse:
    """Let neither caches nor the next site learn of the page; say what language it speaks."""
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store, private"
    response["Content-Language"] = translation.get_language() or ""
    return response


@contextmanager
def in_words_of(person: User, team: Team | None = None) -> Iterator[None]:
    """Speak the person's language and show times of their clock, signed in or not."""
    zone = mails.zone_of(person, team) if team else person.zone
    with translation.override(person.language), timezone.override(zone):
        yield


class Visit:
    """One person before one check-in, for one request."""

    def __init__(
        self,
        request: HttpRequest,
        check_in: CheckIn,
        person: User,
        right: Right,
        carried: str = "",
    ) -> None:
        self.request, self.check_in, self.person, self.right = request, check_in, person, right
        # What the page carried, where its right has to be shown anew.
        self.carried = carried
        # Only someone who is signed in as that person sees ways to other pages.
        self.is_inside = right.link is None and request.user == person
        self.sent = request.POST
        self.now = clock.now()
        self.course = Course(check_in, sent=_activities_in(self.sent.get("step", "")))

    def address(self, step: str = "") -> str:
        """Where a page of this check-in is read."""
        path = (
            reverse("check_in", args=[self.check_in.team_id, self.check_in.pk])
            if self.is_inside
            else reverse("check_in_by_link")
        )
        return f"{path}?step={step}" if step else path

    # Reading -----------------------------------------------------------------------------------

    def show(self) -> HttpResponse:
        """The page that the address names; else where someone begins, or goes on."""
        step = self.course.step(self.request.GET.get("step", "")) or self.course.begins
        is_open = self.check_in.state in answering.ANSWERABLE
        has_answer = self.check_in.state == CheckIn.State.SUBMITTED
        if not is_open or (has_answer and "step" not in self.request.GET):
            step = self.course.steps[-1]
        return self._page(step)

    def _page(self, step: Step, *, status: int = OK, **more: Any) -> HttpResponse:
        if step.name == LAST:
            context = self._overview()
        else:
            context = self._step(step, more.pop("form", None))
        course = self.course
        context |= {
            "base": "base.html" if self.is_inside else "followups/link_base.html",
            "is_inside": self.is_inside,
            "check_in": self.check_in,
            "team": self.check_in.team,
            "cohort": self.check_in.team.cohort,
            "person": self.person,
            "right": self.carried or self.right.signed(IN_PAGE),
            "step": step,
            "typed": typed(self.sent) if step.name == LAST else [],
            "place": course.steps.index(step) + 1,
            "places": len(course.steps),
            "here": self.address(step.name),
            "previous": self.address(course.neighbour(step, -1).name),
            "next": self.address(course.neighbour(step, 1).name),
            **more,
        }
        if not self.is_inside:
            context["csrf_token"] = ""
        response = render(self.request, "followups/check_in.html", context, status=status)
        return response if self.is_inside else privately(response)

    def _step(self, step: Step, form: StepForm | None) -> dict[str, Any]:
        fields = self.course.field_names(step)
        draft = self.course.draft
        writers = [draft[name] for name in fields if name in draft and draft[name].by_id]
        return {
            "form": form or StepForm(self.course, step),
            "last_time": self.course.last_time(step),
            "planned": self.course.planned if step.name == "did" else "",
            "writers": overview_of_draft.writers(writers),
            "activities_end": self.address("did"),
            "last": self.address(LAST),
        }

    def _overview(self) -> dict[str, Any]:
        check_in = self.check_in
        answers = list(check_in.answers.select_related("person", "withdrawal__by"))
        standing = [answer for answer in answers if not hasattr(answer, "withdrawal")]
        begins = self.course.goes_on
        is_open = check_in.state in answering.ANSWERABLE
        is_answered = check_in.state == CheckIn.State.SUBMITTED
        return {
            "rows": overview_of_draft.rows(self.course, self.address),
            "mark": drafts.mark_of(self.course.draft),
            "submission_id": uuid4(),
            "is_open": is_open,
            "is_answered": is_answered,
            "is_written": any(field.text for field in self.course.draft.values()),
            "has_news": any(
                field.by_id and (not standing or field.at > standing[-1].at)
                for field in self.course.draft.values()
            ),
            "goes_on": self.address(begins.name) if begins and is_open else "",
            "first": self.address(self.course.steps[0].name),
            "senders": sending.senders(check_in, self.person, self.now) if is_open else [],
            "leads": sending.leads(check_in, self.person) if self.is_inside else False,
            "answers": told_in(answers, check_in),
            "following": answering.next_round(check_in) if is_answered else None,
        }

    # Writing -----------------------------------------------------------------------------------

    def take(self) -> HttpResponse | str:
        """Do what was pressed; the address to go on at, or the page that says what is wrong."""
        step = self.course.step(self.sent.get("step", ""))
        if step is None:
            gone = _("This is no longer asked. What you typed stands below, to copy.")
            return self._page(self.course.steps[-1], status=UNPROCESSABLE, problem=gone)
        if step.name == LAST:
            return self._send()
        form = StepForm(self.course, step, self._filled(step))
        do = self.sent.get("do", "next")
        if do == "theirs":
            return self.address(step.name)
        if not form.is_valid():
            return self._page(step, status=UNPROCESSABLE, form=form)
        if self.check_in.state not in answering.ANSWERABLE:
            form.add_error(None, _("This check-in takes no answers now. Nothing was kept."))
            return self._page(step, status=UNPROCESSABLE, form=form)
        theirs = self._write(form)
        if theirs:
            own = all(other["is_own"] for other in theirs.values())
            more = {"theirs": theirs.values(), "is_own": own}
            return self._page(step, status=CONFLICT, form=form, **more)
        return self._after(step, do)

    def _filled(self, step: Step) -> dict[str, Any]:
        """What was sent; “the same as last time” fills in the words that were said then."""
        filled = self.sent.dict()
        if filled.get("do") == "same" and not filled.get(step.name):
            filled[step.name] = self.course.last_time(step)
        return filled

    def _write(self, form: StepForm) -> dict[str, Any]:
        """Write each field; those that someone else wrote meanwhile, as they stand now."""
        theirs = {}
        for name, text in form.texts().items():
            seen = form.seen[name]
            other = drafts.write(self.check_in, name, text, seen=seen, by=self.person, now=self.now)
            if other:
                form.seen[name] = other.text
                theirs[name] = overview_of_draft.shown(other, form[name].label)
                theirs[name]["is_own"] = other.by_id == self.person.pk
        drafts.leave(self.check_in, set(form.step.fields) - set(self.course.draft), self.now)
        return theirs

    def _after(self, step: Step, do: str) -> str:
        if do == "unchanged":
            for other in self.course.steps[self.course.steps.index(step) + 1 :]:
                if other.activity and other.name not in self.course.written:
                    self._write_as_it_was(other)
            return self.address("did")
        if do == "last":
            return self.address(LAST)
        by = {"back": -1, "stay": 0}.get(do, 1)
        return self.address(self.course.neighbour(step, by).name)

    def _write_as_it_was(self, step: Step) -> None:
        for name, text in self.course.offered(step).items():
            drafts.write(self.check_in, name, text, seen="", by=self.person, now=self.now)

    def _send(self) -> HttpResponse | str:
        """Send the answer, or tell the lead that it is ready."""
        if self.sent.get("do") == "hand":
            self._hand_over()
            return self.address(LAST)
        problem = self._problem()
        if not problem:
            try:
                answer = sending.send(
                    self.check_in,
                    drafts.said(self.course.draft),
                    by=self.person,
                    submission_id=_uuid(self.sent.get("submission_id", "")),
                    by_link=self.right.link is not None,
                    now=self.now,
                )
            except answering.ClosedError as error:
                problem = str(error)
            else:
                messages.success(self.request, _("Thank you. What your team said is kept."))
                if answer.by_link:
                    sent = _("We wrote to you how to take it back, within 72 hours.")
                    messages.info(self.request, sent)
                return self.address()
        return self._page(self.course.steps[-1], status=UNPROCESSABLE, problem=problem)

    def _hand_over(self) -> None:
        told, known = sending.hand_over(self.check_in, by=self.person, now=self.now)
        if told:
            names = {"who": listed([str(lead) for lead in told])}
            said = _("We write to %(who)s that it is ready to be sent.") % names
            messages.success(self.request, said)
        elif known:
            names = {"who": listed([str(lead) for lead in known])}
            messages.info(self.request, _("We wrote to %(who)s today already.") % names)

    def _problem(self) -> str:
        if not any(field.text for field in self.course.draft.values()):
            return _("Nothing is filled in yet. One status or one sentence is enough.")
        if self.sent.get("mark") != drafts.mark_of(self.course.draft):
            return _("Someone of your team wrote meanwhile. Look once more, then send it.")
        if self.right.link is not None and self.sent.get("agreed") != drafts.ON:
            return _("Tick the box above the button: so we know that a person sent this.")
        return ""

    def show_stale(self) -> HttpResponse:
        """The page again, when it was open so long that its right must be shown anew."""
        stale = _(
            "This page was open for more than a day, so this is not kept yet; all you typed is"
            " still here. Open the link in the e-mail once more (or sign in) in another tab,"
            " then press the button below again."
        )
        step = self.course.step(self.sent.get("step", "")) or self.course.steps[-1]
        if step.name == LAST:
            return self._page(step, status=GONE, problem=stale)
        form = StepForm(self.course, step, self.sent.dict())
        form.add_error(None, stale)
        return self._page(step, status=GONE, form=form)


def _activities_in(step: str) -> frozenset[int]:
    """The activity that a page is about."""
    first, _dash, number = step.partition("-")
    is_one = first == "activity" and number.isascii() and number.isdecimal() and len(number) < 18
    return frozenset({int(number)}) if is_one else frozenset()


def _uuid(text: str) -> UUID:
    """The id a page made for what it sends; a new one for a page without."""
    try:
        return UUID(text)
    except ValueError:
        return uuid4()


def typed(sent: QueryDict) -> list[str]:
    """What someone typed into a page that could not be kept, to give it back."""
    return [
        value
        for name, values in sent.lists()
        for value in values
        if value.strip() and _is_typed(name)
    ]


def _is_typed(name: str) -> bool:
    ours = {"right", "step", "do", "mark", "agreed", "submission_id", "csrfmiddlewaretoken"}
    chosen = (SEEN, "status-", "likely-", "met-")
    return name not in ours and not name.startswith(chosen)
