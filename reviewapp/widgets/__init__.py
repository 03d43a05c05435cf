"""Showing: published documents, live queries and the tags that storefronts embed."""
