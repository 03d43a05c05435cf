"""Learning: what problems have in common, and what changes because of them."""
