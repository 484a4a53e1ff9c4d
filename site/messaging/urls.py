"""`/mailbox/`, where settings.DEMO_MAILBOX is on."""

from django.urls import path

from messaging import views

app_name = "messaging"

urlpatterns = [
    path("", views.index, name="mailbox"),
    path("<int:pk>/", views.mail, name="mail"),
]
