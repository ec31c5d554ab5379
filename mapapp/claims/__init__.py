"""From sentences to claims, and from claims to events."""
