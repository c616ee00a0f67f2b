"""`manage.py import_plan FILE.xlsx --team ID`: a team's plan from a workbook or Word document."""

from collections import Counter
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.translation import gettext as _

from actionplans.invalid import Invalid
from coalitions import clock
from coalitions.workbooks import RefusedError
from cohorts.models import Team
from documents import bringing_in, matching, reading, sources
from documents.plan_paper import PlanPaper


class Command(BaseCommand):
    help = (
        "Add the action plan of a workbook or Word document (Milestone | Activities | R | A | "
        "Timeframe | Comments Resources, in any order and five languages) to a team's plan, all "
        "of it or nothing. Rows that are in the plan already stay as they are."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--team", type=int, required=True, metavar="ID")
        parser.add_argument("--sheet", default="", help="only the sheet of this name")
        parser.add_argument("--dry-run", action="store_true", help="say what would be imported")

    def handle(self, *args: Any, **options: Any) -> None:
        team = Team.objects.select_related("cohort__program").filter(pk=options["team"]).first()
        if team is None:
            raise CommandError(f"There is no team {options['team']}.")
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        keep = not options["dry_run"]
        try:
            done = self._import(options["file"], options["sheet"], team, keep=keep)
        except (RefusedError, Invalid) as error:
            messages = getattr(error, "messages", [str(error)])
            raise CommandError("\n".join(["Nothing was imported.", *messages])) from error
        self.stdout.write(
            f"{'Imported' if keep else 'Would import'} {done[matching.NEW]} new and "
            f"{done[matching.CHANGED]} changed activities for {team}."
        )

    @transaction.atomic
    def _import(self, file: Path, only: str, team: Team, *, keep: bool) -> Counter[str]:
        paper, source = PlanPaper.of(team), sources.of_path(file)
        if only:
            source.tables[:] = [table for table in source.tables if table.title == only]
            if not source.tables:
                sentence = _("The workbook has no sheet named “%(name)s”.")
                raise RefusedError(sentence % {"name": only})
        reading.refuse_without_headings(source, paper)
        rows = reading.read(source.tables, paper)
        if not rows.lines:
            raise RefusedError(_("There are headings, but no activity below them."))
        found = matching.entries(paper, rows.lines)
        bringing_in.refuse_problems(found)
        notes = [*rows.notes, *([] if only else source.notes), *bringing_in.remarks(found)]
        for sentence in notes:
            self.stdout.write(f"Note: {sentence}")
        done = bringing_in.bring_in(paper, found, by=None, now=clock.now(), key=uuid4())
        if not keep:
            transaction.set_rollback(True)
        return done
