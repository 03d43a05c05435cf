"""Draws the demo's pictures: garments as product pictures, and scenes as customers' photos."""
