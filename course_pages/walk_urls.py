"""Below `/admin/pages/<course page>/walk/`, in the namespace of `admin_urls`."""

from django.urls import path

from course_pages import walk

urlpatterns = [
    path("", walk.home, name="walk"),
    path("<uuid:lesson>/", walk.lesson, name="walk_lesson"),
    path("-/files/<int:document>/", walk.file, name="walk_file"),
    path("-/media/<uuid:uid>/", walk.media, name="walk_media"),
]
