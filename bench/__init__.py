"""Measurements: ours, the limit and the ratio, side by side in one run; never part of the tests."""
