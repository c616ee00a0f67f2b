"""`manage.py outbox`: what waits, what failed; another try; and reading what came back."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Q, QuerySet

from coalitions import clock
from coalitions.piping import quiet_when_cut
from outbox import mailbox, mailboxes, operating
from outbox.models import Message
from outbox.states import State

TO_GO = [State.QUEUED, State.CLAIMED]


class Command(BaseCommand):
    help = "List mails by state, queue those that failed once more, read mails that came back."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command")
        listing = commands.add_parser("list", help="the mails, those due first (the default)")
        listing.add_argument("--state", choices=State.values, help="only those in this state")
        listing.add_argument("--kind", help="only those of this kind")
        retry = commands.add_parser("retry", help="queue failed or dead mails once more")
        retry.add_argument("mails", nargs="*", metavar="ID", help="numbers or keys of mails")
        retry.add_argument("--dead", action="store_true", help="all that were given up")
        retry.add_argument("--failed", action="store_true", help="all that were refused")
        retry.add_argument("--kind", help="of these only those of this kind")
        bounces = commands.add_parser(
            "bounces", help="read the mailbox that undelivered mails come back to"
        )
        bounces.add_argument("--mailbox", default=settings.BOUNCES_MAILBOX, metavar="URL")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["command"] == "retry":
            self.retry(options)
        elif options["command"] == "bounces":
            self.bounces(options["mailbox"])
        else:
            self.list(options.get("state"), options.get("kind"))

    def list(self, state: str | None, kind: str | None) -> None:
        mails = Message.objects.filter(**({"state": state} if state else {}))
        mails = mails.filter(kind=kind) if kind else mails
        with quiet_when_cut(self.stdout):
            for mail in _due_first(mails):
                self.stdout.write(
                    f"{mail.pk:6} {mail.state:10} {mail.next_attempt_at:%Y-%m-%d %H:%M}Z "
                    f"{mail.kind:16} {mail.address} {mail.key} {mail.reason or mail.error}".rstrip()
                )

    def retry(self, options: dict[str, Any]) -> None:
        now, names = clock.now(), options["mails"]
        states = [state for state in operating.RETRIABLE if options[state]]
        if not (names or states):
            raise CommandError("Which ones? Give numbers or keys, or --dead or --failed.")
        mails = [self.named(name) for name in names]
        if states:
            mails += operating.retriable(Message.objects.filter(state__in=states), now)
        if options["kind"]:
            mails = [mail for mail in mails if mail.kind == options["kind"]]
        done = 0
        for mail in mails:
            if operating.retry(mail, now):
                done += 1
                self.stdout.write(f"{mail.pk} {mail.key} is queued again.")
            elif mail.state not in operating.RETRIABLE:
                self.stderr.write(
                    f"{mail.pk} is {mail.state}; only failed or dead mails are retried."
                )
            else:
                self.stderr.write(f"{mail.pk} expired at {mail.expires_at:%Y-%m-%d %H:%M}Z.")
        self.stdout.write(f"{done} of {len(mails)} mails are queued again.")
        if names and done < len(mails):
            raise CommandError("Some could not be tried again.")

    def named(self, name: str) -> Message:
        is_number = name.isascii() and name.isdigit() and len(name) < 18
        asked = Q(key=name) | Q(pk=int(name)) if is_number else Q(key=name)
        mail = Message.objects.filter(asked).first()
        if mail is None:
            raise CommandError(f"No mail has the number or key {name!r}.")
        return mail

    def bounces(self, url: str) -> None:
        if not url:
            raise CommandError("Which mailbox? Set BOUNCES_MAILBOX, or give --mailbox.")
        try:
            letters, news = mailboxes.look("BOUNCES_MAILBOX", url)
        except mailbox.MailboxError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{letters} letters read, {news} bounces or complaints noted.")


def _due_first(mails: QuerySet[Message]) -> Iterator[Message]:
    """Those that are still to go by their moments, then the others, the latest first."""
    to_go = Q(state__in=TO_GO)
    return chain(
        mails.filter(to_go).order_by("next_attempt_at", "pk").iterator(),
        mails.exclude(to_go).order_by("-next_attempt_at", "-pk").iterator(),
    )
