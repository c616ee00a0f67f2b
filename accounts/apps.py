from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts.adapter import ACCOUNT_MAIL
        from outbox.kinds import register

        register(ACCOUNT_MAIL)
