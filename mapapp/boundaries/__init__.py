"""Boundary files read, checked, repaired and installed."""
