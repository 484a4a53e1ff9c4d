"""Catalogue, courses, lessons, releases and import."""
