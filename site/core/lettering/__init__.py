"""Text in PDF files, in every script that the fonts have: cleaned, shaped, in lines, written.

Knows no models and no database. Certificates and invoices are set with it.
"""
