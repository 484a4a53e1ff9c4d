"""Below `/admin/courses/`."""

from django.urls import path

from course_pages.structure import views

HERE = "<int:course_id>/structure/"
urlpatterns = [
    path("new/", views.new_course, name="new_course"),
    path(HERE, views.structure, name="structure"),
    path(f"{HERE}add/", views.add, name="structure_add"),
    path(f"{HERE}modules/<int:page_id>/", views.module, name="structure_module"),
    path(f"{HERE}pages/<int:page_id>/", views.edit, name="structure_edit"),
    path(f"{HERE}pages/<int:page_id>/move/", views.move, name="structure_move"),
    path(f"{HERE}pages/<int:page_id>/duplicate/", views.duplicate, name="structure_duplicate"),
    path(f"{HERE}pages/<int:page_id>/publish/", views.publish, name="structure_publish"),
    path(f"{HERE}pages/<int:page_id>/unpublish/", views.unpublish, name="structure_unpublish"),
    path(f"{HERE}pages/<int:page_id>/republish/", views.republish, name="structure_republish"),
]
