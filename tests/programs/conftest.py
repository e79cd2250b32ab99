"""Other programs than ours: a browser that opens the pages."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.parts import Parts
from tests.programs.played import play
from tests.system import ROOT, System

FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--force-color-profile=srgb"),
]


def program(*names: str) -> str:
    """Path of the first that is installed. Without any: skipped on a laptop, failed in CI."""
    for name in names:
        if found := shutil.which(name):
            return found
    if os.environ.get("CI"):
        pytest.fail(f"{names[0]} is not installed")
    pytest.skip(f"{names[0]} is not installed")


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """What is kept to be looked at."""
    folder = ROOT / ".run" / "ci"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real one."""
    path = program("chromium", "chromium-browser", "google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The script of axe-core (requirements/programs.txt)."""
    script = ROOT / ".run" / "programs" / "axe_playwright_python" / "axe.min.js"
    if not script.exists():
        program(str(script))
    return script.read_text()


@pytest.fixture(scope="session")
def system(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """A system with most of a month in it, in the place of the small one."""
    system = System(parts, tmp_path_factory.mktemp("system"))
    try:
        system.start()
        play(system)
        yield system
    finally:
        system.stop()
