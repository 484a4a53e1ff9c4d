"""Imports asked for in the admin: who may, the job in a process of its own, the screens.

What turns a package into pages is `course_pages.importing`.
"""
