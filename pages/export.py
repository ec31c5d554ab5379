"""Export: a day and an extent of the map as a file."""

from mapapp.ui.cached import get_theatre
from mapapp.ui.export_screen import show_export
from mapapp.ui.frame import ensure_frame
from mapapp.ui.state import chosen_theatre, read_query

ensure_frame()
theatre = get_theatre(chosen_theatre())
show_export(read_query(theatre), theatre=theatre)
