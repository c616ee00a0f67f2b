"""Doors of attendance, badges and certificates."""

from django.urls import path

from attendance import certificate_pages, pages

urlpatterns = [
    path("cohorts/<int:cohort_id>/attendance/", pages.attendance, name="attendance"),
    path("cohorts/<int:cohort_id>/attendance/list/", pages.attendance_list, name="attendance_list"),
    path("cohorts/<int:cohort_id>/badges/", pages.badges, name="badges"),
    path(
        "cohorts/<int:cohort_id>/certificates/", certificate_pages.certificates, name="certificates"
    ),
    path(
        "cohorts/<int:cohort_id>/certificates.pdf",
        certificate_pages.certificates_pdf,
        name="certificates_pdf",
    ),
    path(
        "cohorts/<int:cohort_id>/certificates/<int:certificate_id>.pdf",
        certificate_pages.certificate_pdf_of,
        name="certificate_pdf",
    ),
    path(
        "cohorts/<int:cohort_id>/my-certificate.pdf",
        certificate_pages.my_certificate,
        name="my_certificate",
    ),
    path(
        "certificates/<str:certificate>/",
        certificate_pages.certificate_check,
        name="certificate_check",
    ),
]
