"""Courses written elsewhere become pages here.

A reader per format yields one neutral `CourseDescription`; one writer makes pages from it.
"""
