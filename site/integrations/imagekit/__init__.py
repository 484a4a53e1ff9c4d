"""ImageKit."""
