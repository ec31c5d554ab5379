"""From article to map, with every colour traceable to a sentence."""

__version__ = "0.1.0"
