"""Doors of files: plans and sheets out and in again."""

urlpatterns = []
