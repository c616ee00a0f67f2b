"""Doors of what a session needs."""

from django.urls import path

from materials import material_pages, role_card_pages

SESSION = "cohorts/<int:cohort_id>/agenda/<int:session_id>"

urlpatterns = [
    path(f"{SESSION}/materials/", material_pages.materials, name="materials"),
    path(f"{SESSION}/materials/<int:material_id>/", material_pages.material, name="material"),
    path(
        "cohorts/<int:cohort_id>/materials/<int:material_id>/file/",
        material_pages.material_file,
        name="material_file",
    ),
    path(f"{SESSION}/role-cards/", role_card_pages.role_cards, name="role_cards"),
    path(f"{SESSION}/role-cards/<int:card_id>/", role_card_pages.role_card, name="role_card"),
    path(
        "cohorts/<int:cohort_id>/role-cards/<int:card_id>/",
        role_card_pages.my_role_card,
        name="my_role_card",
    ),
]
