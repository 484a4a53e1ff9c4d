"""What commerce does: verbs in a noun's module, each one transaction."""
