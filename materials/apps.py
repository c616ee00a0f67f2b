from django.apps import AppConfig


class MaterialsConfig(AppConfig):
    name = "materials"

    def ready(self) -> None:
        from cohorts.beginnings import carry_along
        from materials import role_cards, shelf, upkeep
        from outbox import ticking

        carry_along(shelf.carry_along)
        carry_along(role_cards.carry_along)
        ticking.plans(upkeep.plan_due)
