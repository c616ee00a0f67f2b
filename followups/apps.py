from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "followups"

    def ready(self) -> None:
        from followups import mails, planner
        from outbox import ticking
        from outbox.kinds import register

        for kind in mails.KINDS:
            register(kind)
        ticking.plans(planner.plan_due)
