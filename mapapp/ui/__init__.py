"""The pieces that the screens are made of: the only place, beside the pages, where Streamlit is spoken to."""
