from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    name = "followups"

    def ready(self) -> None:
        from conversations import pages
        from followups import mails, planner, spots
        from outbox import ticking
        from outbox.kinds import register

        for kind in mails.KINDS:
            register(kind)
        ticking.plans(planner.plan_due)
        pages.register(spots.PAGE)
