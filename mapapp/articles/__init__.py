"""Readers of articles: one file for each form in which a text arrives; `readers` chooses among them."""
