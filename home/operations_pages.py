"""The operations page: is the mail going out, and what was a person sent?"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from coalitions import clock
from cohorts.access import SignedIn
from cohorts.fields import tidy
from home import operations
from home.operations import operations_door
from outbox import operating


@require_safe
@operations_door
def overview(request: SignedIn) -> HttpResponse:
    """The queue, the last day hour by hour, what needs a hand, and people by name."""
    now, user = clock.now(), request.user
    mails = operations.mails_for(user).defer("context")
    words = tidy(request.GET.get("person", "")[:100])
    dead = operations.with_people(operations.dead_addresses(user), user)
    context = {
        "figures": operations.figures(mails, now),
        "hours": operations.hours(mails, now),
        "waiting": operations.lines(operations.waiting_longest(mails, now), user),
        "stuck": operations.lines(operations.needing_a_hand(mails, now), user),
        "addresses": dead,
        "dead_addresses": vars(dead[0].suppression)["many"] if dead else 0,
        "words": words,
        "people": operations.search(user, words) if words else [],
    }
    return render(request, "home/operations.html", context)


@require_safe
@operations_door
def person(request: SignedIn, user_id: int) -> HttpResponse:
    """What a person was sent and why, and what became of each; no mail's text."""
    whom = get_object_or_404(operations.people_of(request.user), pk=user_id)
    dead = operations.dead_addresses(request.user).filter(address=whom.email)
    context = {
        "whom": whom,
        "lines": operations.sent_to(whom, request.user),
        "dead": operations.with_people(dead, request.user),
    }
    return render(request, "home/operations_person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@operations_door
def message(request: SignedIn, message_id: int) -> HttpResponse:
    """One mail with its tries; after a look at it, try again or take back."""
    now = clock.now()
    mails = (
        operations.mails_for(request.user)
        .select_related("person", "taken_back_by")
        .defer("context")
    )
    mail = get_object_or_404(mails.defer("context"), pk=message_id)
    if request.method == "POST":
        _act(request, mail.pk, request.POST.get("do", ""))
        return redirect("operations_message", mail.pk)
    context = {
        "line": operations.lines([mail], request.user)[0],
        "tries": mail.tries.order_by("n"),
        "may_retry": mail.state in operating.RETRIABLE and mail.expires_at > now,
        "may_cancel": mail.state == mail.State.QUEUED,
    }
    return render(request, "home/operations_message.html", context)


def _act(request: SignedIn, pk: int, what: str) -> None:
    mail = operations.mails_for(request.user).get(pk=pk)
    if what == "retry":
        done = operating.retry(mail, clock.now())
        said = _("It is sent again at once.")
    elif what == "cancel":
        done = operating.cancel(mail, by=request.user)
        said = _("It is taken back and does not go out.")
    else:
        return
    if done:
        messages.success(request, said)
    else:
        messages.info(request, _("Nothing was changed: this mail has moved on meanwhile."))
