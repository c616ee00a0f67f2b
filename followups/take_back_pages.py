"""Undoing: an answer that was sent from a link, and the links of a check-in's mails."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from coalitions import clock
from cohorts.access import TEAM, Role, SignedIn, open_to_all, team_door
from cohorts.models import Membership, Team
from followups import mails, reply_address, sending
from followups.check_in_pages import in_words_of, privately
from followups.models import Answer, CheckIn
from followups.said import told_in
from followups.sending_mails import TAKE_BACK
from outbox import links
from outbox.links import Trouble
from outbox.models import LinkToken

GONE, UNPROCESSABLE = 410, 422


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all("the link's token")
def take_back(request: HttpRequest, token: str) -> HttpResponse:
    """Take an answer back within 72 hours: a choice and a button, so that no scanner does it."""
    now = clock.now()
    link = links.find(TAKE_BACK, token, now)
    found = link if isinstance(link, Trouble) else _answer_of(link)
    if isinstance(found, Trouble) or isinstance(link, Trouble) or link.person is None:
        status = 404 if found == Trouble.UNKNOWN else GONE
        closed = {"trouble": found, "csrf_token": ""}
        return privately(render(request, "followups/take_back_closed.html", closed, status=status))
    status, is_done = 200, not sending.can_be_taken_back(found, now)
    with in_words_of(link.person, found.check_in.team):
        if request.method == "POST" and request.POST.get("choice") == "back":
            sending.take_back(found, by=link.person, now=now)
            is_done = True
        elif request.method == "POST" and not is_done:
            status = UNPROCESSABLE
        found.check_in.refresh_from_db(fields=["state"])
        context = {
            "answer": found,
            "answers": told_in([found], found.check_in),
            "check_in": found.check_in,
            "team": found.check_in.team,
            "is_done": is_done,
            "is_open": found.check_in.state == CheckIn.State.OPEN,
            "asks_to_choose": status == UNPROCESSABLE,
            "csrf_token": "",
        }
        return privately(render(request, "followups/take_back.html", context, status=status))


def _answer_of(link: LinkToken) -> Answer | Trouble:
    """The answer while its sender is in the team, or why the link does not open."""
    answers = Answer.objects.select_related("check_in__team__cohort", "check_in__round")
    answer = answers.filter(pk=link.about or 0).first()
    member = Membership.objects.filter(
        user=link.person_id, user__is_active=True, team__check_ins__answers=link.about
    )
    return answer if answer and member.exists() else Trouble.REVOKED


@require_POST
@team_door(may=TEAM)
def close_links(request: SignedIn, team: Team, check_in_id: int) -> HttpResponse:
    """Close the links that one's own mails about this check-in hold; a lead also everybody's."""
    check_in = get_object_or_404(CheckIn, pk=check_in_id, team=team)
    whose = {} if _closes_all(request, team) else {"person": request.user}
    for purpose in (mails.PURPOSE, reply_address.PURPOSE):
        links.revoke(purpose, about=check_in.pk, now=clock.now(), **whose)
    messages.success(
        request, _("Closed. Those links open nothing any more; a later mail has a new one.")
    )
    return redirect("check_in", team.pk, check_in.pk)


def _closes_all(request: SignedIn, team: Team) -> bool:
    return request.POST.get("whose") == "all" and Role.TEAM_LEAD in team.roles
