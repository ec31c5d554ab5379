"""Who holds what: the map, and the tables that follow its day."""

from mapapp.ui.cached import get_theatre
from mapapp.ui.filters import show_filters
from mapapp.ui.frame import ensure_frame
from mapapp.ui.map_screen import show_scene, show_sentence
from mapapp.ui.state import chosen_theatre, read_query

ensure_frame()
theatre = get_theatre(chosen_theatre())
query = show_filters(read_query(theatre), theatre=theatre)
show_sentence(query, theatre=theatre)
show_scene(query)
