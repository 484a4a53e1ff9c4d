from django.urls import path

from course_pages import views

app_name = "course_pages"
urlpatterns = [path("instructors/<str:slug>/", views.instructor, name="instructor")]
