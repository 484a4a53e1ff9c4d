"""Quizzes and banks in Wagtail's admin, for the teachers of their courses."""
