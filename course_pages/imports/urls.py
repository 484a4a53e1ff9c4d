"""Addresses below `/admin/imports/`."""

from django.urls import path

from course_pages.imports import views

urlpatterns = [
    path("", views.index, name="imports"),
    path("<int:pk>/", views.detail, name="import"),
    path("<int:pk>/progress/", views.progress, name="import_progress"),
    path("<int:pk>/again/", views.again, name="import_again"),
]
