"""Theatres: one conflict each, as a folder of data."""
