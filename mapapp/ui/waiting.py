"""Waiting for a job with a bar that shows how far it is."""

from __future__ import annotations

import time
from typing import TypeVar

import streamlit as st

from mapapp.ui.jobs import Job
from mapapp.ui.text import escape_markdown

Result = TypeVar("Result")

POLL_SECONDS = 0.2
"""Between two looks at a job that a user waits for: often enough for a bar that moves."""


def wait_for(job: Job[Result]) -> Result:
    """Wait for a job with a bar that shows how far it is."""
    if not job.is_done:
        text, share = job.progress
        bar = st.progress(share, text=escape_markdown(text))
        while not job.is_done:
            text, share = job.progress
            bar.progress(share, text=escape_markdown(text))
            time.sleep(POLL_SECONDS)
        bar.empty()
    return job.result()
