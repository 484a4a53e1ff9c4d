"""Addresses below `/admin/` that are ours."""

from django.urls import include, path

from course_pages import admin_views

app_name = "course_admin"
urlpatterns = [
    path("imports/", include("course_pages.imports.urls")),
    path("pages/<int:page_id>/release/", admin_views.release_status, name="release_status"),
    path("pages/<int:course>/walk/", include("course_pages.walk_urls")),
    path("courses/", include("course_pages.structure.urls")),
]
