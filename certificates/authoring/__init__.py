"""Designs of certificates in Wagtail's admin."""
