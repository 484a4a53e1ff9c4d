"""Addresses of the learner's quizzes: below the lesson to begin, below the course to go on.

An attempt outlives its place in the outline, so its address does not name a lesson.
"""

from django.urls import path

from assessments import views

app_name = "assessments"
urlpatterns = [
    path("learn/<str:course>/<str:lesson>/quiz/<uuid:quiz>/", views.overview, name="overview"),
    path("learn/<str:course>/<str:lesson>/quiz/<uuid:quiz>/start/", views.start, name="start"),
    path("learn/<str:course>/-/attempts/<int:attempt>/", views.attempt, name="attempt"),
    path("learn/<str:course>/-/attempts/<int:attempt>/save/", views.save, name="save"),
    path("learn/<str:course>/-/attempts/<int:attempt>/submit/", views.submit, name="submit"),
]
