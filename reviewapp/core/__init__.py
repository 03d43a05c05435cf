"""The kit every room stands on; it knows nothing of reviews."""
