from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "cohorts"

    def ready(self) -> None:
        from accounts.arrivals import on_arrival
        from cohorts import invitations
        from outbox.kinds import register

        register(invitations.INVITATION)
        on_arrival(invitations.arrive)
