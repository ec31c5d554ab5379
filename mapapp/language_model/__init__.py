"""A language model as a second reader of articles: optional, named by the user, never trusted."""
