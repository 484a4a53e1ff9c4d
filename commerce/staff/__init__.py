"""The till: what Marketing and Support see and do in the admin."""
