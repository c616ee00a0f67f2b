from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    name = "conversations"

    def ready(self) -> None:
        from conversations import announcements, digests, peer_mails
        from outbox import ticking
        from outbox.kinds import register

        register(digests.DIGEST)
        register(announcements.ANNOUNCEMENT)
        for kind in peer_mails.KINDS:
            register(kind)
        ticking.plans(digests.plan_due)
        ticking.plans(announcements.plan_due)
