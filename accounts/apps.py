from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import mails
        from outbox.kinds import register

        register(mails.ACCOUNT)
