"""The hash-chained log: append, verify, export (G30)."""
