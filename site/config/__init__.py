"""The Django project: settings, addresses, and what starts it."""
