"""Open Badges 3.0: a certificate as a signed credential that other programs read and check."""
