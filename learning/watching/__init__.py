"""What is known of somebody in front of a film: pure parts. `learning.services.watching` writes."""
