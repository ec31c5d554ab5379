"""Measured tracks: read, cleaned, thinned, and what they did."""
