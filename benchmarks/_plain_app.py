"""The same map the usual way: a Streamlit slider, a folium map built anew for each day, streamlit-folium to show it.

Started by `scrub`, which sets MAPAPP_BENCHMARK_DATA to a pickle of (cells as GeoJSON by day, events by day).
"""

from __future__ import annotations

import os
import pickle
from pathlib import Path

import folium
import streamlit as st
from streamlit_folium import st_folium

st.set_page_config(layout="wide")


@st.cache_resource
def _read() -> dict:
    return pickle.loads(Path(os.environ["MAPAPP_BENCHMARK_DATA"]).read_bytes())  # our own file, written a moment ago


data = _read()
day = st.slider("Day", 0, data["n_days"] - 1, 0, key="day")
page = folium.Map(location=data["middle"], zoom_start=7, tiles=None)
colours = data["colours"][day]
folium.GeoJson(
    data["cells"],
    style_function=lambda feature: {
        "fillColor": colours.get(feature["properties"]["id"], "#ffffff"),
        "fillOpacity": 0.8,
        "weight": 0.5,
        "color": "#444444",
    },
).add_to(page)
for lat, lon in data["events"][day]:
    folium.CircleMarker([lat, lon], radius=4, color="#222222", weight=1).add_to(page)
# The browser waits for this text: only the map of this day has it.
folium.Marker(data["middle"], icon=folium.DivIcon(html=f"<i class='shown-day'>day {day} is drawn</i>")).add_to(page)
st_folium(page, height=800, use_container_width=True, returned_objects=[])
