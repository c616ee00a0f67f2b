from django.apps import AppConfig


class CohortsConfig(AppConfig):
    name = "cohorts"

    def ready(self) -> None:
        from accounts.arrivals import on_arrival
        from cohorts import invitations, staff
        from outbox.kinds import register

        register(invitations.INVITATION)
        for kind in staff.KINDS:
            register(kind)
        on_arrival(invitations.arrive)
