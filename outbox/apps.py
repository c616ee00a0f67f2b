from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "outbox"

    def ready(self) -> None:
        from coalitions.views import also_hinders
        from outbox import hosted, mailboxes, returned, wellbeing

        hosted.listen()
        also_hinders(wellbeing.obstacle)
        mailboxes.reads("BOUNCES_MAILBOX", returned.take)
