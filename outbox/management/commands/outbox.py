"""`manage.py outbox`: what waits, what failed, and another try for one mail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from coalitions import clock
from outbox.models import Message
from outbox.states import MOVES, State, transition
from outbox.verdicts import lift_suppression


class Command(BaseCommand):
    help = "List mails by state, or queue one that failed again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--state", choices=State.values, help="list the mails in this state")
        parser.add_argument("--retry", metavar="KEY", help="queue this failed or dead mail again")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["retry"]:
            self.retry(options["retry"])
            return
        mails = Message.objects.order_by("next_attempt_at", "pk")
        if options["state"]:
            mails = mails.filter(state=options["state"])
        for mail in mails.iterator():
            self.stdout.write(
                f"{mail.state:10} {mail.next_attempt_at:%Y-%m-%d %H:%M}Z {mail.kind:16} "
                f"{mail.address} {mail.key} {mail.reason or mail.error}".rstrip()
            )

    def retry(self, key: str) -> None:
        mail = Message.objects.filter(key=key).first()
        if mail is None:
            raise CommandError(f"No mail has the key {key!r}.")
        if State.QUEUED not in MOVES.get(mail.state, ()) or mail.state == State.CLAIMED:
            raise CommandError(f"This mail is {mail.state}; only failed or dead mails are retried.")
        if mail.expires_at <= clock.now():
            raise CommandError(f"This mail expired at {mail.expires_at:%Y-%m-%d %H:%M}Z.")
        # Whoever tries again by hand has mended the address.
        lift_suppression(mail.address)
        transition(mail, State.QUEUED, next_attempt_at=clock.now(), handed_over_at=None, reason="")
        self.stdout.write(f"{key} is queued again.")
