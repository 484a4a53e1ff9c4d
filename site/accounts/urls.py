"""`/account/`: beside allauth's own addresses."""

from django.urls import path

from accounts import views

app_name = "accounts"

urlpatterns = [
    path("", views.profile, name="profile"),
    path("menu/", views.menu, name="menu"),
]
