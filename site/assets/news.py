"""What other apps hear of films beside Django's own signals, which bulk updates do not send."""

from django.dispatch import Signal

settled = Signal()
"""A film became ready, or failed; with its primary key as `pk`."""
