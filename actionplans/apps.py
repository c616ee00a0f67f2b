from django.apps import AppConfig


class ActionplansConfig(AppConfig):
    name = "actionplans"

    def ready(self) -> None:
        from actionplans import drafts, spots
        from conversations.pages import register
        from outbox import ticking

        for page in spots.PAGES:
            register(page)
        ticking.plans(drafts.forget_old)
