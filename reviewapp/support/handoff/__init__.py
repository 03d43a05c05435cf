"""Handing cases to the helpdesk a shop already works in; one module a helpdesk, all alike."""
