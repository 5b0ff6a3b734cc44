"""Finding a Chromium, and the pages the tests drive in it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from app.demo import make

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-color-emoji")  # without the font, emoji are empty boxes in the pictures


class NoBrowser(Exception):
    """There is no Chromium, and no way to install one was open."""


def find_chromium() -> Path:
    """The Chromium to test with, installed first where there is none and we may. Raises NoBrowser."""
    for found in _candidates():
        if found.exists():
            return found
    raise NoBrowser("no Chromium: install one, or set CHROMIUM=/path/to/it")


def sign_in(page: Page, email: str) -> None:
    """Sign somebody of `make.staff` in by the form, as a person does."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(make.PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(page).not_to_have_url(re.compile("sign-in"))


def _candidates() -> Iterator[Path]:
    named = os.environ.get("CHROMIUM")
    if named:
        yield Path(named)
        return
    yield from _on_path()
    yield _playwrights_own()
    _install_with_apt()
    yield from _on_path()
    _run(sys.executable, "-m", "playwright", "install", "chromium")
    yield _playwrights_own()


def _on_path() -> Iterator[Path]:
    for name in NAMES:
        found = shutil.which(name)
        if found:
            yield Path(found)


def _playwrights_own() -> Path:
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def _install_with_apt() -> None:
    if shutil.which("apt-get") is None:
        return
    if os.geteuid() == 0:
        as_root: tuple[str, ...] = ("env", "DEBIAN_FRONTEND=noninteractive")
    elif shutil.which("sudo") and _run("sudo", "-n", "true"):
        as_root = ("sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive")
    else:
        return
    patient = ("-o", "DPkg::Lock::Timeout=120")  # another installation may be under way
    print("Installing Chromium with apt-get, once on this machine …", flush=True)  # noqa: T201 - half a minute of silence
    _run(*as_root, "apt-get", "update", "-qq")
    _run(*as_root, "apt-get", "install", *patient, "-qq", "--yes", "--no-install-recommends", *PACKAGES)


def _run(*command: str) -> bool:
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0
