"""Data & method: where everything comes from, and how the map is made."""

from mapapp.ui.cached import get_theatre
from mapapp.ui.data_screen import show_data
from mapapp.ui.frame import ensure_frame
from mapapp.ui.state import chosen_theatre, read_query

ensure_frame()
theatre = get_theatre(chosen_theatre())
show_data(read_query(theatre), theatre=theatre)
