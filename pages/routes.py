"""Routes: journeys with their competing versions, and measured tracks from files."""

from mapapp.ui.cached import get_theatre
from mapapp.ui.frame import ensure_frame
from mapapp.ui.routes_screen import show_routes
from mapapp.ui.state import chosen_theatre, read_query
from mapapp.ui.track_intake import show_track_intake

ensure_frame()
theatre = get_theatre(chosen_theatre())
query = read_query(theatre)
show_routes(query)
show_track_intake(theatre)
