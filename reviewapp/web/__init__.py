"""Shared by all doors: sessions, gates, forms, errors."""
