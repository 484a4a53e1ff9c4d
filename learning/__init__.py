"""Enrolment, access, progress and the player."""
