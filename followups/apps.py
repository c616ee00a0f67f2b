from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "followups"

    def ready(self) -> None:
        from cohorts import beginnings, setup
        from conversations import pages
        from followups import (
            coach_digest,
            mails,
            planner,
            promise_mails,
            promise_planner,
            replies,
            schedules,
            sending_mails,
            spots,
            support_mails,
            support_planner,
        )
        from outbox import mailboxes, ticking
        from outbox.kinds import register

        for kind in [
            *mails.KINDS,
            *sending_mails.KINDS,
            *replies.KINDS,
            *support_mails.KINDS,
            *promise_mails.KINDS,
            coach_digest.DIGEST,
        ]:
            register(kind)
        ticking.plans(planner.plan_due)
        ticking.plans(support_planner.plan_due)
        ticking.plans(promise_planner.plan_due)
        ticking.plans(coach_digest.plan_due)
        mailboxes.reads("REPLY_MAILBOX", replies.take_letter)
        pages.register(spots.PAGE)
        beginnings.on_new(schedules.give)
        beginnings.carry_along(schedules.carry)
        setup.also_missing(schedules.gaps)
