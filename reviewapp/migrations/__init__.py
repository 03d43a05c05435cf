"""Schema changes, run by `reviewapp db upgrade`."""
