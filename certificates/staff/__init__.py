"""What teachers and Support see of certificates, and do with them."""
