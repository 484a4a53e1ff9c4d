"""Typed clients of outside services; only these import `stripe` and `imagekitio`."""
