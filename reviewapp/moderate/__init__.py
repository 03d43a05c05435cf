"""Deciding and answering: screening, queue, decisions, replies."""
