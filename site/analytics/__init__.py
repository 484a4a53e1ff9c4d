"""Figures about learning and sales; nothing imports it."""
