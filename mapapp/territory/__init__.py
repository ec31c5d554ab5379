"""Who holds which cell on which day."""
