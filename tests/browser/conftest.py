"""A real browser for the tests: Debian's Chromium, driven by Playwright, with no way out of this machine."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
OWN_SCHEMES = ("file:", "data:", "blob:", "about:")


@dataclass
class Watched:
    """A page with everything noted that a well-behaved page never does."""

    page: Any
    requests: list[str] = field(default_factory=list)
    """Addresses outside of the page itself."""
    errors: list[str] = field(default_factory=list)
    """Uncaught errors, and errors and warnings of the console."""
    dialogs: list[str] = field(default_factory=list)

    def assert_clean(self) -> None:
        """Fail where the page asked for something, went wrong, or opened a dialog."""
        assert (self.requests, self.errors, self.dialogs) == ([], [], [])


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A Chromium; where there is none the test is skipped, or fails if MAPAPP_REQUIRE_BROWSER is set."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("MAPAPP_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if path is None:
        reason = f"no browser: none of {', '.join(CHROMIUM_NAMES)} was found (apt-get install chromium)"
        if os.environ.get("MAPAPP_REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def watch(browser: Any) -> Iterator[Callable[..., Watched]]:
    """Make pages that are watched: `watch(width=…, height=…, color_scheme=…, has_touch=…)`."""
    contexts: list[Any] = []

    def make(*, width: int = 1440, height: int = 900, color_scheme: str = "light", has_touch: bool = False) -> Watched:
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=color_scheme, has_touch=has_touch
        )
        contexts.append(context)
        watched = Watched(context.new_page())
        page = watched.page
        page.on("request", lambda request: _note(watched.requests, request.url))
        page.on("pageerror", lambda error: watched.errors.append(str(error)))
        page.on("dialog", lambda dialog: (watched.dialogs.append(dialog.message), dialog.dismiss()))
        page.on(
            "console",
            lambda message: watched.errors.append(message.text) if message.type in {"error", "warning"} else None,
        )
        return watched

    yield make
    for context in contexts:
        context.close()


def _note(requests: list[str], address: str) -> None:
    if not address.startswith(OWN_SCHEMES):
        requests.append(address)


@pytest.fixture
def open_html(watch: Callable[..., Watched], tmp_path: Path) -> Callable[..., Watched]:
    """Open a page from disk: `open_html(html, width=…, …)`."""

    def open_it(html: str | bytes, **options: Any) -> Watched:
        path = tmp_path / "page.html"
        path.write_bytes(html if isinstance(html, bytes) else html.encode("utf-8"))
        watched = watch(**options)
        watched.page.goto(path.as_uri())
        return watched

    return open_it
