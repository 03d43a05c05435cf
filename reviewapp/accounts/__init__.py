"""Signing in, the team, roles, API keys, shop settings."""
