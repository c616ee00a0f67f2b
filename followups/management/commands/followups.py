"""`manage.py followups preview --cohort ID` and `receive`: mails to come, and answers by mail."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cohorts.models import Cohort
from followups import forecast, tasks
from followups.forecast import Expected

COLUMNS = ("date", "time", "zone", "round", "step", "team", "person", "address", "language")


class Command(BaseCommand):
    help = "What the follow-up year of a cohort sends to whom; and answers that come by mail."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        preview = commands.add_parser("preview", help="the year's mails, on each reader's clock")
        preview.add_argument("--cohort", type=int, required=True, help="the cohort's id")
        preview.add_argument("--json", action="store_true", help="one JSON list")
        commands.add_parser("receive", help="take the answers that came by mail, now")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["command"] == "receive":
            if not settings.REPLY_MAILBOX:
                raise CommandError("No mailbox is configured: see REPLY_MAILBOX in docs/deploy.md.")
            self.stdout.write(f"{tasks.receive()} answers by mail.")
            return
        cohort = Cohort.objects.filter(pk=options["cohort"]).first()
        if cohort is None:
            known = ", ".join(f"{c.pk} {c.name}" for c in Cohort.objects.all()[:20])
            raise CommandError(f"There is no cohort {options['cohort']}. Known: {known or 'none'}.")
        rows = [_row(mail) for mail in forecast.mails_of_year(cohort)]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False))
            return
        widths = [
            max(len(row[name]) for row in [dict(zip(COLUMNS, COLUMNS, strict=True)), *rows])
            for name in COLUMNS
        ]
        for row in [dict(zip(COLUMNS, COLUMNS, strict=True)), *rows]:
            line = "  ".join(
                row[name].ljust(width) for name, width in zip(COLUMNS, widths, strict=True)
            )
            self.stdout.write(line.rstrip())
        self.stdout.write(f"\n{len(rows)} mails if nobody answers.")


def _row(mail: Expected) -> dict[str, str]:
    return {
        "date": f"{mail.at:%Y-%m-%d}",
        "time": f"{mail.at:%H:%M}",
        "zone": mail.zone,
        "round": str(mail.number),
        "step": str(mail.step),
        "team": mail.team.name,
        "person": str(mail.person),
        "address": mail.person.email,
        "language": mail.person.language,
    }
