"""Issuing, and what may happen to a certificate afterwards."""
