"""Addresses below `/admin/videos/`."""

from django.urls import path

from assets.admin import uploading

app_name = "video_admin"
urlpatterns = [
    path("uploads/", uploading.begin, name="begin"),
    path("uploads/<uuid:uid>/", uploading.upload, name="upload"),
    path("uploads/<uuid:uid>/confirm/", uploading.confirm, name="confirm"),
    path("<int:pk>/state/", uploading.state, name="state"),
    path("<int:pk>/again/", uploading.again, name="again"),
]
