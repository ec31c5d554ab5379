"""Control: who holds a place and why, what changed between two days, areas through time."""

from mapapp.ui.cached import get_theatre
from mapapp.ui.control_screen import show_control
from mapapp.ui.frame import ensure_frame
from mapapp.ui.state import chosen_theatre, read_query

ensure_frame()
theatre = get_theatre(chosen_theatre())
show_control(read_query(theatre), theatre=theatre)
