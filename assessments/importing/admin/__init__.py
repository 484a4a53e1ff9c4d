"""*Import questions* in the Wagtail admin: a file in, a bank or a quiz and a report out."""
