"""The wallet, and the public page by which anybody checks a certificate."""

from django.urls import path

from certificates import views

app_name = "certificates"

urlpatterns = [
    path("certificates/", views.wallet, name="wallet"),
    path("certificates/<slug:public_id>/", views.certificate, name="certificate"),
    path("certificates/<slug:public_id>/<int:number>/", views.certificate, name="print"),
    path("certificates/<slug:public_id>/<int:number>.pdf", views.pdf, name="pdf"),
]
