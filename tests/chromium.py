"""The browser of this machine, for tests of pages."""

import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""No sandbox: tests run as root in containers. No traffic of the browser's own."""


def program() -> str | None:
    """Where Chromium or Chrome is, or None."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@contextmanager
def started() -> Generator[Browser]:
    """The browser, running; without one the test is skipped, or fails where all is required."""
    found = program()
    if found is None:
        reason = f"no browser on this machine (looked for {', '.join(NAMES)})"
        if os.environ.get("OPSROOM_REQUIRE_ALL") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=[*QUIET])
        yield browser
        browser.close()
