"""Chromium, where the machine has one."""

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def needs_chromium() -> None:
    """Skip a module aloud where there is none; on CI its tests fail instead."""
    if chromium() is None and os.environ.get("CI") != "true":
        warnings.warn("NO CHROMIUM: browser tests are skipped", stacklevel=2)
        pytest.skip("no Chromium on this machine", allow_module_level=True)


@contextmanager
def launched() -> Iterator[Browser]:
    # Playwright's own event loop would make Django refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()
