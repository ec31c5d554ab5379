"""Static pictures of one day."""
