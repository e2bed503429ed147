"""Finds a browser for the tests, and installs one where there is none: `python tests/browser/install.py`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

NAMES = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser", "chrome")
ADVICE = """No browser for the tests. Any one of these will do:
    apt-get install chromium               (Debian, as root)
    CHROME=/path/to/chrome make test       (one that is installed elsewhere)
    playwright install --with-deps chromium"""


def find_browser() -> str | None:
    """Path of an installed Chromium or Chrome that runs: named by CHROME, else on the PATH, else Playwright's own."""
    return next((path for path in candidates() if path and runs(path)), None)


def candidates() -> Iterator[str | None]:
    """Yield where a browser may be, best first."""
    if "CHROME" in os.environ:
        yield os.environ["CHROME"]
        return
    yield from map(shutil.which, NAMES)
    yield playwrights_own()


def playwrights_own() -> str:
    """Path at which Playwright keeps its browser, installed or not."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def runs(path: str) -> bool:
    """Tell whether a browser starts: on Ubuntu without snap, chromium-browser is a script that only says so."""
    try:
        return subprocess.run([path, "--version"], check=False, capture_output=True, timeout=60).returncode == 0
    except OSError:
        return False


def is_debian() -> bool:
    """Tell whether apt-get has a Chromium that is no snap."""
    release = Path("/etc/os-release")
    return release.is_file() and "ID=debian" in release.read_text().split("\n") and bool(shutil.which("apt-get"))


def install() -> None:
    """Install a browser by the package manager, or else by Playwright; what fails says so itself."""
    run = partial(subprocess.run, check=False)
    if os.geteuid() == 0 and is_debian():
        run(["apt-get", "update", "-qq"])
        run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-dejavu-core"])
    if find_browser() is None:
        with_libraries = ["--with-deps"] if os.geteuid() == 0 else []
        run([sys.executable, "-m", "playwright", "install", *with_libraries, "chromium"])


if __name__ == "__main__":
    if find_browser() is None and "CHROME" not in os.environ:
        install()
    sys.exit(None if find_browser() else ADVICE)
