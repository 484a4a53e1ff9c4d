"""Addresses below `/admin/question-imports/`."""

from django.urls import path

from assessments.importing.admin import views

app_name = "question_import"
urlpatterns = [
    path("", views.index, name="index"),
    path("<int:pk>/", views.report, name="report"),
]
