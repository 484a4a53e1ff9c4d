"""Offers, orders, payments and refunds."""
