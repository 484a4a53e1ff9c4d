"""Addresses of the learner's pages. Everything of a course that is no lesson stands behind `-/`."""

from django.urls import path

from learning import beats, note_views, panel_views, views

app_name = "learning"
urlpatterns = [
    path("my/", views.my_learning, name="my"),
    path("learn/-/beat/", beats.beat, name="beat"),
    path("learn/<str:course>/", views.course, name="course"),
    path("learn/<str:course>/-/join/", views.join, name="join"),
    path("learn/<str:course>/-/leave/", views.leave, name="leave"),
    path("learn/<str:course>/-/enrol/", views.enrol_island, name="enrol"),
    path("learn/<str:course>/-/modules/<int:number>/", views.rows, name="rows"),
    path("learn/<str:course>/-/notes/", note_views.notes, name="notes"),
    path("learn/<str:course>/-/notes/export/", note_views.export, name="notes-export"),
    path("learn/<str:course>/-/notes/<int:note>/", note_views.edit, name="note"),
    path("learn/<str:course>/-/notes/<int:note>/delete/", note_views.delete, name="note-delete"),
    path("learn/<str:course>/<str:lesson>/", views.lesson, name="lesson"),
    path("learn/<str:course>/<str:lesson>/complete/", views.complete, name="complete"),
    path("learn/<str:course>/<str:lesson>/opened/", views.opened, name="opened"),
    path("learn/<str:course>/<str:lesson>/files/<int:document>/", views.file, name="file"),
    path("learn/<str:course>/<str:lesson>/notes/", panel_views.notes, name="lesson-notes"),
    path("learn/<str:course>/<str:lesson>/transcript/", panel_views.transcript, name="transcript"),
    path("learn/<str:course>/<str:lesson>/downloads/", panel_views.downloads, name="downloads"),
    path("learn/<str:course>/<str:lesson>/media/<uuid:uid>/", views.media, name="media"),
]
