from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        from conversations import announcements, digests
        from outbox import ticking
        from outbox.kinds import register

        register(digests.DIGEST)
        register(announcements.ANNOUNCEMENT)
        ticking.plans(digests.plan_due)
        ticking.plans(announcements.plan_due)
