from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "documents"

    def ready(self) -> None:
        from documents import signed_mail
        from outbox.kinds import register

        register(signed_mail.PLAN_SIGNED)
