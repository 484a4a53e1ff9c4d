"""Addresses that `assets` signs, and nobody can guess."""

from django.urls import path

from assets import views

app_name = "assets"
urlpatterns = [
    path("play/<str:ticket>/<path:name>", views.play, name="play"),
    path("webhooks/imagekit/", views.webhook, name="webhook"),
]
