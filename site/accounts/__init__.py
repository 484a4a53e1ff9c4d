"""People: the user model, roles, sign-in and account pages."""
