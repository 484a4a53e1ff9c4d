"""The wallet, the public pages by which anybody checks a certificate, and what programs read."""

from django.urls import path

from certificates import views
from certificates.badges import views as badges

app_name = "certificates"
PRINT = "certificates/<slug:public_id>/<int:number>"

urlpatterns = [
    path("certificates/", views.wallet, name="wallet"),
    path("certificates/check/", views.check, name="check"),
    path("certificates/<slug:public_id>.json", views.as_json, name="json"),
    path("certificates/<slug:public_id>/", views.certificate, name="certificate"),
    path("certificates/<slug:public_id>/yours/", views.yours, name="yours"),
    path("certificates/<slug:public_id>/name/", views.name, name="name"),
    path(f"{PRINT}/", views.certificate, name="print"),
    path(f"{PRINT}.pdf", views.pdf, name="pdf"),
    path(f"{PRINT}.json", views.as_json, name="print-json"),
    path(f"{PRINT}/badge.jwt", badges.badge, {"form": "jwt"}, name="badge"),
    path(f"{PRINT}/badge.json", badges.badge, {"form": "json"}, name="badge-json"),
    path(f"{PRINT}/revocations/", badges.revocations, name="badge-revocations"),
    path("badges/issuer/", badges.issuer, name="badge-issuer"),
    path("badges/keys/<slug:thumbprint>/", badges.key, name="badge-key"),
    path(
        "badges/achievements/<uuid:lineage>/<int:release>/",
        badges.achievement,
        name="badge-achievement",
    ),
    path(".well-known/jwks.json", badges.key_set, name="badge-keys"),
]
