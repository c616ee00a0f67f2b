"""`manage.py import_plan FILE.xlsx --team ID`: a team's plan from a workbook."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from actionplans import plan_import
from actionplans.invalid import Invalid
from coalitions import clock
from cohorts.models import Team


class Command(BaseCommand):
    help = (
        "Add the action plan of a workbook (Milestone | Activities | R | A | Timeframe | Comments "
        "Resources, in any order and five languages) to a team's plan, all of it or nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--team", type=int, required=True, metavar="ID")
        parser.add_argument("--sheet", default="", help="only the sheet of this name")
        parser.add_argument("--dry-run", action="store_true", help="say what would be imported")

    def handle(self, *args: Any, **options: Any) -> None:
        team = Team.objects.filter(pk=options["team"]).first()
        if team is None:
            raise CommandError(f"There is no team {options['team']}.")
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        keep = not options["dry_run"]
        try:
            parsed = plan_import.read(options["file"], options["sheet"])
            for sentence in parsed.notes:
                self.stdout.write(f"Note: {sentence}")
            if parsed.problems:
                raise Invalid(parsed.problems)
            done = plan_import.apply(parsed, team, by=None, now=clock.now(), keep=keep)
        except (plan_import.RefusedError, Invalid) as error:
            messages = getattr(error, "messages", [str(error)])
            raise CommandError("\n".join(["Nothing was imported.", *messages])) from error
        self.stdout.write(
            f"{'Imported' if keep else 'Would import'} {done.activities} activities "
            f"under {done.milestones} milestones for {team}."
        )
