from django.apps import AppConfig


class ActionplansConfig(AppConfig):
    name = "actionplans"

    def ready(self) -> None:
        from actionplans import spots
        from conversations.pages import register

        for page in spots.PAGES:
            register(page)
