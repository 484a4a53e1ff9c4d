"""The page tree, what describes it, and the releases that learners see."""

from course_pages.models.course import Course, LessonAddress, Release, TeachingRight
from course_pages.models.imports import CourseImport
from course_pages.models.pages import (
    CataloguePage,
    CourseInstructor,
    CoursePage,
    LessonPage,
    ModulePage,
)
from course_pages.models.snippets import InstructorProfile, Level, Topic

__all__ = [
    "CataloguePage",
    "Course",
    "CourseImport",
    "CourseInstructor",
    "CoursePage",
    "InstructorProfile",
    "LessonAddress",
    "LessonPage",
    "Level",
    "ModulePage",
    "Release",
    "TeachingRight",
    "Topic",
]
