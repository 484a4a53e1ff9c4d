"""Addresses of the learner's pages. Everything of a course that is no lesson stands behind `-/`."""

from django.urls import path

from learning import views

app_name = "learning"
urlpatterns = [
    path("my/", views.my_learning, name="my"),
    path("learn/<str:course>/", views.course, name="course"),
    path("learn/<str:course>/-/join/", views.join, name="join"),
    path("learn/<str:course>/-/leave/", views.leave, name="leave"),
    path("learn/<str:course>/-/enrol/", views.enrol_island, name="enrol"),
    path("learn/<str:course>/-/modules/<int:number>/", views.rows, name="rows"),
    path("learn/<str:course>/<str:lesson>/", views.lesson, name="lesson"),
    path("learn/<str:course>/<str:lesson>/complete/", views.complete, name="complete"),
    path("learn/<str:course>/<str:lesson>/opened/", views.opened, name="opened"),
    path("learn/<str:course>/<str:lesson>/files/<int:document>/", views.file, name="file"),
]
