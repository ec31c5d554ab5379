"""What goes wrong, as sentences: a page never shows a traceback."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from mapapp.errors import MapAppError
from mapapp.ui.text import escape_markdown

_logger = logging.getLogger(__name__)


@contextmanager
def shown_errors() -> Iterator[None]:
    """Show what goes wrong inside as a message; the page goes on below it.

    A `MapAppError` says itself what to do. Anything else is a fault of ours: it is logged in full under a reference
    that the page shows.
    """
    try:
        yield
    except MapAppError as error:
        st.error(escape_markdown(str(error)), icon=":material/error:")
    except Exception:
        reference = secrets.token_hex(4)
        _logger.exception("unexpected error, reference %s", reference)
        st.error(
            f"This part of the page could not be made because of a fault in the program. It is written in the log "
            f"under reference {reference}. Nothing you stored is lost; reload the page to go on.",
            icon=":material/error:",
        )
