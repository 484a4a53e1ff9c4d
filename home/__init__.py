"""Home, landing pages and site settings."""
