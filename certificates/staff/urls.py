"""Below `/admin/`: what staff do with certificates."""

from django.urls import path

from certificates.staff import views

app_name = "certificate_staff"
urlpatterns = [
    path("certificates/waiting/", views.waiting, name="waiting"),
    path("certificates/<int:pk>/approve/", views.approve, name="approve"),
    path("certificates/<int:pk>/refuse/", views.refuse, name="refuse"),
    path("certificates/<int:pk>/again/", views.issue_again, name="again"),
    path("certificates/<int:pk>/revoke/", views.revoke, name="revoke"),
    path("certificates/<int:pk>/restore/", views.restore, name="restore"),
    path("courses/<int:course_id>/certificates/", views.give, name="give"),
]
