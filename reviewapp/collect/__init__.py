"""Asking and receiving: requests, the page behind the link, the author's own page."""
