"""Below `/admin/`: what teachers do with their learners' attempts."""

from django.urls import path

from assessments.staff import views

app_name = "grading"
urlpatterns = [
    path("grading/", views.queue, name="queue"),
    path("courses/<int:course_id>/gradebook/", views.gradebook, name="gradebook"),
    path("courses/<int:course_id>/gradebook/<slug:kind>/", views.export, name="export"),
    path("courses/<int:course_id>/learners/<int:pk>/", views.learner, name="learner"),
    path("courses/<int:course_id>/learners/<int:pk>/allow/", views.allow, name="allow"),
    path("courses/<int:course_id>/attempts/<int:pk>/", views.attempt, name="attempt"),
    path("courses/<int:course_id>/attempts/<int:pk>/grade/", views.grade, name="grade"),
    path("courses/<int:course_id>/attempts/<int:pk>/void/", views.void, name="void"),
    path("courses/<int:course_id>/attempts/<int:pk>/count/", views.count, name="count"),
    path("courses/<int:course_id>/quizzes/<uuid:quiz>/items/", views.items, name="items"),
    path("courses/<int:course_id>/quizzes/<uuid:quiz>/regrade/", views.regrade, name="regrade"),
    path("courses/<int:course_id>/regrades/<int:pk>/", views.regraded, name="regraded"),
    path("courses/<int:course_id>/regrades/<int:pk>/undo/", views.undo, name="undo"),
]
