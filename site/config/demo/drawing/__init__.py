"""Draws the demo's pictures and its film: ``python -m config.demo.drawing [name …]``.

What it makes is checked in under ``files/``, so nobody has to run this but to change a picture.
Needs the development requirements, a Chromium and the fonts that ``npm ci`` fetches.
"""
