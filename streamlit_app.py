"""The entry of the app: the frame and the navigation. `streamlit run` finds this file by its name."""

from mapapp.ui.frame import show_frame

show_frame()
