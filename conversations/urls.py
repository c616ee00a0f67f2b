"""Doors of what people say to one another."""

from django.urls import path

from conversations import announcement_pages, comment_pages, peer_pages

urlpatterns = [
    path(
        "teams/<int:team_id>/comments/<str:page>/<str:which>/", comment_pages.page, name="comments"
    ),
    path("cohorts/<int:cohort_id>/announcements/", announcement_pages.page, name="announcements"),
    path("cohorts/<int:cohort_id>/peer-review/", peer_pages.peer_review, name="peer_review"),
    path("teams/<int:team_id>/peers/", peer_pages.team_peers, name="peers"),
    path("me/comments/", comment_pages.comment_mails, name="comment_mails"),
    # Without a slash at the end: short enough never to be folded, and reached without redirect.
    path("n/<str:token>", comment_pages.comments_off, name="comments_off"),
]
