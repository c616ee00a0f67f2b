"""The comments beside a page of a team's work, and whether one hears of them by mail."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.doors import is_script
from accounts.models import User
from coalitions import clock
from cohorts.access import READ_TEAM_WORK, SignedIn, open_to_all, signed_in, team_door
from cohorts.models import Team
from conversations import comments, digests, pages
from conversations.forms import CommentForm, names_of
from conversations.models import Comment, circle
from outbox import links

UNPROCESSABLE = 422


def closed_sentence() -> str:
    """What to say where nothing can be written any more."""
    return _("This cohort is closed: its comments are here to read.")


@require_http_methods(["GET", "HEAD", "POST"])
@team_door(may=READ_TEAM_WORK)
def page(request: SignedIn, team: Team, page: str, which: str) -> HttpResponse:
    """What is said about a page: a section of it for htmx, and a page of its own without."""
    spot, rules = pages.spot(team, page, which), pages.page_of(page)
    people = list(circle(team).order_by("name", "pk"))
    form, status = CommentForm(people=people), 200
    about: Comment | None = None
    if request.method == "POST":
        if not team.roles & rules.may_reply:
            raise Http404
        if request.POST.get("do", "say") == "say":
            form, about = _say(request, team, page, which, people)
            status = 200 if about else UNPROCESSABLE
        elif comments.is_open(team):
            about = _act(request, team, page, which)
        if status == 200 and not is_script(request):
            return redirect(request.path + (f"#comment-{about.pk}" if about else ""))
    said = comments.threads(team, page, which)
    writes = comments.is_open(team) or status != 200
    context: dict[str, Any] = {
        "team": team,
        "spot": spot,
        "threads": said,
        "open_count": sum(thread.is_open for thread in said),
        "form": CommentForm(people=people) if about else form,
        "asked": _number(request.POST.get("parent")),
        "names": list(names_of(people)),
        "about": about.pk if about else None,
        "is_closed": not comments.is_open(team),
        "may_begin": bool(team.roles & rules.may_begin) and writes,
        "may_reply": bool(team.roles & rules.may_reply) and writes,
    }
    template = "section" if is_script(request) else "comments"
    return render(request, f"conversations/{template}.html", context, status=status)


def _say(
    request: SignedIn, team: Team, page: str, which: str, people: list[User]
) -> tuple[CommentForm, Comment | None]:
    parent = None
    if request.POST.get("parent"):
        parent = _comment(team, page, which, request.POST["parent"])
    elif not team.roles & pages.page_of(page).may_begin:
        raise Http404
    form = CommentForm(request.POST, people=people)
    if form.is_valid() and not comments.is_open(team):
        form.add_error("text", closed_sentence())
    if not form.is_valid():
        return form, None
    said = comments.say(
        team,
        page,
        which,
        form.cleaned_data["text"],
        by=request.user,
        now=clock.now(),
        form_id=form.cleaned_data["form_id"],
        parent=parent,
        mentioned=form.cleaned_data["mention"],
    )
    return form, said


def _act(request: SignedIn, team: Team, page: str, which: str) -> Comment:
    """Resolve, reopen, or take back one's own; the comment's id is in the form."""
    comment = _comment(team, page, which, request.POST.get("comment", ""))
    match request.POST["do"]:
        case "resolve":
            comments.resolve(comment, by=request.user, now=clock.now())
        case "reopen":
            comments.reopen(comment)
        case "take-back" if comment.author_id == request.user.pk:
            comments.take_back(comment, now=clock.now())
        case _:
            raise Http404
    return comment


def _comment(team: Team, page: str, which: str, sent: str) -> Comment:
    standing = Comment.objects.on(team, page, which).filter(removed_at=None)
    return get_object_or_404(standing.select_related("parent"), pk=_number(sent) or 0)


def _number(sent: str | None) -> int | None:
    """An id that our pages sent; None for what is none."""
    return int(sent) if sent and sent.isascii() and sent.isdigit() and len(sent) < 18 else None


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def comment_mails(request: SignedIn) -> HttpResponse:
    """Turn the mails about comments on or off."""
    if request.method == "POST":
        digests.set_wanted(request.user, wanted=request.POST.get("wants_mail") == "yes")
        messages.success(request, _("Saved."))
        return redirect("comment_mails")
    context = {"wants": digests.are_wanted(request.user)}
    return render(request, "conversations/comment_mails.html", context)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@open_to_all("the link's token")
def comments_off(request: HttpRequest, token: str) -> HttpResponse:
    """Stop the mails: a button for people, one POST for their mail programs (RFC 8058)."""
    link = links.find(digests.OPT_OUT, token, clock.now())
    if isinstance(link, links.Trouble) or link.person is None:
        raise Http404
    if request.method == "POST":
        digests.set_wanted(link.person, wanted=False)
    context = {
        "person": link.person,
        "stopped": not digests.are_wanted(link.person),
        "again": reverse("comment_mails"),
        "csrf_token": "",
    }
    with translation.override(link.person.language):
        response = render(request, "conversations/comments_off.html", context)
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store, private"
    return response
