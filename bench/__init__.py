"""Every figure the README quotes has its command here."""
