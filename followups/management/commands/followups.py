"""`manage.py followups`: the year's mails, what is due, stop and go, and answers by mail."""

from __future__ import annotations

import json
from argparse import ArgumentTypeError
from contextlib import nullcontext
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from coalitions import clock
from coalitions.piping import quiet_when_cut
from cohorts.fields import check_year
from cohorts.models import Cohort
from followups import due, forecast
from followups.forecast import Expected
from outbox import hold, mailbox, mailboxes, ticking
from outbox.models import Engine

# `--as-sent` without a moment.
RESTORED = object()
LISTS = {"preview", "due"}
COLUMNS = ("date", "time", "zone", "round", "step", "team", "person", "address", "language")


class Command(BaseCommand):
    help = "Show what the year sends and what is due; look now; stop and go on; take answers."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        preview = commands.add_parser("preview", help="the year's mails, on each reader's clock")
        preview.add_argument("--cohort", type=int, required=True, help="the cohort's id")
        preview.add_argument("--json", action="store_true", help="one JSON list")
        commands.add_parser("receive", help="take the answers that came by mail, now")
        commands.add_parser("tick", help="look now, once: plan what is due and send it")
        listing = commands.add_parser("due", help="what is due and why; changes nothing")
        listing.add_argument(
            "--now",
            type=_moment,
            metavar="MOMENT",
            help="at another moment, such as 2027-03-01T09:00",
        )
        listing.add_argument("--json", action="store_true", help="one JSON list, obstacles first")
        stop = commands.add_parser("hold", help="stop planning and sending until `resume`")
        stop.add_argument(
            "why", nargs="?", default="", help="words shown to program leads and administrators"
        )
        go_on = commands.add_parser("resume", help="go on after a hold")
        choice = go_on.add_mutually_exclusive_group()
        choice.add_argument(
            "--send", action="store_true", help="send what waits, also what may have gone before"
        )
        choice.add_argument(
            "--as-sent",
            nargs="?",
            type=_moment,
            const=RESTORED,
            metavar="MOMENT",
            help="never send what was due by then (after a restore: by the last tick seen)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        with quiet_when_cut(self.stdout) if options["command"] in LISTS else nullcontext():
            getattr(self, options["command"])(options)

    def tick(self, options: dict[str, Any]) -> None:
        ticking.tick(clock.now())
        held = Engine.objects.filter(held_since__isnull=False).first()
        if held:
            raise CommandError(f"The engine is on hold: {held.said}. See `followups due`.")
        self.stdout.write("Looked at what was due, and sent it.")

    def due(self, options: dict[str, Any]) -> None:
        now = options["now"] or clock.now()
        # What hinders is asked of today, whatever moment the rest is of.
        obstacles, rows = due.obstacles(clock.now()), due.rows(now)
        if options["json"]:
            self.stdout.write(json.dumps([*obstacles, *rows], ensure_ascii=False))
            return
        for obstacle in obstacles:
            self.stdout.write(f"! {obstacle['why']}")
        for row in rows:
            self.stdout.write("  ".join(row[name] for name in due.COLUMNS).rstrip())
        self.stdout.write(f"{len(rows)} due at {now:%Y-%m-%d %H:%M}Z.")

    def hold(self, options: dict[str, Any]) -> None:
        if not hold.hold(words=options["why"], now=clock.now()):
            raise CommandError("The engine is on hold already.")
        self.stdout.write("On hold: nothing is planned or sent until `followups resume`.")

    def resume(self, options: dict[str, Any]) -> None:
        held = Engine.objects.filter(held_since__isnull=False).first()
        if held is None:
            raise CommandError("The engine is not on hold.")
        as_sent = options["as_sent"]
        if as_sent is RESTORED:
            as_sent = held.sent_until or clock.now()
        elif as_sent:
            _check_as_sent(as_sent, held, clock.now())
        if held.held_because == Engine.Why.RESTORED and not (as_sent or options["send"]):
            raise CommandError(
                f"{held.held_words[:1].upper()}{held.held_words[1:]}. What went out since is due "
                "again (`followups due`): say --as-sent to let it be, or --send to send it again."
            )
        taken = due.go_on(now=clock.now(), as_sent_until=as_sent)
        self.stdout.write("The engine goes on at the next tick.")
        if as_sent:
            until = f"{as_sent:%Y-%m-%d %H:%M}Z"
            self.stdout.write(f"{taken} mails that were due by {until} are taken as sent.")

    def receive(self, options: dict[str, Any]) -> None:
        if not settings.REPLY_MAILBOX:
            raise CommandError("No mailbox is configured: see REPLY_MAILBOX in docs/deploy.md.")
        try:
            _letters, answers = mailboxes.look("REPLY_MAILBOX", settings.REPLY_MAILBOX)
        except mailbox.MailboxError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{answers} answers by mail.")

    def preview(self, options: dict[str, Any]) -> None:
        cohort = Cohort.objects.filter(pk=options["cohort"]).first()
        if cohort is None:
            known = ", ".join(f"{c.pk} {c.name}" for c in Cohort.objects.all()[:20])
            raise CommandError(f"There is no cohort {options['cohort']}. Known: {known or 'none'}.")
        expected = forecast.mails_of_year(cohort)
        rows = [_row(told) for told in expected]
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
        # What one person is told at one moment is one mail.
        mails = {(told.person.pk, told.at) for told in expected}
        self.stdout.write(f"\n{len(mails)} mails if nobody answers.")


def _moment(text: str) -> datetime:
    """A moment as someone types it, of UTC where no zone is named; in UTC."""
    try:
        moment = datetime.fromisoformat(text)
        check_year(moment.date())
    except (ValueError, ValidationError):
        sentence = f"{text!r} is no moment of our time, such as 2027-03-01T09:00"
        raise ArgumentTypeError(sentence) from None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _check_as_sent(until: datetime, held: Engine, now: datetime) -> None:
    """Refuse a slip that could not be taken back: taken as sent is never sent."""
    if until > now:
        raise CommandError(
            f"{until:%Y-%m-%d %H:%M}Z is still to come, so nothing went by then. Say until when "
            "mails may have gone, or --as-sent without a moment."
        )
    # People type minutes.
    known = held.seen_at.replace(second=0, microsecond=0)
    if held.held_because == Engine.Why.RESTORED and until < known:
        raise CommandError(
            f"This database's own last tick was at {known:%Y-%m-%d %H:%M}Z, and it knows what went "
            "by then. Say a later moment, --as-sent without one, or --send to send what came due "
            "since once more."
        )


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
