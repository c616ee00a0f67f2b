"""What was said in a check-in, for those who read it: the answer that stands, and earlier ones."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _

from actionplans.models import Activity
from followups.models import Answer, CheckIn, Outlook


def told_in(answers: list[Answer], check_in: CheckIn) -> list[dict[str, Any]]:
    """Each answer with what it said of activities, these by their present text; latest first.

    In a constant number of statements. `withdrawal` should be at hand.
    """
    outlooks = Prefetch("outlooks", Outlook.objects.select_related("milestone"))
    prefetch_related_objects(answers, "asked__moves", outlooks, "briefings")
    ids = {int(pk) for answer in answers for pk in answer.activities}
    own = Activity.objects.filter(pk__in=ids, milestone__plan__team=check_in.team_id)
    names = dict(own.values_list("pk", "text"))
    labels = dict(Activity.Status.choices)
    return [
        {
            "answer": answer,
            "taken_back": getattr(answer, "withdrawal", None),
            "activities": [
                {
                    "text": names.get(int(pk), _("an activity that is gone")),
                    "status": told.get("status", ""),
                    "label": labels.get(told.get("status", ""), ""),
                    "line": told.get("line", ""),
                }
                for pk, told in answer.activities.items()
            ],
        }
        for answer in sorted(answers, key=lambda a: (a.at, a.pk), reverse=True)
    ]
