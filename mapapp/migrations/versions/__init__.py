"""One step per file, each with the revision that it follows. A released step is never changed."""
