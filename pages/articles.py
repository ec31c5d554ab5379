"""Articles: add one, see what was read from it, decide about it."""

from mapapp.ui.article_screen import show_article
from mapapp.ui.articles import choose_article, show_article_head, show_intake
from mapapp.ui.cached import get_theatre
from mapapp.ui.frame import ensure_frame
from mapapp.ui.state import chosen_theatre, read_query

ensure_frame()
theatre = get_theatre(chosen_theatre())
query = read_query(theatre)
show_intake(theatre)
reading = choose_article(query, theatre=theatre)
if reading is not None:
    show_article_head(reading, query=query, theatre=theatre)
    show_article(reading, query=query, theatre=theatre)
