"""Films in Wagtail's admin: listing, editing, uploading, choosing."""
