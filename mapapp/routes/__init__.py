"""Routes: journeys as legs and points, with versions that compete."""
