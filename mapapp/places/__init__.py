"""Places: the gazetteer, and the way from a text to the places that it speaks of."""
